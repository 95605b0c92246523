/* SPDX-License-Identifier: MIT */
/* latch - waits until something has happened COUNT times, without using the processor
 *
 * A latch works between threads, and between processes if it lies in memory that they share. It is
 * used once: the last count-down puts a byte into a pipe. No actor takes that byte out, so all that
 * wait see it. Counting down further does no harm. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct latch {
    atomic_int missing;
    int read_end, write_end;
};

/* Before the actors start (pipe(3p)). Ends the run if there are no descriptors left. */
void latch_init(struct latch *latch, int count);

void latch_count_down(struct latch *latch);
void latch_wait(struct latch *latch);

/* Waits at most NANOSECONDS, rounded up to milliseconds. Returns whether the latch is down. */
bool latch_wait_for(struct latch *latch, int64_t nanoseconds);

/* The longest time that a window stays open, in nanoseconds: with --broken, and with --window. */
enum { WINDOW = 1000000000, SHORT_WINDOW = 20000000 };

/* A window is a point where another actor can get in between, unless the mechanism keeps it out.
 * let_others_come() pauses until all COUNT actors are here; without --broken, where the mechanism
 * keeps them out, only until all have begun: so they wait in the mechanism's own call. With
 * --window it then pauses up to 20 ms for those that the mechanism does not keep out. */
void window_init(struct latch *window, int count);
void let_others_come(struct latch *window);

/* Only with --broken, or for up to 20 ms with --window: pauses until the latch is down. */
void pause_until(struct latch *latch);

/* An actor has begun; launch_actors() has each of them say so. */
void note_actor(void);
