/* SPDX-License-Identifier: MIT */
#include "common/run/actors.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/run.h"
#include "common/run/names.h"
#include "common/run/record.h"
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

/* What was added, in this order; in shared memory, since a fork would copy what is written to. */
static struct actor {
    enum actor_kind kind;
    const char *role;
    int id;
    void (*function)(int id);
    atomic_bool is_running; /* started, and neither joined nor about to be reaped */
    pthread_t thread;
    pid_t pid;
    struct actor *next;
} * actors, **end_of_actors = &actors;

static pid_t starter; /* of the actors; they have copies of the list, but it is not theirs */
static atomic_int *first_failed; /* process, shared by all: others may fail for that; or 0 */

void (*at_launch)(void), (*at_begin)(void);
static int may_begin[2]; /* a pipe: a byte in it, which nobody takes out, lets all actors begin */

static volatile sig_atomic_t seconds_left; /* until the watchdog ends this process, at 0 */
static char watchdog_message[160];

/* The watchdog's handler goes through the list: it only grows, and before actors start. */
#define FOR_ACTORS(actor) for (struct actor *actor = actors; actor; actor = actor->next)
#define FOR_PROCESSES(actor)                                                                       \
    FOR_ACTORS (actor)                                                                             \
        if (actor->kind >= PROCESS && actor->is_running)

static void kill_processes(void)
{
    FOR_PROCESSES (actor)
        if (kill(actor->pid, SIGKILL) == -1 && kill(actor->pid, SIGKILL) == -1)
            actor->is_running = false; /* refused (a sandbox): it ends when its parent does */
}

void stop_processes(void)
{
    if (starter != getpid()) { /* an actor, which exits only if it fails */
        (void)atomic_compare_exchange_strong(first_failed, &(int){0}, getpid());
        return;
    }
    kill_processes();
    FOR_PROCESSES (actor) {
        actor->is_running = false;
        (void)AGAIN(waitpid(actor->pid, NULL, 0));
    }
}

/* The handler of SIGALRM, which comes every second; after a stop (Ctrl-Z), once for all of it. */
static void tick(int signal_number)
{
    if (starter != 0 && starter != getpid() && starter != getppid()) /* an actor without it */
        _exit(EXIT_TROUBLE);
    seconds_left--;
    (void)alarm(1);
    if (seconds_left != 0)
        return;
    kill_processes();
    /* nobody waits for a reader that does not read */
    if (AGAIN(poll(&(struct pollfd){.fd = STDERR_FILENO, .events = POLLOUT}, 1, 0)) > 0)
        (void)!AGAIN(write(STDERR_FILENO, watchdog_message, strlen(watchdog_message)));
    _exit(EXIT_TROUBLE);
}

/* SECONDS: 0: no bound, but the end of the parent is noticed, or of another (look_for_failures). */
static void start_ticking(int seconds)
{
    const struct sigaction action = {.sa_handler = tick, .sa_flags = on_interrupt ? 0 : SA_RESTART};

    seconds_left = seconds;
    CHECK(sigaction(SIGALRM, &action, NULL));
    (void)alarm(1);
}

void watchdog_set(double planned)
{
    int seconds = run.timeout;

    if (run.timeout == 0 && planned >= 0)
        seconds = (int)(planned / run.speed) + 60;
    (void)snprintf(watchdog_message, sizeof watchdog_message,
        "%s: still running after %d s, ended; use a longer --timeout=SECONDS\n", program_name,
        seconds);
    start_ticking(seconds);
}

void add_actor(enum actor_kind kind, const char *role, int id, void (*function)(int id))
{
    struct actor *actor = shared_alloc(sizeof *actor);

    *actor = (struct actor){.kind = kind, .role = role, .id = id, .function = function};
    *end_of_actors = actor;
    end_of_actors = &actor->next;
}

static void *act(void *actor)
{
    const struct actor *me = actor;

    CHECK(poll(&(struct pollfd){.fd = may_begin[0], .events = POLLIN}, 1, -1));
    record_as(me->role, me->id);
    record_state(RUNNING, "running");
    if (at_begin)
        at_begin();
    me->function(me->id);
    record_state(GONE, "done");
    return NULL;
}

/* The child writes to nothing that it shares with its parent as a copy: that would copy pages. */
static void start_process(struct actor *actor)
{
    pid_t pid = CHECK(fork());

    if (pid > 0) {
        actor->pid = pid;
        actor->is_running = true;
        return;
    }
#if HAVE_PRCTL
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1) /* a sandbox refuses it */
#endif
        start_ticking(0);
    if (starter != getppid()) /* it ended before */
        _exit(EXIT_TROUBLE);
    (void)act(actor);
    _exit(EXIT_HELD);
}

static void start_threads(void)
{
    pthread_attr_t small;

    CHECK_PTHREAD(pthread_attr_init(&small));
    CHECK_PTHREAD(pthread_attr_setstacksize(&small, 256 * 1024)); /* there may be thousands */
    FOR_ACTORS (actor)
        if (actor->kind == THREAD) {
            CHECK_PTHREAD(pthread_create(&actor->thread, &small, act, actor));
            actor->is_running = true;
        }
    CHECK_PTHREAD(pthread_attr_destroy(&small));
}

static void do_nothing(int signal_number)
{
}

