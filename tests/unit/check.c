/* SPDX-License-Identifier: MIT */
/* check: every failed call is told, and ends the run. What is said of each call of the demos:
 * tests/faults/matrix.c, tests/demos/advice.c. */
#include "tests/support/test.h"
#include "common/base/check.h"
#include "common/run/output.h"
#include <pthread.h>

/* A call that fails with each of these errors in turn, and then returns 7. */
static const int *errors;
static int calls;

static int call(void)
{
    errno = errors[calls];
    calls++;
    return errno == 0 ? 7 : -1;
}

/* The macros know these two by their names. */
#define close()  call()
#define accept() call()

#define BODY(name, made)                                                                           \
    static int name(const void *list)                                                              \
    {                                                                                              \
        errors = list;                                                                             \
        int value = made;                                                                          \
        say("%d after %d", value, calls);                                                          \
        return 0;                                                                                  \
    }
BODY(check_call, CHECK(call()))
BODY(check_close, CHECK(close()))
BODY(check_accept, CHECK(accept()))
BODY(call_again, AGAIN(call()))
#undef close
#undef accept

TEST(checked_calls)
{
    static const struct {
        int (*body)(const void *errors);
        int errors[4], status;
        const char *out, *err;
    } cases[] = {{check_call, {0}, 0, "7 after 1\n", ""},
        {check_call, {EINTR, EINTR}, 0, "7 after 3\n", ""},
        {check_call, {EINTR, ECONNABORTED}, 3, "",
            "^demo_unit: call: [^\n]* \\(tests/unit/check\\.c:[0-9]+\\)\n$"},
        {check_call, {EPERM}, 3, "", "^demo_unit: call: Operation not permitted \\("},
        /* one that a signal interrupted is not made again, and no failure */
        {check_close, {EINTR}, 0, "-1 after 1\n", ""},
        {check_close, {EIO}, 3, "", "^demo_unit: close: "},
        /* the client has gone: the next one may come */
        {check_accept, {EINTR, ECONNABORTED, EPROTO}, 0, "7 after 4\n", ""},
        {check_accept, {EINVAL}, 3, "", "^demo_unit: accept: "},
        {call_again, {EINTR, EINTR}, 0, "7 after 3\n", ""},
        {call_again, {EINTR, ECONNRESET}, 0, "-1 after 2\n", ""}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct result outcome = forked(cases[i].body, cases[i].errors);
        assert_result(&outcome, cases[i].status, cases[i].err, "check");
        assert_string_equal(outcome.out, cases[i].out);
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
    errno = ERANGE;
    warn((const char *)format, much);
    return errno;
}

TEST(warning)
{
    /* what does not fit is cut between two characters */
    static const char *const formats[] = {"%s", "-%s", "--%s"};

    (void)expect(ERANGE, "demo_unit: \u20ac is one letter\n", warn_of_much, "%.3s is one letter");
    for (size_t i = 0; i < COUNT(formats); i++) {
        struct result outcome = expect(ERANGE, "\u20ac\n", warn_of_much, formats[i]);
        assert_int_in_range(strlen(outcome.err), 1000, 1024);
    }
}
