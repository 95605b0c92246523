/* SPDX-License-Identifier: MIT */
/* stress - runs each demo many times in both modes, free and on one core
 *
 * Usage: stress BUILD_FOLDER [RUNS [normal] [NAME...]], as in "mutex". A normal
 * run has to end with status 0 (demo_signal: 1, or 0 if the guard came so late
 * that the task was done), a broken one with 4: of 1000 broken runs one may
 * fail to show its bug, of normal runs none may report a violation. Prints a
 * table, and above its line each run that went wrong with what it said: its
 * seed and speed stand there to repeat it. The exit status says whether all
 * held. The long soak is 'stress build 5000': 10,000 runs of each mode, half of
 * them on one core.
 */
#define _GNU_SOURCE /* sched_setaffinity, where there is one */
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/runs.h"

enum {
    AT_ONCE = 4,
    MAX_WORDS = 3 + 32 + 3 /* options of a blank and a letter */
};

/* What there is besides tests/runs.txt: more who wait for the same; and an open
 * window, which does no harm where the mechanism is in place.
 */
static const struct more {
    const char *demo, *options;
} more[] = {{"condvar", "--consumers=5"}, {"mqueue", "--clients=3"},
    {"mutex", "--window"}, {"semaphore", "--window"}, {"condvar", "--window"},
    {"file", "--window"}, {"shm", "--window"}};

/* Binds this process to one core, where the system can do that. */
static void pin(int core)
{
#ifdef CPU_SET
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((size_t)core, &set);
    (void)sched_setaffinity(0, sizeof set, &set);
#else
    (void)core;
#endif
}

/* Seeds differ from run to run, and are the same when all is repeated. */
static unsigned seed_of(int run, bool broken, bool pinned)
{
    return (unsigned)(run * 4 + broken * 2 + pinned) * 2654435761U;
}

/* All in turn. */
static int speed_of(const struct demo_run *subject, int run)
{
    return subject->speeds[run / AT_ONCE % subject->speed_count];
}

/* Some are watched: recording, and the live view's process, change the times.
 * NULL ends the command line.
 */
static char *view_of(int run)
{
    static char lanes[] = "--lanes", trace[] = "--trace=trace";

    if (run % 5 == 1)
        return lanes;
    return run % 5 == 3 ? trace : NULL;
}

