/* SPDX-License-Identifier: MIT */
/* victim - runs a demo that something bad is done to, and sees what it leaves
 *
 * Each worker process has a folder of its own, is the parent of all processes
 * that a demo leaves behind (prctl(2), PR_SET_CHILD_SUBREAPER), and runs one
 * demo at a time. Linux only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The runs of tests/runs.txt, and some that are watched. */
struct victim {
    const char *name, *options; /* with spaces between them */
    int normal; /* the status of a run that nothing is done to */
};
extern struct victim victims[];
extern int victim_count;

/* Fills them in. */
void victims_read(void);

/* "demo_pipe --named" */
const char *victim_title(const struct victim *victim);

/* Calls WORK(index) for each victim whose title has ONLY in it, each in a
 * process with a new folder as its current one, AT_ONCE of them at a time.
 * Returns whether all have ended well; then the folders are gone.
 */
bool for_each_victim(const char *only, int at_once, void (*work)(int index));

/* Starts the program in the folder BUILD, in a process group of its own;
 * what it prints goes into the files "out" and "err". PREPARE(CONTEXT) is
 * called in the new process first, if it is not NULL.
 */
pid_t victim_start(const char *build, const struct victim *victim,
    const char *speed, void (*prepare)(void *context), void *context);

/* Waits until DEADLINE (clock()) for its end. Returns false if it has none. */
bool victim_wait(pid_t pid, int64_t deadline, int *status);

/* What was written to "err", up to 4 KB. */
const char *victim_errors(void);

/* Waits, at most ten seconds, until nothing of PID is left. Then returns how
 * many things are still there, says which, and removes them. NAMES counts those
 * that are names in the system or files. System V queues are those that
 * tests/support/queues.h knows.
 */
int leftovers(pid_t pid, const struct victim *victim, int *names);

/* Nanoseconds, and a pause of so many. */
int64_t now(void);
void nap(int64_t nanoseconds);
