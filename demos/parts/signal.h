/* SPDX-License-Identifier: MIT */
/* signal - what the files of demo_signal share */
#pragma once

#include "demos/parts/about.h"
#include <signal.h>
#include <time.h>

/* The signals of --signal. */
#define SIGNAL_WORDS "KILL TERM INT HUP USR1"

extern struct settings {
    double task, deadline; /* seconds */
    int signal;            /* the index of its word */
} settings;

/* Refuses what cannot be combined. Before the actors start. */
void check_settings(void);

/* How long the run may take, for start_actors(). */
double planned_seconds(void);

/* The task's time begins, for the verdict. Returns how long it works: --task,
 * by --speed.
 */
struct timespec begin_work(void);

/* A handler has interrupted nanosleep(3p), or else the run ends. Records how
 * many signals were CAUGHT: a handler must not do that.
 */
void note_caught(int caught);

/* The task has done its work, for the verdict. With --broken, and with --window
 * for 20 ms, it is not done before the guard has seen the deadline pass.
 */
void end_work(int caught);

/* When the guard sends a signal, as parts of the time that the task has. */
static const double ASK_AT = 0.75, DEADLINE = 1;

/* Waits for the end of the task until so much of its time is over. Returns
 * whether it still runs. No signal may have killed it.
 */
bool still_runs_at(pid_t task, double part);

/* The same as guard() of demo_signal.c, but that it sends what --signal says at
 * the deadline.
 */
void guard_with_signal(pid_t task);

/* If the task still runs, waits for its end once more: after SIGKILL until it
 * has ended; otherwise as long as the deadline, but at least one second, since
 * longer would be no end in time. Prints what came of it, and gives the
 * verdict; returns the status.
 */
int check_end(pid_t task);
