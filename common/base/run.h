/* SPDX-License-Identifier: MIT */
/* run - what the command line asked for; read_command_line() fills it in, all others read it */
#pragma once

#include <stdbool.h>
#include <stdint.h>

extern const char *program_name; /* every message begins with it */

extern struct run {
    bool broken;   /* --broken: the mechanism is left out */
    bool window;   /* --window: the window stays open, with the mechanism in place */
    uint32_t seed; /* of all draws */
    double speed;  /* the listing's times are divided by it */
    int timeout;   /* seconds; 0: not given */
} run;
