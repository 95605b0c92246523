/* SPDX-License-Identifier: MIT */
/* files - opening the files that the report's programs share */
#pragma once

/* The run holds the record lock on this byte, far beyond the end of any log
 * (fcntl(3p)); its actors lock bytes below it.
 */
enum { RUN_LOCK = 0x3fffffff };

/* Opens PATH for reading and writing with FLAGS added, mode 0644. Ends the run
 * when that fails or PATH is not a regular file; a symbolic link is not
 * followed, a FIFO does not block.
 */
int open_regular(const char *path, int flags);

/* Takes the file for this run, or ends the run with the process id of the one
 * that has it. The lock ends when this process closes *any* descriptor of the
 * file; children do not inherit it.
 */
void lock_for_run(int descriptor, const char *path);
