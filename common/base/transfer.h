/* SPDX-License-Identifier: MIT */
/* transfer - read and write for descriptors that came from outside
 *
 * Some terminals and pipes are non-blocking, since another program that has them open made them so.
 * Their EAGAIN is no error: these functions wait and try again, as after a signal (EINTR). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* As read(3p), and with its errors but for these two. */
ssize_t read_some(int descriptor, void *bytes, size_t size);

/* Writes all SIZE bytes, or returns false, with errno. */
bool write_whole(int descriptor, const void *bytes, size_t size);
