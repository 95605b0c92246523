/* SPDX-License-Identifier: MIT */
/* latch: it is down when it was counted down as often as it expects, not
 * before; and then for all who wait, and for good
 */
#include "tests/support/forked.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/memory.h"
#include "common/run/latch.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ACTORS = 5 };
static const int64_t MS = 1000000, LONG = INT64_C(3600) * 1000000000;

static void end_latch(const struct latch *latch)
{
    (void)close(latch->read_end);
    (void)close(latch->write_end);
}

static void test_down_after_the_last_count(void **state)
{
    struct latch latch;

    (void)state;
    latch_init(&latch, 3);
    for (int i = 0; i < 3; i++) {
        assert_false(latch_wait_for(&latch, 0));
        assert_false(latch_wait_for(&latch, MS));
        latch_count_down(&latch);
    }
    latch_wait(&latch); /* it stays down: */
    latch_wait(&latch);
    assert_true(latch_wait_for(&latch, 0));
    assert_true(latch_wait_for(&latch, LONG));
    end_latch(&latch);
}

static void test_nothing_to_wait_for(void **state)
{
    struct latch latch;

    (void)state;
    latch_init(&latch, 0);
    assert_true(latch_wait_for(&latch, 0));
    latch_wait(&latch);
    end_latch(&latch);
}

/* Below zero: it stays down, and its pipe does not fill. */
static void test_counted_below_zero(void **state)
{
    struct latch latch;
    int waiting = 0;

    (void)state;
    latch_init(&latch, 1);
    for (int i = 0; i < 100000; i++) /* more than a pipe holds */
        latch_count_down(&latch);
    latch_wait(&latch);
    assert_true(latch_wait_for(&latch, 0));
    assert_int_equal(ioctl(latch.read_end, FIONREAD, &waiting), 0);
    assert_int_equal(waiting, 1);
    end_latch(&latch);
}

/* A wait is at least as long as asked for: a part of a millisecond, too. */
static void test_times(void **state)
{
    const int64_t waits[] = {1, MS, 20 * MS + 1, 300 * MS};
    struct latch latch;

    (void)state;
    latch_init(&latch, 1);
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        int64_t before = clock_now();
        assert_false(latch_wait_for(&latch, waits[i]));
        assert_true(clock_now() - before >= waits[i]);
    }
    end_latch(&latch);
}

/* Some wait, others count down; what these wrote before can be read then. */
static struct latch of_threads, all_wait;
static int written[ACTORS], sums[ACTORS];

static void *write_and_count(void *place)
{
    *(int *)place = 7;
    latch_count_down(&of_threads);
    return NULL;
}

static void *wait_and_read(void *place)
{
    latch_count_down(&all_wait);
    latch_wait(&of_threads);
    for (int i = 0; i < ACTORS; i++)
        *(int *)place += written[i];
    return NULL;
}

static void test_between_threads(void **state)
{
    pthread_t threads[2 * ACTORS];

    (void)state;
    latch_init(&of_threads, ACTORS);
    latch_init(&all_wait, ACTORS);
    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, wait_and_read, &sums[i]), 0);
    latch_wait(&all_wait);
    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(pthread_create(&threads[ACTORS + i], NULL,
                             write_and_count, &written[i]),
            0);
    for (int i = 0; i < 2 * ACTORS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(sums[i], 7 * ACTORS);
    end_latch(&of_threads);
    end_latch(&all_wait);
}

static void assert_ends_well(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_between_processes(void **state)
{
    struct latch *latches = shared_alloc(2 * sizeof *latches);
    pid_t pids[ACTORS];

    (void)state;
    latch_init(&latches[0], ACTORS);
    latch_init(&latches[1], 1);
    for (int i = 0; i < ACTORS; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            latch_count_down(&latches[0]);
            latch_wait(&latches[1]);
            _exit(latches[1].missing == 0 ? 0 : 1);
        }
    }
    latch_wait(&latches[0]);
    assert_false(latch_wait_for(&latches[1], MS));
    latch_count_down(&latches[1]); /* one count wakes all of them */
    for (int i = 0; i < ACTORS; i++)
        assert_ends_well(pids[i]);
    end_latch(&latches[0]);
    end_latch(&latches[1]);
}

