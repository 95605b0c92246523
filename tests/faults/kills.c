/* SPDX-License-Identifier: MIT */
/* kills - kills each demo at random moments, and looks what is left of it
 *
 * Usage: kills BUILD_FOLDER [TIMES [DEMO]]. TIMES (default 10) each, a run gets
 * SIGINT, SIGTERM or SIGHUP as by Ctrl-C, to the whole group; or SIGKILL, to
 * the parent alone or to one child alone. Soon nothing of it may be left, and
 * it has to have ended as it should: of that signal, unless it was done
 * already; when a child was killed, with status 3 and a message about it.
 *
 * A name that SIGKILL in the instant of set-up leaves in the system is no
 * failure, since nobody can prevent it; but it is counted.
 * Exit status 0 if all was well.
 */
#include "tests/faults/workers.h"
#include "tests/support/queues.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { AT_ONCE = 4, WAYS = 5, MAX_CHILDREN = 64, END = 10 /* seconds */ };

static const struct way {
    const char *name;
    int signal;
    enum { GROUP, PARENT, CHILD } target;
} ways[WAYS] = {{"SIGINT to all", SIGINT, GROUP},
    {"SIGTERM to all", SIGTERM, GROUP}, {"SIGHUP to all", SIGHUP, GROUP},
    {"SIGKILL to the parent", SIGKILL, PARENT},
    {"SIGKILL to a child", SIGKILL, CHILD}};

/* The runs as they ended: by the kill, or before it had any effect. Shared by
 * all workers.
 */
static struct totals {
    atomic_int killed, finished, bad, left, names;
} * totals;

static int times = 10;

static struct program start(const struct demo_run *run, int speed)
{
    return start_words("%s --speed=%d %s", run->program, speed, run->options);
}

/* A child of PID that is no zombie: any of them; or 0. */
static pid_t choose_child(pid_t pid)
{
    pid_t children[MAX_CHILDREN];
    char path[64];
    int count = 0;

    (void)snprintf(
        path, sizeof path, "/proc/%ld/task/%ld/children", (long)pid, (long)pid);
    FILE *file = fopen(path, "r");
    while (file && count < MAX_CHILDREN &&
           fscanf(file, "%d", &children[count]) == 1)
        count++;
    if (file)
        (void)fclose(file);
    if (count == 0)
        return 0;
    pid_t child = children[rand() % count];
    return process_state(child) == 'Z' ? 0 : child;
}

/* Returns false if there was nobody to kill. */
static bool send_signal(const struct way *way, pid_t pid)
{
    if (way->target == GROUP)
        return kill(-pid, way->signal) == 0;
    pid_t target = way->target == PARENT ? pid : choose_child(pid);
    return target > 0 && kill(target, way->signal) == 0;
}

/* Whether the run's end is one that the kill may bring about. */
static bool is_right(const struct demo_run *run, const struct way *way,
    const struct result *result)
{
    if (result->status == run->normal) {
        totals->finished++;
        return true;
    }
    bool killed = way->target == CHILD
                      ? result->status == 3 &&
                            (strstr(result->err, " was killed by signal 9") ||
                                strstr(result->err, "live view was stopped"))
                      : result->status == 128 + way->signal;
    totals->killed += killed;
    return killed;
}

/* One run, killed AFTER so many seconds. Returns false if there was nobody to
 * kill: then it goes on to its normal end.
 */
static bool try(
    const struct demo_run *run, const struct way *way, int speed, double after)
{
    int names;
    struct program program = start(run, speed);

    nap(after);
    bool sent = send_signal(way, program.pid);
    bool ended = program_ended(&program, END);
    const struct result *result = &program.so_far;
    if (!ended)
        program_kill(&program);
    int left = count_leftovers(&names);
    bool right = ended && (!sent || is_right(run, way, result));
    if (!right || left > 0)
        (void)printf("%s, %s after %.6f s: %s, status %d, %d left\n%s",
            title_of(run), way->name, after,
            !ended  ? "hangs"
            : right ? "right"
                    : "wrong end",
            result->status, left, result->err);
    totals->bad += !right;
    totals->names += way->signal == SIGKILL ? names : 0;
    totals->left += way->signal == SIGKILL ? left - names : left;
    free(program.so_far.out);
    free(program.so_far.err);
    return sent;
}

/* How long a run takes that nobody kills. */
static double measure(const struct demo_run *run, int speed)
{
    double begin = now();
    struct program program = start(run, speed);

    (void)program_finish(&program);
    return now() - begin;
}

static void try_all(const struct demo_run *run)
{
    static const int speeds[] = {1000, 20}; /* full of events; time to sleep */
    (void)queues_watch();
    double longest[] = {measure(run, speeds[0]), measure(run, speeds[1])};

    srand((unsigned)getpid());
    for (int way = 0; way < WAYS; way++)
        for (int done = 0, tries = 0; done < times && tries < 4 * times;
             tries++) {
            double after = longest[tries % 2] * rand() / RAND_MAX;
            done += try(run, &ways[way], speeds[tries % 2], after);
        }
}

int main(int argc, char **argv)
{
    if (argc > 2)
        times = atoi(argv[2]);
    totals = mmap(NULL, sizeof *totals, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!workers_begin(argv[1]) || times < 1 || totals == MAP_FAILED) {
        (void)fprintf(stderr, "usage: kills BUILD_FOLDER [TIMES [DEMO]]\n");
        return 2;
    }
    bool good = for_each_run(argc > 3 ? argv[3] : NULL, AT_ONCE, try_all);
    (void)printf(
        "%d were killed, %d had finished, %d bad ends, %d leftovers; %d "
        "names left by SIGKILL in the instant of set-up\n",
        totals->killed, totals->finished, totals->bad, totals->left,
        totals->names);
    return good && totals->killed > 0 && totals->bad + totals->left == 0 ? 0
                                                                         : 1;
}
