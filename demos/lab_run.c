/* SPDX-License-Identifier: MIT */
/* lab_run - runs a program that nobody trusts, within limits, for lab.sh
 *
 * Usage: lab_run [-k] [-p] [-l N] [-m MEGABYTES] -t SECONDS COMMAND
 * [ARGUMENT...]
 *
 * -p: on one core; -l: beside N programs that compute without end; -m: with so
 * much memory for each process; -t: after so many seconds it is ended. Where
 * root runs it, the program gets a user of its own, whose processes can be
 * limited, but not with -k.
 *
 * Writes one line to descriptor 3: "HOW STATUS WALL CPU LEFT PID". HOW is exit,
 * signal, late (it took too long), or crowd (too many processes). WALL and CPU
 * are milliseconds, LEFT counts processes that outlived the program. Whatever
 * has happened, none of its processes is there any more.
 */
#if defined(__linux__)
#include <sched.h>
#include <sys/prctl.h>
#endif
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PROCESSES = 200, MAX_FILE = 16 << 20, MAX_BURNERS = 16 };
enum { LOOK_EVERY = 5, COUNT_EVERY = 50, GRACE = 500 }; /* milliseconds */

static pid_t burners[MAX_BURNERS];
static int burner_count;
static bool keeps_user;
static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    interrupted = signal_number;
}

static long now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void pause_ms(long milliseconds)
{
    struct timespec time = {0, milliseconds * 1000000};

    (void)nanosleep(&time, NULL);
}

static void pin(void)
{
#if defined(__linux__)
    cpu_set_t all, one;

    CPU_ZERO(&one);
    if (sched_getaffinity(0, sizeof all, &all) == -1)
        return;
    for (size_t core = 0; core < CPU_SETSIZE; core++)
        if (CPU_ISSET(core, &all)) {
            CPU_SET(core, &one);
            break;
        }
    (void)sched_setaffinity(0, sizeof one, &one);
#endif
}

static void lower(struct rlimit *both, rlim_t most)
{
    if (both->rlim_max == RLIM_INFINITY || both->rlim_max > most)
        both->rlim_max = most;
    if (both->rlim_cur == RLIM_INFINITY || both->rlim_cur > most)
        both->rlim_cur = most;
}

/* A macro, since RESOURCE is an int or an enumeration, as the system has it. */
#define LIMIT(resource, most)                                                  \
    do {                                                                       \
        struct rlimit both_;                                                   \
        if (getrlimit(resource, &both_) == 0) {                                \
            lower(&both_, most);                                               \
            (void)setrlimit(resource, &both_);                                 \
        }                                                                      \
    } while (0)

/* Load for the program; they end by themselves if this process is killed. */
static void start_burners(int count, int seconds, bool pinned)
{
    for (int i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            (void)alarm((unsigned)seconds + 2);
            if (pinned)
                pin();
            for (;;)
                continue;
        }
        if (pid > 0)
            burners[burner_count++] = pid;
    }
}

static void stop_burners(void)
{
    for (int i = 0; i < burner_count; i++) {
        (void)kill(burners[i], SIGKILL);
        (void)waitpid(burners[i], NULL, 0);
    }
}

static void run(
    char **command, int seconds, rlim_t megabytes, bool pinned, long processes)
{
    int nothing = open("/dev/null", O_RDONLY);

    (void)setpgid(0, 0);
    (void)dup2(nothing, STDIN_FILENO);
    if (nothing > STDERR_FILENO)
        (void)close(nothing);
    (void)close(3);
    LIMIT(RLIMIT_CORE, 0);
    LIMIT(RLIMIT_FSIZE, MAX_FILE);
    LIMIT(RLIMIT_CPU, (rlim_t)seconds + 1);
    LIMIT(RLIMIT_NPROC, (rlim_t)processes);
    if (megabytes > 0)
        LIMIT(RLIMIT_AS, megabytes << 20);
    if (pinned)
        pin();
    if (getuid() == 0 && !keeps_user) { /* root has no limit of processes */
        uid_t nobody = (uid_t)(60000 + getpid() % 5000);
        if (setgid(nobody) == -1 || setuid(nobody) == -1)
            _exit(126);
    }
    (void)execvp(command[0], command);
    _exit(127);
}