/* 2^32 ms, which is 0 ms in 32 bits: it waits until the other counts down. */
static void test_long_wait(void **state)
{
    struct latch *latch = shared_alloc(sizeof *latch);

    (void)state;
    latch_init(latch, 1);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)poll(NULL, 0, 600); /* let the other wait, for some parts */
        latch_count_down(latch);
        _exit(0);
    }
    assert_true(latch_wait_for(latch, INT64_C(4294967296) * MS));
    assert_ends_well(pid);
    end_latch(latch);
}

/* While a process is stopped its bound does not come nearer. */
static void test_stopped_wait(void **state)
{
    struct latch *latches = shared_alloc(2 * sizeof *latches);
    int status;

    (void)state;
    latch_init(&latches[0], 1);
    latch_init(&latches[1], 1);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        latch_count_down(&latches[0]);
        _exit(latch_wait_for(&latches[1], 2000 * MS) ? 0 : 1);
    }
    latch_wait(&latches[0]);
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    (void)poll(NULL, 0, 2300);
    assert_int_equal(kill(pid, SIGCONT), 0);
    (void)poll(NULL, 0, 50); /* a whole wait of 2 s would be over by now */
    latch_count_down(&latches[1]);
    assert_ends_well(pid);
    end_latch(&latches[0]);
    end_latch(&latches[1]);
}

/* Waiting takes no processor time. */
static int wait_long(const void *context)
{
    struct rusage usage;
    struct latch latch;

    (void)context;
    latch_init(&latch, 1);
    (void)latch_wait_for(&latch, 1000 * MS);
    CHECK(getrusage(RUSAGE_SELF, &usage));
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec > 0 ||
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec > 300000;
}

static void test_idle_wait(void **state)
{
    (void)state;
    (void)expect(0, "", wait_long, NULL);
}

/* The window. Without --broken the mechanism keeps the others out, so an actor
 * waits only until all have begun.
 */
static void test_window_of_a_normal_run(void **state)
{
    struct latch here, never;

    (void)state;
    run.broken = false;
    window_init(&here, 2);
    note_actor();
    int64_t before = clock_now();
    let_others_come(&here); /* not forever, if one does not begin */
    assert_true(clock_now() - before >= WINDOW);
    note_actor();
    before = clock_now();
    let_others_come(&here); /* both have begun; the other is not here */
    latch_init(&never, 1);
    pause_until(&never); /* does nothing */
    assert_true(clock_now() - before < WINDOW);
    end_latch(&never);
}

/* With --window an actor waits for the others, too, but not for long. */
static void test_open_window(void **state)
{
    struct latch here, never;

    (void)state;
    run.window = true;
    window_init(&here, 2);
    note_actor();
    note_actor();
    latch_init(&never, 1);
    int64_t before = clock_now();
    let_others_come(&here); /* both have begun; the other is kept out */
    pause_until(&never);
    int64_t took = clock_now() - before;
    assert_true(took >= 2 * (int64_t)SHORT_WINDOW && took < WINDOW);
    let_others_come(&here);
    assert_true(latch_wait_for(&here, 0)); /* the last one does not wait */
    run.window = false;
    end_latch(&here);
    end_latch(&never);
}

static struct latch window;
static atomic_int arrived;
static int seen[ACTORS];

static void *pass_window(void *place)
{
    atomic_fetch_add(&arrived, 1);
    let_others_come(&window);
    *(int *)place = arrived;
    return NULL;
}

static void test_window_of_a_broken_run(void **state)
{
    pthread_t threads[ACTORS];

    (void)state;
    run.broken = true;
    window_init(&window, ACTORS);
    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, pass_window, &seen[i]), 0);
    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(seen[i], ACTORS); /* each saw all the others */
    pause_until(&window);
    window_init(&window, 2);
    int64_t before = clock_now();
    let_others_come(&window); /* the other does not come: it is bounded */
    pause_until(&window);
    assert_true(clock_now() - before >= 2 * (int64_t)WINDOW);
    run.broken = false;
    end_latch(&window);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_down_after_the_last_count),
        cmocka_unit_test(test_nothing_to_wait_for),
        cmocka_unit_test(test_counted_below_zero), cmocka_unit_test(test_times),
        cmocka_unit_test(test_between_threads),
        cmocka_unit_test(test_between_processes),
        cmocka_unit_test(test_long_wait), cmocka_unit_test(test_stopped_wait),
        cmocka_unit_test(test_idle_wait), cmocka_unit_test(test_open_window),
        cmocka_unit_test(test_window_of_a_normal_run),
        cmocka_unit_test(test_window_of_a_broken_run)};

    program_name = "demo_unit";
    (void)alarm(60); /* a latch that never comes down ends the test */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
