/* SPDX-License-Identifier: MIT */
#include "common/process.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/gate.h"
#include "common/names.h"
#include "common/options.h"
#include "common/record/recorder.h"
#include "common/views/views.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>
#if HAVE_PRCTL
#include <sys/prctl.h>
#endif

enum { MOST_PROCESSES = 1100 };               /* demo_socket has most: 1000 clients and a server */
static const int64_t FOREVER = INT64_MAX / 4; /* nanoseconds: 73 years */

/* The children of this process; the watchdog's handler reads them. */
static struct process {
    pid_t pid;
    volatile sig_atomic_t running; /* false once it is about to be reaped */
    const char *role;
    int number;
} processes[MOST_PROCESSES];
static volatile sig_atomic_t process_count;
static volatile sig_atomic_t seconds_left; /* until the watchdog ends this process */
static unsigned watchdog_seconds;
static char watchdog_message[160];

static struct process *find_running(pid_t pid)
{
    for (int i = 0; i < process_count; i++)
        if (processes[i].pid == pid && processes[i].running)
            return &processes[i];
    return NULL;
}

static void kill_processes(void)
{
    for (int i = 0; i < process_count; i++)
        if (processes[i].running && kill(processes[i].pid, SIGKILL) == -1 &&
            kill(processes[i].pid, SIGKILL) == -1)
            processes[i].running = false; /* refused (a sandbox): it ends when its parent does */
}

void stop_processes(void)
{
    kill_processes();
    for (int i = 0; i < process_count; i++)
        if (processes[i].running) {
            processes[i].running = false;
            (void)AGAIN(waitpid(processes[i].pid, NULL, 0));
        }
}

static pid_t starter; /* of a child that the system does not end with its parent; else 0 */

/* The handler of SIGALRM, which comes every second, and of SIGCHLD, which only has to wake pselect.
 * A process that is stopped (Ctrl-Z) gets one SIGALRM for all that time: so it does not count. */
static void wake_up(int signal_number)
{
    struct pollfd full = {.fd = STDERR_FILENO, .events = POLLOUT};

    if (signal_number != SIGALRM)
        return;
    if (starter != 0 && getppid() != starter)
        _exit(COULD_NOT_RUN);
    if (--seconds_left > 0) {
        (void)alarm(1);
        return;
    }
    kill_processes();
    if (AGAIN(poll(&full, 1, 0)) > 0) /* it is not */
        (void)!AGAIN(write(STDERR_FILENO, watchdog_message, strlen(watchdog_message)));
    _exit(COULD_NOT_RUN);
}

static void count_down(sig_atomic_t seconds)
{
    const struct sigaction action = {.sa_handler = wake_up, .sa_flags = SA_RESTART};

    seconds_left = seconds;
    CHECK(sigaction(SIGALRM, &action, NULL));
    (void)alarm(1);
}

void watchdog_set(double planned)
{
    (void)alarm(0);
    if (run.timeout == 0 && planned < 0)
        return;
    watchdog_seconds = run.timeout ? (unsigned)run.timeout : (unsigned)(planned / run.speed) + 60;
    (void)snprintf(watchdog_message, sizeof watchdog_message,
        "%s: still running after %u s, ended; use a longer --timeout=SECONDS\n", run.demo->name,
        watchdog_seconds);
    count_down((sig_atomic_t)watchdog_seconds);
}

void watchdog_start(double planned)
{
    views_start();
    watchdog_set(planned);
}

pid_t start_process(
    const char *role, int number, void (*actor)(int number, void *context), void *context)
{
    pid_t parent = getpid();
    bool is_bound_to_parent = false;

    if (process_count == MOST_PROCESSES)
        fail("%s %d cannot be started: a run starts at most %d processes; use fewer", role, number,
            MOST_PROCESSES);
    if (process_count == 0)
        (void)atexit(stop_processes);
    record_lanes(role, 1);
    pid_t pid = CHECK(fork());
    if (pid > 0) {
        processes[process_count] = (struct process){pid, true, role, number};
        process_count++;
        return pid;
    }
    process_count = 0; /* they are the parent's */
#if HAVE_PRCTL
    is_bound_to_parent = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0; /* a sandbox may refuse it */
#endif
    if (getppid() != parent) /* it died before that took effect */
        _exit(COULD_NOT_RUN);
    if (!is_bound_to_parent) {
        starter = parent;
        count_down(watchdog_seconds > 0 ? (sig_atomic_t)watchdog_seconds + 1 : SIG_ATOMIC_MAX);
    }
    record_as(role, number);
    actor(number, context);
    record_state(GONE, "done");
    _exit(HELD);
}

