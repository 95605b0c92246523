/* SPDX-License-Identifier: MIT */
/* charts - what is drawn of a run, live and when it is over; each may end the program */
#pragma once

#include "common/views/chart.h"
#include "common/views/describe.h"
#include "common/views/screen.h"

/* For the terminal: a row for each lane, the axis, the legend, the number that matters. As SVG, on
 * its own, readable without color, on light and on dark pages. As Chrome Trace Event JSON. */
void timeline_write(const struct chart *chart, const struct screen *screen, FILE *out);
void svg_write(const struct chart *chart, FILE *out);
void trace_write(const struct chart *chart, FILE *out);

/* What the live view knows of the run so far; all zero but for the first two at the beginning. */
struct lanes {
    const struct recorder *from;
    struct screen screen;
    int count;           /* of lanes */
    int width;           /* of a column */
    int per_column;      /* how many lanes share a column */
    bool is_text;        /* the columns are wide enough for words */
    uint8_t *states;     /* of each lane */
    int64_t begin, last; /* when the first event was, and how long after it the latest one */
};

/* Prints EVENT in the column of its lane, then END; before it the lanes' names, if there are new
 * lanes. */
void lanes_print(struct lanes *lanes, const struct event *event, const char *end, FILE *out);
