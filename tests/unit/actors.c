/* SPDX-License-Identifier: MIT */
/* actors: all begin at once, all are waited for; one that fails ends the run,
 * and no run hangs
 */
#include "tests/support/test.h"
#include "common/base/run.h"
#include "common/base/clock.h"
#include "common/run/actors.h"
#include "common/run/latch.h"
#include "common/run/output.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define LONG_ENOUGH (clock_now() + 60000000000)

/* In memory that all share, set before the actors are started. */
static struct shared {
    struct latch may_end;
    atomic_int forked;
} * shared;

static void set_up(void)
{
    shared = shared_alloc(sizeof *shared);
    latch_init(&shared->may_end, 1);
}

static void pass(int id)
{
}

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

static void say_id_at_the_end(int id)
{
    latch_wait(&shared->may_end);
    say_id(id);
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

static void run_all(void)
{
    launch_actors();
    (void)wait_for_actors(FOREVER);
}

static void say_that_none_is_left(void)
{
    if (waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD)
        say("none left");
}

static int wait_for_all(const void *context)
{
    set_up();
    for (int i = 0; i < 3; i++)
        add_process("worker", i, pass);
    add_process("worker", 3, say_id_at_the_end);
    launch_actors();
    if (!wait_for_actors(0) && !wait_for_actors(clock_now() + 1000000))
        say("not yet");
    latch_count_down(&shared->may_end);
    if (wait_for_actors(FOREVER) && wait_for_actors(0))
        say("all have ended");
    say_that_none_is_left();
    return 0;
}

/* All signals go to the first thread; but SIGCHLD has to end its wait, and
 * nothing else.
 */
static void say_held_signals(int id)
{
    sigset_t held;

    CHECK_PTHREAD(pthread_sigmask(SIG_BLOCK, NULL, &held));
    say("%d %d", sigismember(&held, SIGALRM), sigismember(&held, SIGCHLD));
}

static int hold_signals_in_threads(const void *context)
{
    add_thread("thread", 0, say_held_signals);
    run_all();
    say_held_signals(0);
    return 0;
}

/* How many were forked when each began: a handler of pthread_atfork(3p) counts
 * them in the parent.
 */
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
    set_up();
    CHECK_PTHREAD(pthread_atfork(NULL, count_fork, NULL));
    for (int i = 0; i < 5; i++)
        add_process("worker", i, say_forks);
    run_all();
    return 0;
}

struct failure {
    void (*actor)(int id);
    int id;
};

/* A daemon is ended with the others, whether it runs or not; but if it fails,
 * so does the run.
 */
static int run_daemon(const void *context)
{
    const struct failure *daemon = context;

    add_daemon("daemon", daemon->id, daemon->actor);
    add_process("worker", 1, say_id);
    add_thread("thread", 1, say_id);
    run_all();
    say_that_none_is_left();
    return 0;
}

/* One of three fails; the other two never end by themselves. */
static int wait_with_failure(const void *context)
{
    add_process("worker", 0, wait_forever);
    add_process("worker", 7, exit_with_id);
    add_process("worker", 2, wait_forever);
    run_all();
    return 0;
}

/* What wait_process() returns is said, since only the parent may assert. */
static int reap(const void *context)
{
    int64_t before = clock_now();

    add_process("task", 0, wait_forever);
    add_process("task", 1, say_id);
    launch_actors();
    pid_t waiting = process_id("task", 0);
    say("%d", wait_process(process_id("task", 1), LONG_ENOUGH, SIGTERM));
    say("%d", wait_process(waiting, 0, SIGTERM));
    say("%d", wait_process(waiting, clock_now() + 50000000, SIGTERM));
    say(clock_now() - before >= 50000000 ? "in time" : "too early");
    CHECK(kill(waiting, SIGTERM));
    say("%d", wait_process(waiting, LONG_ENOUGH, SIGTERM));
    say_that_none_is_left();
    return 0;
}

