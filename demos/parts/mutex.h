/* SPDX-License-Identifier: MIT */
/* mutex - what the files of demo_mutex share */
#pragma once

#include "demos/parts/about.h"
#include "demos/parts/exclusive.h"

#include <stdbool.h>
#include <sys/types.h>

enum { MAX_WRITERS = 100 };

extern struct settings {
    int writers, lines;
    const char *message, *path;
    bool kill_writer;
} settings;

/* In mutex_robust.c, for --kill-writer: the whole run. Returns the exit status.
 */
int run_robust(void);

/* In mutex_log.c. Opens the log for this run, and lets its lines begin on a
 * line of their own. At the end: reads back and prints what the run has
 * appended, and gives the verdict.
 */
int open_log(void);
int check_log(int file);

/* Between the two parts of a line. Pauses with --broken until all writers are
 * there; otherwise until all have begun, so that they wait for the mutex
 * (let_others_come()).
 */
void pause_a_moment(void);

/* Cuts off what killed writer ID left after END, its number, and nothing else:
 * another program may have written into the log.
 */
void cut_off_line(int file, int id, off_t end);
