/* SPDX-License-Identifier: MIT */
/* chart - a run as the views draw it: in order, with names, spans and arrows */
#pragma once

#include "common/run/record.h"

enum { MAX_CHART_LANES = 40 }; /* that the timeline and the picture show */

struct item {
    enum event_kind kind;
    enum state state;
    int lane, other; /* OTHER of a message, NO_LANE if that is unknown */
    int64_t time;    /* nanoseconds from the run's first event */
    int64_t until;   /* STATE: when the next state of this lane begins */
    long partner;    /* SENT: the first item that received it; RECEIVED: what was sent; or -1 */
    char *text;      /* escaped, valid UTF-8 */
    bool to_all;
};

struct chart {
    const char *name;     /* of the demo */
    enum measure measure; /* the number that it shows */
    struct item *items;   /* by time; items of the same time in the order in which they came */
    long count, dropped;  /* dropped: beyond the recorder's capacity */
    int64_t length;       /* of the run, to its last event */
    int lanes;
    char (*names)[LANE_NAME_SIZE];
    bool *seen; /* lanes that have an event */
};

#define FOR_ITEMS(item, chart)                                                                     \
    for (const struct item *item = (chart)->items; item < (chart)->items + (chart)->count; item++)

/* Copies what was recorded so far; chart_free() frees it. May end the run. */
struct chart chart_take(const struct recorder *from, const char *name, enum measure measure);
void chart_free(struct chart *chart);

/* Returns the text of EVENT, escaped, and with an ellipsis if it was cut off; free(3) it. */
char *event_text(const struct event *event);

/* Writes to TEXT the one number that matters, as "most inside at once: 3". */
void describe_measure(const struct chart *chart, char *text, size_t size);

/* Returns how many lanes were INSIDE at once, at most. */
int max_inside(const struct chart *chart);

/* Writes to TEXT the words of all items in STATE, as "inside, reading". Returns false if none is.
 */
bool describe_state(const struct chart *chart, enum state state, char *text, size_t size);

/* Writes NANOSECONDS in the unit that suits SCALE: "1.50 ms". */
void format_time(int64_t nanoseconds, int64_t scale, char *text, size_t size);

/* Returns the step of an axis of LENGTH with at most TICKS of them: 1, 2, or 5 times a power of
 * ten. */
int64_t axis_step(int64_t length, int ticks);

/* Sets ROW_OF[lane] to the row in which a lane is drawn, or to -1. Returns how many rows there are;
 * LEFT_OUT gets the number of lanes that have an event but no row. */
int chart_rows(const struct chart *chart, int *row_of, int *left_out);
