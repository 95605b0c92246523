/* SPDX-License-Identifier: MIT */
/* files - opening files that are shared, and replacing whole ones */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The run locks this byte, beyond the end of any log (fcntl(3p)); its actors lock bytes below. */
enum { RUN_LOCK = 0x3fffffff };

/* Opens PATH for reading and writing with FLAGS added, creates it (mode 0644), and takes it for
 * this run. Ends the run if it cannot, if PATH is no regular file (symbolic links are not followed,
 * a FIFO does not block), or if another run has it, whose process id is shown. The lock ends when
 * this process closes *any* descriptor of the file; children do not inherit it. */
int open_for_run(const char *path, int flags);

/* Puts a new file with SIZE bytes in the place of PATH, whole or not at all (rename(3p)); without
 * BYTES it only tries whether that can be done. Returns false, with errno, if it cannot. */
bool replace_file(const char *path, const char *bytes, size_t size);