static pid_t start(const char *build, const struct demo_run *subject, int run,
    bool broken, bool pinned)
{
    char path[4096], speed[32], seed[32], options[64], folder[] = "run-0";
    char mode[] = "--broken";
    char *words[MAX_WORDS] = {path, speed, seed};
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    folder[4] = (char)('0' + run % AT_ONCE); /* a log and names of its own */
    if (chdir(folder) == -1)
        _exit(127);
    if (pinned)
        pin(0);
    int nowhere = open("/dev/null", O_WRONLY);
    int said = open("said", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    (void)dup2(nowhere, STDOUT_FILENO);
    (void)dup2(said, STDERR_FILENO);
    (void)snprintf(path, sizeof path, "%s/%s", build, subject->program);
    (void)snprintf(speed, sizeof speed, "--speed=%d", speed_of(subject, run));
    (void)snprintf(
        seed, sizeof seed, "--seed=%u", seed_of(run, broken, pinned));
    (void)snprintf(options, sizeof options, "%s", subject->options);
    int count = 3;
    for (char *word = strtok(options, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    if (broken)
        words[count++] = mode;
    words[count] = view_of(run);
    (void)execv(path, words);
    _exit(127);
}

/* What a run said. */
static const char *said_by(int run)
{
    static char said[2048];
    char path[] = "run-0/said";

    path[4] = (char)('0' + run % AT_ONCE);
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(said, 1, sizeof said - 1, file) : 0;
    if (file)
        (void)fclose(file);
    said[size] = '\0';
    return said;
}

/* Prints which run went wrong and what it said. */
static void show(const struct demo_run *subject, int run, bool broken,
    bool pinned, int status)
{
    const char *view = view_of(run);
    (void)printf("%s %d: %s --speed=%d --seed=%u %s%s %s%s\n%s",
        WIFEXITED(status) ? "status" : "signal",
        WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
        subject->program, speed_of(subject, run), seed_of(run, broken, pinned),
        subject->options, broken ? " --broken" : "", view ? view : "",
        pinned ? " (on one core)" : "", said_by(run));
}

/* Whether a run ended as it should: demo_signal may also have been unable to
 * tell, on a machine that is too busy.
 */
static bool is_right(
    const struct demo_run *subject, int run, bool broken, int status)
{
    if (!WIFEXITED(status))
        return false;
    /* the system of tests/unkind has no robust mutexes, which has to be said */
    if (getenv("UNKIND_SEED") && strcmp(subject->options, "--kill-writer") == 0)
        return WEXITSTATUS(status) == 3 &&
               strstr(said_by(run), "needs robust mutexes");
    if (broken)
        return WEXITSTATUS(status) == subject->broken;
    return WEXITSTATUS(status) == subject->normal || WEXITSTATUS(status) == 0 ||
           (WEXITSTATUS(status) == 3 &&
               strstr(said_by(run), "the machine was too busy"));
}

/* Returns how many of RUNS ended with another status than they should. */
static int stress(const char *build, const struct demo_run *subject, int runs,
    bool broken, bool pinned)
{
    pid_t running[AT_ONCE];
    int wrong = 0, status;

    for (int run = 0; run < runs + AT_ONCE; run++) {
        if (run >= AT_ONCE) {
            pid_t pid = running[run % AT_ONCE];
            if (waitpid(pid, &status, 0) != pid ||
                !is_right(subject, run - AT_ONCE, broken, status)) {
                wrong++;
                show(subject, run - AT_ONCE, broken, pinned, status);
            }
        }
        if (run < runs)
            running[run % AT_ONCE] = start(build, subject, run, broken, pinned);
    }
    return wrong;
}

/* The folders in which the demos run, one for each that runs at once. */
static int make_folders(char *scratch)
{
    if (mkdtemp(scratch) == NULL || chdir(scratch) == -1)
        return -1;
    for (char name[] = "run-0"; name[4] < '0' + AT_ONCE; name[4]++)
        if (mkdir(name, 0700) == -1)
            return -1;
    return 0;
}

static void remove_folders(const char *scratch)
{
    for (char name[] = "run-0"; name[4] < '0' + AT_ONCE; name[4]++) {
        if (chdir(name) == -1)
            continue;
        (void)unlink("mutexfile.txt");
        (void)unlink("names.txt");
        (void)unlink("said");
        (void)unlink("trace");
        (void)!chdir("..");
        (void)rmdir(name);
    }
    (void)rmdir(scratch);
}

/* Whether this system has what SUBJECT needs. */
static bool is_possible(const struct demo_run *subject)
{
    return HAVE_ROBUST_MUTEX || strcmp(subject->options, "--kill-writer") != 0;
}

/* The runs of tests/runs.txt, and more. */
static void read_subjects(void)
{
    runs_read();
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        struct demo_run *subject = &demo_runs[run_count++];
        *subject = *plain_run(more[i].demo);
        (void)snprintf(
            subject->options, sizeof subject->options, "%s", more[i].options);
        if (strcmp(more[i].options, "--window") == 0)
            subject->broken = NO_BROKEN;
    }
}

/* Whether NAME is among NAMES; all are if there is none. */
static bool is_wanted(const char *name, char *const *names)
{
    bool wanted = !*names;

    for (; *names; names++)
        wanted |= strcmp(*names, name) == 0;
    return wanted;
}

int main(int argc, char **argv)
{
    char *build = argc > 1 ? realpath(argv[1], NULL) : NULL;
    int runs = argc > 2 ? atoi(argv[2]) : 200, failures = 0;
    int modes = argc > 3 && strcmp(argv[3], "normal") == 0 ? 1 : 2;
    char *const *names = argc > 3 ? argv + 5 - modes : argv + argc;
    const char *parent = getenv("TMPDIR");
    char scratch[4096];

    (void)snprintf(scratch, sizeof scratch, "%s/nine-stress-XXXXXX",
        parent && *parent ? parent : "/tmp");
    if (build == NULL || runs < 1 || make_folders(scratch) == -1) {
        (void)fprintf(stderr, "usage: stress BUILD_FOLDER [RUNS [normal] "
                              "[NAME...]]\n");
        return 2;
    }
    (void)printf(
        "%d runs each                              wrong: free  on one core\n",
        runs);
    read_subjects();
    for (int i = 0; i < run_count; i++)
        for (int broken = 0; broken < modes; broken++) {
            const struct demo_run *subject = &demo_runs[i];
            if ((broken && subject->broken == NO_BROKEN) ||
                !is_possible(subject) || !is_wanted(subject->demo, names))
                continue;
            int free_runs = stress(build, subject, runs, broken, false);
            int pinned = stress(build, subject, runs, broken, true);
            (void)printf("%-14s %-24s %-9s %10d %12d\n", subject->program,
                subject->options, broken ? "--broken" : "", free_runs, pinned);
            (void)fflush(stdout);
            int allowed = broken ? runs / 1000 : 0;
            failures += (free_runs > allowed) + (pinned > allowed);
        }
    remove_folders(scratch);
    free(build);
    return failures == 0 ? 0 : 1;
}
