/* SPDX-License-Identifier: MIT */
/* view_files - files that are written when the run is over */
#pragma once

#include <stdbool.h>
#include <stddef.h>

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

/* Afterwards: replaces all that was there by SIZE bytes. Returns false, with errno. */
bool write_output(struct output *output, const char *bytes, size_t size);
