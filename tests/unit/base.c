/* SPDX-License-Identifier: MIT */
/* what knows nothing of a run: every failed call is told, and ends the run; pauses that no signal
 * cuts short; UTF-8, and showing bytes that came from outside. What is said of each call of the
 * demos: tests/faults/matrix.c, tests/demos/advice.c. How --speed shortens pauses: all.c. */
#include "tests/support/test.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/run/output.h"
#include "demos/parts/input.h"
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

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
            "^demo_unit: call: [^\n]* \\(tests/unit/base\\.c:[0-9]+\\)\n$"},
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
        assert_result(&outcome, cases[i].status, cases[i].err, "base");
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

static volatile sig_atomic_t interruptions;

static void count_interruption(int signal_number)
{
    interruptions++;
}

/* A signal handler must neither cut the pause short nor begin it again. */
static int pause_with_signals(const void *context)
{
    const struct sigaction action = {.sa_handler = count_interruption};
    const struct itimerval often = {{0, 2000}, {0, 2000}};
    int64_t before = clock_now();

    CHECK(sigaction(SIGALRM, &action, NULL));
    CHECK(setitimer(ITIMER_REAL, &often, NULL));
    sleep_ns(100000000);
    int64_t took = clock_now() - before; /* if begun again it hardly ever ends */
    sleep_ns(0);
    sleep_ns(-1000000000000000); /* too late already: returns */
    return interruptions > 0 && took >= 100000000 && took < 5000000000 ? 0 : 1;
}

TEST(pause_goes_on_after_signals)
{
    (void)expect(0, "", pause_with_signals, NULL);
}

static void assert_escaped(const char *bytes, size_t length, const char *shown)
{
    char *text = escape_dup(bytes, length);

    assert_string_equal(text, shown);
    free(text);
}

TEST(escape)
{
    static const struct {
        const char *bytes, *shown; /* NULL: as it is */
    } cases[] = {{"", NULL}, {"ping", NULL}, {" ~!", NULL}, {"back\\slash", NULL},
        {"\u00e9lan", NULL}, {"\u00a0", NULL}, {"\u20ac", NULL}, {"\U0001f600", NULL},
        /* what is not seen itself, but hides or reorders what is */
        {"\u00ad", "\\xc2\\xad"}, {"\u061c", "\\xd8\\x9c"}, {"\u180e", "\\xe1\\xa0\\x8e"},
        {"\u200b", "\\xe2\\x80\\x8b"}, {"\u200f", "\\xe2\\x80\\x8f"}, {"\u2028", "\\xe2\\x80\\xa8"},
        {"a\u202eb", "a\\xe2\\x80\\xaeb"}, {"\u2060", "\\xe2\\x81\\xa0"},
        {"\u206f", "\\xe2\\x81\\xaf"}, {"\ufeff", "\\xef\\xbb\\xbf"}, {"\ufff9", "\\xef\\xbf\\xb9"},
        {"\U000e0041", "\\xf3\\xa0\\x81\\x81"},
        /* their neighbors */
        {"\u00ac\u00ae\u061b\u2010\u2027\u202f\u205f\u2070", NULL},
        {"\ufefe\ufffd\U000e0100 e\u0301 \u2764\ufe0f", NULL},
        /* the first and the last control characters */
        {"\x01\x1f", "\\x01\\x1f"}, {"\x7f", "\\x7f"}, {"\xc2\x80", "\\xc2\\x80"},
        {"\xc2\x9f", "\\xc2\\x9f"},
        /* the first and the last of each length, and around the surrogates */
        {"\xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf", NULL},
        {"\xee\x80\x80 \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", NULL},
        /* no characters: cut off, overlong, surrogates, beyond Unicode */
        {"\xf0\x9f\x98", "\\xf0\\x9f\\x98"}, {"\xf4\x8f", "\\xf4\\x8f"},
        {"\xe2x\x82", "\\xe2x\\x82"}, {"\xbf", "\\xbf"}, {"\xf0\x9f\xc3\xa9", "\\xf0\\x9f\xc3\xa9"},
        {"\xc0\x80", "\\xc0\\x80"}, {"\xc1\xbf", "\\xc1\\xbf"}, {"\xe0\x9f\xbf", "\\xe0\\x9f\\xbf"},
        {"\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf"}, {"\xed\xbf\xbf", "\\xed\\xbf\\xbf"},
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, {"\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80"},
        {"\xfe", "\\xfe"}, {"\xff", "\\xff"}, {"a\x80z", "a\\x80z"}, {"\xc3", "\\xc3"},
        {"\xe2\x82", "\\xe2\\x82"}, {"\xc3x", "\\xc3x"}, {"\xc3\xc3\xa9", "\\xc3\xc3\xa9"},
        {"\xc0\xaf", "\\xc0\\xaf"}, {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        {"\xe0\x80\x8a", "\\xe0\\x80\\x8a"}, /* an overlong newline */
        {"\x1b[2J\r\n", "\\x1b[2J\\x0d\\n"}};

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_escaped(cases[i].bytes, strlen(cases[i].bytes),
            cases[i].shown ? cases[i].shown : cases[i].bytes);
    assert_escaped("a\0b", 3, "a\\x00b");
}

TEST(cut_between_characters)
{
    static const struct {
        const char *text;
        size_t max, prefix;
    } cases[] = {{"", 0, 0}, {"abc", 3, 3}, {"abc", 2, 2}, {"a\u20ac", 4, 4}, {"a\u20ac", 3, 1},
        {"\u20ac", 2, 0}, {"\x80\x80", 1, 1}, {"\x80\x80\x80\x80\x80\x80", 5, 5}};
    char text[1000] = "";

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(utf8_prefix(cases[i].text, cases[i].max), cases[i].prefix);
    assert_string_equal(escaped("a\t"), "a\\x09");
    for (int i = 0; i < 300; i++)
        (void)strcat(text, "\u20ac");
    assert_int_equal(strlen(escaped(text)), 198 + 3);
    assert_string_equal(escaped(text) + 195, "\u20ac...");
    memset(text, 1, 999);
    assert_int_equal(strlen(escaped(text)), 4 * 200 + 3);
}
