/* SPDX-License-Identifier: MIT */
/* actors: all begin at once, all are waited for, and no run hangs; and latches, by which they wait.
 * How one that fails ends the run, and that nothing is left then, nor of a run that is killed:
 * tests/faults/matrix.c; a task that is waited for until its deadline: tests/demos/signal.txt. That
 * a latch works between threads and processes is tested by record.c. */
#include "tests/support/test.h"
#include "common/base/run.h"
#include "common/base/clock.h"
#include "common/run/actors.h"
#include "demos/parts/latch.h"
#include "common/run/output.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

static const int64_t MS = 1000000;

/* Counted down further it stays down, and its pipe does not fill. A wait is at least as long as
 * asked for, a part of a millisecond, too. */
TEST(latch)
{
    const int64_t waits[] = {0, 1000 * MS, 20 * MS + 1, 1};
    struct latch latch;
    int waiting = 0;

    for (int count = 0; count <= 3; count++) {
        latch_init(&latch, count);
        for (int i = 0; i < count; i++) {
            int64_t before = clock_now();
            assert_false(latch_wait_for(&latch, waits[count]));
            assert_true(clock_now() - before >= waits[count]);
            latch_count_down(&latch);
        }
        latch_wait(&latch);
        assert_true(latch_wait_for(&latch, 0));
        assert_true(latch_wait_for(&latch, INT64_C(3600) * 1000 * MS));
    }
    for (int i = 0; i < 100000; i++) /* more than a pipe holds */
        latch_count_down(&latch);
    latch_wait(&latch);
    assert_int_equal(ioctl(latch.ends[0], FIONREAD, &waiting), 0);
    assert_int_equal(waiting, 1);
}

/* While a process is stopped its bound does not come nearer. */
static struct latch *latches; /* is_waiting, is_over */

static int wait_2_s(const void *context)
{
    latch_count_down(&latches[0]);
    return latch_wait_for(&latches[1], 2000 * MS) ? 0 : 1;
}

TEST(stopped_wait)
{
    latches = shared_alloc(2 * sizeof *latches);
    latch_init(&latches[0], 1);
    latch_init(&latches[1], 1);
    struct program other = start_body(wait_2_s, NULL);
    latch_wait(&latches[0]);
    assert_int_equal(kill(other.pid, SIGSTOP), 0);
    assert_int_equal(waitpid(other.pid, NULL, WUNTRACED), other.pid);
    nap(2.3);
    assert_int_equal(kill(other.pid, SIGCONT), 0);
    nap(0.05); /* a whole wait of 2 s would be over by now */
    latch_count_down(&latches[1]);
    assert_int_equal(program_finish(&other).status, 0);
}

/* In memory that all share, set before the actors are started. */
static struct shared {
    struct latch may_end;
    atomic_int forked;
} * shared;

static void pass(int id)
{
}

/* It is ended with the run, or forked() would wait for it and fail the test. */
static void wait_forever(int id)
{
    for (;;)
        (void)pause();
}

static void say_id_at_the_end(int id)
{
    latch_wait(&shared->may_end);
    say("%d", id);
}

static void exit_with_id(int id)
{
    _exit(id);
}

static void raise_id(int id)
{
    (void)signal(id, SIG_DFL); /* CMocka catches some */
    (void)raise(id);
}

static int wait_for_all(const void *context)
{
    shared = shared_alloc(sizeof *shared);
    latch_init(&shared->may_end, 1);
    for (int i = 0; i < 3; i++)
        add_process("worker", i, pass);
    add_process("worker", 3, say_id_at_the_end);
    add_daemon("daemon", 0, wait_forever);
    launch_actors();
    if (!wait_for_actors(0) && !wait_for_actors(clock_now() + 1000000))
        say("not yet");
    latch_count_down(&shared->may_end);
    if (wait_for_actors(FOREVER) && wait_for_actors(0))
        say("all have ended");
    if (waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD)
        say("none left");
    return 0;
}

/* How many were forked when each began: a handler of pthread_atfork(3p) counts in the parent. */
static void count_fork(void)
{
    atomic_fetch_add(&shared->forked, 1);
}

static void say_forks(int id)
{
    say("%d", shared->forked);
}

static int begin_at_once(const void *context)
{
    shared = shared_alloc(sizeof *shared);
    CHECK_PTHREAD(pthread_atfork(NULL, count_fork, NULL));
    for (int i = 0; i < 5; i++)
        add_process("worker", i, say_forks);
    launch_actors();
    return wait_for_actors(FOREVER) ? 0 : 1;
}

