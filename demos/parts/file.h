/* SPDX-License-Identifier: MIT */
/* file - what the files of demo_file share */
#pragma once

#include "demos/parts/about.h"
#include "demos/parts/exclusive.h"
#include <stdbool.h>

/* Even the list of so many names fits in 512 bytes: that much goes through any
 * pipe in one piece (PIPE_BUF), so the lists of members never get mixed.
 */
enum { MAX_MEMBERS = 80 };

extern struct settings {
    int members;
    const char *path;
    bool mmap;
    double late; /* seconds */
} settings;

/* Before the actors start: takes the file for this run and empties it, if it
 * holds only what an earlier run can have left.
 */
void names_init(void);

/* Adds a process for each MEMBER; the last one comes as late as --late says. */
void add_members(void (*member)(int id));

/* Between the two steps of appending. Pauses with --broken until all members
 * are there; otherwise until all have begun, so that they wait for the lock
 * (let_others_come()). For the views, the member is inside from here on.
 */
void pause_a_moment(void);

/* Sleeps until each member has left its name. */
void wait_for_all_names(void);

/* Reads the names, or copies them from a mapping of the file (--mmap); prints
 * them, and keeps for the verdict how many members are among them.
 */
void read_names(int file, int id);

/* The verdict; returns the exit status. */
int check_names(void);
