/* SPDX-License-Identifier: MIT */
/* clock - monotonic time, and pauses that --speed shortens */
#pragma once

#include <stdint.h>

/* Nanoseconds of CLOCK_MONOTONIC (clock_gettime(3p)): never set back, the same
 * for all processes. Async-signal-safe.
 */
int64_t clock_now(void);

/* SECONDS of the listing's time in nanoseconds of real time (by --speed). */
int64_t clock_scaled(double seconds);

/* Pauses the calling thread for NANOSECONDS, also when a signal handler runs
 * meanwhile (nanosleep(3p)). Nothing happens for 0.
 */
void pause_for(int64_t nanoseconds);

/* The time-out for poll(3p) that ends at DEADLINE (in clock_now's time):
 * milliseconds, rounded up, 0 when it has passed, at most an hour.
 */
int clock_timeout(int64_t deadline);
