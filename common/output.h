/* SPDX-License-Identifier: MIT */
/* output - what the listing prints, and the verdict */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>

/* Writes one line to standard output in one write(2): so POSIX keeps lines of several writers apart
 * up to PIPE_BUF bytes. Ends the run when it cannot. For threads and processes alike. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes all LENGTH bytes (write(3p)), or ends the run with the reason in errno, as the second. */
void write_all(int descriptor, const void *bytes, size_t length);
noreturn void fail_output(int descriptor);
const char *describe_output_error(int descriptor); /* valid until the next call */

/* Closes standard output, the last chance for an error to show. */
void close_output(void);

/* The last step of main(): closes standard output, reports "guarantee held: TEXT (seed N)" or
 * "guarantee VIOLATED: ...", and returns the exit status, 0 or 4. The seed joins a parenthesis at
 * the end of TEXT. With --broken a second line names the bug and what was missing. */
int verdict(bool held, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* In place of a verdict, when the evidence does not tell: gives the REASON, and returns status 3.
 */
int undecided(const char *reason);
