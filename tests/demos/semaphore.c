/* SPDX-License-Identifier: MIT */
/* demo_semaphore as a whole program */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/program.h"

/* The evidence on standard output: most starts that were not finished yet. */
static int most_inside(const char *out)
{
    int inside = 0, most = 0;

    for (const char *line = out; *line; line = strchr(line, '\n') + 1) {
        const char *end = strchr(line, '\n');
        assert_non_null(end);
        inside +=
            memcmp(end - 25, "starting critical section", 25) == 0 ? 1 : -1;
        most = inside > most ? inside : most;
    }
    assert_int_equal(inside, 0);
    return most;
}

static void test_listing(void **state)
{
    struct result result = RUN("demo_semaphore", "--speed=1000");

    (void)state;
    assert_int_equal(result.status, 0);
    assert_int_equal(count_text(result.out, " starting critical section\n"),
                     10);
    assert_int_equal(count_text(result.out, " finished critical section\n"),
                     10);
    assert_int_equal(count_lines(result.out), 20);
    assert_true(most_inside(result.out) <= 3);
    assert_non_null(
        strstr(result.err, "demo_semaphore: guarantee held: at most "));
    assert_int_equal(count_lines(result.err), 1);
    free_result(&result);
    assert_nothing_left();
}

static void test_broken(void **state)
{
    struct result result = RUN("demo_semaphore", "--broken", "--speed=1000");

    (void)state;
    assert_int_equal(result.status, 4);
    assert_true(most_inside(result.out) > 3);
    assert_non_null(strstr(result.err, "guarantee VIOLATED: "));
    free_result(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_listing, enter_scratch,
                                        leave_scratch),
        cmocka_unit_test_setup_teardown(test_broken, enter_scratch,
                                        leave_scratch)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
