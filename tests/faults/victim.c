/* SPDX-License-Identifier: MIT */
#include "tests/faults/victim.h"
#include "tests/support/queues.h"
#include "tests/support/runs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_TEMPORARY = 64 };
static const int64_t grace = 10000000000;

static const struct victim watched[] = {
    {"semaphore", "--lanes", 0},
    {"socket", "--port=0 --lanes", 0},
    {"condvar", "--trace=view --timeline", 0},
    {"pipe", "--svg=view --color=always --lanes", 0},
};
enum { WATCHED = sizeof watched / sizeof *watched };

struct victim victims[MAX_RUNS + WATCHED];
int victim_count;

static time_t started; /* when the run began */

void victims_read(void)
{
    runs_read();
    for (int i = 0; i < run_count; i++)
        victims[victim_count++] = (struct victim){
            demo_runs[i].demo, demo_runs[i].options, demo_runs[i].normal};
    for (int i = 0; i < WATCHED; i++)
        victims[victim_count++] = watched[i];
}

const char *victim_title(const struct victim *victim)
{
    static char title[64];

    (void)snprintf(title, sizeof title, "demo_%s%s%s", victim->name,
        *victim->options ? " " : "", victim->options);
    return title;
}

int64_t now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void nap(int64_t nanoseconds)
{
    const struct timespec time = {
        (time_t)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000)};

    (void)nanosleep(&time, NULL);
}

static void work_in_folder(int index, void (*work)(int index))
{
    char folder[4096];
    const char *parent = getenv("TMPDIR");

    (void)snprintf(folder, sizeof folder, "%s/nine-faults-XXXXXX",
        parent && *parent ? parent : "/tmp");
    if (!mkdtemp(folder) || chdir(folder) == -1 ||
        setenv("TMPDIR", folder, 1) == -1 ||
        prctl(PR_SET_CHILD_SUBREAPER, 1) == -1) {
        perror(folder);
        exit(1);
    }
    work(index);
    static const char *const files[] = {
        "mutexfile.txt", "names.txt", "view", "out", "err"};
    for (int i = 0; i < 5; i++)
        (void)unlink(files[i]);
    exit(rmdir(folder) == 0 ? 0 : 1);
}

bool for_each_victim(const char *only, int at_once, void (*work)(int index))
{
    bool good = true;
    int running = 0, status;

    for (int i = 0; i < victim_count || running > 0;) {
        if (i < victim_count && running < at_once) {
            if (only && !strstr(victim_title(&victims[i]), only)) {
                i++;
                continue;
            }
            (void)fflush(NULL); /* or the child would print it again */
            pid_t pid = fork();
            if (pid == 0)
                work_in_folder(i, work);
            running += pid > 0;
            good = good && pid > 0;
            i++;
        } else if (wait(&status) > 0) {
            running--;
            good = good && status == 0;
        }
    }
    return good;
}

