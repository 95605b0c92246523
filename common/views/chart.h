/* SPDX-License-Identifier: MIT */
/* chart - a run as the views draw it: in order, with names, spans, arrows, and what went wrong */
#pragma once

#include "common/run/record.h"

enum { MAX_CHART_LANES = 40 }; /* that the timeline and the picture show */
enum { LANE_NAME_SIZE = 32, TIME_SIZE = 16, WORDS_SIZE = 4 * TEXT_SIZE + 8 };
enum { SENTENCE_SIZE = WORDS_SIZE + 3 * LANE_NAME_SIZE }; /* for words with more around them */

/* What stands above each view. */
enum verdict { VERDICT_HELD, VERDICT_VIOLATED, VERDICT_UNKNOWN };
struct title {
    const char *program; /* demo_NAME */
    bool broken;         /* with --broken */
    enum verdict verdict;
    const char *sentence; /* the verdict's; NULL: it is said elsewhere */
    const char *left_out; /* with --broken: as in "sem_wait and sem_post in worker()"; or NULL */
    uint32_t seed;
};

struct item {
    enum event_kind kind;
    enum state state;
    int lane, other;            /* OTHER of a message, NO_LANE if that is unknown */
    int64_t time;               /* nanoseconds from the run's first event */
    double at;                  /* the same on the axis, from 0 to 1 */
    const struct item *next;    /* the next state of this lane, or the end of the run */
    const struct item *partner; /* SENT: who received it first; RECEIVED: what was sent; or NULL */
    struct item *later;         /* SENT: the next one to that lane that no lane has received */
    int inside;                 /* how many lanes are INSIDE from here on */
    char *text;                 /* escaped, valid UTF-8 */
    const struct call_place *place; /* as in struct event */
    bool to_all;
    bool is_wrong;  /* here the guarantee was violated; of a message: lost, or to the wrong one */
    bool is_beyond; /* a lane came INSIDE, and then there were too many */
    bool is_open;   /* in the picture: it is drawn, and its words are not yet */
};

struct chart {
    struct title title;
    struct item *items;  /* by time, then as they came; after the last one, the run's end */
    long count, dropped; /* dropped: beyond the recorder's capacity */
    int64_t length;      /* of the run, to its last event */
    int lanes, limit;    /* LIMIT: more than so many INSIDE at once are too many */
    int most_inside;     /* at once */
    struct chart_lane {
        char name[LANE_NAME_SIZE];
        bool has_events, is_wrong; /* is anything in it, and is any of that wrong? */
        int row;                   /* in which it is drawn; or -1 */
    } * lane;
    int rows, left_out; /* how many rows there are, and lanes that have events, but no row */

    /* Places on the axis are proportional to time; or, where what matters would then be too short
     * to be seen, each moment in which something happened has a step of the same width. */
    bool by_events;
    int64_t *moments, long_gap; /* the times of all; from so many nanoseconds on a gap is long */
    long moment_count;
};

#define FOR_ITEMS(item, chart)                                                                     \
    for (struct item *item = (chart)->items; item < (chart)->items + (chart)->count; item++)

/* Copies what was recorded so far; chart_free() frees it. May end the run. */
struct chart chart_take(const struct recorder *from, const struct title *title);
void chart_free(struct chart *chart);

/* Gives at most MAX lanes a row: those in which something went wrong, then the first ones. */
void chart_rows(struct chart *chart, int max);

/* Writes to NAME what a lane is called: without an id if it is the only one of its role. */
void lane_name(const struct recorder *from, int lane, char name[LANE_NAME_SIZE]);

/* Writes to TEXT what EVENT says, escaped, and with an ellipsis if it was cut off. */
void event_text(const struct event *event, char text[WORDS_SIZE]);

/* Returns in which of PARTS equal parts of the axis a place is. Sets MOST of each part to the most
 * lanes that are INSIDE at any moment of it. */
int chart_part(double at, int parts);
void chart_count_inside(const struct chart *chart, int parts, int *most);

/* A time below the axis: one of at most MAX in equal steps; or, in a chart by events, the moment
 * with that INDEX, which may come after a long gap. Returns false if there is none. */
struct tick {
    double at;
    bool is_after_gap;
    char text[TIME_SIZE];
};
bool chart_tick(const struct chart *chart, int max, long index, struct tick *tick);

/* Writes to TEXT the words of all items in STATE, as "inside, reading", as many as fit. */
void describe_state(const struct chart *chart, enum state state, char text[WORDS_SIZE]);

/* Writes NANOSECONDS in the unit that suits SCALE: "1.5 ms". */
void format_time(int64_t nanoseconds, int64_t scale, char text[TIME_SIZE]);
