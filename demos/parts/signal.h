/* SPDX-License-Identifier: MIT */
/* signal - what the files of demo_signal share */
#pragma once

#include "demos/parts/about.h"
#include <signal.h>

extern struct settings {
    double task, deadline; /* seconds */
} settings;

/* In memory that both processes share. */
extern struct shared {
    struct latch signal_sent;
} * shared;

/* Before the actors start. */
void evidence_init(void);

/* The task's time begins; it has done its work, and caught so many signals on
 * the way: for the verdict.
 */
void note_begin(void);
void note_end(int caught);

/* Waits until the task has begun; returns how many nanoseconds it has left. */
int64_t time_left(void);

/* The deadline has passed, and the guard is about to send a signal. */
void note_deadline(int signal_number);

/* Waits for the task's end after the signal: once more as long as the deadline,
 * but at least one second. Longer would be no end in time.
 */
enum ending wait_again(pid_t task, int signal_number);

/* Prints what came of the task, and gives the verdict; returns the status. */
int check_end(pid_t task, enum ending ending);

/* The signals of --signal, by their index in the option's words. */
#define SIGNAL_WORDS "KILL TERM INT HUP USR1"
int signal_of(int word);