/* Waits for a child that is killed by another signal than it should be. */
static int reap_failure(const void *context)
{
    add_process("task", SIGTERM, raise_id);
    launch_actors();
    (void)wait_process(process_id("task", SIGTERM), LONG_ENOUGH, SIGKILL);
    return 0;
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

static const struct failure idle = {wait_forever, 0}, done = {exit_with_id, 0},
                            fails = {exit_with_id, 7};

TEST(runs)
{
    static const struct {
        int (*body)(const void *context);
        const void *context;
        int status;
        const char *out, *err; /* OUT: NULL for any */
    } cases[] = {{wait_for_all, NULL, 0, "not yet\n3\nall have ended\nnone left\n", ""},
        {hold_signals_in_threads, NULL, 0, "1 1\n0 1\n", ""},
        {begin_at_once, NULL, 0, "5\n5\n5\n5\n5\n", ""},
        {run_daemon, &idle, 0, "1\n1\nnone left\n", ""},
        {run_daemon, &done, 0, "1\n1\nnone left\n", ""},
        {wait_with_failure, NULL, 3, NULL,
            "demo_unit: worker 7 failed with status 7, so the run was "
            "stopped\n"},
        {reap, NULL, 0, "1\n1\n0\n0\nin time\n2\nnone left\n", ""},
        {reap_failure, NULL, 3, NULL,
            "demo_unit: task 15 was killed by signal 15, so the run was "
            "stopped\n"},
        {leave_children, NULL, 0, "none left\n", ""}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct result result =
            expect(cases[i].status, cases[i].err, cases[i].body, cases[i].context);
        if (cases[i].out)
            assert_string_equal(result.out, cases[i].out);
    }
}

/* It may be ended before it can fail. */
TEST(failing_daemon)
{
    for (int i = 0; i < 20; i++) {
        struct result result = forked(run_daemon, &fails);
        if (result.status == 0)
            assert_says(result.out, "none left\n");
        else
            assert_says(result.err, "demo_unit: daemon 7 failed with status 7, so the run was "
                                    "stopped\n");
    }
}

TEST(children_end_with_their_parent)
{
    if (!HAVE_PRCTL)
        skip();
    /* often, since they may be killed before they are ready for it */
    for (int i = 0; i < 50; i++)
        (void)expect(128 + SIGKILL, "", leave_children, &(int){SIGKILL});
    (void)expect(128 + SIGTERM, "", leave_children, &(int){SIGTERM});
}

/* How long a run may take, by its PLANNED seconds at this speed and --timeout.
 * Each SIGALRM stands for a second.
 */
struct bound {
    double planned;
    int timeout, seconds; /* SECONDS: that it lives for */
    const char *end;
};

static int live(const void *context)
{
    const struct bound *bound = context;

    run.speed = 10;
    run.timeout = bound->timeout;
    watchdog_set(bound->planned);
    say(alarm(1) == 0 ? "no bound" : "a bound");
    for (int i = 0; i < bound->seconds; i++)
        CHECK(raise(SIGALRM));
    return 0;
}

TEST(bounds)
{
    static const struct bound bounds[] = {{-1, 0, 0, "no bound\n"}, {3000, 0, 359, "a bound\n"},
        {3000, 7, 6, "a bound\n"}, {-1, 7, 6, "a bound\n"},
        {3000, 0, 360,
            "demo_unit: still running after 360 s, ended; use a longer "
            "--timeout=SECONDS\n"},
        {3000, 7, 7, "demo_unit: still running after 7 s, ended; "},
        {-1, 7, 7, "demo_unit: still running after 7 s, ended; "}};

    for (size_t i = 0; i < COUNT(bounds); i++) {
        const struct bound *bound = &bounds[i];
        bool ends = strstr(bound->end, "ended") != NULL;
        struct result outcome = expect(ends ? 3 : 0, ends ? bound->end : "", live, bound);
        if (!ends)
            assert_string_equal(outcome.out, bound->end);
    }
}
