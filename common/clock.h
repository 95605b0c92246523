/* SPDX-License-Identifier: MIT */
/* clock - monotonic time, and pauses that --speed shortens */
#pragma once

#include <stdint.h>

/* Nanoseconds of CLOCK_MONOTONIC (clock_gettime(3p)): never set back, the same for all processes.
 * Async-signal-safe.
 */
int64_t clock_now(void);

/* SECONDS of the listing's time in nanoseconds of real time (by --speed). */
int64_t clock_scaled(double seconds);

/* Pauses the calling thread for NANOSECONDS, also when a signal handler runs meanwhile
 * (nanosleep(3p)). Returns at once for 0.
 */
void pause_for(int64_t nanoseconds);
