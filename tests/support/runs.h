/* SPDX-License-Identifier: MIT */
/* runs - the demos and their variants, as tests/runs.txt has them */
#pragma once

#include <stdbool.h>

enum { MAX_RUNS = 64, NO_BROKEN = -1 };

struct demo_run {
    char demo[16], program[24]; /* "mutex", "demo_mutex" */
    char options[64];           /* with blanks between them; "" for none */
    bool is_plain;              /* the first one of its demo */
    int normal, broken;         /* exit statuses; NO_BROKEN where that is refused */
    int inside;                 /* so many may be at once; 0: nobody ever is */
    char fast[96];              /* the last of the speeds, and the options */
};

/* The run after RUN, or the first one if that is NULL; NULL after the last one. Reads the table if
 * need be. */
const struct demo_run *next_run(const struct demo_run *run);

#define FOR_RUNS(run) for (const struct demo_run *run = next_run(NULL); run; run = next_run(run))
