/* SPDX-License-Identifier: MIT */
/* demo_signal - a guard asks a task to stop, and kills it at its deadline
 *
 * A signal interrupts a process. The process can ignore it, or catch it with a
 * function, its handler. Otherwise most signals end it, and SIGKILL always
 * does.
 *
 *   $ ./demo_signal --task=9 --deadline=1
 *   Process killed...
 *        HELD  the task was killed by SIGKILL at its deadline of 1 s; SIGTERM
 *              had not stopped it (seed 46173)
 *
 *   $ ./demo_signal --task=9 --deadline=1 --broken
 *   Process still running...
 *    VIOLATED  the task did not stop on SIGTERM and was still running 1.000 s
 *              after its deadline of 1 s
 *
 * The task would take 9 seconds, and has 1.
 * Guarantee: the task finishes in time or not at all.
 * --broken leaves out SIGKILL. Then the task goes on, at least until the guard
 * has seen the deadline pass: every run shows the bug (missed deadline).
 */
#include <signal.h>

#include "common/demo.h" /* CHECK(call): its value; a failure ends the run */
#include "demos/parts/signal.h" /* includes <time.h> */

/* volatile: a handler may change it at any time. sig_atomic_t: a reader
 * never sees such a change half done. */
static volatile sig_atomic_t caught;

/* The handler of SIGTERM. It only counts: so the task goes on. */
static void catch_signal(int signal_number)
{
    caught++;
}

static void task(int id)
{
    struct sigaction action = {.sa_handler = catch_signal};

    CHECK(sigemptyset(&action.sa_mask));      /* blocks no other signal */
    CHECK(sigaction(SIGTERM, &action, NULL)); /* now SIGTERM calls it */

    struct timespec left = begin_work();  /* as long as option --task says */
    while (nanosleep(&left, &left) == -1) /* a signal came: left is the rest */
        note_caught(caught);              /* that is all: the task goes on */
    end_work(caught);                     /* --broken: lets the deadline pass */
}

/* The guard is the parent of the task. still_runs_at() waits until the task has
 * ended (waitpid), or until a moment has come: DEADLINE, or ASK_AT, when 3/4 of
 * that time are over. It returns whether the task still runs then.
 */
static void guard(pid_t pid)
{
    if (still_runs_at(pid, ASK_AT))
        CHECK(kill(pid, SIGTERM)); /* asks: the task can refuse */
    if (still_runs_at(pid, DEADLINE))
        CHECK(kill(pid, SIGKILL)); /* ends it: no task can catch this one */
}

/* WRONG: asks the task to stop, and lets it go on. */
static void broken_guard(pid_t pid)
{
    if (still_runs_at(pid, ASK_AT))
        CHECK(kill(pid, SIGTERM));      /* asks: the task can refuse */
    (void)still_runs_at(pid, DEADLINE); /* WRONG: no SIGKILL */
}

/* ---- The mechanism ends here. Below: set-up, options. ---- */

static const struct option_spec options[] = {
    OPTION_SECONDS("task", &settings.task, 3600, "how long the task takes"),
    OPTION_POSITIVE(
        "deadline", &settings.deadline, 3600, "how long it may take"),
    OPTION_ENUM("signal", "NAME", &settings.signal, SIGNAL_WORDS,
        "what the guard sends at the deadline, KILL by default"),
    {0}};

int main(int argc, char **argv)
{
    read_command_line(&signal_demo, options, argc, argv);
    check_settings();
    add_process("task", 0, task);
    start_actors(planned_seconds());
    pid_t pid = process_id("task", 0);
    if (settings.signal != NOT_GIVEN)
        guard_with_signal(pid); /* sends that one */
    else if (run.broken)
        broken_guard(pid);
    else
        guard(pid);
    return check_end(pid);
}
