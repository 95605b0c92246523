/* SPDX-License-Identifier: MIT */
#include "common/process.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/options.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if HAVE_PRCTL
#include <sys/prctl.h>
#endif

enum { MOST_PROCESSES = 1100 };

/* The children of this process; the watchdog's handler reads them. */
static struct process {
    pid_t pid;
    volatile sig_atomic_t running; /* false once it is about to be reaped */
    const char *role;
    int number;
} processes[MOST_PROCESSES];
static volatile sig_atomic_t process_count;

static unsigned watchdog_seconds;
static char watchdog_message[160];

static void kill_processes(void)
{
    for (int i = 0; i < process_count; i++)
        if (processes[i].running)
            (void)kill(processes[i].pid, SIGKILL);
}

static void watchdog(int signal_number)
{
    (void)signal_number;
    (void)!write(STDERR_FILENO, watchdog_message, strlen(watchdog_message));
    kill_processes();
    _exit(COULD_NOT_RUN);
}

void watchdog_start(double planned)
{
    struct sigaction action = {.sa_handler = watchdog};

    if (run.timeout == 0 && planned < 0)
        return;
    watchdog_seconds = (unsigned)run.timeout;
    if (run.timeout == 0)
        watchdog_seconds = (unsigned)(planned / run.speed) + 60;
    (void)snprintf(watchdog_message, sizeof watchdog_message,
                   "%s: still running after %u s, ended by the watchdog; "
                   "allow more with --timeout=SECONDS\n",
                   run.demo->name, watchdog_seconds);
    CHECK(sigaction(SIGALRM, &action, NULL));
    (void)alarm(watchdog_seconds);
}

void stop_processes(void)
{
    kill_processes();
    for (int i = 0; i < process_count; i++)
        if (processes[i].running) {
            processes[i].running = false;
            (void)waitpid(processes[i].pid, NULL, 0);
        }
}

pid_t start_process(const char *role, int number,
                    void (*actor)(int number, void *context), void *context)
{
    pid_t parent = getpid();

    if (process_count == 0)
        (void)atexit(stop_processes);
    if (process_count == MOST_PROCESSES)
        fail("more than %d processes", MOST_PROCESSES);
    pid_t pid = CHECK(fork());
    if (pid > 0) {
        processes[process_count] = (struct process){pid, true, role, number};
        process_count++;
        return pid;
    }
    process_count = 0; /* they are the parent's */
#if HAVE_PRCTL
    CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL));
#endif
    if (getppid() != parent) /* it died before that took effect */
        _exit(COULD_NOT_RUN);
    if (watchdog_seconds > 0)
        (void)alarm(watchdog_seconds + 1);
    actor(number, context);
    _exit(HELD);
}

static struct process *find_running(pid_t pid)
{
    for (int i = 0; i < process_count; i++)
        if (processes[i].pid == pid && processes[i].running)
            return &processes[i];
    return NULL;
}

/* Reaps the child in INFO, which has ended. The watchdog may only kill what has
 * not been reaped, or the pid could be somebody else's by then; so it must have
 * been waited for with WNOWAIT. Ends the run unless the end was normal, or by
 * EXPECTED_SIGNAL.
 */
static enum ending reap(const siginfo_t *info, int expected_signal)
{
    struct process *process = find_running(info->si_pid);
    const char *role = process ? process->role : "keeper";
    char number[16] = "", reason[64];
    int status;

    if (process)
        process->running = false;
    CHECK(waitpid(info->si_pid, &status, 0));
    if (WIFEXITED(status) && WEXITSTATUS(status) == HELD)
        return ENDED;
    if (WIFSIGNALED(status) && WTERMSIG(status) == expected_signal)
        return KILLED;
    if (process && process->number >= 0)
        (void)snprintf(number, sizeof number, " %d", process->number);
    if (WIFSIGNALED(status))
        (void)snprintf(reason, sizeof reason, "was killed by signal %d (%s)",
                       WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        (void)snprintf(reason, sizeof reason, "failed with status %d",
                       WEXITSTATUS(status));
    fail("the %s%s %s, so the run was stopped", role, number, reason);
}

void join_process(pid_t pid)
{
    siginfo_t info;

    while (find_running(pid)) {
        CHECK(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT));
        (void)reap(&info, 0);
    }
}

void join_processes(void)
{
    for (int i = 0; i < process_count; i++)
        join_process(processes[i].pid);
}

void stop_process(pid_t pid)
{
    struct process *process = find_running(pid);

    if (process) {
        (void)kill(pid, SIGKILL);
        process->running = false;
        CHECK(waitpid(pid, NULL, 0));
    }
}

static void wake_up(int signal_number)
{
    (void)signal_number;
}

/* Waits for the end of a child, until DEADLINE. SIGCHLD is let in only while
 * pselect waits, and so cannot come between the look and the wait.
 */
static bool child_ends(int64_t deadline, siginfo_t *info)
{
    const struct sigaction action = {.sa_handler = wake_up};
    sigset_t child, before;
    int64_t left;

    (void)sigemptyset(&child);
    (void)sigaddset(&child, SIGCHLD);
    CHECK(sigprocmask(SIG_BLOCK, &child, &before));
    CHECK(sigaction(SIGCHLD, &action, NULL));
    for (;;) {
        info->si_pid = 0; /* stays if there is none (waitid(3p)) */
        CHECK(waitid(P_ALL, 0, info, WEXITED | WNOWAIT | WNOHANG));
        left = deadline - clock_now();
        if (info->si_pid != 0 || left <= 0)
            break;
        struct timespec timeout = {(time_t)(left / 1000000000),
                                   (long)(left % 1000000000)};
        if (pselect(0, NULL, NULL, NULL, &timeout, &before) == -1 &&
            errno != EINTR)
            fail_call("pselect", errno, __FILE__, __LINE__);
    }
    CHECK(sigprocmask(SIG_SETMASK, &before, NULL));
    return info->si_pid != 0;
}

enum ending reap_process(pid_t pid, int64_t nanoseconds, int expected_signal)
{
    int64_t deadline = clock_now() + nanoseconds;
    siginfo_t info;

    while (child_ends(deadline, &info)) {
        enum ending ending = reap(&info, expected_signal);
        if (info.si_pid == pid)
            return ending;
    }
    return STILL_RUNNING;
}

void pause_run(int64_t nanoseconds)
{
    (void)reap_process(0, nanoseconds, 0);
}

void *share_memory(size_t size)
{
    return CHECK_NOT(MAP_FAILED, mmap(NULL, size, PROT_READ | PROT_WRITE,
                                      MAP_SHARED | MAP_ANONYMOUS, -1, 0));
}
