/* SPDX-License-Identifier: MIT */
/* runs - the demos and their variants, as tests/runs.txt has them */
#pragma once

#include "folders.h" /* cmake makes it: RUN_ROWS */

#include <stdbool.h>
#include <string.h>

enum { NO_BROKEN = 0 };

static const struct demo_run {
    const char *demo, *program; /* "mutex", "demo_mutex" */
    int normal, broken;         /* exit statuses; NO_BROKEN where that is refused */
    int inside;                 /* so many may be at once; 0: nobody ever is */
    const char *options;        /* with blanks between them; "" for none */
    const char *fast;           /* the last of the speeds, and the options */
} demo_runs[] = {RUN_ROWS{0}};

#define FOR_RUNS(run) for (const struct demo_run *run = demo_runs; run->demo; run++)

/* Whether it is the first one of its demo. */
static inline bool is_plain(const struct demo_run *run)
{
    return run == demo_runs || strcmp(run[-1].demo, run->demo) != 0;
}
