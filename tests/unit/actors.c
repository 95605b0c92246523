/* SPDX-License-Identifier: MIT */
/* actors: all begin at once, all are waited for; one that fails ends the run,
 * and no run hangs
 */
#include "tests/support/test.h"
#include "common/base/run.h"
#include "common/base/clock.h"
#include "common/base/memory.h"
#include "common/run/actors.h"
#include "common/run/latch.h"
#include "common/run/output.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { ACTORS = 5 };
static const int64_t LONG_ENOUGH = 60000000000;

/* In memory that all share, set before the actors are started. */
static struct shared {
    struct latch may_end;
    int forked[ACTORS];
    atomic_int running;
} * shared;

static void set_up(void)
{
    shared = shared_alloc(sizeof *shared);
    latch_init(&shared->may_end, 1);
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

static void wait_for_end(int id)
{
    latch_wait(&shared->may_end);
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
    add_process("waiter", 0, wait_for_end);
    for (int i = 1; i <= 3; i++)
        add_process("worker", i, say_id);
    launch_actors();
    if (!wait_for_actors(0) && !wait_for_actors(1000000))
        say("not yet");
    latch_count_down(&shared->may_end);
    if (wait_for_actors(FOREVER) && wait_for_actors(0))
        say("all have ended");
    say_that_none_is_left();
    return 0;
}

TEST(wait)
{
    static const char *const said[] = {
        "1\n", "2\n", "3\n", "not yet\n", "\nall have ended\nnone left\n"};
    struct result outcome = expect(0, "", wait_for_all, NULL);

    for (size_t i = 0; i < COUNT(said); i++)
        assert_says(outcome.out, said[i]);
}

/* SIGCHLD has to end the first thread's wait: no other thread may take it. */
static void say_if_signals_are_held(int id)
{
    sigset_t held;

    CHECK_PTHREAD(pthread_sigmask(SIG_BLOCK, NULL, &held));
    say("%d", sigismember(&held, SIGCHLD));
}

static int hold_signals_in_threads(const void *context)
{
    add_thread("thread", 0, say_if_signals_are_held);
    run_all();
    say_if_signals_are_held(0);
    return 0;
}

TEST(signals_go_to_the_first_thread)
{
    struct result outcome = expect(0, "", hold_signals_in_threads, NULL);

    assert_string_equal(outcome.out, "1\n0\n");
}

/* How many were forked when each began: a handler of pthread_atfork(3p) counts
 * them in the parent.
 */
static void count_fork(void)
{
    atomic_fetch_add(&shared->running, 1);
}

static void note_forks(int id)
{
    shared->forked[id] = shared->running;
}

static int begin_at_once(const void *context)
{
    int late = 0;

    set_up();
    CHECK_PTHREAD(pthread_atfork(NULL, count_fork, NULL));
    for (int i = 0; i < ACTORS; i++)
        add_process("worker", i, note_forks);
    run_all();
    for (int i = 0; i < ACTORS; i++)
        late += shared->forked[i] == ACTORS;
    say("%d", late);
    return 0;
}

TEST(all_begin_at_once)
{
    struct result outcome = expect(0, "", begin_at_once, NULL);

    assert_string_equal(outcome.out, "5\n");
}

/* What an actor does, and what is said of it. */
struct failure {
    void (*actor)(int id);
    int id;
    const char *message;
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

TEST(daemons)
{
    static const struct failure daemons[] = {{wait_forever, 0, ""},
        {exit_with_id, 0, ""},
        {exit_with_id, 7,
            "demo_unit: daemon 7 failed with status 7, so the run was "
            "stopped\n"}};

    for (int i = 0; i < 2; i++) {
        struct result outcome = expect(0, "", run_daemon, &daemons[i]);
        assert_string_equal(outcome.out, "1\n1\nnone left\n");
    }
    for (int i = 0; i < 20; i++) { /* it may be ended before it can fail */
        struct result outcome = forked(run_daemon, &daemons[2]);
        if (outcome.status == 0)
            assert_says(outcome.out, "none left\n");
        else
            assert_says(outcome.err, daemons[2].message);
    }
}

/* One of three fails; the other two never end by themselves. */
static int wait_with_failure(const void *context)
{
    const struct failure *failure = context;

    add_process("worker", 0, wait_forever);
    add_process("worker", failure->id, failure->actor);
    add_process("worker", 2, wait_forever);
    run_all();
    return 0;
}

static int ask_for_nobody(const void *context)
{
    add_process("worker", 0, say_id);
    launch_actors();
    return (int)process_id("worker", 1);
}

TEST(failing_child_ends_the_run)
{
    static const struct failure failures[] = {
        {exit_with_id, 7,
            "demo_unit: worker 7 failed with status 7, "
            "so the run was stopped\n"},
        {raise_id, SIGTERM,
            "demo_unit: worker 15 was killed by signal 15, "
            "so the run was stopped\n"},
        {raise_id, SIGBUS,
            " (a mapped file was cut off, or there is no room for it), so the "
            "run was stopped\n"}};

    for (size_t i = 0; i < COUNT(failures); i++)
        (void)expect(3, failures[i].message, wait_with_failure, &failures[i]);
    (void)expect(3, "demo_unit: there is no worker 1\n", ask_for_nobody, NULL);
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
    say("%d", wait_process(waiting, 50000000, SIGTERM));
    say(clock_now() - before >= 50000000 ? "in time" : "too early");
    CHECK(kill(waiting, SIGTERM));
    say("%d", wait_process(waiting, LONG_ENOUGH, SIGTERM));
    say_that_none_is_left();
    return 0;
}

/* Waits for a child that ends otherwise than it should, or for another one. */
static int reap_failure(const void *failure)
{
    add_process("task", 0, failure ? raise_id : wait_forever);
    add_process("task", SIGTERM, failure ? raise_id : exit_with_id);
    launch_actors();
    (void)wait_process(
        process_id("task", failure ? SIGTERM : 0), LONG_ENOUGH, SIGKILL);
    return 0;
}

TEST(reap)
{
    struct result outcome = expect(0, "", reap, NULL);

    assert_int_equal(TIMED_OUT, 0);
    assert_int_equal(EXITED, 1);
    assert_int_equal(KILLED, 2);
    assert_string_equal(outcome.out, "1\n1\n0\n0\nin time\n2\nnone left\n");
    (void)expect(
        3, "demo_unit: task 15 failed with status 15, ", reap_failure, NULL);
    (void)expect(
        3, "demo_unit: task 15 was killed by signal 15, ", reap_failure, "");
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
    struct result outcome = expect(0, "", leave_children, NULL);

    assert_string_equal(outcome.out, "none left\n");
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
    static const struct bound bounds[] = {{-1, 0, 0, "no bound\n"},
        {3000, 0, 359, "a bound\n"}, {3000, 7, 6, "a bound\n"},
        {-1, 7, 6, "a bound\n"},
        {3000, 0, 360,
            "demo_unit: still running after 360 s, ended; use a longer "
            "--timeout=SECONDS\n"},
        {3000, 7, 7, "demo_unit: still running after 7 s, ended; "},
        {-1, 7, 7, "demo_unit: still running after 7 s, ended; "}};

    for (size_t i = 0; i < COUNT(bounds); i++) {
        const struct bound *bound = &bounds[i];
        bool ends = strstr(bound->end, "ended") != NULL;
        struct result outcome =
            expect(ends ? 3 : 0, ends ? bound->end : "", live, bound);
        if (!ends)
            assert_string_equal(outcome.out, bound->end);
    }
}
