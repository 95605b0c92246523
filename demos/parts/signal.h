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

/* What the guard sends at the deadline. */
extern int last_signal;

/* Refuses what cannot be combined. Before the actors start. */
void check_settings(void);

/* How long the run may take, for start_actors(). */
double planned_seconds(void);

/* How long the task works: --task, by --speed. */
struct timespec work_time(void);

/* The task's time begins, for the verdict. */
void note_begin(void);

/* A handler has interrupted nanosleep(3p), or else the run ends. Records how
 * many signals were CAUGHT: a handler must not do that.
 */
void note_caught(int caught);

/* The task has done its work, for the verdict. With --broken, and with --window
 * for 20 ms, it is not done before the guard has seen the deadline pass.
 */
void note_end(int caught);

/* Waits until the task has ended, but not longer than until SECONDS of the
 * listing's time after it began. No signal may have killed it.
 */
enum ending wait_until(pid_t task, double seconds);

/* Waits for the task's end once more, as long as the deadline, but at least one
 * second. Longer would be no end in time.
 */
enum ending wait_after_deadline(pid_t task);

/* Prints what came of the task, and gives the verdict; returns the status. */
int check_end(pid_t task, enum ending ending);
