/* SPDX-License-Identifier: MIT */
/* stress - runs each demo many times in both modes, free and on one core
 *
 * Usage: stress BUILD_FOLDER [crowd | RUNS [DEMO]]. A normal run has to end with
 * status 0 (demo_signal: 1, or 0 if the guard came so late that the task was
 * done), a broken one with 4: of 1000 broken runs one may fail to show its bug,
 * of normal runs none may report a violation; and in one of 100 at most nobody
 * waits in the mechanism's own call. Prints a table, and above its line each run
 * that went wrong with what it said: its seed and speed stand there to repeat
 * it. The long soak is 'stress build 5000': 10,000 runs of each mode, half of
 * them on one core. A crowd is 100 normal runs of all kinds at once.
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
    bool broken, pinned;
    char folder[16], words[160];
    struct program program;
};

/* What is started now has one core, or all, where the system can do that. */
static void pin(bool pinned)
{
#ifdef CPU_SET
    static cpu_set_t all, one;

    if (CPU_COUNT(&all) == 0)
        (void)sched_getaffinity(0, sizeof all, &all);
    CPU_SET(0, &one);
    (void)sched_setaffinity(0, sizeof one, pinned ? &one : &all);
#endif
}

/* Starts the run in a folder with a log and names of its own. The speeds come in
 * turn; seeds differ from run to run, and are the same when all is repeated.
 * Some are watched: recording, and the live view's process, change the times.
 */
static void start(struct run *run, int number)
{
    static const char *const views[] = {"", "--lanes", "--trace=view", "", "--trace=view"};
    const struct demo_run *subject = run->subject;
    int speed = subject->speeds[number / AT_ONCE % subject->speed_count];
    unsigned seed = (unsigned)(number * 4 + run->broken * 2 + run->pinned);

    (void)snprintf(run->words, sizeof run->words, "%s --speed=%d --seed=%u %s%s %s",
        subject->program, speed, seed * 2654435761U, subject->options,
        run->broken ? " --broken" : "", views[number % 5]);
    (void)mkdir(run->folder, 0700);
    if (chdir(run->folder) == -1)
        exit(3);
    run->program = start_words("%s", run->words);
    (void)!chdir("..");
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

    (void)snprintf(path, sizeof path, "%s/view", run->folder);
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
static bool finish(struct run *run)
{
    struct result result = program_finish(&run->program);
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

/* Does COUNT runs of SUBJECT, or of all in turn if it is NULL, AT_ONCE of them at
 * a time. Returns how many ended with another status than they should.
 */
static int stress(const struct demo_run *subject, bool broken, bool pinned, int count, int at_once)
{
    static struct run runs[CROWD];
    const struct demo_run *next = NULL;
    int wrong = 0;

    pin(pinned);
    for (int done = 0; done < count; done += at_once) {
        int some = count - done < at_once ? count - done : at_once;
        for (int i = 0; i < some; i++) {
            next = next_run(next) ? next_run(next) : next_run(NULL);
            runs[i] = (struct run){subject ? subject : next, broken, pinned, "", "", {0}};
            (void)snprintf(runs[i].folder, sizeof runs[i].folder, "run-%d", i);
            start(&runs[i], done + i);
        }
        for (int i = 0; i < some; i++)
            wrong += !finish(&runs[i]);
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

/* Returns how often more of COUNT runs than may be went wrong. */
static int stress_all(int count, const char *only)
{
    int failures = 0;

    (void)printf("%d runs each                              wrong: free  on one core\n", count);
    add_runs();
    FOR_RUNS(subject)
    for (int broken = 0; broken <= 1; broken++) {
        bool is_missing = !HAVE_ROBUST_MUTEX && strcmp(subject->options, "--kill-writer") == 0;
        if (is_missing || (broken && subject->broken == NO_BROKEN) || !strstr(subject->demo, only))
            continue;
        traced = 0;
        without_a_wait = 0;
        int free_runs = stress(subject, broken, false, count, AT_ONCE);
        int pinned = stress(subject, broken, true, count, AT_ONCE);
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

    if (build == NULL || (count < 1 && !is_crowd)) {
        (void)fprintf(stderr, "usage: stress BUILD_FOLDER [crowd | RUNS [DEMO]]\n");
        return 2;
    }
    (void)setenv("DEMOS", build, 1);
    free(build);
    char *folder = scratch_enter();
    int failures = is_crowd ? stress(NULL, false, false, CROWD, CROWD)
                            : stress_all(count, argc > 3 ? argv[3] : "");
    scratch_leave(folder);
    return failures == 0 ? 0 : 1;
}
