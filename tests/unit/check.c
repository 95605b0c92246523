/* SPDX-License-Identifier: MIT */
/* check: every failed call is told, and ends the run */
#include "tests/support/test.h"
#include "common/base/check.h"
#include "common/run/output.h"
#include "demos/parts/advice.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETURNS = 7 };

/* Calls that fail with each of these errors in turn, and then return 7. */
static const int *errors;
static int calls;

static int call(void)
{
    errno = errors[calls];
    calls++;
    return errno == 0 ? RETURNS : -1;
}

static int close_it(void)
{
    return call();
}

static int return_error(int error)
{
    calls++;
    return error;
}

/* The macros know these two by their names. */
#define close()  close_it()
#define accept() call()

enum macro { CALL, CLOSE, ACCEPT, POINTER, PTHREAD, FAILURE_OF_OTHERS };
struct checked {
    enum macro macro;
    int errors[4], status;
    const char *said;
};

static int check(const void *context)
{
    const struct checked *checked = context;
    int value = RETURNS;

    errors = checked->errors;
    if (checked->macro == CALL)
        value = CHECK(call());
    else if (checked->macro == CLOSE)
        value = CHECK(close());
    else if (checked->macro == ACCEPT)
        value = CHECK(accept());
    else if (checked->macro == POINTER)
        (void)CHECK_NOT(NULL, errors[0] ? NULL : &value);
    else if (checked->macro == PTHREAD)
        CHECK_PTHREAD(return_error(errors[0]));
    else
        value = AGAIN(call());
    say("%d after %d", value, calls);
    return 0;
}

#undef close
#undef accept

TEST(checked_calls)
{
    static const struct checked cases[] = {{CALL, {0}, 0, "7 after 1\n"},
        {CALL, {EINTR, EINTR}, 0, "7 after 3\n"}, {CALL, {EINTR, ECONNABORTED}, 3, "call: "},
        {CALL, {EPERM}, 3, "call: "},
        {CALL, {EMFILE}, 3, "; raise the limit on open files (ulimit -n) ("},
        /* a close that a signal interrupted is not made again, and no failure
         */
        {CLOSE, {0}, 0, "7 after 1\n"}, {CLOSE, {EINTR}, 0, "-1 after 1\n"},
        {CLOSE, {EIO}, 3, "close: "},
        /* the client of an accept has gone: the next one may come */
        {ACCEPT, {EINTR, ECONNABORTED, EPROTO}, 0, "7 after 4\n"},
        {ACCEPT, {EMFILE}, 3, "; raise the limit on open files (ulimit -n) ("},
        {ACCEPT, {EINVAL}, 3, "accept: "}, {POINTER, {0}, 0, "7 after 0\n"},
        {POINTER, {1}, 3, "errors[0] ? NULL : &value: "}, {PTHREAD, {0}, 0, "7 after 1\n"},
        {PTHREAD, {EDEADLK}, 3, "return_error: "},
        {FAILURE_OF_OTHERS, {EINTR, EINTR}, 0, "7 after 3\n"},
        {FAILURE_OF_OTHERS, {EINTR, ECONNRESET}, 0, "-1 after 2\n"}};

    advice_on = find_advice;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct checked *checked = &cases[i];
        bool ends = checked->status != 0;
        struct result outcome = expect(checked->status, ends ? checked->said : "", check, checked);
        assert_string_equal(outcome.out, ends ? "" : checked->said);
        if (!ends)
            continue;
        int last = checked->errors[1] ? checked->errors[1] : checked->errors[0];
        if (checked->macro != POINTER)
            assert_says(outcome.err, strerror(last));
        assert_memory_equal(outcome.err, "demo_unit: ", 11);
        assert_says(outcome.err, " (tests/unit/check.c:");
        assert_string_equal(strchr(outcome.err, '\n'), "\n"); /* one line */
    }
}

static void say_bye(void)
{
    say("bye");
}

static void *fail_in_thread(void *nothing)
{
    die("a worker failed");
}

/* exit(3p) is undefined when several threads call it. */
static int fail_in_many_threads(const void *context)
{
    pthread_t threads[20];

    (void)atexit(say_bye);
    for (int i = 0; i < 20; i++)
        CHECK_PTHREAD(pthread_create(&threads[i], NULL, fail_in_thread, NULL));
    for (int i = 0; i < 20; i++)
        CHECK_PTHREAD(pthread_join(threads[i], NULL));
    return 0; /* never reached: a thread that failed does not return */
}

TEST(only_one_thread_ends_the_process)
{
    for (int i = 0; i < 20; i++) {
        struct result outcome =
            expect(3, "demo_unit: a worker failed\n", fail_in_many_threads, NULL);
        assert_string_equal(outcome.out, "bye\n");
    }
}

/* Warns as FORMAT says, with more than fits; errno stays. */
static int warn_of_much(const void *format)
{
    char much[5000] = "";

    for (int i = 0; i < 1200; i++)
        (void)strcat(much, "\u20ac");
    if (format == NULL) /* and if nobody can read it */
        (void)close(STDERR_FILENO);
    errno = ERANGE;
    warn(format ? (const char *)format : "%s", much);
    return errno;
}

TEST(warning)
{
    /* what does not fit is cut between two characters */
    static const char *const formats[] = {"%s", "-%s", "--%s"};
    struct result outcome = expect(ERANGE, "d", warn_of_much, "%.3s is one letter");

    assert_string_equal(outcome.err, "demo_unit: \u20ac is one letter\n");
    for (size_t i = 0; i < 3; i++) {
        outcome = expect(ERANGE, "\u20ac\n", warn_of_much, formats[i]);
        assert_int_in_range(strlen(outcome.err), 1000, 1024);
    }
    (void)expect(ERANGE, "", warn_of_much, NULL);
}
