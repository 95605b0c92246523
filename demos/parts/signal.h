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

/* The task's time begins. Returns how long it works: --task, by --speed. */
struct timespec begin_work(void);

/* nanosleep(3p) has returned -1. Returns how much of the work is left, if a
 * handler has interrupted it, or ends the run. Records how many signals were
 * CAUGHT: a handler must not do that.
 */
struct timespec resume_work(int caught);

/* The task has done its work: for the verdict. */
void end_work(int caught);

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