/* This process cannot wait for the others while it acts itself. But SIGCHLD interrupts the call in
 * which it waits; or if that came before the call, the next tick does. */
static void look_for_failures(void)
{
    on_interrupt = NULL; /* not in the calls that are made here */
    FOR_PROCESSES (actor)
        (void)wait_process(actor->pid, 0, 0);
    on_interrupt = look_for_failures;
}

/* Forks come first, as long as this process has one thread; lanes are in the order of adding. */
void launch_actors(void)
{
    first_failed = shared_alloc(sizeof *first_failed);
    starter = getpid();
    (void)atexit(stop_processes);
    CHECK(pipe(may_begin));
    FOR_ACTORS (actor)
        if (recorder)
            record_lanes(actor->role, 1);
    FOR_ACTORS (actor)
        if (actor->kind >= PROCESS)
            start_process(actor);
    sigset_t before = hold_signals(), held = before; /* all go to the first thread */
    CHECK(sigaction(SIGCHLD, &(struct sigaction){.sa_handler = do_nothing}, NULL));
    if (at_launch)
        at_launch();
    start_threads();
    (void)sigaddset(&held, SIGCHLD);
    release_signals(held);
    CHECK(write(may_begin[1], "", 1));
    FOR_ACTORS (actor)
        if (actor->kind == SELF) {
            release_signals(before);
            look_for_failures(); /* now, and whenever a call is interrupted */
            start_ticking(seconds_left);
            (void)act(actor);
            on_interrupt = NULL;
        }
}

/* Waits until DEADLINE for the end of a child, which is not reaped yet; returns its id, or 0.
 * SIGCHLD is let in only while pselect waits: it cannot come between the look and the wait. */
static pid_t await_child(int64_t deadline)
{
    int may_wait = deadline == FOREVER ? 0 : WNOHANG; /* for a whole run: one call, not three */
    siginfo_t info = {0};
    sigset_t none;

    (void)sigemptyset(&none);
    for (;;) {
        CHECK(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | may_wait));
        if (info.si_pid != 0)
            return info.si_pid;
        int64_t left = deadline - clock_now();
        if (left <= 0)
            return 0;
        struct timespec timeout = to_timespec(left);
        if (pselect(0, NULL, NULL, NULL, &timeout, &none) == -1 && errno != EINTR)
            die_call("pselect", errno, __FILE__, __LINE__);
    }
}

/* Ends the run because of FAILED, which has ended with STATUS; or, if that was not killed, because
 * of another one that was, unless that is EXPECTED, or of the first to fail: FAILED may have failed
 * for that. The files of a process are closed a moment before its end can be seen. */
static noreturn void die_of_actor(const struct actor *failed, int status, pid_t expected)
{
    siginfo_t info = {0};

    if (WIFEXITED(status)) {
        (void)waitid(P_PID, (id_t)*first_failed, &info, WEXITED | WNOWAIT);
        sleep_ns(10000000);
    }
    FOR_PROCESSES (actor)
        if (WIFEXITED(status) &&
            waitid(P_PID, (id_t)actor->pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
            info.si_pid != 0 &&
            (info.si_code == CLD_EXITED ? actor->pid == *first_failed : actor->pid != expected)) {
            failed = actor;
            actor->is_running = false;
            CHECK(waitpid(actor->pid, &status, 0));
        }
    bool is_killed = WIFSIGNALED(status), is_cut_off = is_killed && WTERMSIG(status) == SIGBUS;
    die("%s %d %s %d%s, so the run was stopped", failed->role, failed->id,
        is_killed ? "was killed by signal" : "failed with status",
        is_killed ? WTERMSIG(status) : WEXITSTATUS(status),
        is_cut_off ? " (a mapped file was cut off, or there is no room for it)" : "");
}

enum ending wait_process(pid_t pid, int64_t deadline, int expected_signal)
{
    for (;;) {
        const struct actor *ended = NULL; /* NULL: others are not a part of the run */
        int status;
        pid_t child = await_child(deadline);
        if (child == 0)
            return TIMED_OUT;
        FOR_PROCESSES (actor)
            if (actor->pid == child) {
                actor->is_running = false; /* before it is reaped: then its pid may be another's */
                ended = actor;
            }
        CHECK(waitpid(child, &status, 0));
        bool is_killed = WIFSIGNALED(status);
        bool is_expected = child == pid && is_killed && WTERMSIG(status) == expected_signal;
        if (ended && status != 0 && !is_expected)
            die_of_actor(ended, status, expected_signal != 0 ? pid : 0);
        if (child == pid)
            return is_killed ? KILLED : EXITED;
    }
}

pid_t process_id(const char *role, int id)
{
    FOR_PROCESSES (actor)
        if (actor->id == id && strcmp(actor->role, role) == 0)
            return actor->pid;
    die("there is no %s %d", role, id);
}

bool wait_for_actors(int64_t deadline)
{
    FOR_PROCESSES (actor)
        if (actor->kind == PROCESS && wait_process(actor->pid, deadline, 0) == TIMED_OUT)
            return false;
    FOR_ACTORS (actor)
        if (actor->kind == THREAD && actor->is_running) {
            CHECK_PTHREAD(pthread_join(actor->thread, NULL));
            actor->is_running = false;
        }
    stop_processes(); /* the daemons */
    return true;
}
