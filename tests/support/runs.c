/* SPDX-License-Identifier: MIT */
#include "tests/support/runs.h"

#include "folders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct demo_run demo_runs[MAX_RUNS];
int run_count;

static void stop(const char *why, const char *line)
{
    (void)fprintf(stderr, "tests/runs.txt: %s: %s\n", why, line);
    exit(2);
}

static void read_speeds(struct demo_run *run, char *words)
{
    for (char *word = strtok(words, ","); word; word = strtok(NULL, ",")) {
        int speed = atoi(word);
        if (speed < 1 || run->speed_count == MAX_SPEEDS)
            stop("no speeds", word);
        run->speeds[run->speed_count++] = speed;
        run->quick = speed;
    }
}

static void set_options(struct demo_run *run, const char *options)
{
    (void)snprintf(run->options, sizeof run->options, "%s", options);
    (void)snprintf(
        run->fast, sizeof run->fast, "--speed=%d %s", run->quick, options);
}

static void read_line(const char *line)
{
    struct demo_run *run = &demo_runs[run_count];
    char broken[8], inside[8], speeds[64], options[64] = "";

    int found = sscanf(line, "%15s %d %7s %7s %63s %63s %63[^\n]", run->demo,
        &run->normal, broken, inside, speeds, run->waits, options);
    if (found < 6 || run_count == MAX_RUNS - 1)
        stop("cannot be read", line);
    (void)strcpy(run->program, "demo_");
    (void)strcat(run->program, run->demo);
    run->is_plain =
        run_count == 0 || strcmp(demo_runs[run_count - 1].demo, run->demo) != 0;
    run->broken = *broken == '-' ? NO_BROKEN : atoi(broken);
    run->inside = *inside == '-' ? 0 : atoi(inside);
    if (strcmp(run->waits, "-") == 0)
        *run->waits = '\0';
    read_speeds(run, speeds);
    set_options(run, options);
    run_count++;
}

void runs_read(void)
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
        runs_read();
    const struct demo_run *next = run ? run + 1 : demo_runs;
    return next < demo_runs + run_count ? next : NULL;
}

const struct demo_run *next_plain_run(const struct demo_run *run)
{
    do
        run = next_run(run);
    while (run && !run->is_plain);
    return run;
}

const struct demo_run *plain_run(const char *demo)
{
    FOR_DEMOS(run)
    if (strcmp(run->demo, demo) == 0)
        return run;
    stop("has no such demo", demo);
    return NULL;
}

struct demo_run *add_run(const char *demo, const char *options)
{
    (void)next_run(NULL); /* the table is read */
    struct demo_run *run = &demo_runs[run_count++];

    if (run_count == MAX_RUNS)
        stop("too many runs", options);
    *run = *plain_run(demo);
    run->is_plain = false;
    set_options(run, options);
    return run;
}
