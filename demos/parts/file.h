/* SPDX-License-Identifier: MIT */
/* file - what the files of demo_file share */
#pragma once

#include "demos/parts/about.h"
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
void empty_names(void);

/* Opens the file for member ID, which so gets a file offset of its own. The
 * last member comes late.
 */
int open_names(int id);

/* Reads the names, or copies them from a mapping of the file (--mmap); prints
 * them, and keeps for the verdict how many members are among them.
 */
void read_names(int file, int id);

/* The verdict; returns the exit status. */
int check_names(void);
