/* SPDX-License-Identifier: MIT */
/* stress - runs each demo many times in both modes, free and on one core
 *
 * Usage: stress BUILD_FOLDER [RUNS [normal]]. A normal run has to end with
 * status 0 (demo_signal: 1, or 0 if the guard came so late that the task was
 * done), a broken one with 4: of 1000 broken runs one may fail to show its bug,
 * of normal runs none may report a violation. Prints a table; the exit status
 * says whether that held.
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

enum { AT_ONCE = 4 };

/* The speeds that the runs take in turn: where it means seconds, only fast. */
static const char *const any_speed[] = {"1", "10", "100", "1000"};
static const char *const fast[] = {"1000", "500", "200", "1000"};

static const struct subject {
    const char *name, *option;
    int normal; /* the status of a normal run */
    const char *const *speeds;
} subjects[] = {
    {"mutex", NULL, 0, any_speed},
    {"semaphore", NULL, 0, fast},
    {"condvar", NULL, 0, any_speed},
    {"file", NULL, 0, any_speed},
    {"file", "--mmap", 0, any_speed},
    {"signal", NULL, 1, fast},
    {"socket", "--port=0", 0, any_speed},
    {"mqueue", "--clients=3", 0, any_speed},
    {"mqueue", "--api=sysv", 0, any_speed},
    {"pipe", NULL, 0, any_speed},
    {"shm", NULL, 0, fast},
};

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

static pid_t start(const char *build, const struct subject *subject, int run,
    bool broken, bool pinned)
{
    char path[4096], speed[32], folder[] = "run-0";
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    folder[4] = (char)('0' + run % AT_ONCE); /* a log and names of its own */
    if (chdir(folder) == -1)
        _exit(127);
    if (pinned)
        pin(0);
    int nowhere = open("/dev/null", O_WRONLY);
    (void)dup2(nowhere, STDOUT_FILENO);
    (void)dup2(nowhere, STDERR_FILENO);
    (void)snprintf(path, sizeof path, "%s/demo_%s", build, subject->name);
    (void)snprintf(speed, sizeof speed, "--speed=%s",
        subject->speeds[(run / AT_ONCE) % 4]);
    const char *option = subject->option ? subject->option : speed;
    (void)execl(path, path, speed, option, broken ? "--broken" : NULL, NULL);
    _exit(127);
}

/* Returns how many of RUNS ended with another status than they should. */
static int stress(const char *build, const struct subject *subject, int runs,
    bool broken, bool pinned)
{
    pid_t running[AT_ONCE];
    int expected = broken ? 4 : subject->normal, wrong = 0, status;

    for (int run = 0; run < runs + AT_ONCE; run++) {
        if (run >= AT_ONCE) {
            pid_t pid = running[run % AT_ONCE];
            if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
                (WEXITSTATUS(status) != expected &&
                    (broken || WEXITSTATUS(status) != 0)))
                wrong++;
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
        (void)!chdir("..");
        (void)rmdir(name);
    }
    (void)rmdir(scratch);
}

int main(int argc, char **argv)
{
    char *build = argc > 1 ? realpath(argv[1], NULL) : NULL;
    int runs = argc > 2 ? atoi(argv[2]) : 200, failures = 0;
    int modes = argc > 3 && strcmp(argv[3], "normal") == 0 ? 1 : 2;
    char scratch[] = "/tmp/nine-stress-XXXXXX";

    if (build == NULL || runs < 1 || make_folders(scratch) == -1) {
        (void)fprintf(stderr, "usage: stress BUILD_FOLDER [RUNS [normal]]\n");
        return 2;
    }
    (void)printf(
        "%d runs each                   wrong: free  on one core\n", runs);
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++)
        for (int broken = 0; broken < modes; broken++) {
            const struct subject *subject = &subjects[i];
            const char *option = subject->option ? subject->option : "";
            int free_runs = stress(build, subject, runs, broken, false);
            int pinned = stress(build, subject, runs, broken, true);
            (void)printf("demo_%-9s %-12s %-9s %11d %12d\n", subject->name,
                option, broken ? "--broken" : "", free_runs, pinned);
            (void)fflush(stdout);
            int allowed = broken ? runs / 1000 : 0;
            failures += (free_runs > allowed) + (pinned > allowed);
        }
    remove_folders(scratch);
    free(build);
    return failures == 0 ? 0 : 1;
}
