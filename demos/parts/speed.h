/* SPDX-License-Identifier: MIT */
/* speed - the listing's times, which --speed divides */
#pragma once

#include "common/demo.h"

/* SECONDS of the listing's time in nanoseconds of real time. */
static inline int64_t scaled_ns(double seconds)
{
    return (int64_t)(seconds * 1e9 / run.speed);
}
