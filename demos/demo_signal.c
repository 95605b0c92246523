/* SPDX-License-Identifier: MIT */
/* demo_signal - a guard asks a task to stop, and kills it at its deadline
 *
 * A signal interrupts a process. The process can catch it with a handler, or
 * ignore it. Otherwise most signals end it, and SIGKILL ends it in any case.
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
 * --broken leaves out SIGKILL. The task does not finish before the guard has
 * seen the deadline pass, so every run shows the bug (missed deadline).
 */
#include <signal.h>

#include "common/demo.h"        /* CHECK(call) ends the run if the call fails */
#include "demos/parts/signal.h" /* and <time.h> */

static int last_signal = SIGKILL;    /* which the guard sends at the deadline */
static volatile sig_atomic_t caught; /* the type that a handler can change */

/* The handler. It interrupts the task, which then goes on where it was. */
static void catch_signal(int signal_number)
{
    caught++;
}

static void task(int id)
{
    struct sigaction action = {.sa_handler = catch_signal};

    CHECK(sigemptyset(&action.sa_mask));      /* it blocks no other signal */
    CHECK(sigaction(SIGTERM, &action, NULL)); /* SIGTERM now calls it */
    struct timespec left = begin_work();
    while (nanosleep(&left, NULL) == -1)    /* the work; -1: interrupted */
        left = resume_work(caught);         /* and on with what is left */
    pause_until(&shared->deadline_is_over); /* window, with --broken */
    end_work(caught);
}

/* wait_until() is waitpid(2) with a limit: so many seconds after the start. */
static enum ending guard(pid_t pid)
{
    enum ending ending = wait_until(pid, settings.deadline * 3 / 4);

    if (ending == TIMED_OUT) {
        note_signal(SIGTERM);
        CHECK(kill(pid, SIGTERM)); /* asks: the task can refuse */
        ending = wait_until(pid, settings.deadline);
    }
    if (ending == TIMED_OUT) {
        note_signal(last_signal);
        CHECK(kill(pid, last_signal)); /* forces: no task can catch SIGKILL */
        ending = wait_again(pid);
    }
    return ending;
}

/* WRONG: asks the task to stop, and lets it go on. */
static enum ending broken_guard(pid_t pid)
{
    enum ending ending = wait_until(pid, settings.deadline * 3 / 4);

    if (ending == TIMED_OUT) {
        note_signal(SIGTERM);
        CHECK(kill(pid, SIGTERM)); /* asks: the task can refuse */
        ending = wait_until(pid, settings.deadline);
    }
    if (ending == TIMED_OUT)
        ending = wait_again(pid); /* WRONG: SIGKILL is missing */
    return ending;
}

/* ---- The mechanism ends here. Below: set-up, options. ---- */

static int signal_word = NOT_GIVEN;
static const struct option_spec options[] = {
    OPTION_SECONDS("task", &settings.task, 3600, "how long the task takes"),
    OPTION_POSITIVE(
        "deadline", &settings.deadline, 3600, "how long it may take"),
    OPTION_ENUM("signal", "NAME", &signal_word, SIGNAL_WORDS,
        "what the guard sends at the deadline, KILL by default"),
    {0}};

int main(int argc, char **argv)
{
    read_command_line(&signal_demo, options, argc, argv);
    if (run.broken && signal_word != NOT_GIVEN)
        usage_error("--broken cannot be combined with --signal");
    if (run.broken && settings.task < 2 * settings.deadline)
        usage_error("--broken needs a task that misses its deadline; use a "
                    "--task of at least two times --deadline");
    if (signal_word != NOT_GIVEN)
        last_signal = signal_of(signal_word);

    evidence_init();
    add_process("task", 0, task);
    start_actors(settings.deadline * (1 + run.speed));
    pid_t pid = process_id("task", 0);
    return check_end(pid, run.broken ? broken_guard(pid) : guard(pid));
}
