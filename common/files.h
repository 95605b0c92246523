/* SPDX-License-Identifier: MIT */
/* files - opening the files that the report's programs share */
#pragma once

/* The run holds the record lock on this byte, far beyond the end of any log (fcntl(3p)); its actors
 * lock bytes below it. */
enum { RUN_LOCK = 0x3fffffff };

/* Opens PATH for reading and writing with FLAGS added, creates it (mode 0644), and takes it for
 * this run. Ends the run if it cannot, if PATH is no regular file (symbolic links are not followed,
 * a FIFO does not block), or if another run has it, whose process id is shown. The lock ends when
 * this process closes *any* descriptor of the file; children do not inherit it. */
int open_for_run(const char *path, int flags);
