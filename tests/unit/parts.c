/* SPDX-License-Identifier: MIT */
/* parts of the demos: names are removed, a seed repeats the draws, and windows do not stay open.
 * That no name can be guessed: tests/demos/access.txt; that signals wait while one exists:
 * confined.txt. */
#include "tests/support/test.h"
#include "common/base/clock.h"
#include "common/base/run.h"
#include "common/run/actors.h"
#include "common/run/output.h"
#include "demos/parts/random.h"
#include "demos/parts/unique_name.h"
#include "demos/parts/window.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* What was created under a name is removed if the run ends before it could be unlinked; but not by
 * a child that ends. */
static int leave_name(const void *context)
{
    char name[NAME_SIZE];

    unique_name(name);
    int file = CHECK(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600));
    pid_t child = CHECK(fork());
    if (child == 0)
        return 0;
    CHECK(waitpid(child, NULL, 0));
    CHECK(close(file));
    CHECK(shm_open(name, O_RDWR, 0)); /* ends the run if it is gone */
    say("%s", name);
    return 0;
}

TEST(name_that_is_left)
{
    struct result outcome = expect(0, "", leave_name, NULL);

    outcome.out[strcspn(outcome.out, "\n")] = '\0';
    assert_true(strlen(outcome.out) <= 30); /* macOS: bsd/kern/posix_sem.c, PSEMNAMLEN */
    assert_int_equal(shm_open(outcome.out, O_RDONLY, 0), -1);
    assert_int_equal(errno, ENOENT);
}

/* Worked out apart from this program: another platform must draw the same. An actor's draws do not
 * depend on when the others draw. */
TEST(known_draws)
{
    static const struct {
        uint32_t seed;
        unsigned actor;
        int max, draws[5];
    } known[] = {{0, 0, 99, {35, 40, 40, 59, 68}}, {42, 1, 99, {26, 32, 38, 82, 73}},
        {42, 0, INT32_MAX, {28115531, 947843269}},
        {4294967295, 4294967295, INT32_MAX, {373161629, 1058138164}}};

    for (size_t i = 0; i < COUNT(known); i++) {
        int min = known[i].max == 99 ? 0 : 1;
        run.seed = known[i].seed;
        struct rng draw = rng_init(known[i].actor), other = rng_init(3);
        for (int k = 0; k < 5 && known[i].draws[k] > 0; k++) {
            assert_int_equal(rng_range(&draw, min, known[i].max), known[i].draws[k]);
            (void)rng_range(&other, 0, 9);
        }
    }
}

/* 2^31 values do not divide evenly: without a second try the lower third of the large ones would
 * come up twice as often as the rest. */
TEST(even)
{
    const int third = 1 << 29;
    int low = 0;

    run.seed = 1;
    struct rng draw = rng_init(0);
    assert_int_equal(rng_range(&draw, 9, 9), 9);
    for (int i = 0; i < 30000; i++)
        low += rng_range(&draw, 0, 3 * third - 1) < third;
    assert_int_in_range(low, 9500, 10500);
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
