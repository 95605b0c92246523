/* SPDX-License-Identifier: MIT */
#include "common/run/actors.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/memory.h"
#include "common/base/run.h"
#include "common/run/latch.h"
#include "common/run/names.h"
#include "common/run/record.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>
#if HAVE_PRCTL
#include <sys/prctl.h>
#endif

/* What was added, in this order; what was started comes first. */
enum actor_kind { THREAD, PROCESS, DAEMON };
static struct actor {
    enum actor_kind kind;
    const char *role;
    int id;
    void (*function)(int id);
    bool is_started, is_joined;
    pthread_t thread;
    pid_t pid;               /* of a process, as is the next one */
    atomic_bool is_unreaped; /* false once it is about to be reaped */
    struct actor *next;
} * actors, **end_of_actors = &actors;

static struct latch all_may_begin;

static volatile sig_atomic_t seconds_left; /* until the watchdog ends this process */
static unsigned watchdog_seconds;
static char watchdog_message[160];

/* The watchdog's handler goes through the list: it only grows, and before actors start. */
#define FOR_PROCESSES(process)                                                                     \
    for (struct actor *process = actors; process; process = process->next)                         \
        if (process->is_unreaped)

static void kill_processes(void)
{
    FOR_PROCESSES (actor)
        if (kill(actor->pid, SIGKILL) == -1 && kill(actor->pid, SIGKILL) == -1)
            actor->is_unreaped = false; /* refused (a sandbox): it ends when its parent does */
}

