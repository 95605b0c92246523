/* SPDX-License-Identifier: MIT */
/* chart - a run as the views draw it: in order, with names, spans, arrows, and what went wrong */
#pragma once

#include "common/run/record.h"

enum { MAX_ROWS = 40, MAX_DRAWN = 400 }; /* lanes, and items, in the timeline and the picture */
enum { LANE_NAME_SIZE = 32, TIME_SIZE = 16, WORDS_SIZE = 4 * TEXT_SIZE + 8 };
enum { SENTENCE_SIZE = WORDS_SIZE + 3 * LANE_NAME_SIZE }; /* for words with more around them */

/* What stands above each view. */
enum verdict { VERDICT_HELD, VERDICT_VIOLATED, VERDICT_UNKNOWN };
extern const char *const verdict_badges[]; /* as in "✓ HELD" */
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
    int lane, other;           /* OTHER of a message, NO_LANE if that is unknown */
    int64_t time;              /* nanoseconds from the run's first event */
    char *text;                /* escaped, valid UTF-8 */
    const struct event *event; /* as it was recorded; it may be marked as wrong later */
    bool is_wrong;  /* here the guarantee was violated; of a message: lost, or to the wrong one */
    bool is_beyond; /* its lane came INSIDE when as many were as may be */
    enum gap { USUAL_GAP, LONG_GAP, LONGEST_GAP } gap; /* the time that has passed before it */
    int inside;                                        /* how many lanes are INSIDE from here on */
    const struct item *own;     /* the latest state of this lane, which this may be; or NULL */
    const struct item *next;    /* the next state of this lane, or the end of the run */
    const struct item *partner; /* SENT: who received it first; RECEIVED: what was sent; or NULL */
    struct item *later;         /* SENT: the next one to that lane that no lane has received */
};

struct chart {
    struct recorder *from;
    unsigned long looked_at; /* so many recorded events */
    struct item *items;      /* after the last one, the run's end */
    long count, dropped;     /* dropped: beyond the recorder's capacity */
    int lanes, limit;        /* LIMIT: more than so many INSIDE at once are too many */
    int inside, most_inside; /* now, and at once */
    struct chart_lane {
        char name[LANE_NAME_SIZE]; /* without an id if it is the only one of its role */
        const struct item *state;  /* its latest one, or NULL */
        bool has_events, is_wrong; /* is anything in it, and is any of that wrong? */
        int row;                   /* in which it is drawn; or -1 */
    } * lane;
    struct title title;
    int rows, more_lanes;           /* how many have a row, and how many others have events */
    const struct item *first, *end; /* what is drawn of very many items: from FIRST to before END */
};

#define FOR_ITEMS(item, chart)                                                                     \
    for (struct item *item = (chart)->items; item < (chart)->items + (chart)->count; item++)
#define FOR_DRAWN(item, chart)                                                                     \
    for (const struct item *item = (chart)->first; item < (chart)->end; item++)

/* A chart of what is recorded; chart_free() frees it. These may end the run. */
struct chart chart_open(struct recorder *from);
void chart_free(struct chart *chart);

/* Adds an item for each event that was recorded since the last call, and will not change any more:
 * when the run IS_OVER, all. */
void chart_follow(struct chart *chart, bool is_over);

/* Goes on to ITEM, the next one: which state its lane has, and who is inside. All go back to the
 * beginning by chart_rewind(). */
void chart_go_to(struct chart *chart, struct item *item);
void chart_rewind(struct chart *chart);

/* The chart of a run that is over: in the order of time, and with all that struct item tells. */
struct chart chart_take(struct recorder *from, const struct title *title);

/* Gives at most MAX lanes a row: those in which something went wrong, then the first ones. */
void chart_rows(struct chart *chart, int max);

/* Writes NANOSECONDS in the unit that suits it: "1.5 ms". */
void format_time(int64_t nanoseconds, char text[TIME_SIZE]);
