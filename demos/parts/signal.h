/* SPDX-License-Identifier: MIT */
/* signal - what the files of demo_signal share */
#pragma once

#include "demos/parts/about.h"
#include <signal.h>
#include <time.h>

extern struct settings {
    double task, deadline; /* seconds */
} settings;

/* In memory that both processes share. */
extern struct shared {
    struct latch deadline_is_over;
} * shared;

/* Before the actors start. */
void evidence_init(void);

/* How long the task works: --task, shortened by --speed. */
struct timespec work_time(void);

/* The task's time begins; it has done its work, and caught so many signals on
 * the way: for the verdict and the views.
 */
void note_begin(void);
void note_end(int caught);

/* nanosleep(3p) has returned -1: since a handler interrupted it, or the run
 * ends. Records the signals that were caught, which a handler must not do.
 */
void note_caught(int caught);

/* Waits until the task has ended, but not longer than until SECONDS of the
 * listing's time after it began. No signal may have killed it.
 */
enum ending wait_until(pid_t task, double seconds);

/* The guard is about to send a signal. */
void note_signal(int signal_number);

/* Waits for the task's end after the deadline: once more as long as the
 * deadline, but at least one second. Longer would be no end in time.
 */
enum ending wait_again(pid_t task);

/* Prints what came of the task, and gives the verdict; returns the status. */
int check_end(pid_t task, enum ending ending);

/* The signals of --signal, by their index in the option's words. */
#define SIGNAL_WORDS "KILL TERM INT HUP USR1"
int signal_of(int word);
