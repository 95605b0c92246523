/* SPDX-License-Identifier: MIT */
/* charts - what is drawn of a run, live and when it is over; each may end the program */
#pragma once

#include "common/record/recording.h"
#include "common/views/screen.h"

/* For the terminal: a row for each lane, the axis, the legend, the number that matters. As SVG, on
 * its own, readable without colour, on light and on dark pages. As Chrome Trace Event JSON. */
void timeline_write(const struct recording *recording, const struct screen *screen, FILE *out);
void svg_write(const struct recording *recording, FILE *out);
void trace_write(const struct recording *recording, FILE *out);

/* What the live view knows of the run so far; all zero but for the first two at the beginning. */
struct lanes {
    const struct recorder *from;
    struct screen screen;
    int count, width, shared; /* of lanes; columns for each lane, or how many lanes share one */
    bool is_text;             /* there is room for words in the columns */
    uint8_t *style;           /* of each lane's state */
    int64_t begin, shown;
};

/* Prints EVENT in the column of its lane, then END; before it the lanes' names, if they are new. */
void lanes_print(struct lanes *lanes, const struct event *event, const char *end, FILE *out);
