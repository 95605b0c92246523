/* SPDX-License-Identifier: MIT */
#include "demos/parts/latch.h"
#include "common/base/check.h"
#include <poll.h>
#include <unistd.h>

void latch_init(struct latch *latch, int count)
{
    CHECK(pipe(latch->ends));
    atomic_init(&latch->missing, count);
}

void latch_count_down(struct latch *latch)
{
    if (atomic_fetch_sub(&latch->missing, 1) == 1)
        CHECK(write(latch->ends[1], "", 1));
}

void latch_wait(struct latch *latch)
{
    struct pollfd input = {.fd = latch->ends[0], .events = POLLIN};

    while (atomic_load(&latch->missing) > 0)
        CHECK(poll(&input, 1, -1));
}

/* Polls in parts: so any time fits, and a run that was stopped (Ctrl-Z) loses
 * one part, not all.
 */
bool latch_wait_for(struct latch *latch, int64_t nanoseconds)
{
    const int part = 250; /* milliseconds */
    int64_t left = (nanoseconds + 999999) / 1000000;
    struct pollfd input = {.fd = latch->ends[0], .events = POLLIN};

    for (; left > 0 && atomic_load(&latch->missing) > 0; left -= part)
        CHECK(poll(&input, 1, (int)(left < part ? left : part)));
    return atomic_load(&latch->missing) <= 0;
}
