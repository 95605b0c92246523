/* SPDX-License-Identifier: MIT */
#include "common/run/latch.h"
#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/run.h"
#include <poll.h>
#include <unistd.h>

void latch_init(struct latch *latch, int count)
{
    int ends[2];

    CHECK(pipe(ends));
    latch->read_end = ends[0];
    latch->write_end = ends[1];
    atomic_init(&latch->missing, count);
}

void latch_count_down(struct latch *latch)
{
    if (atomic_fetch_sub(&latch->missing, 1) == 1)
        CHECK(write(latch->write_end, "", 1));
}

void latch_wait(struct latch *latch)
{
    struct pollfd input = {.fd = latch->read_end, .events = POLLIN};

    while (atomic_load(&latch->missing) > 0)
        CHECK(poll(&input, 1, -1));
}

/* Polls in parts: so any time fits, and a run that was stopped (Ctrl-Z) loses one part, not all. */
bool latch_wait_for(struct latch *latch, int64_t nanoseconds)
{
    const int part = 250; /* milliseconds */
    int64_t left = (nanoseconds + 999999) / 1000000;
    struct pollfd input = {.fd = latch->read_end, .events = POLLIN};

    for (; left > 0 && atomic_load(&latch->missing) > 0; left -= part)
        CHECK(poll(&input, 1, (int)(left < part ? left : part)));
    return atomic_load(&latch->missing) <= 0;
}

static struct latch *all_have_begun; /* NULL: the run has no window, or is broken */

/* With --window the actors pause one after the other: so often that a run takes 10 s, no more. */
enum { MAX_PAUSES = 500 };

void window_init(struct latch *window, int count)
{
    if (run.broken) {
        latch_init(window, count);
        return;
    }
    if (run.window)
        latch_init(window, count < MAX_PAUSES ? count : MAX_PAUSES);
    all_have_begun = shared_alloc(sizeof *all_have_begun);
    latch_init(all_have_begun, count);
}

void note_actor(void)
{
    if (all_have_begun)
        latch_count_down(all_have_begun);
}

void let_others_come(struct latch *window)
{
    if (!run.broken)
        (void)latch_wait_for(all_have_begun, WINDOW);
    if (run.broken || run.window) {
        latch_count_down(window);
        pause_until(window);
    }
}

void pause_until(struct latch *latch)
{
    if (run.broken || run.window)
        (void)latch_wait_for(latch, run.broken ? WINDOW : SHORT_WINDOW);
}
