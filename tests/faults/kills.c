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
 * Prints a table. Exit status 0 if all was well.
 */
#include "tests/faults/victim.h"
#include "tests/support/queues.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AT_ONCE = 4, WAYS = 5, MAX_CHILDREN = 64 };

static const struct way {
    const char *name;
    int signal;
    enum { GROUP, PARENT, CHILD } target;
} ways[WAYS] = {{"SIGINT to all", SIGINT, GROUP},
    {"SIGTERM to all", SIGTERM, GROUP}, {"SIGHUP to all", SIGHUP, GROUP},
    {"SIGKILL to the parent", SIGKILL, PARENT},
    {"SIGKILL to a child", SIGKILL, CHILD}};

/* The runs as they ended: by the kill, or before it had any effect. */
static struct counts {
    atomic_int killed, finished, bad, left, names;
} (*counts)[WAYS];

static const char *build;
static int times = 10;

/* A child of PID that is no zombie: any of them; or 0. */
static pid_t choose_child(pid_t pid)
{
    pid_t children[MAX_CHILDREN];
    char path[64], state = 'Z';
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
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)child);
    file = fopen(path, "r");
    bool read = file && fscanf(file, "%*d (%*[^)]) %c", &state) == 1;
    if (file)
        (void)fclose(file);
    return read && state != 'Z' ? child : 0;
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
static bool is_right(const struct victim *victim, const struct way *way,
    int status, struct counts *count)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == victim->normal)
        count->finished++;
    else if (way->target == CHILD
                 ? WIFEXITED(status) && WEXITSTATUS(status) == 3 &&
                       (strstr(victim_errors(), " was killed by signal 9") ||
                           strstr(victim_errors(), "live view was stopped"))
                 : WIFSIGNALED(status) && WTERMSIG(status) == way->signal)
        count->killed++;
    else
        return false;
    return true;
}

/* One run of VICTIM, killed AFTER so many nanoseconds. Returns false if there
 * was nobody to kill.
 */
static bool try(const struct victim *victim, const struct way *way,
    const char *speed, int64_t after, struct counts *count)
{
    int status = 0, names;
    pid_t pid = victim_start(build, victim, speed, NULL, NULL);

    nap(after);
    bool sent = send_signal(way, pid);
    /* Without a child that was killed it goes on to its normal end. */
    bool ended = victim_wait(pid, now() + 10000000000, &status);
    if (!ended) {
        (void)kill(-pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
    }
    int left = leftovers(pid, victim, &names);
    bool right = ended && (!sent || is_right(victim, way, status, count));
    if (!right || left > 0)
        (void)printf("%s, %s after %.6f s: %s, %d left\n%s",
            victim_title(victim), way->name, (double)after / 1e9,
            !ended  ? "hangs"
            : right ? "right"
                    : "wrong end",
            left, victim_errors());
    if (!right)
        (void)printf("  its status: %s %d\n",
            WIFEXITED(status) ? "exit" : "signal",
            WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    count->bad += !right;
    count->names += way->signal == SIGKILL ? names : 0;
    count->left += way->signal == SIGKILL ? left - names : left;
    return sent;
}

/* How long a run takes that nobody kills. */
static int64_t measure(const struct victim *victim, const char *speed)
{
    int64_t start = now();
    int status;
    pid_t pid = victim_start(build, victim, speed, NULL, NULL);

    (void)victim_wait(pid, start + 60000000000, &status);
    return now() - start;
}

static void try_all(int index)
{
    /* full of events, and with time to sleep */
    static const char *const speeds[] = {"--speed=1000", "--speed=20"};
    const struct victim *victim = &victims[index];
    (void)queues_watch();
    int64_t longest[] = {
        measure(victim, speeds[0]), measure(victim, speeds[1])};

    srand((unsigned)getpid());
    for (int way = 0; way < WAYS; way++)
        for (int done = 0, tries = 0; done < times && tries < 4 * times;
             tries++) {
            int64_t after = rand() % (longest[tries % 2] / 1000 + 1) * 1000;
            done += try(victim, &ways[way], speeds[tries % 2], after,
                &counts[index][way]);
        }
}

int main(int argc, char **argv)
{
    int kills = 0, bad = 0, left = 0, names = 0;

    build = argc > 1 ? realpath(argv[1], NULL) : NULL;
    if (argc > 2)
        times = atoi(argv[2]);
    victims_read();
    counts = mmap(NULL, (size_t)victim_count * sizeof *counts,
        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!build || times < 1 || counts == MAP_FAILED) {
        (void)fprintf(stderr, "usage: kills BUILD_FOLDER [TIMES [DEMO]]\n");
        return 2;
    }
    bool good = for_each_victim(argc > 3 ? argv[3] : NULL, AT_ONCE, try_all);
    (void)printf("%-66s killed finished bad left names\n", "");
    for (int i = 0; i < victim_count; i++)
        for (int way = 0; way < WAYS; way++) {
            const struct counts *count = &counts[i][way];
            int all = count->killed + count->finished + count->bad;
            if (all == 0) /* there are no children */
                continue;
            (void)printf("%-44s %-21s %6d %8d %3d %4d %5d\n",
                victim_title(&victims[i]), ways[way].name, count->killed,
                count->finished, count->bad, count->left, count->names);
            kills += all;
            bad += count->bad;
            left += count->left;
            names += count->names;
        }
    (void)printf("%d kills, %d bad ends, %d leftovers; %d names left by "
                 "SIGKILL in the instant of set-up\n",
        kills, bad, left, names);
    return good && kills > 0 && bad + left == 0 ? 0 : 1;
}
