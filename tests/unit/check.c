/* SPDX-License-Identifier: MIT */
/* check: every failed call is told, and ends the run */
#include "tests/support/forked.h"
#include "common/base/check.h"
#include "common/base/run.h"
#include "common/run/output.h"
#include "demos/parts/advice.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    CHECK_PTHREAD(return_error(error));
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

/* A close that a signal interrupted may have closed the descriptor: it is not
 * made again, and no failure.
 */
static int close_calls;

static int close_interrupted(int error)
{
    close_calls++;
    errno = error;
    return error == 0 ? 0 : -1;
}

#define close(error) close_interrupted(error)

static int check_close(const void *error)
{
    CHECK(close(*(const int *)error));
    say("called %d times", close_calls);
    return 0;
}

#undef close

static void test_close_is_not_made_again(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", check_close, &(int){EINTR});
    assert_string_equal(outcome.out, "called 1 times\n");
    outcome = expect(0, "", check_close, &(int){0});
    assert_string_equal(outcome.out, "called 1 times\n");
    outcome = expect(3, "demo_unit: close: ", check_close, &(int){EIO});
    assert_says(outcome.err, strerror(EIO));
    assert_string_equal(outcome.out, "");
}

static int return_once_null(const void *context)
{
    (void)CHECK_NOT(NULL, context);
    say("went on");
    return 0;
}

static void test_other_failure_value(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", return_once_null, "");
    assert_string_equal(outcome.out, "went on\n");
    (void)expect(3, "demo_unit: context: ", return_once_null, NULL);
}

/* A failure that is not the program's: the call is made again after EINTR, but
 * nothing else is done about it.
 */
static void test_failure_of_others(void **state)
{
    (void)state;
    calls = 0;
    assert_int_equal(AGAIN(call_interrupted(7, 0)), 7);
    assert_int_equal(calls, 3);
    calls = 0;
    assert_int_equal(AGAIN(call_interrupted(-1, ECONNRESET)), -1);
    assert_int_equal(errno, ECONNRESET);
    assert_int_equal(calls, 3);
}

/* accept() fails for the moment only: it says so once, and is made again. */
static int accept_later(int error)
{
    errno = error;
    calls++;
    return calls <= 3 ? -1 : 7;
}

#define accept(error) accept_later(error)

static int check_accept(const void *error)
{
    calls = 0;
    say("%d", CHECK(accept(*(const int *)error)));
    return 0;
}

#undef accept

static void test_accept_is_made_again(void **state)
{
    static const int moments[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM};

    (void)state;
    struct outcome outcome = expect(0, "", check_accept, &(int){ECONNABORTED});
    assert_string_equal(outcome.out, "7\n");
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        outcome = expect(0, strerror(moments[i]), check_accept, &moments[i]);
        assert_string_equal(outcome.out, "7\n");
        assert_string_equal(strchr(outcome.err, '\n'), "\n"); /* one line */
    }
    (void)expect(3, "demo_unit: accept: ", check_accept, &(int){EINVAL});
}

/* A watcher is told of each call before and after it, once, by its text. */
static void say_begin(const struct call_place *place)
{
    (void)dprintf(
        STDOUT_FILENO, "> %s\n", place->call); /* say() is watched, too */
}

static void say_end(const struct call_place *place)
{
    (void)dprintf(STDOUT_FILENO, "< %s\n", place->call);
}

static const struct call_watcher watcher = {say_begin, say_end};

static int watched_calls(const void *context)
{
    static int none;
    int value;

    calls = 0;
    CHECK(call_interrupted(0, 0)); /* nobody watches */
    call_watcher = &watcher;
    calls = 0;
    value = CHECK(call_interrupted(5, 0));
    (void)dprintf(STDOUT_FILENO, "%d\n", value);
    CHECK_PTHREAD(return_error(&none));
    (void)CHECK_NOT(NULL, strchr("x", 'x'));
    calls = 0;
    (void)AGAIN(call_interrupted(-1, EPIPE));
    CHECK(call_interrupted(-1, ERANGE));
    return 0;
}

static void test_watcher(void **state)
{
    (void)state;
    struct outcome outcome =
        expect(3, "demo_unit: call_interrupted: ", watched_calls, NULL);
    assert_string_equal(outcome.out,
        "> call_interrupted(5, 0)\n< call_interrupted(5, 0)\n5\n"
        "> return_error(&none)\n< return_error(&none)\n"
        "> strchr(\"x\", 'x')\n< strchr(\"x\", 'x')\n"
        "> call_interrupted(-1, EPIPE)\n< call_interrupted(-1, EPIPE)\n"
        "> call_interrupted(-1, ERANGE)\n< call_interrupted(-1, ERANGE)\n");
}

static void say_bye(void)
{
    say("bye");
}

static void *fail_in_thread(void *arg)
{
    die("worker %d failed", *(int *)arg);
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
        CHECK_PTHREAD(
            pthread_create(&threads[i], NULL, fail_in_thread, &numbers[i]));
    }
    for (int i = 0; i < 20; i++)
        CHECK_PTHREAD(pthread_join(threads[i], NULL));
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
    warn("nothing");
    return errno;
}

static int report_much(const void *format)
{
    char much[5000];

    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    errno = ERANGE;
    warn((const char *)format, much);
    return errno;
}

static int fail_with(const void *text)
{
    die("%s", (const char *)text);
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
    usage_error("unexpected operand %s", (const char *)context);
}

static void test_usage_error(void **state)
{
    (void)state;
    struct outcome outcome = expect(2, "demo", use_wrongly, "7");
    assert_string_equal(outcome.err, "demo_unit: unexpected operand 7\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call_is_made_again_after_eintr),
        cmocka_unit_test(test_failed_call_is_told),
        cmocka_unit_test(test_returned_error),
        cmocka_unit_test(test_close_is_not_made_again),
        cmocka_unit_test(test_other_failure_value),
        cmocka_unit_test(test_failure_of_others),
        cmocka_unit_test(test_accept_is_made_again),
        cmocka_unit_test(test_watcher),
        cmocka_unit_test(test_only_one_thread_ends_the_process),
        cmocka_unit_test(test_report), cmocka_unit_test(test_usage_error)};

    program_name = "demo_unit";
    advice_on = find_advice;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
