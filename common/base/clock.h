/* SPDX-License-Identifier: MIT */
/* clock - monotonic time, and pauses */
#pragma once

#include "common/base/check.h"
#include <stdint.h>
#include <time.h>

#define NS_PER_SECOND INT64_C(1000000000)

/* Nanoseconds of CLOCK_MONOTONIC (clock_gettime(3p)), never set back. Async-signal-safe. */
static inline int64_t clock_now(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

static inline struct timespec to_timespec(int64_t ns)
{
    return (struct timespec){(time_t)(ns / NS_PER_SECOND), (long)(ns % NS_PER_SECOND)};
}

/* Pauses the calling thread for NANOSECONDS, also when signal handlers run in between. */
static inline void sleep_ns(int64_t nanoseconds)
{
    struct timespec left = to_timespec(nanoseconds);

    if (nanoseconds > 0)                /* nanosleep(3p) takes some time for 0, too */
        CHECK(nanosleep(&left, &left)); /* after a signal: for what is left */
}
