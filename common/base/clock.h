/* SPDX-License-Identifier: MIT */
/* clock - monotonic time, and pauses that --speed shortens */
#pragma once

#include "common/base/check.h"
#include "common/base/run.h"
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
static inline int64_t scaled_ns(double seconds)
{
    return (int64_t)(seconds * 1e9 / run.speed);
}

/* As much of a wait of NANOSECONDS as one call may take: a day. POSIX promises 31 days; macOS and a
 * time_t of 32 bits end at 68 years. The caller waits again for the rest. */
static inline struct timespec part_of_wait(int64_t nanoseconds)
{
    const int64_t day = INT64_C(86400) * 1000000000;
    int64_t part = nanoseconds < day ? nanoseconds : day;

    if (part < 0)
        part = 0;
    return (struct timespec){(time_t)(part / 1000000000), (long)(part % 1000000000)};
}

/* Pauses the calling thread for NANOSECONDS, also when signal handlers run meanwhile; 0: not. */
static inline void sleep_ns(int64_t nanoseconds)
{
    int64_t end = clock_now() + nanoseconds;

    for (int64_t left = nanoseconds; left > 0; left = end - clock_now()) {
        struct timespec part = part_of_wait(left);
        if (nanosleep(&part, NULL) == -1 && errno != EINTR)
            die_call("nanosleep", errno, __FILE__, __LINE__);
    }
}
