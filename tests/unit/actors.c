/* SPDX-License-Identifier: MIT */
/* actors: all begin at once, all are waited for; one that fails ends the run */
#include "tests/support/unit.h"
#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/run/actors.h"
#include "common/base/clock.h"
#include "common/run/latch.h"
#include "common/run/output.h"
#include "common/run/record.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ACTORS = 5 };

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

static void fail_by_itself(int id)
{
    die("actor %d cannot go on", id);
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
    struct outcome outcome = expect(0, "", wait_for_all, NULL);
    static const char *const said[] = {
        "1\n", "2\n", "3\n", "not yet\n", "\nall have ended\nnone left\n"};
    for (size_t i = 0; i < COUNT(said); i++)
        assert_says(outcome.out, said[i]);
}

/* Threads and processes side by side; the processes are forked first. */
static void run_together(int id)
{
    atomic_fetch_add(&shared->running, 1);
    while (atomic_load(&shared->running) < 2 * ACTORS)
        (void)usleep(1000);
    say("%d in %s", id, getppid() == getpgrp() ? "a process" : "a thread");
}

static int run_threads_and_processes(const void *context)
{
    set_up();
    for (int i = 0; i < ACTORS; i++) {
        add_thread("thread", i, run_together);
        add_process("process", 10 + i, run_together);
    }
    launch_actors();
    (void)wait_for_actors(FOREVER);
    say_that_none_is_left();
    return 0;
}

TEST(threads_and_processes)
{
    char line[32];

    struct outcome outcome = expect(0, "", run_threads_and_processes, NULL);
    for (int i = 0; i < ACTORS; i++) {
        (void)snprintf(line, sizeof line, "%d in a thread\n", i);
        assert_says(outcome.out, line);
        (void)snprintf(line, sizeof line, "%d in a process\n", 10 + i);
        assert_says(outcome.out, line);
    }
    assert_says(outcome.out, "none left\n");
}

/* SIGCHLD has to end the first thread's wait: no other thread may take it. */
static void say_if_signals_are_held(int id)
{
    sigset_t held;

    CHECK_PTHREAD(pthread_sigmask(SIG_BLOCK, NULL, &held));
    if (sigismember(&held, SIGCHLD) == 1)
        say("held");
}

static int hold_signals_in_threads(const void *context)
{
    sigset_t held;

    add_thread("thread", 0, say_if_signals_are_held);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    CHECK_PTHREAD(pthread_sigmask(SIG_BLOCK, NULL, &held));
    say("%d", sigismember(&held, SIGCHLD));
    return 0;
}

TEST(signals_go_to_the_first_thread)
{
    struct outcome outcome = expect(0, "", hold_signals_in_threads, NULL);
    assert_string_equal(outcome.out, "held\n0\n");
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
    launch_actors();
    (void)wait_for_actors(FOREVER);
    for (int i = 0; i < ACTORS; i++)
        late += shared->forked[i] == ACTORS;
    say("%d", late);
    return 0;
}

TEST(all_begin_at_once)
{
    struct outcome outcome = expect(0, "", begin_at_once, NULL);
    assert_string_equal(outcome.out, "5\n");
}

static void stay_until_all_have_begun(int id)
{
    int64_t before = clock_now();

    let_others_come(NULL); /* not a broken run, so the window is not needed */
    if (clock_now() - before >= WINDOW)
        die("actor %d waited in vain", id);
}

static int await_begin(const void *context)
{
    window_init(NULL, ACTORS + 1);
    for (int i = 0; i < ACTORS; i++)
        add_process("worker", i, stay_until_all_have_begun);
    add_thread("thread", 0, stay_until_all_have_begun);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    say("all have begun");
    return 0;
}

TEST(all_have_begun)
{
    struct outcome outcome = expect(0, "", await_begin, NULL);
    assert_string_equal(outcome.out, "all have begun\n");
}

/* A daemon is ended with the others, whether it runs or not; but if it fails,
 * so does the run.
 */
struct daemon {
    void (*actor)(int id);
    int id;
    bool with_thread;
};

static int run_daemon(const void *context)
{
    const struct daemon *daemon = context;

    set_up();
    add_daemon("daemon", daemon->id, daemon->actor);
    if (daemon->with_thread)
        add_thread("worker", 1, say_id);
    else
        add_process("worker", 1, say_id);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    say_that_none_is_left();
    return 0;
}

