/* SPDX-License-Identifier: MIT */
/* check: every failed call is told, and ends the run */
#include "tests/support/forked.h"
#include "common/check.h"
#include "common/options.h"
#include "common/output.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct demo demo = {.name = "demo_unit"};
static int calls;

/* As a system call that sets errno: interrupted twice, then it yields RESULT,
 * with ERROR if that is -1.
 */
static int call_interrupted(int result, int error)
{
    errno = ++calls <= 2 ? EINTR : error;
    return calls <= 2 ? -1 : result;
}

static void test_call_is_made_again_after_eintr(void **state)
{
    (void)state;
    calls = 0;
    assert_int_equal(CHECK(call_interrupted(7, 0)), 7);
    assert_int_equal(calls, 3);
    assert_int_equal(CHECK(call_interrupted(0, 0)), 0);
    assert_int_equal(calls, 4);
    char text[] = "x";
    assert_ptr_equal(CHECK_NOT(NULL, strchr(text, 'x')), text);
}

static int call_fails(const void *error)
{
    calls = 0;
    (void)CHECK(call_interrupted(-1, *(const int *)error));
    return 0;
}

static void test_failed_call_is_told(void **state)
{
    static const struct {
        int error;
        const char *advice;
    } cases[] = {{EMFILE, "; raise the limit on open files (ulimit -n) ("},
        {ENOMEM, "; close some programs or raise the limit (ulimit -v) ("},
        {ENOSPC, "; make room (see df) and try again ("}, {EAGAIN, " ("},
        {EACCES, " ("}, {EPERM, " ("}};
    char message[256];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        (void)snprintf(message, sizeof message,
            "demo_unit: call_interrupted: %s%s", strerror(cases[i].error),
            cases[i].advice);
        struct outcome outcome =
            expect(3, message, call_fails, &cases[i].error);
        assert_says(outcome.err, "tests/unit/check.c:");
        assert_int_equal(strlen(strchr(outcome.err, '\n')), 1); /* one line */
    }
}

static int return_error(const void *error)
{
    return *(const int *)error;
}

static int call_returns_error(const void *error)
{
    CHECK_RETURNED(return_error(error));
    say("went on");
    return 0;
}

static void test_returned_error(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", call_returns_error, &(int){0});
    assert_string_equal(outcome.out, "went on\n");
    outcome = expect(
        3, "demo_unit: return_error: ", call_returns_error, &(int){EDEADLK});
    assert_string_equal(outcome.out, "");
    assert_says(outcome.err, strerror(EDEADLK));
    assert_says(outcome.err, "tests/unit/check.c:");
}

static int make_call(const void *error)
{
    calls = 2;
    CHECK_ONCE(call_interrupted(0, 0));
    say("went on");
    calls = *(const int *)error == EINTR ? 0 : 2;
    CHECK_ONCE(call_interrupted(-1, *(const int *)error));
    say("made %d times", calls);
    return 0;
}

/* After EINTR close(2) has closed the descriptor: it is not repeated, and it
 * has not failed.
 */
static void test_call_that_is_made_once(void **state)
{
    const int interrupted = EINTR, failed = EIO;

    (void)state;
    struct outcome outcome = expect(0, "", make_call, &interrupted);
    assert_string_equal(outcome.out, "went on\nmade 1 times\n");
    outcome = expect(3, "demo_unit: call_interrupted: ", make_call, &failed);
    assert_string_equal(outcome.out, "went on\n");
    assert_says(outcome.err, strerror(EIO));
}

static void say_bye(void)
{
    say("bye");
}

static void *fail_in_thread(void *arg)
{
    fail("worker %d failed", *(int *)arg);
}

/* exit(3p) is undefined when several threads call it. */
static int fail_in_many_threads(const void *context)
{
    static int numbers[20];
    pthread_t threads[20];

    (void)context;
    (void)atexit(say_bye);
    for (int i = 0; i < 20; i++) {
        numbers[i] = i;
        CHECK_RETURNED(
            pthread_create(&threads[i], NULL, fail_in_thread, &numbers[i]));
    }
    for (int i = 0; i < 20; i++)
        CHECK_RETURNED(pthread_join(threads[i], NULL));
    return 0; /* never reached: a thread that failed does not return */
}

static void test_only_one_thread_ends_the_process(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct outcome outcome =
            expect(3, "demo_unit: worker ", fail_in_many_threads, NULL);
        assert_string_equal(outcome.out, "bye\n");
    }
}

/* Even when nobody can read it. */
static int report_to_nobody(const void *context)
{
    (void)context;
    (void)close(STDERR_FILENO);
    errno = ERANGE;
    report("nothing");
    return errno;
}

static int report_much(const void *format)
{
    char much[5000];

    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    errno = ERANGE;
    report((const char *)format, much);
    return errno;
}

static int fail_with(const void *text)
{
    fail("%s", (const char *)text);
}

static void test_report(void **state)
{
    (void)state;
    struct outcome outcome = expect(ERANGE, "xxx", report_much, "%s");
    size_t length = strlen(outcome.err);
    assert_int_in_range(length, 1000, 1024);
    assert_int_equal(outcome.err[length - 1], '\n');
    assert_memory_equal(outcome.err, "demo_unit: x", 12);
    outcome = expect(ERANGE, "d", report_much, "%.1s is one letter");
    assert_string_equal(outcome.err, "demo_unit: x is one letter\n");
    /* what does not fit is cut between two characters */
    for (int extra = 0; extra < 3; extra++) {
        char text[1200] = "";
        for (int i = 0; i < extra; i++)
            (void)strcat(text, "-");
        for (int i = 0; i < 380; i++)
            (void)strcat(text, "€");
        outcome = expect(3, "€\n", fail_with, text);
        assert_int_in_range(strlen(outcome.err), 1000, 1024);
    }
    (void)expect(ERANGE, "", report_to_nobody, NULL);
}

static int use_wrongly(const void *context)
{
    usage_error("there is no operand %s", (const char *)context);
}

static void test_usage_error(void **state)
{
    (void)state;
    struct outcome outcome = expect(2, "demo", use_wrongly, "7");
    assert_string_equal(outcome.err, "demo_unit: there is no operand 7\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call_is_made_again_after_eintr),
        cmocka_unit_test(test_failed_call_is_told),
        cmocka_unit_test(test_returned_error),
        cmocka_unit_test(test_call_that_is_made_once),
        cmocka_unit_test(test_only_one_thread_ends_the_process),
        cmocka_unit_test(test_report), cmocka_unit_test(test_usage_error)};

    run.demo = &demo;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
