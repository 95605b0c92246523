/* SPDX-License-Identifier: MIT */
/* program - runs a program from outside and collects all that it says
 *
 * All asserts of CMocka happen in the test's own process. Each program has a
 * deadline, after which it is killed with its process group and the test fails.
 */
#pragma once

#include "folders.h" /* cmake makes it: SOURCE_FOLDER, BUILD_FOLDER */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { DEADLINE = 60 /* seconds */ };

struct result {
    int status;      /* the exit status, or 128 + the signal that ended it */
    char *out, *err; /* what it wrote, each with a final NUL */
    size_t out_size, err_size;
    double processor; /* seconds of processor time, with its children */
    long peak;        /* kilobytes: the largest of its processes */
    long sleeps;      /* how often it and its children began to wait */
};

/* A program that is running. */
struct program {
    pid_t pid;
    int in, out, err; /* our ends of its standard descriptors; in may be -1 */
    struct result so_far;
};

/* The path of a built program: "demo_mutex" in the build folder, or in the one
 * that DEMOS names in the environment.
 */
const char *built(const char *name);

/* Whether the demos run on a system that has neither POSIX queues nor robust
 * mutexes, and does no more than it has to: see tests/unkind.
 */
bool is_unkind(void);

/* Starts ARGV (ARGV[0] is a path; the list ends with NULL) in the current
 * folder, with pipes as its standard descriptors.
 */
struct program program_start(const char *const argv[]);

/* The same, but these pipes are non-blocking, and its standard output and error
 * are full: it is given a while to find that out before they are emptied.
 */
struct program program_start_full(const char *const argv[]);
/* Remembers that this test program has started PID, by other means. */
void program_note_start(pid_t pid);

/* Writes SIZE bytes to its standard input; program_close_input() ends it. */
void program_write(struct program *program, const void *bytes, size_t size);
void program_close_input(struct program *program);

/* Reads on until TEXT is in what it wrote to standard output (or error, if
 * FROM_ERR), and returns where. Fails the test at the deadline.
 */
const char *program_await(
    struct program *program, const char *text, bool from_err);

/* Reads on until it has ended, and returns the result: free_result() it. */
struct result program_finish(struct program *program);

/* All at once: start, write INPUT (NULL: nothing), finish. */
struct result run_program(
    const char *const argv[], const char *input, size_t size);
void free_result(struct result *result);

/* Whether it could not judge, since the machine was too busy, and wants to be
 * run again.
 */
bool is_undecided(const struct result *result);

/* RUN("demo_mutex", "--speed=1000") runs a built program with no input. */
#define RUN(...) run_built((const char *const[]){__VA_ARGS__, NULL})
struct result run_built(const char *const argv[]);

/* Fails the test unless RESULT waited asleep for SECONDS longer than PROMPT, a
 * run of the same program without that wait: a busy loop takes the processor
 * for most of them, and one that looks now and then wakes up hundreds of times.
 */
void assert_asleep(
    const struct result *result, const struct result *prompt, double seconds);

/* How often TEXT occurs in STRING, and how many lines STRING has. */
int count_text(const char *string, const char *text);
int count_lines(const char *string);

/* Fails the test unless TEXT matches PATTERN, an extended regular expression.
 */
void assert_matches(const char *text, const char *pattern);

/* Fails the test unless DEMO with these options (NULL: none) is wrong usage:
 * status 2, one line of standard error, nothing in the current folder.
 */
void assert_refused(const char *demo, const char *first, const char *second);

/* For CMocka's setup and teardown: a new empty folder becomes the current one;
 * then it is removed with what is in it.
 */
int enter_scratch(void **state);
int leave_scratch(void **state);

/* What is left now of what the test program has started, a line each:
 * processes, names in /dev/shm and /dev/mqueue, System V queues, folders of
 * FIFOs. What others use or leave at the same time is not among it: processes
 * are known by a mark in their environment, names by the process that made them
 * (so a shell has to "exec" the program), queues as queues.h says. Between
 * enter_scratch() and leave_scratch().
 */
const char *find_leftovers(void);

/* Fails the test if anything is left, after a while for what was just killed.
 */
void assert_nothing_left(void);
