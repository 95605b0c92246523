/* SPDX-License-Identifier: MIT */
/* pipe_traffic - what the views show of the text that flows through the pipes
 *
 * A pipe carries bytes, not messages. So that a message in a view has both its
 * ends where they were, the pieces are noted: a line, or what a filter writes
 * of one that goes on. A piece has arrived when its last byte was read.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/run/record.h"

enum { MAX_PIECES = 16384 }; /* of a pipe; the recorder has no space for more */

/* What was written into a pipe. */
struct pipe_traffic {
    struct piece {
        long end;           /* how many bytes there are up to its end */
        char text[CUT_OFF]; /* a byte more than is recorded: so it is cut off */
        int length;         /* of the text, without its newline */
        bool is_line;       /* it had one */
    } pieces[MAX_PIECES];
    atomic_int count;
};

/* Before the filters start: PIPES lie in memory that all filters share, the
 * pipe that filter ID reads in pipes[ID]; of standard input nothing is noted.
 */
void traffic_init(struct pipe_traffic *pipes);

/* Filter ID, or main, -1, is about to write LENGTH bytes to the next one, TO.
 */
void record_leaving(int id, const char *to, const char *text, size_t length);

/* Filter ID has read LENGTH bytes, of those that FROM has written; or which
 * come from standard input.
 */
void record_arrived(int id, const char *from, const char *text, size_t length);
