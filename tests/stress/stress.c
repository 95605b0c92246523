/* SPDX-License-Identifier: MIT */
/* stress - runs each demo many times in both modes, free and on one core
 *
 * Usage: stress BUILD_FOLDER [RUNS [NAME...]], as in "mutex". A normal
 * run has to end with status 0 (demo_signal: 1, or 0 if the guard came so late
 * that the task was done), a broken one with 4: of 1000 broken runs one may
 * fail to show its bug, of normal runs none may report a violation; and in one
 * of 100 at most nobody waits in the mechanism's own call. Prints a table, and
 * above its line each run that went wrong with what it said: its seed and speed
 * stand there to repeat it. The exit status says whether all held. The long
 * soak is 'stress build 5000': 10,000 runs of each mode, half of them on one
 * core. And 'stress build crowd' has 100 normal runs of all kinds at once.
 */
#define _GNU_SOURCE /* sched_setaffinity, where there is one */
#include "tests/support/process.h"
#include "tests/support/runs.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { AT_ONCE = 4, CROWD = 100 };

/* One of the runs. */
struct run {
    const struct demo_run *subject;
    int number, place; /* of those at once */
    bool broken, pinned;
    char words[160];
};

/* In the new process: a folder with a log and names of its own, and one core,
 * where the system can do that.
 */
static int prepare(const void *context)
{
    const struct run *run = context;
    char folder[32];

    (void)snprintf(folder, sizeof folder, "run-%d", run->place);
    (void)mkdir(folder, 0700);
#ifdef CPU_SET
    if (run->pinned) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(0, &set);
        (void)sched_setaffinity(0, sizeof set, &set);
    }
#endif
    return chdir(folder) == 0 ? 0 : 127;
}

/* The speeds come in turn; seeds differ from run to run, and are the same when
 * all is repeated. Some are watched: recording, and the live view's process,
 * change the times.
 */
static struct program start(struct run *run)
{
    static const char *const views[] = {"", "--lanes", "--trace=view", "", "--trace=view"};
    const struct demo_run *subject = run->subject;
    int speed = subject->speeds[run->number / AT_ONCE % subject->speed_count];
    unsigned seed = (unsigned)(run->number * 4 + run->broken * 2 + run->pinned);

    (void)snprintf(run->words, sizeof run->words, "%s --speed=%d --seed=%u %s%s %s",
        subject->program, speed, seed * 2654435761U, subject->options,
        run->broken ? " --broken" : "", views[run->number % 5]);
    return start_with(prepare, run, "%s", run->words);
}

/* Whether a run ended as it should: demo_signal may also have been unable to
 * tell, on a machine that is too busy.
 */
static bool is_right(const struct run *run, const struct result *result)
{
    const struct demo_run *subject = run->subject;

    /* the system of tests/unkind has no robust mutexes, which has to be said */
    if (getenv("UNKIND_SEED") && strcmp(subject->options, "--kill-writer") == 0)
        return result->status == 3 && strstr(result->err, "needs robust mutexes");
    if (run->broken)
        return result->status == subject->broken;
    return result->status == subject->normal || result->status == 0 ||
           (result->status == 3 && strstr(result->err, "the machine was too busy"));
}

/* The normal runs whose trace was read, and those of them in which nobody waits
 * in one of the calls that tests/runs.txt has for them.
 */
static int traced, without_a_wait;

static void look_for_a_wait(const struct run *run)
{
    char path[32], line[1024], name[64];
    bool found = false;

    (void)snprintf(path, sizeof path, "run-%d/view", run->place);
    FILE *trace = fopen(path, "r");
    while (trace && !found && fgets(line, sizeof line, trace))
        for (const char *call = run->subject->waits; *call;) {
            size_t length = strcspn(call, ",");
            (void)snprintf(name, sizeof name, "\"name\":\"%.*s\"", (int)length, call);
            found = found || strstr(line, name);
            call += length;
            call += *call == ',';
        }
    if (trace)
        (void)fclose(trace);
    traced++;
    without_a_wait += !found;
}

/* Whether the run that was begun ended as it should; if not, shows it. */
static bool finish(const struct run *run, struct program *program)
{
    struct result result = program_finish(program);
    bool right = is_right(run, &result);

    if (!right)
        (void)printf("status %d: %s%s\n%s", result.status, run->words,
            run->pinned ? " (on one core)" : "", result.err);
    else if (result.status == run->subject->normal && *run->subject->waits &&
             strstr(run->words, "--trace"))
        look_for_a_wait(run);
    free_kept();
    return right;
}

