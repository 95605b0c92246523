/* SPDX-License-Identifier: MIT */
/* program - runs a program and says how it has to end; for CMocka's tests
 *
 * Results are freed when their test ends. */
#pragma once

#include "tests/support/process.h"

/* Whether the demos run on a system that has neither POSIX queues nor robust mutexes, and does no
 * more than it has to: see tests/unkind. */
bool is_unkind(void);

/* By a shell: run_script("exec '%s' | cat", built("demo_pipe")). */
struct result run_script(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Runs the words, and fails the test unless STATUS is the exit status, and what was written to
 * standard error matches SAID, as in assert_matches(). A run that says that it could not tell,
 * since the machine was too busy, is repeated. */
struct result expect_run(int status, const char *said, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Fails the test unless RESULT is as expect_run() says. */
void assert_result(const struct result *result, int status, const char *said, const char *of);

/* Whether it could not judge, since the machine was too busy, and wants to be run again. */
bool is_undecided(const struct result *result);

/* Calls BODY(CONTEXT), which must not assert, in a child, "demo_unit". */
struct result forked(int (*body)(const void *context), const void *context);

/* The same, and asserts how it ended and that ERR is in what it wrote to standard error; with "" it
 * must have written nothing there. */
struct result expect(
    int status, const char *err, int (*body)(const void *context), const void *context);

/* Fails the test unless TEXT is in SAID. */
void assert_says(const char *said, const char *text);

/* How often TEXT occurs in STRING, and how many lines STRING has. */
int count_text(const char *string, const char *text);
int count_lines(const char *string);

/* Fails the test unless TEXT matches PATTERN. */
void assert_matches(const char *text, const char *pattern);

/* The file at PATH in the current folder: all of it, with a final NUL, freed with the results.
 * Without SIZE it must have no NUL. */
char *load_file(const char *path, size_t *size);
void save_file(const char *path, const void *bytes, size_t size);

/* For CMocka's setup and teardown, which fails if anything is left. */
int enter_scratch(void **state);
int leave_scratch(void **state);
