/* SPDX-License-Identifier: MIT */
/* names: they cannot be guessed; signals wait while one exists */
#include "tests/support/forked.h"
#include "common/check.h"
#include "common/names.h"
#include "common/options.h"
#include "common/output.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct demo demo = {.name = "demo_unit"};

static void test_make_name(void **state)
{
    char first[NAME_SIZE], second[NAME_SIZE], start[32];
    int length = snprintf(start, sizeof start, "/demo-%ld-", (long)getpid());

    (void)state;
    make_name(first);
    make_name(second);
    assert_memory_equal(first, start, (size_t)length);
    assert_int_equal(strlen(first + length), 12);
    assert_int_equal(strspn(first + length, "0123456789abcdef"), 12);
    assert_string_not_equal(first, second);
}

static int end_with_signals_held(const void *context)
{
    sigset_t outer = hold_signals(), inner = hold_signals();

    CHECK(raise(*(const int *)context));
    release_signals(inner);
    say("not yet"); /* the outer hold still lasts */
    release_signals(outer);
    say("too late");
    return 0;
}

static void test_held_signals(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct outcome outcome =
            expect(128 + signals[i], "", end_with_signals_held, &signals[i]);
        assert_string_equal(outcome.out, "not yet\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make_name), cmocka_unit_test(test_held_signals)};

    run.demo = &demo;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
