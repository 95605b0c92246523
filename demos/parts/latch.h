/* SPDX-License-Identifier: MIT */
/* latch - waits until something has happened COUNT times, without using the
 * processor
 *
 * A latch works between threads, and between processes if it lies in memory
 * that they share. It is used once: the last count-down puts a byte into a
 * pipe. No actor takes that byte out, so all that wait see it. Counting down
 * further does no harm.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct latch {
    atomic_int missing;
    int ends[2]; /* of the pipe */
};

/* Before the actors start (pipe(3p)). Ends the run if there are no descriptors
 * left.
 */
void latch_init(struct latch *latch, int count);

void latch_count_down(struct latch *latch);
void latch_wait(struct latch *latch);

/* Waits at most NANOSECONDS, rounded up to milliseconds. Returns whether the
 * latch is down.
 */
bool latch_wait_for(struct latch *latch, int64_t nanoseconds);
