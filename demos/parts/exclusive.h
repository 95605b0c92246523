/* SPDX-License-Identifier: MIT */
/* exclusive - files that no other run and no output of this one may use, and
 * lines in them */
#pragma once

#include "demos/parts/inside.h"

/* The run locks this byte, beyond the end of any log (fcntl(3p)); its actors
 * lock bytes below. */
enum { RUN_LOCK_BYTE = 0x3fffffff };

/* Opens PATH for reading and writing with FLAGS added, creates it (mode 0644),
 * and takes it for this run. Ends the run if it cannot, if PATH is no regular
 * file (symbolic links are not followed, a FIFO does not block), or if another
 * run has it, whose process id is shown. The lock ends when this process closes
 * *any* descriptor of the file; children do not inherit it. */
int open_exclusive(const char *path, int flags);

/* Writes there what the FORMAT of printf(3p) gives, at most 255 bytes, in one
 * write(2), or ends the run. dprintf(3p) would do, but where a signal handler
 * interrupts it nobody knows how much it has written. For the views, this
 * process is inside from then on, or from go_inside() on, until it has written
 * a newline. */
void write_text(int file, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void go_inside(void);
extern struct inside *inside_file; /* counts them, for all processes */

/* Ends the program with status 2 if standard input is a regular file that the
 * run writes, too: it would read what it wrote, without an end. */
void check_input(void);
