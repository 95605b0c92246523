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

/* Only what went wrong, a line each: the messages that were lost, and of the flaws at most MAX. */
void wrongs_write(const struct chart *chart, const struct screen *screen, int max, FILE *out);

/* What the live view knows of the run so far; all zero but for the first two at the beginning. */
struct lanes {
    const struct recorder *from;
    struct screen screen;
    int laid_out;        /* the width for which the next four were chosen */
    int count;           /* of lanes */
    int width;           /* of a column */
    int per_column;      /* how many lanes share a column */
    bool is_text;        /* the columns are wide enough for words */
    int rows;            /* printed since the names */
    uint8_t *states;     /* of each lane */
    int inside;          /* how many of them are INSIDE */
    bool is_wrong;       /* the latest event is, or more were INSIDE than may be */
    int64_t begin, last; /* when the first event was, and how long after it the latest one */
    long gaps[64];       /* between events: how many have a length of so many binary digits */
};

/* Prints EVENT in the column of its lane, in a row or more; before it the names of the lanes, where
 * there are new lanes, the screen has another width, or the names are about to leave it. */
void lanes_print(struct lanes *lanes, const struct event *event, FILE *out);
