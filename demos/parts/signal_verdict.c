/* SPDX-License-Identifier: MIT */
/* signal_verdict - when the task of demo_signal began and ended, and what that
 * says
 */
#include "demos/parts/signal.h"
#include <sys/wait.h>

#include "common/demo.h"

struct settings settings = {.task = 60, .deadline = 2};

static const struct {
    int number;
    const char *name;
} signals[] = {{SIGKILL, "SIGKILL"}, {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"},
    {SIGHUP, "SIGHUP"}, {SIGUSR1, "SIGUSR1"}};

struct shared *shared;

/* Times are of clock_now(); 0: not yet. */
static struct evidence {
    struct latch task_began;
    int64_t began_at, finished_at;
    volatile sig_atomic_t was_stopped; /* by Ctrl-Z or SIGSTOP, for a while */
} * evidence;                          /* shared, too */
static int64_t deadline, sent_at = INT64_MAX; /* never */
static const char *sent_name;

int signal_of(int word)
{
    return signals[word].number;
}

/* The handler of SIGCONT, in both processes: one that was stopped goes on. */
static void go_on(int signal_number)
{
    evidence->was_stopped = 1;
}

void evidence_init(void)
{
    const struct sigaction action = {
        .sa_handler = go_on, .sa_flags = SA_RESTART};

    shared = shared_alloc(sizeof *shared);
    evidence = shared_alloc(sizeof *evidence);
    latch_init(&shared->signal_sent, 1);
    latch_init(&evidence->task_began, 1);
    CHECK(sigaction(SIGCONT, &action, NULL));
}

void note_begin(void)
{
    (void)signal(SIGINT, SIG_DFL); /* nohup and the like can change these */
    (void)signal(SIGHUP, SIG_DFL);
    (void)signal(SIGUSR1, SIG_DFL);
    evidence->began_at = clock_now();
    latch_count_down(&evidence->task_began);
    record_state(RUNNING, "working");
}

void note_end(int caught)
{
    if (caught > 0)
        record_note("caught %d", caught);
    evidence->finished_at = clock_now();
}

int64_t time_left(void)
{
    record_as("guard", 0);
    while (!latch_wait_for(&evidence->task_began, WINDOW / 10))
        (void)wait_for_actors(0); /* ends the run if the task has failed */
    record_state(WAITING, "waitpid");
    deadline = evidence->began_at + scaled_ns(settings.deadline);
    return deadline - clock_now();
}

void note_deadline(int signal_number)
{
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (signals[i].number == signal_number)
            sent_name = signals[i].name;
    record_note("deadline of %g s", settings.deadline);
    record_sent("task", 0, "%s", sent_name);
}

enum ending wait_again(pid_t task, int signal_number)
{
    double patience = settings.deadline < 1 ? 1 : settings.deadline;

    sent_at = clock_now();
    latch_count_down(&shared->signal_sent);
    record_state(WAITING, "waitpid");
    return wait_process(task, (int64_t)(patience * 1e9), signal_number);
}

/* Whether the task is stopped now: then no SIGCONT has come yet. */
static bool is_stopped(pid_t task)
{
    siginfo_t info = {0};

    CHECK(waitid(P_PID, (id_t)task, &info, WSTOPPED | WNOHANG | WNOWAIT));
    return info.si_pid != 0;
}

static void end_task(pid_t task)
{
    if (is_stopped(task))
        evidence->was_stopped = 1;
    record_sent("task", 0, "SIGKILL");
    kill_process(task);
    record_killed("task", 0, "SIGKILL");
}

int check_end(pid_t task, enum ending ending)
{
    int64_t finished_at = evidence->finished_at;

    if (ending == KILLED && finished_at == 0) {
        record_killed("task", 0, sent_name);
        say("Process killed...");
        (void)verdict(true,
            "the task missed its deadline of %g s and was killed by %s",
            settings.deadline, sent_name);
        return EXIT_KILLED;
    }
    say(ending == TIMED_OUT ? "Process still running..."
                            : "Process finished...");
    if (ending == TIMED_OUT)
        end_task(task); /* it must not stay */
    if (finished_at > 0 && finished_at <= deadline)
        return verdict(true, "the task finished within its deadline of %g s",
            settings.deadline);
    if (evidence->was_stopped)
        return undecided("the run was stopped for a while, so its times say "
                         "nothing; run it again");
    if (ending == KILLED || (ending == EXITED && finished_at <= sent_at))
        return undecided("the task missed its deadline, but finished before "
                         "its late guard sent a signal; the machine was too "
                         "busy, run it again");
    if (ending == EXITED)
        return verdict(false, "the task finished %.3f s after %s was sent",
            (double)(finished_at - sent_at) / 1e9, sent_name);
    return verdict(false, "the task was still running %.3f s after %s was sent",
        (double)(clock_now() - sent_at) / 1e9, sent_name);
}
