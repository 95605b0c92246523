/* SPDX-License-Identifier: MIT */
/* process: how children end, and that no run hangs */
#include "tests/support/forked.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct demo demo = {.name = "demo_unit"};
static const int64_t LONG_ENOUGH = 60000000000;
static int seven = 7, terminated = SIGTERM, killed = SIGKILL;

static void say_number(int number, void *context)
{
    (void)context;
    say("%d", number);
}

/* It is ended with the run, or forked() would wait for it and fail the test. */
static void lie_there(int number, void *context)
{
    (void)number;
    (void)context;
    for (;;)
        (void)pause();
}

static void exit_with(int number, void *status)
{
    (void)number;
    _exit(*(int *)status);
}

static void die_of(int number, void *signal_number)
{
    (void)number;
    (void)raise(*(int *)signal_number);
}

static void say_that_none_is_left(void)
{
    if (waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD)
        say("none left");
}

/* What reap_process() returns is said, since only the parent may assert. */
static int reap(const void *context)
{
    (void)context;
    pid_t lying = start_process("task", 0, lie_there, NULL);
    say("%d", reap_process(lying, 0, SIGTERM));
    say("%d", reap_process(lying, 1000000, SIGTERM));
    pid_t ending = start_process("task", 1, say_number, NULL);
    say("%d", reap_process(ending, LONG_ENOUGH, SIGTERM));
    CHECK(kill(lying, SIGTERM));
    say("%d", reap_process(lying, LONG_ENOUGH, SIGTERM));
    say_that_none_is_left();
    return 0;
}

static int only_wait(const void *failing)
{
    int64_t before = clock_now();

    (void)start_process("task", 0, lie_there, NULL);
    if (failing)
        (void)start_process("task", 1, exit_with, &seven);
    else
        (void)start_process("task", 1, say_number, NULL);
    say("%d", reap_process(0, failing ? LONG_ENOUGH : 50000000, 0));
    say(clock_now() - before >= 50000000 ? "in time" : "too early");
    return 0;
}

static int reap_with_wrong_signal(const void *context)
{
    (void)context;
    (void)reap_process(
        start_process("task", 5, die_of, &terminated), LONG_ENOUGH, SIGKILL);
    return 0;
}

static void test_reap(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", reap, NULL);
    assert_int_equal(STILL_RUNNING, 0);
    assert_int_equal(ENDED, 1);
    assert_int_equal(KILLED, 2);
    assert_string_equal(outcome.out, "0\n0\n1\n1\n2\nnone left\n");
    outcome = expect(0, "", only_wait, NULL);
    assert_says(outcome.out, "0\nin time\n");
    outcome =
        expect(3, "demo_unit: task 1 failed with status 7, ", only_wait, "");
    assert_string_equal(outcome.out, "");
    (void)expect(3, "demo_unit: task 5 was killed by signal 15, ",
        reap_with_wrong_signal, NULL);
}

/* Ends in a way of its own, with children that do not end by themselves. */
static int leave_children(const void *signal_number)
{
    (void)atexit(say_that_none_is_left); /* the last handler to be called */

    for (int i = 0; i < 3; i++)
        (void)start_process("worker", i, lie_there, NULL);
    if (signal_number)
        CHECK(raise(*(const int *)signal_number));
    return 0;
}

static void test_children_end_with_their_parent(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", leave_children, NULL);
    assert_string_equal(outcome.out, "none left\n");
    if (!HAVE_PRCTL)
        skip();
    /* often, since they may be killed before they are ready for it */
    for (int i = 0; i < 50; i++)
        (void)expect(128 + SIGKILL, "", leave_children, &killed);
    (void)expect(128 + SIGTERM, "", leave_children, &terminated);
}

static int hang(const void *context)
{
    (void)context;
    run.timeout = 1;
    watchdog_start(-1);
    (void)start_process("worker", 0, lie_there, NULL);
    join_processes(0);
    return 0;
}

static void test_watchdog(void **state)
{
    (void)state;
    (void)expect(3,
        "demo_unit: still running after 1 s, ended; "
        "use a longer --timeout=SECONDS\n",
        hang, NULL);
}

static int say_bound(const void *planned)
{
    run.speed = 10;
    watchdog_start(*(const double *)planned);
    say(alarm(0) == 0 ? "none" : "some");
    return 0;
}

/* Each SIGALRM stands for a second. */
static int live_for_seconds(const void *seconds)
{
    run.speed = 10;
    watchdog_start(3000);
    for (int i = 0; i < *(const int *)seconds; i++)
        CHECK(raise(SIGALRM));
    say("alive");
    return 0;
}

static void test_bound_without_timeout(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", say_bound, &(double){-1});
    assert_string_equal(outcome.out, "none\n");
    outcome = expect(0, "", say_bound, &(double){3000});
    assert_string_equal(outcome.out, "some\n");
    outcome = expect(0, "", live_for_seconds, &(int){300}); /* at speed 10 */
    assert_string_equal(outcome.out, "alive\n");
    (void)expect(3, "demo_unit: still running after 360 s, ended; ",
        live_for_seconds, &(int){360});
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reap),
        cmocka_unit_test(test_children_end_with_their_parent),
        cmocka_unit_test(test_watchdog),
        cmocka_unit_test(test_bound_without_timeout)};

    run.demo = &demo;
    run.speed = 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
