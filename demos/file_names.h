/* SPDX-License-Identifier: MIT */
/* file_names - which lines of a file are names of demo_file's members */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Even the list of so many fits in 512 bytes: that much goes through any pipe
 * in one piece (PIPE_BUF), so that the lists of members never get mixed.
 */
enum { MOST_MEMBERS = 80 };

/* Returns the number that NAME is, or -1. A name is a number as a member writes
 * it, and nothing else: "4 left name" and "04" are no names.
 */
int number_of(const char *name);

/* Returns whether an earlier run can have left these SIZE bytes, which a NUL
 * follows: each name at most once, on a line of its own.
 */
bool are_names(const char *names, size_t size);
