/* SPDX-License-Identifier: MIT */
/* signal_verdict - when the task of demo_signal began and ended, and what that
 * says
 */
#include "demos/parts/signal.h"
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "common/demo.h"
#include "demos/parts/calls.h"
#include "demos/parts/speed.h"
#include "demos/parts/window.h"

struct settings settings = {.task = 60, .deadline = 2, .signal = NOT_GIVEN};

static const struct {
    int number;
    const char *name;
} signals[] = {{SIGKILL, "SIGKILL"}, {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"},
    {SIGHUP, "SIGHUP"}, {SIGUSR1, "SIGUSR1"}};

static int last_signal = SIGKILL;

/* In memory that both processes share. Times are of clock_now(); 0: not yet. */
static struct evidence {
    struct latch task_began, deadline_is_over;
    int64_t began_at, caught_at /* the first SIGTERM */, finished_at;
    volatile sig_atomic_t was_stopped; /* by Ctrl-Z or SIGSTOP, for a while */
} * evidence;

/* The guard's own. */
static bool has_sent_sigkill;
static enum ending ending = TIMED_OUT; /* how the task has ended; or not yet */
static int64_t deadline, last_wait_at = INT64_MAX; /* never */

static const char *name_of(int signal_number)
{
    size_t i = 0;

    while (signals[i].number != signal_number)
        i++;
    return signals[i].name;
}

/* The handler of SIGCONT, in both processes: one that was stopped goes on. */
static void go_on(int signal_number)
{
    evidence->was_stopped = 1;
}

/* Which signal the guard sends is in its call's text: "kill(pid, SIGTERM)". */
static void call_begins(const struct call_place *place)
{
    char argument[32];

    if (!is_call(place, "kill(") ||
        sscanf(place->call, "kill(%*[^,], %31[^)])", argument) != 1)
        return;
    bool is_other = strcmp(argument, "last_signal") == 0;
    const char *name = is_other ? name_of(last_signal) : argument;
    if (strcmp(name, "SIGKILL") == 0)
        has_sent_sigkill = true;
    record_sent("task", 0, "%s", name);
}

void check_settings(void)
{
    static const struct call_watcher watcher = {call_begins, ignore_call, NULL};
    const struct sigaction action = {
        .sa_handler = go_on, .sa_flags = SA_RESTART};

    if (run.broken && settings.signal != NOT_GIVEN)
        usage_error("--broken cannot be combined with --signal");
    if (run.broken && settings.task < 2 * settings.deadline)
        usage_error("--broken needs a task that misses its deadline; use a "
                    "--task of at least two times --deadline");
    if (settings.signal != NOT_GIVEN)
        last_signal = signals[settings.signal].number;
    call_watcher = &watcher;
    evidence = shared_alloc(sizeof *evidence);
    latch_init(&evidence->task_began, 1);
    latch_init(&evidence->deadline_is_over, 1);
    CHECK(sigaction(SIGCONT, &action, NULL));
}

/* Until the deadline, and once more as long, which --speed does not shorten. */
double planned_seconds(void)
{
    return settings.deadline * (1 + run.speed);
}

struct timespec begin_work(void)
{
    (void)signal(SIGINT, SIG_DFL); /* a script's & can have it ignored */
    (void)signal(SIGHUP, SIG_DFL); /* so can nohup */
    (void)signal(SIGUSR1, SIG_DFL);
    evidence->began_at = clock_now();
    latch_count_down(&evidence->task_began);
    record_state(RUNNING, "working");
    return to_timespec(scaled_ns(settings.task));
}

static void record_caught(int caught)
{
    static int recorded;

    for (; recorded < caught; recorded++)
        record_received("guard", 0, "SIGTERM");
    if (caught > 0 && evidence->caught_at == 0)
        evidence->caught_at = clock_now();
}

void note_caught(int caught)
{
    if (errno != EINTR)
        die_call("nanosleep", errno, __FILE__, __LINE__);
    record_caught(caught);
}

void end_work(int caught)
{
    pause_until(&evidence->deadline_is_over);
    record_caught(caught);
    evidence->finished_at = clock_now();
}

/* The deadline; and if --speed divides it, what that is in real time, in which
 * the verdict says how late the task was.
 */
static const char *deadline_text(void)
{
    static char text[80];
    double real = settings.deadline / run.speed;
    int used = snprintf(text, sizeof text, "%g s", settings.deadline);

    if (run.speed != 1)
        (void)snprintf(text + used, sizeof text - (size_t)used,
            " (%g s with --speed=%g)", real, run.speed);
    return text;
}

bool still_runs_at(pid_t task, double part)
{
    if (ending != TIMED_OUT) /* it had ended before */
        return false;
    record_as("guard", 0);
    while (!latch_wait_for(&evidence->task_began, NS_PER_SECOND / 10))
        (void)wait_for_actors(0); /* ends the run if the task has failed */
    record_state(WAITING, "waitpid");
    deadline = evidence->began_at + scaled_ns(settings.deadline);
    int64_t until = evidence->began_at + scaled_ns(part * settings.deadline);
    ending = wait_process(task, until, 0);
    record_state(RUNNING, "running");
    if (ending == TIMED_OUT && part >= DEADLINE)
        record_note("deadline of %s", deadline_text());
    return ending == TIMED_OUT;
}

void guard_with_signal(pid_t task)
{
    if (still_runs_at(task, ASK_AT))
        CHECK(kill(task, SIGTERM));
    if (still_runs_at(task, DEADLINE))
        CHECK(kill(task, last_signal));
}

static void wait_after_deadline(pid_t task)
{
    double patience = settings.deadline < 1 ? 1 : settings.deadline;

    if (run.broken || last_signal == SIGTERM) /* nothing has ended it */
        record_state_of("task", 0, RUNNING, "past its deadline");
    last_wait_at = clock_now();
    latch_count_down(&evidence->deadline_is_over);
    record_state(WAITING, "waitpid");
    /* SIGKILL ends it for sure, however long a busy machine takes for that */
    int64_t until = last_wait_at + (int64_t)(patience * 1e9);
    int expected = run.broken ? 0 : last_signal;
    ending = wait_process(task, has_sent_sigkill ? FOREVER : until, expected);
    record_state(RUNNING, "running");
}

/* Whether the task is stopped now: then no SIGCONT has come yet. */
static bool is_stopped(pid_t task)
{
    siginfo_t info = {0};
    int flags = WSTOPPED | WNOHANG | WNOWAIT;

    /* ECHILD: it has just ended */
    return AGAIN(waitid(P_PID, (id_t)task, &info, flags)) == 0 &&
           info.si_pid != 0;
}

static void end_task(pid_t task)
{
    if (is_stopped(task))
        evidence->was_stopped = 1;
    if (!evidence->was_stopped && evidence->finished_at == 0)
        record_wrong_of("task", 0, "still running");
    record_sent("task", 0, "SIGKILL, to clean up");
    if (kill(task, SIGKILL) == -1) /* CHECK would record it as the guard's */
        die_call("kill", errno, __FILE__, __LINE__);
    (void)wait_process(task, FOREVER, SIGKILL);
    record_killed("task", 0, "SIGKILL, to clean up");
}

/* The order of the first two matters: a task that has noted no end by now was
 * still running then.
 */
int check_end(pid_t task)
{
    if (ending == TIMED_OUT)
        wait_after_deadline(task);
    int64_t now = clock_now();
    int64_t finished_at = evidence->finished_at;
    int64_t caught_at = evidence->caught_at;

    if (ending == KILLED && finished_at == 0) {
        record_killed("task", 0, name_of(last_signal));
        say("Process killed...");
        (void)verdict(true,
            "the task was killed by %s at its deadline of %s; %s",
            name_of(last_signal), deadline_text(),
            caught_at > 0 && caught_at < deadline
                ? "SIGTERM had not stopped it"
                : "it had caught no SIGTERM by then");
        return EXIT_KILLED;
    }
    say(finished_at == 0 ? "Process still running..." : "Process finished...");
    if (ending == TIMED_OUT)
        end_task(task); /* it must not stay */
    if (finished_at > 0 && finished_at <= deadline)
        return verdict(true, "the task finished within its deadline of %s",
            deadline_text());
    if (evidence->was_stopped)
        return undecided("the run was stopped for a while, so its times say "
                         "nothing; run it again");
    if (ending == KILLED || (ending == EXITED && finished_at <= last_wait_at))
        return undecided("the task missed its deadline, but finished before "
                         "its late guard could stop it; the machine was too "
                         "busy, run it again");
    if (finished_at > 0) {
        record_wrong_of("task", 0, "finished too late");
        return verdict(false,
            "the task did not stop on SIGTERM and finished %.3f s after its "
            "deadline of %s",
            (double)(finished_at - deadline) / 1e9, deadline_text());
    }
    return verdict(false,
        "the task did not stop on SIGTERM and was still running %.3f s after "
        "its deadline of %s",
        (double)(now - deadline) / 1e9, deadline_text());
}
