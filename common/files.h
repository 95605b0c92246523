/* SPDX-License-Identifier: MIT */
/* files - opening files that are shared, and those that are written when all is over */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* The run locks this byte, beyond the end of any log (fcntl(3p)); its actors lock bytes below. */
enum { RUN_LOCK = 0x3fffffff };

/* Opens PATH for reading and writing with FLAGS added, creates it (mode 0644), and takes it for
 * this run. Ends the run if it cannot, if PATH is no regular file (symbolic links are not followed,
 * a FIFO does not block), or if another run has it, whose process id is shown. The lock ends when
 * this process closes *any* descriptor of the file; children do not inherit it. */
int open_for_run(const char *path, int flags);

/* The next line of FILE, as getline(3p) has it, also when a signal handler runs meanwhile; -1 at
 * the end. Ends the run if FILE cannot be read. */
ssize_t next_line(FILE *file, char **line, size_t *room);

/* Ends the program with status 2 if standard input is a regular file that the run writes, too: it
 * would read what it wrote, without an end. */
void check_input(void);

/* Whether two descriptors, or PATH and a descriptor, lead to the same file (device and inode). The
 * first one only tells of regular files: several may well write to one terminal. */
bool is_same_file(int one, int other);
bool leads_to(const char *path, int file);

/* A file that is written when the run is over, and keeps till then what is in it. */
struct output {
    const char *path;
    int file; /* -1: it is opened when it is written */
    bool is_standard, is_new;
};

/* Before the run: opens it, creates it if there is none, and returns false, with errno, if that
 * cannot be done. Then leave_output(), with signals held in between, since it removes a new one.
 * What is the same as standard output or error is written where these are. */
bool try_output(struct output *output);
void leave_output(struct output *output);

/* Afterwards: writes SIZE bytes in place of all that was there. Returns false, with errno. */
bool write_output(struct output *output, const char *bytes, size_t size);
