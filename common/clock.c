/* SPDX-License-Identifier: MIT */
#include "common/clock.h"
#include "common/check.h"
#include "common/options.h"

#include <time.h>

int64_t clock_now(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_scaled(double seconds)
{
    return (int64_t)(seconds * 1e9 / run.speed);
}

void pause_for(int64_t nanoseconds)
{
    struct timespec left = {(time_t)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000)};

    if (nanoseconds > 0) /* after EINTR only what is left is slept */
        CHECK(nanosleep(&left, &left));
}
