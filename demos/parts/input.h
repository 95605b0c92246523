/* SPDX-License-Identifier: MIT */
/* input - reading and showing bytes that came from outside */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* As read(3p), but waits where another program has made the descriptor
 * non-blocking (EAGAIN), and reads again after a signal (EINTR).
 */
ssize_t read_some(int descriptor, void *bytes, size_t size);

/* Returns LENGTH bytes escaped (escape()) as a new string: free(3) it. May end
 * the run.
 */
char *escape_dup(const char *bytes, size_t length);
