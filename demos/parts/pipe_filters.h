/* SPDX-License-Identifier: MIT */
/* pipe_filters - what the four filters do with the text that flows through */
#pragma once

#include "demos/parts/about.h"
#include "demos/parts/latch.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { FILTERS = 4, LAST = FILTERS - 1 };
enum { NONE = -1 }; /* instead of an end of a pipe */
enum { BLOCK = 16384, RESULT_SIZE = 12 * (BLOCK + 3) };

/* split, capitalize, merge, decapitalize; NULL ends the list. */
extern const char *const filter_names[];

/* Applies filter ID to the next LENGTH bytes of its text, at most BLOCK; 0
 * says that the text has ended. Writes what that makes to RESULT, RESULT_SIZE
 * bytes large, and returns how many bytes it made. Once for each process: what
 * a piece ends with (half a UTF-8 character) is kept until the next one comes.
 * Between the filters a word is a line, and an empty line ends a sentence.
 */
size_t apply_filter(int id, const char *text, ssize_t length, char *result);

/* Writes all LENGTH bytes. If they go to standard output, the sentence is out.
 */
void write_result(int out, const char *text, size_t length);

/* The evidence, in memory that all processes share. Before the filters start,
 * to which main will write WORDS, unless these are "-". Before the first fork
 * it copies READ_END, of the first pipe, to see later whether that has ended; a
 * read end delays no end-of-file. NULL: it does not.
 */
extern struct filters {
    bool saw_end[FILTERS];
    struct latch sentence_is_out; /* a whole one left the last filter */
    int watched_end;              /* main's copy of a read end, or 0 */
    atomic_int reading;           /* how many filters are in read */
    struct latch all_read;        /* all are, and the sentence is out */
} * filters;
void filters_init(char **words, const int *read_end);

/* Writes a sentence into a pipe. Stops if no process reads there any more: a
 * filter that died will be reported.
 */
void write_words(int write_end, char **words);

/* Waits until the filters have ended, or never can. The verdict; returns the
 * exit status. */
int check_ends(void);

/* Returns how many filters have seen end-of-file. */
int filters_at_end(void);

/* In pipe_named.c: the whole run, with the filters connected by named pipes if
 * NAMED. With "-" for WORDS they read standard input. Returns the exit status.
 */
int run_other_pipeline(bool named, char **words);