void stop_processes(void)
{
    kill_processes();
    FOR_PROCESSES (actor) {
        actor->is_unreaped = false;
        (void)AGAIN(waitpid(actor->pid, NULL, 0));
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
        _exit(EXIT_TROUBLE);
    seconds_left--;
    if (seconds_left > 0) {
        (void)alarm(1);
        return;
    }
    kill_processes();
    if (AGAIN(poll(&full, 1, 0)) > 0) /* it is not */
        (void)!AGAIN(write(STDERR_FILENO, watchdog_message, strlen(watchdog_message)));
    _exit(EXIT_TROUBLE);
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
    watchdog_seconds = (unsigned)(planned / run.speed) + 60;
    if (run.timeout > 0)
        watchdog_seconds = (unsigned)run.timeout;
    (void)snprintf(watchdog_message, sizeof watchdog_message,
        "%s: still running after %u s, ended; use a longer --timeout=SECONDS\n", program_name,
        watchdog_seconds);
    count_down((sig_atomic_t)watchdog_seconds);
}

static void add_actor(enum actor_kind kind, const char *role, int id, void (*function)(int id))
{
    struct actor *actor = CHECK_NOT(NULL, calloc(1, sizeof *actor));

    actor->kind = kind;
    actor->role = role;
    actor->id = id;
    actor->function = function;
    *end_of_actors = actor;
    end_of_actors = &actor->next;
}

void add_thread(const char *role, int id, void (*actor)(int id))
{
    add_actor(THREAD, role, id, actor);
}

void add_process(const char *role, int id, void (*actor)(int id))
{
    add_actor(PROCESS, role, id, actor);
}

void add_daemon(const char *role, int id, void (*actor)(int id))
{
    add_actor(DAEMON, role, id, actor);
}

static void act(const struct actor *me)
{
    record_as(me->role, me->id);
    record_state(RUNNING, "running");
    note_actor();
    me->function(me->id);
    record_state(GONE, "done");
}

static void start_process(struct actor *actor)
{
    pid_t parent = getpid();
    bool is_bound_to_parent = false;

    actor->pid = CHECK(fork());
    actor->is_unreaped = actor->pid > 0;
    if (actor->pid > 0)
        return;
    FOR_PROCESSES (other)
        other->is_unreaped = false; /* they are the parent's */
#if HAVE_PRCTL
    is_bound_to_parent = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0; /* a sandbox may refuse it */
#endif
    if (!is_bound_to_parent) {
        starter = parent;
        count_down(watchdog_seconds > 0 ? (sig_atomic_t)watchdog_seconds + 1 : SIG_ATOMIC_MAX);
    }
    CHECK(close(all_may_begin.write_end)); /* so that the parent's end ends the waiting, too */
    latch_wait(&all_may_begin);
    if (getppid() != parent)
        _exit(EXIT_TROUBLE);
    CHECK(close(all_may_begin.read_end));
    act(actor);
    _exit(EXIT_HELD);
}

static void *run_thread(void *context)
{
    latch_wait(&all_may_begin);
    act(context);
    return NULL;
}

static void start_thread(struct actor *actor)
{
    pthread_attr_t small;

    CHECK_PTHREAD(pthread_attr_init(&small));
    CHECK_PTHREAD(pthread_attr_setstacksize(&small, 256 * 1024)); /* there may be thousands */
    sigset_t before = hold_signals(); /* all go to the first thread: SIGCHLD has to end its wait */
    CHECK_PTHREAD(pthread_create(&actor->thread, &small, run_thread, actor));
    release_signals(before);
    CHECK_PTHREAD(pthread_attr_destroy(&small));
}

/* Forks come first, as long as this process has one thread; lanes are in the order of adding. */
void launch_actors(void)
{
    static bool is_registered;

    if (!is_registered)
        (void)atexit(stop_processes);
    is_registered = true;
    for (struct actor *actor = actors; actor; actor = actor->next)
        if (!actor->is_started)
            record_lanes(actor->role, 1);
    latch_init(&all_may_begin, 1);
    for (struct actor *actor = actors; actor; actor = actor->next)
        if (!actor->is_started && actor->kind != THREAD)
            start_process(actor);
    for (struct actor *actor = actors; actor; actor = actor->next) {
        if (!actor->is_started && actor->kind == THREAD)
            start_thread(actor);
        actor->is_started = true;
    }
    latch_count_down(&all_may_begin);
}

/* Of several children that have ended, one that was killed: others may have failed for that. */
static siginfo_t find_killed(siginfo_t info)
{
    siginfo_t other = {0};

    FOR_PROCESSES (actor)
        if (waitid(P_PID, (id_t)actor->pid, &other, WEXITED | WNOWAIT | WNOHANG) == 0 &&
            other.si_pid != 0 && other.si_code != CLD_EXITED)
            return other;
    return info;
}

/* Waits for the end of a child, until DEADLINE; it is not reaped yet. SIGCHLD is let in only while
 * pselect waits, so that it cannot come between the look and the wait. */
static pid_t await_child(int64_t deadline)
{
    const struct sigaction action = {.sa_handler = wake_up, .sa_flags = SA_RESTART};
    sigset_t child, before;
    siginfo_t info = {0};

    (void)sigemptyset(&child);
    (void)sigaddset(&child, SIGCHLD);
    CHECK(sigprocmask(SIG_BLOCK, &child, &before));
    CHECK(sigaction(SIGCHLD, &action, NULL));
    for (;;) {
        CHECK(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG));
        bool has_failed = info.si_pid != 0 && info.si_status != EXIT_HELD;
        if (has_failed)
            info = find_killed(info);
        int64_t left = deadline - clock_now();
        if (info.si_pid != 0 || left <= 0)
            break;
        struct timespec timeout = part_of_wait(left);
        if (pselect(0, NULL, NULL, NULL, &timeout, &before) == -1 && errno != EINTR)
            die_call("pselect", errno, __FILE__, __LINE__);
    }
    CHECK(sigprocmask(SIG_SETMASK, &before, NULL));
    return info.si_pid;
}

static struct actor *find_process(pid_t pid)
{
    FOR_PROCESSES (actor)
        if (actor->pid == pid)
            return actor;
    return NULL;
}

static noreturn void die_of_actor(const struct actor *actor, int status)
{
    const char *reason = "";

    if (!WIFSIGNALED(status))
        die("%s %d failed with status %d, so the run was stopped", actor->role, actor->id,
            WEXITSTATUS(status));
    if (WTERMSIG(status) == SIGBUS)
        reason = " (a mapped file was cut off, or there is no room for it)";
    die("%s %d was killed by signal %d%s, so the run was stopped", actor->role, actor->id,
        WTERMSIG(status), reason);
}