/* Waits for the end of a child, until DEADLINE; it is not reaped yet. SIGCHLD is let in only while
 * pselect waits, so that it cannot come between the look and the wait. */
static pid_t await_child(int64_t deadline)
{
    const struct sigaction action = {.sa_handler = wake_up, .sa_flags = SA_RESTART};
    sigset_t child, before;
    siginfo_t info = {0}, other = {0};

    (void)sigemptyset(&child);
    (void)sigaddset(&child, SIGCHLD);
    CHECK(sigprocmask(SIG_BLOCK, &child, &before));
    CHECK(sigaction(SIGCHLD, &action, NULL));
    for (;;) {
        CHECK(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG));
        for (int i = 0; i < process_count && info.si_pid != 0 && info.si_status != HELD; i++)
            if (processes[i].running &&
                waitid(P_PID, (id_t)processes[i].pid, &other, WEXITED | WNOWAIT | WNOHANG) == 0 &&
                other.si_pid != 0 && other.si_code != CLD_EXITED)
                info = other; /* one that was killed: others may have failed for that */
        int64_t left = deadline - clock_now();
        if (info.si_pid != 0 || left <= 0)
            break;
        struct timespec timeout = clock_part(left);
        if (pselect(0, NULL, NULL, NULL, &timeout, &before) == -1 && errno != EINTR)
            fail_call("pselect", errno, __FILE__, __LINE__);
    }
    CHECK(sigprocmask(SIG_SETMASK, &before, NULL));
    return info.si_pid;
}

enum ending reap_process(pid_t pid, int64_t nanoseconds, int expected_signal)
{
    int64_t deadline = clock_now() + nanoseconds;
    int status;

    for (pid_t ended; (ended = await_child(deadline)) != 0;) {
        struct process *process = find_running(ended);
        if (process) /* before it is reaped: then its pid may be somebody else's */
            process->running = false;
        CHECK(waitpid(ended, &status, 0));
        bool killed = WIFSIGNALED(status);
        bool right = killed ? ended == pid && WTERMSIG(status) == expected_signal
                            : WEXITSTATUS(status) == HELD;
        if (process && !right) /* others are the keeper, or children from before exec(3) */
            fail("%s %d %s %d%s, so the run was stopped", process->role, process->number,
                killed ? "was killed by signal" : "failed with status",
                killed ? WTERMSIG(status) : WEXITSTATUS(status),
                killed && WTERMSIG(status) == SIGBUS
                    ? " (a mapped file was cut off, or there is no room for it)"
                    : "");
        if (ended == pid)
            return killed ? KILLED : ENDED;
    }
    return STILL_RUNNING;
}

void join_processes(int first)
{
    for (int i = first; i < process_count; i++)
        if (processes[i].running)
            (void)reap_process(processes[i].pid, FOREVER, 0);
}

void stop_process(pid_t pid)
{
    if (find_running(pid)) {
        CHECK(kill(pid, SIGKILL));
        (void)reap_process(pid, FOREVER, SIGKILL);
    }
}

static void hand_on(int signal_number)
{
    int error = errno;

    (void)kill(processes[0].pid, signal_number);
    errno = error;
}

void leave_first_process(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    const struct sigaction action = {.sa_handler = hand_on, .sa_flags = SA_RESTART};
    struct gate ended = gate_create(); /* opens when no process of the run is left */
    sigset_t before = hold_signals();
    int status;

    processes[0].pid = CHECK(fork());
    if (processes[0].pid > 0)
        for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
            CHECK(sigaction(signals[i], &action, NULL));
    release_signals(before);
    if (processes[0].pid == 0) {
        CHECK_ONCE(close(ended.wait_end));
        return;
    }
    gate_pass(&ended);
    CHECK(waitpid(processes[0].pid, &status, 0));
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

void *share_memory(size_t size)
{
    return CHECK_NOT(
        MAP_FAILED, mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
}
