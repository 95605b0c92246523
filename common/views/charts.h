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

/* The columns of a live view; zero but for the first two at the beginning. */
struct lanes {
    struct chart *chart; /* gone through up to what was printed */
    struct screen screen;
    int columns, width;    /* how many lanes have a column, and how wide that is */
    bool is_text;          /* the columns are wide enough for words */
    int laid_out, lanes;   /* the width of the screen, and the lanes, when these were chosen */
    int rows;              /* printed from the head on */
    int64_t last;          /* when the latest item was */
    int64_t gaps, in_gaps; /* how many gaps were not long, and how long all of these */
};

/* Prints what stands above the columns. */
void lanes_head(struct lanes *lanes, FILE *out);

/* Goes on to ITEM, the next one, and, unless OUT is NULL, prints it in the column of its lane, in a
 * row or more; above it the head, where there are new lanes, the screen has another width, or the
 * head is about to leave it. */
void lanes_print(struct lanes *lanes, struct item *item, FILE *out);
