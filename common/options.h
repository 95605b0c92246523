/* SPDX-License-Identifier: MIT */
/* options - one table per demo gives its command line and its --help */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum option_kind {
    FLAG,     /* the value is a bool */
    WHOLE,    /* int, from least to most */
    SEED,     /* uint32_t, the same */
    SECONDS,  /* double, from least to most */
    POSITIVE, /* double, above 0, to most */
    TEXT,     /* const char *, least to most bytes, no control characters */
    CHOICE    /* int, the index of one of the words; the default is 0 */
};

struct option_row {
    const char *name;     /* without the dashes; NULL ends the table */
    const char *argument; /* what --help calls its value; NULL for a FLAG */
    enum option_kind kind;
    void *value;
    double least, most;
    const char *standard; /* the default (NULL: none), or the CHOICE's words */
    const char *help;     /* in lower case, without a full stop */
};

/* Which number a chart of the run shows: the one that the guarantee is about. */
enum measure { MOST_INSIDE, LONGEST_WAIT, LONGEST_RUN, MESSAGES };

/* What --help, the verdict and the views need to know of a demo. */
struct demo {
    const char *name;     /* demo_NAME */
    const char *operands; /* what --help shows after the options, NULL if there are none */
    const char *shows;    /* a sentence, as are the next two */
    const char *guarantee;
    const char *broken;  /* what --broken leaves out, and which bug shows */
    const char *bug;     /* that bug's name */
    const char *missing; /* as in "sem_wait and sem_post in worker()" */
    enum measure measure;
    const char *examples[3][2]; /* a command and what it shows */
    const char *source;         /* the report's section and listing */
};

/* What the common options were set to. demo_start() fills it in; afterwards it is only read. */
extern struct run {
    const struct demo *demo;
    bool broken;
    uint32_t seed;
    double speed;
    int timeout; /* seconds; 0: not given */
} run;

/* The first call of main(): reads the command line by OPTIONS and those of all demos (before the
 * operands), answers --help and --version, puts signals and standard descriptors in order. Returns
 * the index of the first operand. Wrong usage is reported and ends the program with status 2. */
int demo_start(const struct demo *demo, const struct option_row *options, int argc, char **argv);

/* The parts of demo_start(), in their order, for a program that is no demo. */
void settle_process(void);
void add_options(const struct option_row *row);
void parse_options(int argc, char **argv);

/* Prints what --help says of the options; says in ROOM bytes of TEXT which values ROW takes. */
void print_options(const struct option_row *row);
void describe_values(const struct option_row *row, char *text, int room);

/* Prints the text of --help, 80 columns wide, with the demo's OWN options and those of all. */
void print_help(const struct option_row *own, const struct option_row *all[2]);
