/* SPDX-License-Identifier: MIT */
#include "tests/support/runs.h"

#include "folders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct demo_run runs[MAX_RUNS];
static int run_count;

static void stop(const char *why, const char *line)
{
    (void)fprintf(stderr, "tests/runs.txt: %s: %s\n", why, line);
    exit(2);
}

static void read_line(const char *line)
{
    struct demo_run *run = &runs[run_count];
    char broken[8], inside[8], speeds[64], options[64] = "";

    int found = sscanf(line, "%15s %d %7s %7s %63s %*s %63[^\n]", run->demo, &run->normal, broken,
        inside, speeds, options);
    const char *last = strrchr(speeds, ',');
    if (found < 5 || !last || run_count == MAX_RUNS - 1)
        stop("cannot be read", line);
    (void)strcpy(run->options, options);
    (void)snprintf(run->fast, sizeof run->fast, "--speed=%s %s", last + 1, options);
    (void)strcpy(run->program, "demo_");
    (void)strcat(run->program, run->demo);
    run->is_plain = run_count == 0 || strcmp(run[-1].demo, run->demo) != 0;
    run->broken = *broken == '-' ? NO_BROKEN : atoi(broken);
    run->inside = *inside == '-' ? 0 : atoi(inside);
    run_count++;
}

static void read_runs(void)
{
    char line[256];
    FILE *file = fopen(SOURCE_FOLDER "/tests/runs.txt", "r");

    if (!file)
        stop("cannot be opened", SOURCE_FOLDER);
    while (fgets(line, sizeof line, file))
        if (*line != '#' && *line != '\n')
            read_line(line);
    (void)fclose(file);
    if (run_count == 0)
        stop("has no runs", SOURCE_FOLDER);
}

const struct demo_run *next_run(const struct demo_run *run)
{
    if (run_count == 0)
        read_runs();
    const struct demo_run *next = run ? run + 1 : runs;
    return next < runs + run_count ? next : NULL;
}

const struct demo_run *plain_run(const char *demo)
{
    FOR_RUNS(run)
    if (run->is_plain && strcmp(run->demo, demo) == 0)
        return run;
    stop("has no such demo", demo);
    return NULL;
}
