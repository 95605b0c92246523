/* SPDX-License-Identifier: MIT */
/* viewer - the process of the live view: follows the record, and alone writes to standard output */
#pragma once

#include <stdbool.h>

/* Opens the controlling terminal for --step. Returns false if there is none, if this process is not
 * in its foreground, or if standard output leads elsewhere. */
bool viewer_has_keys(void);

/* Starts it, with a recorder, before anything is opened or started that it would keep: with STEP
 * the reader decides by keys what is shown (viewer_has_keys() first). COLOR is the value of
 * --color. */
void viewer_start(bool step, int color);

/* Tells it that the run is over, and waits until it, or its reader, has ended. Returns NULL,
 * or that it was stopped before it had shown all, for a message. */
const char *viewer_end(void);
