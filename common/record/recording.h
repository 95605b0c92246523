/* SPDX-License-Identifier: MIT */
/* recording - a run as the views draw it: in order, with names, spans and arrows */
#pragma once

#include "common/options.h"
#include "common/record/recorder.h"
#include <stdio.h>

enum { MOST_CHART_LANES = 40 }; /* of the two charts */

struct item {
    enum event_kind kind;
    enum style style;
    int lane, other; /* OTHER of a message, NO_LANE if that is unknown */
    int64_t time;    /* nanoseconds from the run's first event */
    int64_t until;   /* STATE: when the next one of this lane begins */
    long partner;    /* SENT: the first item that received it; RECEIVED: what was sent; or -1 */
    char *text;      /* escaped, valid UTF-8 */
    bool each;
};

struct recording {
    const char *name;     /* of the demo, as is the next one */
    enum measure measure; /* which number its charts show */
    struct item *items;   /* by time, and as they came if that is the same */
    long count, dropped;  /* dropped: beyond the recorder's capacity */
    int64_t length;       /* of the run, to its last event */
    int lanes;
    char (*names)[32];
    bool *seen; /* lanes of which there is an event */
};

#define FOR_ITEMS(item, recording)                                                                 \
    for (const struct item *item = (recording)->items;                                             \
         item < (recording)->items + (recording)->count; item++)

/* Copies what was recorded so far; recording_free() gives the memory back. May end the run. */
struct recording recording_take(
    const struct recorder *from, const char *name, enum measure measure);
void recording_free(struct recording *recording);

/* The text of EVENT: escaped, and with an ellipsis if it was cut off; free(3) it. */
char *event_text(const struct event *event);

/* Says in ROOM bytes of TEXT the one number that matters, as "most inside at once: 3"; and the
 * most lanes that were INSIDE at once. */
void describe_measure(const struct recording *recording, char *text, size_t room);
int most_inside(const struct recording *recording);

/* NANOSECONDS in the unit that suits SCALE: "1.50 ms". */
void describe_time(int64_t nanoseconds, int64_t scale, char *text, size_t room);

/* The step of an axis of LENGTH with at most TICKS of them: 1, 2 or 5 times a power of ten. */
int64_t axis_step(int64_t length, int ticks);

/* The lanes that a chart shows, at most MOST_CHART_LANES: fills ROW_OF[lane] with the row, or -1,
 * and returns how many rows there are; LEFT_OUT says how many lanes are not among them. */
int chart_rows(const struct recording *recording, int *row_of, int *left_out);

/* The words for the legend: which states have STYLE, as "inside, reading". False if none has. */
bool describe_style(const struct recording *recording, enum style style, char *text, size_t room);
