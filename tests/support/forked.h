/* SPDX-License-Identifier: MIT */
/* forked - calls what may end the process in a process of its own */
#pragma once

/* what cmocka.h needs before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct outcome {
    int status; /* the exit status, or 128 + the signal that ended it */
    size_t out_size;
    char out[8192], err[8192]; /* what it wrote; of more only the beginning */
};

/* Calls BODY(CONTEXT) in a child process, which exits with what BODY returns,
 * and reads all that it and its children write, until none of them is left.
 * Fails the test if they are silent for a minute. BODY must not assert.
 */
struct outcome forked(int (*body)(const void *context), const void *context);

/* The same, and asserts how it ended and that ERR is in what it wrote to
 * standard error; with "" it must have written nothing there.
 */
struct outcome expect(int status, const char *err,
    int (*body)(const void *context), const void *context);

/* Asserts that TEXT is in SAID, and shows both if it does not. */
void assert_says(const char *said, const char *text);
