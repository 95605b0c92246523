/* SPDX-License-Identifier: MIT */
/* demo_signal - a guard kills a task that does not finish in time
 *
 * A signal interrupts a process. The process can catch it with a handler, or
 * ignore it. Otherwise most signals end it, and SIGKILL ends it in any case.
 *
 *   $ ./demo_signal --task=9 --deadline=1
 *   Process killed...
 *        HELD  the task missed its deadline of 1 s and was killed by SIGKILL
 *              (seed 91260)
 *
 *   $ ./demo_signal --task=9 --deadline=1 --broken
 *   Process still running...
 *    VIOLATED  the task was still running 1.000 s after SIGTERM was sent
 *
 * Guarantee: the task finishes in time or not at all.
 * --broken sends SIGTERM instead of SIGKILL. The task does not finish before
 * SIGTERM arrives, so every run shows the bug (missed deadline).
 */
#include <signal.h>

#include "common/demo.h" /* CHECK(call) ends the run if the call fails */
#include "demos/parts/signal.h"

static int last_signal = SIGKILL;    /* which the guard sends at the end */
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
    note_begin();
    sleep_ns(scaled_ns(settings.task)); /* the work */
    pause_until(&shared->signal_sent);  /* the window: only with --broken */
    note_end(caught);
}

static enum ending guard(pid_t pid)
{
    /* waitpid(2), but only until the deadline; 0: no signal is expected */
    enum ending ending = wait_process(pid, time_left(), 0);

    if (ending == TIMED_OUT) {
        note_deadline(last_signal);
        CHECK(kill(pid, last_signal)); /* sends it: the task must die */
        ending = wait_again(pid, last_signal);
    }
    return ending;
}

/* WRONG: asks the task to end, and the task can refuse. */
static enum ending broken_guard(pid_t pid)
{
    /* waitpid(2), but only until the deadline; 0: no signal is expected */
    enum ending ending = wait_process(pid, time_left(), 0);

    if (ending == TIMED_OUT) {
        last_signal = SIGTERM; /* WRONG: the task catches this one */
        note_deadline(last_signal);
        CHECK(kill(pid, last_signal)); /* sends it */
        ending = wait_again(pid, last_signal);
    }
    return ending;
}

/* ---- The mechanism ends here. Below: set-up, options. ---- */

static int signal_word = NOT_GIVEN;
static const struct option_spec options[] = {
    OPTION_SECONDS("task", &settings.task, 3600, "how long the task takes"),
    OPTION_POSITIVE(
        "deadline", &settings.deadline, 3600, "how long it may take"),
    OPTION_ENUM("signal", "NAME", &signal_word, SIGNAL_WORDS,
        "what the guard sends, KILL by default"),
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
