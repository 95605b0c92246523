/* SPDX-License-Identifier: MIT */
/* pipe_traffic - what the views show of the text that flows through the pipes
 *
 * A pipe carries bytes, not messages. So that a message in a view has both its
 * ends where they were, the pieces are noted: a line, or what a filter writes
 * of one that goes on. A piece has arrived when its last byte was read.
 */
#pragma once

#include <stddef.h>

/* Before the filters start. */
void traffic_init(void);

/* Filter ID is about to write LENGTH bytes to the next one, TO. */
void record_leaving(int id, const char *to, const char *text, size_t length);

/* Filter ID has read LENGTH bytes, of those that FROM has written; NULL: main.
 */
void record_arrived(int id, const char *from, const char *text, size_t length);