#if defined(__linux__)
/* Reads parent, group and state of a process; returns false if it is gone. */
static bool read_stat(const char *pid, int *parent, int *group, char *state)
{
    char path[300], text[512];
    (void)snprintf(path, sizeof path, "/proc/%s/stat", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file == -1 ? -1 : read(file, text, sizeof text - 1);

    if (file != -1)
        (void)close(file);
    if (size <= 0)
        return false;
    text[size] = '\0';
    const char *end = strrchr(text, ')'); /* of the name */
    return end && sscanf(end + 1, " %c %d %d", state, parent, group) == 3;
}

static bool is_burner(pid_t pid)
{
    for (int i = 0; i < burner_count; i++)
        if (burners[i] == pid)
            return true;
    return false;
}

/* Counts the program's living processes: those of its group, and those that
 * left it and have lost their parent, which are this process's children then.
 * Kills them if KILL_THEM.
 */
static int count_processes(pid_t group, bool kill_them)
{
    DIR *folder = opendir("/proc");
    int count = 0, parent, its_group;
    char state;

    if (!folder)
        return 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        pid_t pid = atoi(entry->d_name);
        if (!isdigit((unsigned char)*entry->d_name) || is_burner(pid) ||
            !read_stat(entry->d_name, &parent, &its_group, &state) ||
            (its_group != group && parent != getpid()) || state == 'Z')
            continue;
        count++;
        if (kill_them)
            (void)kill(pid, SIGKILL);
    }
    (void)closedir(folder);
    return count;
}

/* The limit of processes counts all of a user's threads. */
static long count_threads(uid_t user)
{
    DIR *folder = opendir("/proc");
    long count = 0;
    char path[300];
    struct stat about;

    if (!folder)
        return 1000;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        (void)snprintf(path, sizeof path, "/proc/%s/task", entry->d_name);
        if (isdigit((unsigned char)*entry->d_name) && stat(path, &about) == 0 &&
            about.st_uid == user)
            count += (long)about.st_nlink - 2;
    }
    (void)closedir(folder);
    return count;
}
#else
static long count_threads(uid_t user)
{
    (void)user;
    return 700; /* more than a user's programs have */
}

static int count_processes(pid_t group, bool kill_them)
{
    if (kill(-group, kill_them ? SIGKILL : 0) == -1)
        return 0;
    return 1; /* at least */
}
#endif

/* Reaps what has ended of the program, but not the load. */
static void reap(pid_t group)
{
    while (waitpid(-group, NULL, WNOHANG) > 0)
        continue;
}

int main(int argc, char **argv)
{
    int seconds = 0, load = 0, option, status = 0, left = 0;
    rlim_t megabytes = 0;
    bool pinned = false;
    const char *how = "exit";
    struct rusage usage;

    while ((option = getopt(argc, argv, "+kpl:m:t:")) != -1)
        switch (option) {
        case 'k':
            keeps_user = true;
            break;
        case 'p':
            pinned = true;
            break;
        case 'l':
            load = atoi(optarg);
            break;
        case 'm':
            megabytes = (rlim_t)atoi(optarg);
            break;
        case 't':
            seconds = atoi(optarg);
            break;
        default:
            return 2;
        }
    if (optind >= argc || seconds < 1 || load > MAX_BURNERS)
        return 2;
#if defined(__linux__)
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
#endif
    struct sigaction action = {.sa_handler = interrupt};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    start_burners(load, seconds, pinned);

    long began = now(), counted = began;
    long processes =
        MAX_PROCESSES + (getuid() == 0 ? 0 : count_threads(getuid()));
    pid_t pid = fork();
    if (pid == 0)
        run(argv + optind, seconds, megabytes, pinned, processes);
    if (pid == -1)
        return 3;
    (void)setpgid(pid, pid);
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (now() - began > seconds * 1000L || interrupted) {
            how = "late";
            break;
        }
        if (now() - counted > COUNT_EVERY) {
            counted = now();
            if (count_processes(pid, false) > MAX_PROCESSES / 2) {
                how = "crowd";
                break;
            }
        }
        pause_ms(LOOK_EVERY);
    }
    long took = now() - began;
    bool ended = strcmp(how, "exit") == 0;
    if (!ended) { /* all at once: none can fork in between */
        (void)kill(-pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
    }
    (void)getrusage(RUSAGE_CHILDREN, &usage);
    long used = (long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
                (long)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;

    /* a helper of the program may take a moment to end */
    for (long end = now() + GRACE; ended && now() < end;) {
        reap(pid);
        left = count_processes(pid, false);
        if (left == 0)
            break;
        pause_ms(LOOK_EVERY);
    }
    (void)kill(-pid, SIGKILL);
    for (int i = 0; i < 200 && count_processes(pid, true) > 0; i++) {
        reap(pid);
        pause_ms(LOOK_EVERY);
    }
    reap(pid);
    stop_burners();
    if (ended && WIFSIGNALED(status))
        how = "signal";
    (void)dprintf(3, "%s %d %ld %ld %d %ld\n", how,
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), took,
        used, left, (long)pid);
    return interrupted ? 128 + interrupted : 0;
}
