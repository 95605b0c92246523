/* SPDX-License-Identifier: MIT */
/* charts - what is drawn of a run, live and when it is over; each may end the program */
#pragma once

#include "common/views/chart.h"
#include "common/views/screen.h"

/* For the terminal: a row for each lane, the axis, the legend. As SVG, on its own, readable without
 * color, on light and on dark pages. As Chrome Trace Event JSON. */
void timeline_write(struct chart *chart, const struct screen *screen, FILE *out);
void svg_write(struct chart *chart, FILE *out);
void trace_write(struct chart *chart, FILE *out);

/* Only what went wrong: the messages that were lost, and the first MAX flaws, a line each; and how
 * many events are not shown. */
enum { MAX_WRONGS = 5 };
void wrongs_write(const struct chart *chart, const struct screen *screen, int max, FILE *out);

/* What the live view knows of the run so far; all zero but for the first two at the beginning. */
struct lanes {
    const struct recorder *from;
    struct screen screen;
    struct lane {
        const struct event *state; /* its latest one, or NULL */
        bool is_beyond;            /* it came INSIDE when as many were as may be */
    } * lane;
    int count;             /* of lanes */
    int columns, width;    /* how many lanes have a column, and how wide that is */
    int laid_out;          /* the width of the screen when these were chosen; or 0 */
    bool is_text;          /* the columns are wide enough for words */
    int rows;              /* printed from the head on */
    int inside;            /* how many lanes are INSIDE */
    int64_t begin, last;   /* when the first event was, and how long after it the latest */
    int64_t gaps, in_gaps; /* how many gaps were not long, and how long all of these */
};

/* Prints what stands above the columns. */
void lanes_head(struct lanes *lanes, FILE *out);

/* Takes note of EVENT, and, unless OUT is NULL, prints it in the column of its lane, in a row or
 * more; above it the head, where there are new lanes, the screen has another width, or the head is
 * about to leave it. Returns whether the guarantee was violated there: it is marked as wrong, or
 * more are INSIDE now than may be. */
bool lanes_print(struct lanes *lanes, const struct event *event, FILE *out);