pid_t victim_start(const char *build, const struct victim *victim,
    const char *speed, void (*prepare)(void *context), void *context)
{
    char path[4096];

    started = time(NULL);
    (void)snprintf(path, sizeof path, "%s/demo_%s", build, victim->name);
    pid_t pid = fork();
    if (pid != 0) {
        (void)setpgid(pid, pid);
        return pid;
    }
    (void)setpgid(0, 0);
    (void)signal(SIGINT, SIG_DFL); /* which nohup and the like change */
    (void)signal(SIGHUP, SIG_DFL);
    (void)dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    (void)dup2(open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    (void)dup2(open("err", O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    for (int file = 3; file < 32; file++)
        (void)close(file);
    if (prepare)
        prepare(context);
    char words[64] = "", *arguments[8] = {path, (char *)(uintptr_t)speed};
    (void)snprintf(words, sizeof words, "%s", victim->options);
    char *word = strtok(words, " ");
    for (int i = 2; i < 7 && word; i++, word = strtok(NULL, " "))
        arguments[i] = word;
    (void)execv(path, arguments);
    _exit(127);
}

bool victim_wait(pid_t pid, int64_t deadline, int *status)
{
    while (waitpid(pid, status, WNOHANG) == 0) {
        if (now() > deadline)
            return false;
        nap(1000000);
    }
    return true;
}

const char *victim_errors(void)
{
    static char text[4096];
    FILE *file = fopen("err", "r");
    size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;

    text[size] = '\0';
    if (file)
        (void)fclose(file);
    return text;
}

/* Counts what FOLDER has with PART in its name, or with PART NULL what does not
 * belong there. Removes it and says so, if REMOVE.
 */
static int count_names(const char *folder, const char *part, bool remove)
{
    DIR *entries = opendir(folder);
    int count = 0;

    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        const char *name = entry->d_name;
        if (part ? !strstr(name, part)
                 : strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
                       strcmp(name, "out") == 0 || strcmp(name, "err") == 0 ||
                       strcmp(name, "mutexfile.txt") == 0 ||
                       strcmp(name, "names.txt") == 0 ||
                       strcmp(name, "view") == 0)
            continue;
        count++;
        if (remove) {
            char command[1024];
            (void)printf("  left: %s/%s\n", folder, name);
            (void)snprintf(
                command, sizeof command, "rm -rf '%s/%s'", folder, name);
            (void)!system(command);
        }
    }
    if (entries)
        (void)closedir(entries);
    return count;
}

/* glibc's sem_open makes the file under another name first, "sem.XXXXXX", which
 * does not tell whose it is. Those of others are there for a moment only: what
 * counts is younger than the run, and was seen the first time, too. (FIRST:
 * look for what is there now; else only for what is in SEEN.)
 */
static int count_temporary(bool first, bool remove)
{
    static ino_t seen[MAX_TEMPORARY];
    static int seen_count;
    DIR *entries = opendir("/dev/shm");
    struct stat about;
    int count = 0;

    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        const char *name = entry->d_name;
        if (strncmp(name, "sem.", 4) != 0 || strlen(name) != 10 ||
            fstatat(dirfd(entries), name, &about, 0) == -1 ||
            about.st_ctime < started || count == MAX_TEMPORARY)
            continue;
        bool known = false;
        for (int i = 0; i < seen_count; i++)
            known = known || seen[i] == about.st_ino;
        if (first)
            seen[count] = about.st_ino;
        else if (!known)
            continue;
        count++;
        if (remove) {
            (void)printf("  left: /dev/shm/%s\n", name);
            (void)unlinkat(dirfd(entries), name, 0);
        }
    }
    if (entries)
        (void)closedir(entries);
    if (first)
        seen_count = count;
    return count;
}

static int count_all_names(
    pid_t pid, const struct victim *victim, bool first, bool remove)
{
    bool semaphore = strcmp(victim->name, "semaphore") == 0;
    char part[32];

    (void)snprintf(part, sizeof part, "demo-%ld-", (long)pid);
    return count_names("/dev/shm", part, remove) +
           count_names("/dev/mqueue", part, remove) +
           count_names(".", NULL, remove) +
           (semaphore ? count_temporary(first, remove) : 0);
}

/* Reaps who has ended. What is left of the demo became this process's child. */
static int count_processes(bool remove)
{
    char path[64];
    int count = 0, pid;

    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
    if (waitpid(-1, NULL, WNOHANG) == -1)
        return 0; /* ECHILD */
    (void)snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    FILE *file = fopen(path, "r");
    while (file && fscanf(file, "%d", &pid) == 1) {
        count++;
        if (remove) {
            (void)printf("  left: process %d\n", pid);
            (void)kill(pid, SIGKILL);
        }
    }
    if (file)
        (void)fclose(file);
    while (remove && waitpid(-1, NULL, 0) > 0)
        continue;
    return count > 0 ? count : 1;
}

int leftovers(pid_t pid, const struct victim *victim, int *names)
{
    char queues[4096] = "";
    int64_t end = now() + grace;

    for (bool first = true; now() < end; first = false, nap(2000000))
        if (count_processes(false) +
                count_all_names(pid, victim, first, false) +
                queues_left(NULL, 0) ==
            0)
            return *names = 0;
    int processes = count_processes(true);
    *names = count_all_names(pid, victim, false, true) +
             queues_left(queues, sizeof queues);
    (void)printf("%s", queues);
    queues_remove();
    return processes + *names;
}
