/* SPDX-License-Identifier: MIT */
/* output - what the listing prints */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Writes one line to standard output in one write(2): so in a pipe POSIX keeps the lines of several
 * writers apart, up to PIPE_BUF bytes. Ends the run when it cannot. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes all LENGTH bytes (write(3p)), whatever signal handlers interrupt it, or ends the run. */
void write_all(int descriptor, const void *bytes, size_t length);

/* Says why a call failed that writes to DESCRIPTOR, by errno; valid until the next call. */
const char *describe_output_error(int descriptor);

/* Closes standard output, the last chance for an error to show. */
void close_output(void);

/* Set by a live view, which takes the place of what is written to standard output. */
extern bool output_is_hidden;
