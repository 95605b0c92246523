/* SPDX-License-Identifier: MIT */
/* process - runs a program or a function in a process of its own, collects all that it says, and
 * finds what it leaves
 *
 * This is the one way in which a test starts something. What cannot go on ends by end_test(). With
 * program.h that is a failed test of CMocka. */
#pragma once

#include "folders.h" /* cmake makes it: SOURCE_FOLDER, BUILD_FOLDER */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { DEADLINE = 300 /* seconds; after that it is killed with its group */ };

/* The end of a test, with the reason. Without program.h: a message, and status 3. */
extern void (*end_test)(const char *reason);

/* Seconds of a clock that only goes forward, and a pause of so many. */
double now(void);
void nap(double seconds);

/* Whether TEXT matches PATTERN, an extended regular expression. */
bool matches(const char *text, const char *pattern);

struct result {
    int status;      /* the exit status, or 128 + the signal; -1: not yet */
    char *out, *err; /* what it wrote, each with a final NUL */
    size_t out_size, err_size;
    double processor; /* seconds of processor time, with its children */
    long sleeps;      /* how often it and its children began to wait */
};

/* A program that is running, in a session of its own. */
struct program {
    pid_t pid;
    int in, out, err; /* our ends of its standard descriptors; -1: closed */
    struct result so_far;
};

/* Starts a program in the current folder, with pipes as its standard descriptors. ARGV[0] is a
 * path, and the list ends with NULL. */
struct program program_start(const char *const argv[]);

/* start_words("demo_mutex --writers=%d", 3) starts a built program, with blanks between the words.
 * With start_with() BODY(CONTEXT) is called in the new process first: if it does not return 0, that
 * is the exit status, and nothing is started. It must not assert. */
#define start_words(...) start_with(NULL, NULL, __VA_ARGS__)
struct program start_with(int (*body)(const void *context), const void *context, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Only BODY, and what it returns is the exit status. Standard input and what else is open stay as
 * they are. */
struct program start_body(int (*body)(const void *context), const void *context);

/* Reads on until TEXT is in what it wrote to standard output. */
void program_await(struct program *program, const char *text);

/* Reads on, at most for so many SECONDS. Returns whether it has ended, and all that had its output
 * open too; then the result is in SO_FAR. */
bool program_ended(struct program *program, double seconds);

/* Ends it and its group. */
void program_kill(struct program *program);

/* Closes its input, and reads on until it has ended. Gives up at the deadline. The texts of the
 * result are kept. */
struct result program_finish(struct program *program);
struct result result_of(struct program program);

/* Remembers a TEXT of malloc(3), and frees all that were remembered. */
char *keep(char *text);
void free_kept(void);

/* The path of a built program: "demo_mutex" in the build folder, or in the one that DEMOS names in
 * the environment. */
const char *built(const char *name);

/* Makes a new empty folder the current one, for temporary files, too. What is looked for below is
 * what was started from here on. */
void scratch_enter(void);

/* Removes the current folder, with all that is in it. */
void scratch_leave(void);

/* The children of PARENT, oldest first; returns how many. Linux only. */
enum { MAX_CHILDREN = 256 };
int find_children(pid_t parent, pid_t children[MAX_CHILDREN]);

/* What is left now of what this process has started, a line each: processes, names in /dev/shm and
 * /dev/mqueue, temporary files, System V queues. What others use at the same time is not among it:
 * processes are those whose parent is or was one of ours (PR_SET_CHILD_SUBREAPER), names have the
 * process in them that made them, which has to be gone, and so have those that use a queue. */
const char *find_leftovers(void);

/* The same, after a while for what was just killed. */
const char *await_leftovers(void);

/* Removes what was found last, but for queues: they may be others', who just begin. */
void remove_leftovers(void);
