/* SPDX-License-Identifier: MIT */
/* output: intact lines. That no error is lost is tested with the demos. */
#include "tests/support/test.h"
#include "common/base/check.h"
#include "common/run/output.h"
#include "demos/parts/numbers.h"
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

enum { MUCH = 300000 };

static int say_lines(const void *context)
{
    char line[6000];

    say("%d starting %s", 7, "critical section");
    say("%s", "");
    memset(line, 'x', sizeof line);
    say("%.*s", (int)sizeof line, line);
    return 0;
}

TEST(say)
{
    struct result outcome = expect(0, "", say_lines, NULL);
    assert_int_equal(outcome.out_size, 28 + 1 + 6001);
    assert_memory_equal(outcome.out, "7 starting critical section\n\nxx", 31);
    assert_string_equal(outcome.out + 28 + 1 + 5999, "x\n");
}

static int say_lists(const void *context)
{
    const int numbers[] = {5, -17, INT_MIN, INT_MAX};

    say_numbers(numbers, 4, 0, "Lucky %d! ", 7);
    say_numbers(numbers, 1, 0, "%s", "");
    say_numbers(numbers, 0, 0, "%s", "");
    say_numbers(numbers, 3, 1, "%s", "");
    return 0;
}

TEST(say_numbers)
{
    struct result outcome = expect(0, "", say_lists, NULL);
    assert_string_equal(outcome.out,
        "Lucky 7! [5, -17, -2147483648, 2147483647]\n"
        "[5]\n[]\n[5 | -17, -2147483648]\n");
}

static volatile sig_atomic_t interruptions;
static volatile long drained;
static int pipe_ends[2];

/* Makes room in the pipe when write(2) has been interrupted a few times. */
static void interrupt(int signal_number)
{
    char bytes[4096];

    if (++interruptions >= 5)
        drained += read(pipe_ends[0], bytes, sizeof bytes);
}

/* Writes MUCH, more than a pipe holds, into a pipe: often nothing of it gets
 * written before a signal comes, and often only a part.
 */
static int write_much(const void *context)
{
    static char much[MUCH];
    const struct sigaction action = {.sa_handler = interrupt};
    const struct itimerval often = {{0, 500}, {0, 500}}, never = {0};

    CHECK(pipe(pipe_ends));
    CHECK(sigaction(SIGALRM, &action, NULL));
    CHECK(setitimer(ITIMER_REAL, &often, NULL));
    write_all(pipe_ends[1], much, MUCH);
    CHECK(setitimer(ITIMER_REAL, &never, NULL));
    (void)close(pipe_ends[1]);
    for (ssize_t rest; (rest = read(pipe_ends[0], much, MUCH)) > 0;)
        drained += rest;
    say("%ld", drained);
    return 0;
}

TEST(write_all)
{
    struct result outcome = expect(0, "", write_much, NULL);

    assert_string_equal(outcome.out, "300000\n");
}