TEST(daemons)
{
    for (int thread = 0; thread < 2; thread++) {
        const struct daemon good = {wait_forever, 0, thread},
                            early = {exit_with_id, 0, thread},
                            bad = {exit_with_id, 7, thread};
        struct outcome outcome = expect(0, "", run_daemon, &good);
        assert_string_equal(outcome.out, "1\nnone left\n");
        outcome = expect(0, "", run_daemon, &early);
        assert_string_equal(outcome.out, "1\nnone left\n");
        for (int i = 0; i < 20; i++) { /* it may be ended before it can fail */
            outcome = forked(run_daemon, &bad);
            if (outcome.status == 0)
                assert_says(outcome.out, "none left\n");
            else
                assert_string_equal(outcome.err,
                    "demo_unit: daemon 7 failed with status 7, so the run was "
                    "stopped\n");
        }
    }
}

/* As demo_mutex does, which tries first what the system can. */
static int launch_twice(const void *context)
{
    add_process("probe", 0, say_id);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    add_process("worker", 1, say_id);
    add_thread("thread", 2, say_id);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    say_that_none_is_left();
    return 0;
}

TEST(second_launch)
{
    struct outcome outcome = expect(0, "", launch_twice, NULL);
    assert_memory_equal(outcome.out, "0\n", 2);
    assert_says(outcome.out, "1\n");
    assert_says(outcome.out, "2\n");
    assert_int_equal(outcome.out_size, 6 + strlen("none left\n"));
}

/* The lanes are in the order of adding, whoever is started first. */
static int name_lanes(const void *context)
{
    char name[LANE_NAME_SIZE];

    recorder_start();
    add_thread("first", 0, say_id);
    add_process("second", 0, say_id);
    add_process("second", 1, say_id);
    add_daemon("third", 0, wait_forever);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    struct recorder *recorded = recorder;
    recorder = NULL;
    for (int lane = 0; lane < lane_count(recorded); lane++) {
        lane_name(recorded, lane, name);
        say("%s", name);
    }
    return 0;
}

TEST(lanes)
{
    struct outcome outcome = expect(0, "", name_lanes, NULL);
    assert_says(outcome.out, "first\nsecond 0\nsecond 1\nthird\n");
}

struct failure {
    void (*actor)(int id);
    int id;
    const char *message;
};

/* One of three fails; the other two never end by themselves. */
static int wait_with_failure(const void *context)
{
    const struct failure *failure = context;

    add_process("worker", 0, wait_forever);
    add_process("worker", failure->id, failure->actor);
    add_process("worker", 2, wait_forever);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    return 0;
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
        {raise_id, SIGKILL, "demo_unit: worker 9 was killed by signal 9, "},
        {raise_id, SIGBUS,
            " (a mapped file was cut off, or there is no room for it), so the "
            "run was stopped\n"},
        {fail_by_itself, 1,
            "demo_unit: actor 1 cannot go on\n"
            "demo_unit: worker 1 failed with status "
            "3, so the run was stopped\n"}};

    for (size_t i = 0; i < COUNT(failures); i++)
        (void)expect(3, failures[i].message, wait_with_failure, &failures[i]);
}

static void fail_in_thread(int id)
{
    die("thread %d cannot go on", id);
}

static int fail_thread(const void *context)
{
    add_process("worker", 0, wait_forever);
    add_thread("thread", 4, fail_in_thread);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    return 0;
}

TEST(failing_thread_ends_the_run)
{
    struct outcome outcome =
        expect(3, "demo_unit: thread 4 cannot go on\n", fail_thread, NULL);
    assert_string_equal(outcome.out, "");
}

static int stop_some(const void *context)
{
    add_process("worker", 0, wait_forever);
    add_process("worker", 1, wait_forever);
    launch_actors();
    pid_t first = process_id("worker", 0);
    kill_process(first);
    if (waitpid(first, NULL, WNOHANG) == -1 && errno == ECHILD)
        say("reaped");
    stop_processes();
    stop_processes();
    (void)wait_for_actors(FOREVER);
    say_that_none_is_left();
    return 0;
}

TEST(stop)
{
    struct outcome outcome = expect(0, "", stop_some, NULL);
    assert_string_equal(outcome.out, "reaped\nnone left\n");
}

static int ask_for_nobody(const void *context)
{
    add_process("worker", 0, say_id);
    launch_actors();
    (void)process_id("worker", 1);
    return 0;
}

TEST(unknown_process)
{
    (void)expect(3, "demo_unit: there is no worker 1\n", ask_for_nobody, NULL);
}

static int share(const void *context)
{
    unsigned char *bytes = shared_alloc(10000);
    int sum = 0;

    for (int i = 0; i < 10000; i++)
        sum += bytes[i];
    pid_t child = CHECK(fork());
    if (child == 0) {
        bytes[9999] = 42;
        _exit(0);
    }
    CHECK(waitpid(child, NULL, 0));
    say("%d %d", sum, bytes[9999]);
    return 0;
}

TEST(shared_memory)
{
    struct outcome outcome = expect(0, "", share, NULL);
    assert_string_equal(outcome.out, "0 42\n");
}
