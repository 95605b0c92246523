/* SPDX-License-Identifier: MIT */
/* pipe_traffic - what the views show of the text that flows through the pipes
 *
 * A pipe carries bytes, not messages. So that a message in a view has both its
 * ends where they were, the pieces are noted: a line, or what a filter writes
 * of one that goes on. A piece has arrived when its last byte was read.
 */
#pragma once

#include <stddef.h>

/* Before the filters start, each of which reads one of so many pipes; of
 * standard input nothing is noted.
 */
void traffic_init(int pipes);

/* Filter ID, or main, -1, is about to write LENGTH bytes to the next one, TO.
 */
void record_leaving(int id, const char *to, const char *text, size_t length);

/* Filter ID has read LENGTH bytes, of those that FROM has written; or which
 * come from standard input.
 */
void record_arrived(int id, const char *from, const char *text, size_t length);
