/* SPDX-License-Identifier: MIT */
/* demo_signal - a guard ends a task that misses its deadline
 *
 * Guarantee: the task finishes in time or not at all.
 * --broken sends SIGTERM, which the task ignores, in place of SIGKILL, which
 * nobody can: the deadline is missed. Read guard() first.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/gate.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include "common/record/recorder.h"
#include "demos/about.h"

static struct {
    double task, deadline; /* seconds */
    int choice;            /* the index of the signal that the guard sends */
} settings = {.choice = -1};

/* Shared by guard and task. */
struct job {
    struct gate ready; /* the task knocks when it has begun */
    struct gate sent;  /* --broken: opens when the guard has sent its signal */
    int64_t began_at;  /* when the task began: its deadline counts from here */
    int64_t finished_at; /* the evidence: when the task was done, 0 if not */
    volatile sig_atomic_t was_stopped; /* by Ctrl-Z or SIGSTOP, for a while */
};
static struct job *job;

/* The handler of SIGCONT, in both processes: one that was stopped goes on. */
static void go_on(int signal_number)
{
    (void)signal_number;
    job->was_stopped = 1;
}

/* Whether process PID is stopped now: then no SIGCONT has come yet. */
static bool is_stopped(pid_t pid)
{
    siginfo_t info = {0};

    CHECK(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG | WNOWAIT));
    return info.si_pid != 0;
}

/* It does not want to be interrupted, and ignores the polite signal. */
static void task(int number, void *context)
{
    (void)number;
    (void)context;
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGINT, SIG_DFL); /* which nohup and the like change */
    (void)signal(SIGHUP, SIG_DFL);
    (void)signal(SIGUSR1, SIG_DFL);
    job->began_at = clock_now();
    gate_knock(&job->ready);
    record_state(RUNNING, "working");
    pause_for(clock_scaled(settings.task));
    if (run.broken) /* the window: not done before the signal */
        gate_pass(&job->sent);
    job->finished_at = clock_now();
}

static int guard(pid_t pid)
{
    static const int signals[] = {SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    static const char *const names[] = {
        "SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1"};
    /* SIGKILL can neither be caught nor ignored: it is what --broken leaves
     * out, for SIGTERM, the next in the list
     */
    int standard = run.broken ? 1 : 0;
    int choice = settings.choice < 0 ? standard : settings.choice;

    record_state(WAITING, "waiting for the task");
    int64_t deadline = job->began_at + clock_scaled(settings.deadline);
    int64_t sent_at = INT64_MAX; /* never */
    enum ending ending = reap_process(pid, deadline - clock_now(), 0);
    if (ending == STILL_RUNNING) {
        record_note("deadline of %g s", settings.deadline);
        record_sent("task", 0, "%s", names[choice]);
        CHECK(kill(pid, signals[choice]));
        sent_at = clock_now();
        gate_let_go(&job->sent);
        /* one more deadline, not scaled: it decides the verdict */
        double patience = settings.deadline < 1 ? 1 : settings.deadline;
        ending = reap_process(pid, (int64_t)(patience * 1e9), signals[choice]);
    }
    if (ending == KILLED && job->finished_at == 0) {
        record_killed("task", 0, names[choice]);
        say("Process killed...");
        (void)verdict(true,
            "the task missed its deadline of %g s and was "
            "killed by %s",
            settings.deadline, names[choice]);
        return KILLED_IN_TIME;
    }
    say(ending == STILL_RUNNING ? "Process still running..."
                                : "Process finished...");
    if (ending == STILL_RUNNING) { /* it must not stay */
        if (is_stopped(pid))
            job->was_stopped = true;
        record_sent("task", 0, "SIGKILL");
        stop_process(pid);
        record_killed("task", 0, "SIGKILL");
    }
    if (job->finished_at > 0 && job->finished_at <= deadline)
        return verdict(true, "the task finished within its deadline of %g s",
            settings.deadline);
    if (job->was_stopped)
        return undecided("the run was stopped for a while, so its times say "
                         "nothing; run it again");
    if (ending == KILLED || (ending == ENDED && job->finished_at <= sent_at))
        return undecided("the task missed its deadline, but finished before "
                         "its late guard sent a signal; the machine was too "
                         "busy, run it again");
    return verdict(false, "the task %s %.3f s after %s was sent",
        ending == ENDED ? "finished" : "was still running",
        (double)((ending == ENDED ? job->finished_at : clock_now()) - sent_at) /
            1e9,
        names[choice]);
}

static const struct option_row options[] = {
    {"task", "SECONDS", SECONDS, &settings.task, 0, 3600, "60",
        "how long the task takes"},
    {"deadline", "SECONDS", POSITIVE, &settings.deadline, 0, 3600, "2",
        "how long it may take"},
    {"signal", "NAME", CHOICE, &settings.choice, 0, 0, "KILL TERM INT HUP USR1",
        "what the guard sends, KILL by default"},
    {0}};

int main(int argc, char **argv)
{
    demo_start(&signal_demo, options, argc, argv);
    if (run.broken && settings.choice >= 0)
        usage_error("--broken chooses the signal itself; leave out --signal");
    if (run.broken && settings.task < 2 * settings.deadline)
        usage_error("--broken wants a task that misses its deadline; use a "
                    "--task of at least two times --deadline");

    job = share_memory(sizeof *job);
    (void)signal(SIGCONT, go_on);
    watchdog_start(settings.deadline * (1 + run.speed));
    job->ready = gate_create();
    job->sent = gate_create();
    record_as("guard", 0);
    pid_t pid = start_process("task", 0, task, NULL);
    gate_let_go(&job->ready);
    (void)gate_await_knock(&job->ready, -1); /* its time has begun */
    return guard(pid);
}
