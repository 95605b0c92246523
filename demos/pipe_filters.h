/* SPDX-License-Identifier: MIT */
/* pipe_filters - what the four filters do with the text that flows through */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/record/recorder.h"

/* Where a filter stands in its text; all zero at the beginning. */
struct position {
    bool in_word, in_sentence;
};

/* Turns LENGTH bytes at TEXT into at most 12 times as many at RESULT and
 * returns how many. KEPT says how many at the end of TEXT it wants to see again
 * with what follows (part of a UTF-8 character, at most 3). AT_END: nothing
 * follows. Between the filters a word is a line, and an empty line ends a
 * sentence.
 */
typedef size_t filter_function(struct position *at, const char *text,
    size_t length, char *result, size_t *kept, bool at_end);
filter_function split, capitalize, merge, decapitalize;

/* Records each line that ends in LENGTH bytes at TEXT as a message to or from
 * ROLE; one that has only begun is kept until it ends.
 */
void record_lines(
    enum event_kind kind, const char *role, const char *text, ssize_t length);

/* Writes TEXT into PIPE. If nobody reads there any more it leaves it at that:
 * join_processes() will say who has died.
 */
void feed(int pipe, const char *text);
