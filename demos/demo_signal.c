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
 * Guarantee: the task finishes in time or not at all.
 * --broken leaves out SIGKILL. Then the task goes on, at least until the guard
 * has seen the deadline pass: every run shows the bug (missed deadline).
 */
#include <signal.h>

#include "common/demo.h"        /* CHECK(call) ends the run if the call fails */
#include "demos/parts/signal.h" /* and <time.h> */

/* This type is safe to read while a handler changes it. */
static volatile sig_atomic_t caught;

/* The handler of SIGTERM. It only counts: the task goes on, and so refuses. */
static void catch_signal(int signal_number)
{
    caught++;
}

static void task(int id)
{
    struct sigaction action = {.sa_handler = catch_signal};
    struct timespec left = work_time(); /* as long as --task says */

    CHECK(sigemptyset(&action.sa_mask));      /* it blocks no other signal */
    CHECK(sigaction(SIGTERM, &action, NULL)); /* SIGTERM now calls it */
    note_begin();
    while (nanosleep(&left, &left) == -1) /* the work, until interrupted */
        note_caught(caught);              /* it goes on with what is left */
    note_end(caught);
}

static const double ASK_AT = 0.75; /* of the deadline */

/* The waits are waitpid(2) with a limit: so many seconds after the task began;
 * or, after the deadline, as long again. TIMED_OUT: the task is still running.
 */
static enum ending guard(pid_t pid)
{
    enum ending ending = wait_until(pid, ASK_AT * settings.deadline);

    if (ending == TIMED_OUT) {
        CHECK(kill(pid, SIGTERM)); /* asks: the task can refuse */
        ending = wait_until(pid, settings.deadline);
    }
    if (ending == TIMED_OUT) {
        CHECK(kill(pid, last_signal)); /* SIGKILL, which no task can catch */
        ending = wait_after_deadline(pid);
    }
    return ending;
}

/* WRONG: asks the task to stop, and lets it go on. */
static enum ending broken_guard(pid_t pid)
{
    enum ending ending = wait_until(pid, ASK_AT * settings.deadline);

    if (ending == TIMED_OUT) {
        CHECK(kill(pid, SIGTERM)); /* asks: the task can refuse */
        ending = wait_until(pid, settings.deadline);
    }
    if (ending == TIMED_OUT)
        ending = wait_after_deadline(pid); /* WRONG: SIGKILL is missing */
    return ending;
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
    return check_end(pid, run.broken ? broken_guard(pid) : guard(pid));
}
