/* SPDX-License-Identifier: MIT */
/* run - what all actors of a run share */
#pragma once

#include "common/base/check.h"
#include <stdint.h>

/* What the command line asked for; read_command_line() fills it in, all others read it. */
extern struct run {
    bool broken;   /* --broken: the mechanism is left out */
    bool window;   /* --window: the window stays open, with the mechanism in place */
    uint32_t seed; /* of all draws */
    double speed;  /* the listing's times are divided by it */
    int timeout;   /* seconds; 0: not given */
} run;

/* Returns SIZE zeroed bytes, shared with the children started afterwards (mmap(3p)), or dies. */
void *shared_alloc(size_t size);
