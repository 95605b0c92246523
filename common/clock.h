/* SPDX-License-Identifier: MIT */
/* clock - monotonic time, and pauses that --speed shortens */
#pragma once

#include "common/check.h"
#include "common/options.h"
#include <stdint.h>
#include <time.h>

/* Nanoseconds of CLOCK_MONOTONIC (clock_gettime(3p)), never set back. Async-signal-safe. */
static inline int64_t clock_now(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* SECONDS of the listing's time in nanoseconds of real time (by --speed). */
static inline int64_t clock_scaled(double seconds)
{
    return (int64_t)(seconds * 1e9 / run.speed);
}

/* Pauses the calling thread for NANOSECONDS, also when signal handlers run meanwhile; 0: not. */
static inline void pause_for(int64_t nanoseconds)
{
    struct timespec left = {(time_t)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000)};

    if (nanoseconds > 0)
        CHECK(nanosleep(&left, &left));
}
