/* SPDX-License-Identifier: MIT */
/* workers - processes that do something bad to one run of a demo after another
 *
 * Each has a folder of its own. Linux only.
 */
#pragma once

#include "tests/support/process.h"
#include "tests/support/runs.h"

/* Finds the demos in the folder BUILD, and adds runs that are watched to those
 * of tests/runs.txt. Returns false if there is no such folder.
 */
bool workers_begin(const char *build);

/* "demo_pipe --named" */
const char *title_of(const struct demo_run *run);

/* Calls WORK(RUN) for each run whose title has ONLY in it (NULL: for all), each
 * in a process with a new folder as its current one, AT_ONCE of them at a time.
 * Returns whether all have ended well, and nothing was in their folders but
 * what a run may leave there.
 */
bool for_each_run(
    const char *only, int at_once, void (*work)(const struct demo_run *run));

/* Waits, at most ten seconds, until nothing is left of what was started. Then
 * says what is still there, removes it, and returns how much that is. NAMES
 * counts those that are no processes.
 */
int count_leftovers(int *names);
