/* SPDX-License-Identifier: MIT */
/* demo - the front door: the one header of ours that a demo needs */
#pragma once

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/run.h"
#include "common/base/text.h"
#include "common/run/actors.h"
#include "common/run/names.h"
#include "common/run/options.h"
#include "common/run/output.h"
#include "common/run/record.h"

/* What --help, the verdict, and the views need to know of a demo. */
struct demo {
    const char *name;     /* demo_NAME */
    const char *operands; /* what --help shows after the options; NULL: there are none */
    const char *shows;    /* a sentence, as are the next three */
    const char *guarantee;
    const char *no_guarantee;        /* what it does not guarantee, as in "the order" */
    const char *broken;              /* what --broken leaves out, and which bug shows */
    const char *bug;                 /* that bug's name */
    const char *left_out;            /* as in "sem_wait and sem_post in worker()" */
    const char *wrong;               /* the function that does without, as in "broken_worker()" */
    const char *status_1, *status_3; /* what --help adds of them; NULL: nothing */
    const char *examples[3][2];      /* a command, and what it shows */
    const char *source;              /* the report's section and listing */
    const char *(*advice)(const char *call, int error); /* for advice_on; or NULL */
};

/* The first call of main(): reads the command line by OPTIONS and those of all demos (before the
 * operands), answers --help and --version, puts signals and standard descriptors in order, starts
 * the live view. Returns the index of the first operand. Wrong usage ends it with status 2. */
int read_command_line(
    const struct demo *demo, const struct option_spec *options, int argc, char **argv);

/* Starts the record and the watchdog (PLANNED_SECONDS: see watchdog_set()), then all actors that
 * were added (pthread_create(3p) for each thread, fork(3p) for each process); lets them begin at
 * the same moment, and waits until all have ended. */
void run_actors(double planned_seconds);

/* The same without the wait, for a demo whose first process has something to do in the meantime.
 * Then it calls wait_for_actors(). */
void start_actors(double planned_seconds);

/* The last step of main(): ends the views and standard output, writes the verdict to standard
 * error, and returns the exit status, 0 or 4. In a pipe or file that is one line, and for a
 * violation with --broken a second one that names the bug; on a terminal it is a block. */
int verdict(bool held, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, when the evidence does not tell: gives the REASON and returns status 3. */
int undecided(const char *reason);