/* Does COUNT runs of the kind of MODEL, or of all kinds in turn if it has none,
 * AT_ONCE of them at a time. Returns how many ended with another status than
 * they should.
 */
static int stress(const struct run *model, int count, int at_once)
{
    static struct run runs[CROWD];
    static struct program programs[CROWD];
    const struct demo_run *kind = NULL;
    int wrong = 0;

    for (int i = 0; i < count + at_once; i++) {
        int place = i % at_once;
        if (i >= at_once && i - at_once < count)
            wrong += !finish(&runs[place], &programs[place]);
        if (i >= count)
            continue;
        kind = next_run(kind) ? next_run(kind) : next_run(NULL);
        runs[place] = *model;
        runs[place].number = i;
        runs[place].place = place;
        if (!model->subject)
            runs[place].subject = kind;
        programs[place] = start(&runs[place]);
    }
    return wrong;
}

/* What there is besides tests/runs.txt: more who wait for the same; and an open
 * window, which does no harm where the mechanism is in place.
 */
static void add_runs(void)
{
    static const char *const with_window[] = {"mutex", "semaphore", "condvar", "file", "shm"};

    add_run("condvar", "--consumers=5");
    add_run("mqueue", "--clients=3");
    for (size_t i = 0; i < sizeof with_window / sizeof *with_window; i++)
        add_run(with_window[i], "--window")->broken = NO_BROKEN;
}

/* Whether this system has what SUBJECT needs, and NAME is among NAMES; all are
 * if there is none.
 */
static bool is_wanted(const struct demo_run *subject, char *const *names)
{
    bool wanted = !*names;

    if (!HAVE_ROBUST_MUTEX && strcmp(subject->options, "--kill-writer") == 0)
        return false;
    for (; *names; names++)
        wanted |= strcmp(*names, subject->demo) == 0;
    return wanted;
}

/* Returns how often more of COUNT runs than may be went wrong. */
static int stress_all(int count, char *const *names)
{
    int failures = 0;

    (void)printf("%d runs each                              wrong: free  on one core\n", count);
    add_runs();
    FOR_RUNS(subject)
    for (int broken = 0; broken <= 1; broken++) {
        struct run model = {.subject = subject, .broken = broken};
        if ((broken && subject->broken == NO_BROKEN) || !is_wanted(subject, names))
            continue;
        traced = 0;
        without_a_wait = 0;
        int free_runs = stress(&model, count, AT_ONCE);
        model.pinned = true;
        int pinned = stress(&model, count, AT_ONCE);
        (void)printf("%-14s %-24s %-9s %10d %12d\n", subject->program, subject->options,
            broken ? "--broken" : "", free_runs, pinned);
        if (without_a_wait > 0)
            (void)printf(
                "in %d of %d runs nobody waits in %s\n", without_a_wait, traced, subject->waits);
        (void)fflush(stdout);
        int allowed = broken ? count / 1000 : 0;
        failures += (free_runs > allowed) + (pinned > allowed);
        /* on a system of tests/unkind a wait may end at once, which is none */
        if (!getenv("UNKIND_SEED"))
            failures += without_a_wait > (traced < 100 ? 1 : traced / 100);
    }
    return failures;
}

int main(int argc, char **argv)
{
    char *build = argc > 1 ? realpath(argv[1], NULL) : NULL;
    bool is_crowd = argc > 2 && strcmp(argv[2], "crowd") == 0;
    int count = argc > 2 ? atoi(argv[2]) : 200;
    char *const *names = argc > 3 ? argv + 3 : argv + argc;

    if (build == NULL || (count < 1 && !is_crowd)) {
        (void)fprintf(stderr, "usage: stress BUILD_FOLDER [crowd | RUNS [NAME...]]\n");
        return 2;
    }
    (void)setenv("DEMOS", build, 1);
    free(build);
    char *folder = scratch_enter();
    int failures =
        is_crowd ? stress(&(struct run){.number = 0}, CROWD, CROWD) : stress_all(count, names);
    scratch_leave(folder);
    return failures == 0 ? 0 : 1;
}
