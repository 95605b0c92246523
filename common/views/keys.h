/* SPDX-License-Identifier: MIT */
/* keys - what a reader types acts at once, and is not shown; afterwards the terminal is as before
 */
#pragma once

#include <stdbool.h>

/* Opens the controlling terminal. Returns false if there is none, if this process is not in its
 * foreground, or if standard output leads elsewhere. */
bool keys_open(void);

/* From now on keys act at once. Ctrl-Z gives the terminal back and stops this process, which takes
 * it again when it goes on in the foreground. Ctrl-C still sends SIGINT. */
void keys_take(void);

/* Gives the terminal back as it was. Does nothing if somebody else, a shell, has changed it since.
 */
void keys_leave(void);

/* Returns the next key without waiting; 0 if there is none; KEYS_LEFT if this process was stopped
 * since the last call; KEYS_END when there will be none any more, or if this process is in the
 * background now. */
enum { KEYS_LEFT = -1, KEYS_END = -2 };
int keys_next(void);

extern int keys_terminal; /* its descriptor, or -1; does not block */
