/* SPDX-License-Identifier: MIT */
/* latch: it is down when it was counted down as often as it expects, not before, and then for good;
 * a wait for it has a bound, and so has a window. That it works between threads and processes is
 * tested by record.c. */
#include "tests/support/test.h"
#include "common/base/run.h"
#include "common/base/clock.h"
#include "common/run/actors.h"
#include "common/run/latch.h"
#include "demos/parts/window.h"
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

static const int64_t MS = 1000000;

/* Counted down further it stays down, and its pipe does not fill. */
TEST(down_after_the_last_count)
{
    struct latch latch;
    int waiting = 0;

    for (int count = 0; count <= 3; count++) {
        latch_init(&latch, count);
        for (int i = 0; i < count; i++) {
            assert_false(latch_wait_for(&latch, 0));
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

/* A wait is at least as long as asked for, a part of a millisecond, too. */
TEST(times)
{
    const int64_t waits[] = {1, MS, 20 * MS + 1, 1000 * MS};
    struct latch latch;

    latch_init(&latch, 1);
    for (size_t i = 0; i < COUNT(waits); i++) {
        int64_t before = clock_now();
        assert_false(latch_wait_for(&latch, waits[i]));
        assert_true(clock_now() - before >= waits[i]);
    }
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
    int status;

    latches = shared_alloc(2 * sizeof *latches);
    latch_init(&latches[0], 1);
    latch_init(&latches[1], 1);
    struct program other = start_body(wait_2_s, NULL);
    latch_wait(&latches[0]);
    assert_int_equal(kill(other.pid, SIGSTOP), 0);
    assert_int_equal(waitpid(other.pid, &status, WUNTRACED), other.pid);
    nap(2.3);
    assert_int_equal(kill(other.pid, SIGCONT), 0);
    nap(0.05); /* a whole wait of 2 s would be over by now */
    latch_count_down(&latches[1]);
    assert_int_equal(program_finish(&other).status, 0);
}

/* How long an actor and then pause_until() stay in a window of two, where the other one has begun
 * (or has not), but does not come. */
static int64_t time_in_window(bool other_has_begun)
{
    struct window here;
    struct latch never;

    window_init(&here, 2);
    latch_init(&never, 1);
    at_begin();
    if (other_has_begun)
        at_begin();
    int64_t before = clock_now();
    let_others_come(&here);
    pause_until(&never);
    return clock_now() - before;
}

/* Without --broken the mechanism keeps the others out, so an actor waits only until all have begun,
 * and not forever. With --window it waits for the others, too, but not for long; with --broken
 * longer. */
TEST(window_is_bounded)
{
    const int64_t longest = WINDOW, shortest = SHORT_WINDOW;

    assert_true(time_in_window(false) >= longest);
    assert_true(time_in_window(true) < longest);
    run.window = true;
    int64_t took = time_in_window(true);
    assert_true(took >= 2 * shortest && took < longest);
    run.window = false;
    run.broken = true;
    assert_true(time_in_window(true) >= 2 * longest);
    run.broken = false;
}
