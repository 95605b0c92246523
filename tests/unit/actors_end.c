/* SPDX-License-Identifier: MIT */
/* actors: how processes end, and that no run hangs */
#include "tests/support/unit.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/run/output.h"
#include "common/run/actors.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const int64_t LONG_ENOUGH = 60000000000;
static int terminated = SIGTERM, killed = SIGKILL;

static void say_id(int id)
{
    say("%d", id);
}

/* It is ended with the run, or forked() would wait for it and fail the test. */
static void wait_forever(int id)
{
    for (;;)
        (void)pause();
}

static void exit_with_7(int id)
{
    _exit(7);
}

static void die_of_sigterm(int id)
{
    (void)raise(SIGTERM);
}

static void say_that_none_is_left(void)
{
    if (waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD)
        say("none left");
}

/* What wait_process() returns is said, since only the parent may assert. */
static int reap(const void *context)
{
    add_process("task", 0, wait_forever);
    add_process("task", 1, say_id);
    launch_actors();
    pid_t waiting = process_id("task", 0);
    say("%d", wait_process(process_id("task", 1), LONG_ENOUGH, SIGTERM));
    say("%d", wait_process(waiting, 0, SIGTERM));
    say("%d", wait_process(waiting, 1000000, SIGTERM));
    CHECK(kill(waiting, SIGTERM));
    say("%d", wait_process(waiting, LONG_ENOUGH, SIGTERM));
    say_that_none_is_left();
    return 0;
}

static int only_wait(const void *failing)
{
    int64_t before = clock_now();

    add_process("task", 0, wait_forever);
    add_process("task", 1, failing ? exit_with_7 : say_id);
    launch_actors();
    pid_t waiting = process_id("task", 0);
    say("%d", wait_process(waiting, failing ? LONG_ENOUGH : 50000000, 0));
    say(clock_now() - before >= 50000000 ? "in time" : "too early");
    return 0;
}

static int reap_with_wrong_signal(const void *context)
{
    add_process("task", 5, die_of_sigterm);
    launch_actors();
    (void)wait_process(process_id("task", 5), LONG_ENOUGH, SIGKILL);
    return 0;
}

TEST(reap)
{
    struct outcome outcome = expect(0, "", reap, NULL);
    assert_int_equal(TIMED_OUT, 0);
    assert_int_equal(EXITED, 1);
    assert_int_equal(KILLED, 2);
    assert_string_equal(outcome.out, "1\n1\n0\n0\n2\nnone left\n");
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
        add_process("worker", i, wait_forever);
    launch_actors();
    if (signal_number)
        CHECK(raise(*(const int *)signal_number));
    return 0;
}

TEST(children_end_with_their_parent)
{
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
    run.timeout = 1;
    watchdog_set(-1);
    add_process("worker", 0, wait_forever);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    return 0;
}

TEST(watchdog)
{
    (void)expect(3,
        "demo_unit: still running after 1 s, ended; "
        "use a longer --timeout=SECONDS\n",
        hang, NULL);
}

static int say_bound(const void *planned)
{
    run.speed = 10;
    watchdog_set(*(const double *)planned);
    say(alarm(0) == 0 ? "none" : "some");
    return 0;
}

/* Each SIGALRM stands for a second. */
static int live_for_seconds(const void *seconds)
{
    run.speed = 10;
    watchdog_set(3000);
    for (int i = 0; i < *(const int *)seconds; i++)
        CHECK(raise(SIGALRM));
    say("alive");
    return 0;
}

TEST(bound_without_timeout)
{
    struct outcome outcome = expect(0, "", say_bound, &(double){-1});
    assert_string_equal(outcome.out, "none\n");
    outcome = expect(0, "", say_bound, &(double){3000});
    assert_string_equal(outcome.out, "some\n");
    outcome = expect(0, "", live_for_seconds, &(int){300}); /* at speed 10 */
    assert_string_equal(outcome.out, "alive\n");
    (void)expect(3, "demo_unit: still running after 360 s, ended; ",
        live_for_seconds, &(int){360});
}
