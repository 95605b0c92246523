/* SPDX-License-Identifier: MIT */
/* cases - runs of a demo that need no partner: tests/demos/NAME.txt
 *
 * A file begins with shell functions that its cases use. A case is
 *
 *   $ COMMAND   for sh(1); of {{A|B|C}} in it each is tried, in an empty folder
 *   > MORE      its next line
 *   OUTPUT      a line of it, or an extended regular expression for one
 *   ! ERROR     such an expression for something in standard error
 *   ? END       the exit status; or what has to be all of standard error:
 *               "refused" (a message; status 2, and no file is new, or the
 *               status behind it), "held" (0, or the status behind it),
 *               "VIOLATED BUG" (4)
 *
 * "judged F COMMAND" is COMMAND, but its output is what F prints that has it as
 * input; what was written to standard error is in the file err. */
#pragma once

struct test_case {
    char name[80]; /* of its first line */
    char command[4096], out[1024], err[512], end[64];
};

/* The cases for the test program at PATH, test_demo_NAME; then one without a command. Other
 * programs have none. */
struct test_case *read_cases(const char *path);

/* Runs the case at STATE, each of its alternatives; a function of CMocka. */
void run_case(void **state);