/* All signals go to the first thread; but SIGCHLD has to end its wait, and nothing else. */
static void say_held_signals(int id)
{
    sigset_t held;

    CHECK_PTHREAD(pthread_sigmask(SIG_BLOCK, NULL, &held));
    say("%d %d", sigismember(&held, SIGALRM), sigismember(&held, SIGCHLD));
}

static int hold_signals(const void *context)
{
    add_thread("thread", 0, say_held_signals);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    say_held_signals(0);
    return 0;
}

/* One is killed by another signal than it should be; the others never end by themselves. */
static int end_by_signal(const void *context)
{
    add_process("worker", 0, wait_forever);
    add_process("worker", SIGTERM, raise_id);
    add_daemon("daemon", 0, wait_forever);
    launch_actors();
    (void)wait_process(process_id("worker", SIGTERM), FOREVER, SIGKILL);
    return 0;
}

/* The first process itself cannot wait for the others then; but it notices. */
static void fail_late(int id)
{
    sleep_ns(20 * MS);
    _exit(id);
}

static void wait_in_a_call(int id)
{
    CHECK(poll(NULL, 0, -1));
}

static int fail_beside_self(const void *context)
{
    add_self("worker", 0, wait_in_a_call);
    add_process("worker", 1, pass);
    add_daemon("worker", 7, fail_late);
    launch_actors();
    return 0;
}

/* One fails and one is killed as it should be, both before anybody waits: the first one is to
 * blame. */
static int kill_as_expected(const void *context)
{
    siginfo_t info;

    add_process("worker", 7, exit_with_id);
    add_process("victim", 0, wait_forever);
    launch_actors();
    pid_t worker = process_id("worker", 7), victim = process_id("victim", 0);
    CHECK(kill(victim, SIGKILL));
    CHECK(waitid(P_PID, (id_t)worker, &info, WEXITED | WNOWAIT));
    CHECK(waitid(P_PID, (id_t)victim, &info, WEXITED | WNOWAIT));
    (void)wait_process(victim, FOREVER, SIGKILL);
    (void)wait_for_actors(FOREVER);
    return 0;
}

TEST(runs)
{
    static const struct {
        int (*body)(const void *context);
        int status;
        const char *out, *err;
    } cases[] = {{wait_for_all, 0, "not yet\n3\nall have ended\nnone left\n", ""},
        {hold_signals, 0, "1 1\n0 1\n", ""}, {begin_at_once, 0, "5\n5\n5\n5\n5\n", ""},
        {kill_as_expected, 3, "",
            "demo_unit: worker 7 failed with status 7, so the run was stopped\n"},
        {fail_beside_self, 3, "",
            "demo_unit: worker 7 failed with status 7, so the run was stopped\n"},
        {end_by_signal, 3, "",
            "demo_unit: worker 15 was killed by signal 15, so the run was stopped\n"}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct result result = expect(cases[i].status, cases[i].err, cases[i].body, NULL);
        assert_string_equal(result.out, cases[i].out);
    }
}

/* How long a run may take, by its PLANNED seconds at this speed and --timeout. Each SIGALRM stands
 * for a second. */
struct bound {
    double planned;
    int timeout, seconds; /* SECONDS: that it lives for */
    const char *err;
};

static int live(const void *context)
{
    const struct bound *bound = context;

    run.speed = 10;
    run.timeout = bound->timeout;
    watchdog_set(bound->planned);
    if (alarm(1) == 0)
        say("no SIGALRM would come");
    for (int i = 0; i < bound->seconds; i++)
        CHECK(raise(SIGALRM));
    return 0;
}

TEST(bounds)
{
#define STILL_RUNNING "demo_unit: still running after "
    static const struct bound bounds[] = {{-1, 0, 5000, ""}, {3000, 0, 359, ""}, {3000, 7, 6, ""},
        {-1, 7, 6, ""},
        {3000, 0, 360, STILL_RUNNING "360 s, ended; use a longer --timeout=SECONDS\n"},
        {3000, 7, 7, STILL_RUNNING "7 s, ended; "}, {-1, 7, 7, STILL_RUNNING "7 s, ended; "}};

    for (size_t i = 0; i < COUNT(bounds); i++) {
        const struct bound *bound = &bounds[i];
        struct result outcome = expect(*bound->err ? 3 : 0, bound->err, live, bound);
        assert_string_equal(outcome.out, "");
    }
}
