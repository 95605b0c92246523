/* SPDX-License-Identifier: MIT */
#include "tests/support/runs.h"

#include "folders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct demo_run runs[MAX_RUNS];
static int run_count;

/* What is no run, a comment, does not begin with a small letter. */
static void read_runs(void)
{
    char line[256], demo[16], broken[8], inside[8], speeds[64];
    FILE *file = fopen(SOURCE_FOLDER "/tests/runs.txt", "r");

    while (file && run_count < MAX_RUNS && fgets(line, sizeof line, file)) {
        struct demo_run *run = &runs[run_count];
        char options[64] = "";
        if (sscanf(line, "%15[a-z] %d %7s %7s %63s %*s %63[^\n]", demo, &run->normal, broken,
                inside, speeds, options) < 5)
            continue;
        const char *last = strrchr(speeds, ',');
        (void)snprintf(run->demo, sizeof run->demo, "%s", demo);
        (void)snprintf(run->program, sizeof run->program, "demo_%s", demo);
        (void)snprintf(run->options, sizeof run->options, "%s", options);
        (void)snprintf(
            run->fast, sizeof run->fast, "--speed=%s %s", last ? last + 1 : "1", options);
        run->is_plain = run_count == 0 || strcmp(run[-1].demo, demo) != 0;
        run->broken = *broken == '-' ? NO_BROKEN : atoi(broken);
        run->inside = atoi(inside);
        run_count++;
    }
    if (run_count == 0 || run_count == MAX_RUNS) {
        (void)fprintf(stderr, "tests/runs.txt cannot be read\n");
        exit(2);
    }
    (void)fclose(file);
}

const struct demo_run *next_run(const struct demo_run *run)
{
    if (run_count == 0)
        read_runs();
    const struct demo_run *next = run ? run + 1 : runs;
    return next < runs + run_count ? next : NULL;
}