enum ending wait_process(pid_t pid, int64_t nanoseconds, int expected_signal)
{
    int64_t deadline = clock_now() + nanoseconds;
    int status;

    for (pid_t ended; (ended = await_child(deadline)) != 0;) {
        struct actor *actor = find_process(ended);
        if (actor) /* before it is reaped: then its pid may be somebody else's */
            actor->is_unreaped = false;
        CHECK(waitpid(ended, &status, 0));
        bool killed = WIFSIGNALED(status);
        bool right = !killed && WEXITSTATUS(status) == EXIT_HELD;
        if (killed && ended == pid)
            right = WTERMSIG(status) == expected_signal;
        if (actor && !right) /* others are the cleanup process, or children from before exec(3) */
            die_of_actor(actor, status);
        if (ended == pid)
            return killed ? KILLED : EXITED;
    }
    return TIMED_OUT;
}

pid_t process_id(const char *role, int id)
{
    for (const struct actor *actor = actors; actor; actor = actor->next)
        if (actor->id == id && strcmp(actor->role, role) == 0)
            return actor->pid;
    die("there is no %s %d", role, id);
}

void kill_process(pid_t pid)
{
    CHECK(kill(pid, SIGKILL));
    (void)wait_process(pid, FOREVER, SIGKILL);
}

bool wait_for_actors(int64_t nanoseconds)
{
    int64_t deadline = clock_now() + nanoseconds;

    FOR_PROCESSES (actor)
        if (actor->kind == PROCESS &&
            wait_process(actor->pid, deadline - clock_now(), 0) == TIMED_OUT)
            return false;
    for (struct actor *actor = actors; actor; actor = actor->next)
        if (actor->kind == THREAD && !actor->is_joined) {
            CHECK_PTHREAD(pthread_join(actor->thread, NULL));
            actor->is_joined = true;
        }
    stop_processes(); /* the daemons */
    return true;
}

static pid_t handed_on_to;

static void hand_on(int signal_number)
{
    int error = errno;

    (void)kill(handed_on_to, signal_number);
    errno = error;
}

/* For process 1 of a container, which the kernel keeps from signals (pid_namespaces(7)) and whose
 * end kills all others: returns in a child, which becomes the run. Process 1 hands signals on to
 * it, waits until all of the run has ended, and ends with the shell's status. */
static void leave_first_process(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    const struct sigaction action = {.sa_handler = hand_on, .sa_flags = SA_RESTART};
    int ended[2], status; /* a pipe that ends when no process of the run is left */

    CHECK(pipe(ended));
    sigset_t before = hold_signals();
    handed_on_to = CHECK(fork());
    if (handed_on_to > 0)
        for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
            CHECK(sigaction(signals[i], &action, NULL));
    release_signals(before);
    if (handed_on_to == 0) {
        CHECK(close(ended[0]));
        (void)signal(SIGINT, SIG_DFL); /* unshare(1) 2.36 starts its child with these ignored */
        (void)signal(SIGTERM, SIG_DFL);
        return;
    }
    CHECK(close(ended[1]));
    CHECK(read(ended[0], (char[1]){0}, 1));
    CHECK(waitpid(handed_on_to, &status, 0));
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

/* Writing to a descriptor that was closed at the start must fail, not land in a file that the demo
 * opens. A signal that the caller has blocked would end nothing, nor wake a wait; one that it
 * ignores (nohup) stays ignored, but SIGCHLD tells of a child's end. Writing to a pipe without a
 * reader, or beyond a limit, must report EPIPE or EFBIG. */
void normalize_process(void)
{
    sigset_t none;

    for (int descriptor = 0; descriptor <= 2; descriptor++)
        if (fcntl(descriptor, F_GETFD) == -1)
            CHECK(open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY));
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)sigemptyset(&none);
    CHECK(sigprocmask(SIG_SETMASK, &none, NULL));
    if (getpid() == 1)
        leave_first_process();
}
