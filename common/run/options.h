/* SPDX-License-Identifier: MIT */
/* options - one table per demo gives its command line and its --help */
#pragma once

#include <float.h>
#include <stdbool.h>
#include <stdint.h>

enum { NOT_GIVEN = -1 };

struct option_spec {
    const char *name;     /* without the dashes; NULL ends the table */
    const char *argument; /* what --help calls its value; NULL for a flag */
    double min, max;
    const char *values; /* a format for both; or ONE_OF, and words with spaces between them */
    const char *help;   /* in lower case, without a full stop */
    /* One of these leads to the variable; what that is at the start is the default. */
    bool *flag;
    int *whole, *word; /* from min to max; the index of one of the words, or NOT_GIVEN */
    uint32_t *seed;
    double *number;
    const char **text, **file; /* min to max bytes, no control characters */
};

/* The rows of a demo's table. */
#define OPTION_ROW(name, argument, member, value, min, max, values, help)                          \
    {                                                                                              \
        name, argument, min, max, values, help, .member = (value)                                  \
    }
#define WHOLE_NUMBER                   "a whole number from %.0f to %.0f"
#define ONE_OF                         "one of "
#define OPTION_FLAG(name, value, help) OPTION_ROW(name, NULL, flag, value, 0, 0, NULL, help)
#define OPTION_INT(name, value, min, max, help)                                                    \
    OPTION_ROW(name, "N", whole, value, min, max, WHOLE_NUMBER, help)
#define OPTION_SECONDS(name, value, max, help)                                                     \
    OPTION_ROW(name, "SECONDS", number, value, 0, max, "%g to %g", help)
#define OPTION_POSITIVE(name, value, max, help)                                                    \
    OPTION_ROW(name, "SECONDS", number, value, DBL_MIN, max, "above %.0f, up to %g", help)
#define OPTION_TEXT(name, value, max, help)                                                        \
    OPTION_ROW(name, "TEXT", text, value, 1, max, "%.0f to %.0f bytes", help)
#define OPTION_FILE(name, value, help)                                                             \
    OPTION_ROW(name, "FILE", file, value, 1, 4095, "%.0f to %.0f bytes", help)
#define OPTION_ENUM(name, argument, value, words, help)                                            \
    OPTION_ROW(name, argument, word, value, 0, 0, ONE_OF words, help)

/* Adds the options of a table to those that parse_options() knows. */
void add_options(const struct option_spec *table);

/* Reads the command line up to its first operand, whose index is optind (getopt(3p)) then; returns
 * whether -- stands before it. Wrong usage ends the program with status 2. */
bool parse_options(int argc, char **argv);

/* Prints what --help says of a table that was added. */
void print_options(const struct option_spec *table);
