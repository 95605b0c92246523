/* SPDX-License-Identifier: MIT */
/* picture - what happened in a run, drawn as SVG: bars, arrows, and marks, then their words */
#pragma once

#include "common/views/chart.h"
#include "common/views/paper.h"

/* What the legend explains: a bar for a state (enum state), or one of these. */
enum { FAULTY = INSIDE + 1, NEW, OLD, NOTED, MESSAGE, UNREAD, LOST, BAD, FLAWED, WRONG, LOOKS };
extern const struct look {
    const char *class, *sign, *words; /* the last two in the legend */
} looks[LOOKS];

/* The lanes reach from the left to the right edge and from TOP down, in rows. */
enum { MAX_NUMBERED = 6, SENTENCE_SIZE = 4 * TEXT_SIZE + 40 };
static const int RIGHT_EDGE = 1540;
struct picture {
    const struct chart *chart;
    struct paper paper;
    char *body; /* what the paper's OUT has written, when it is closed */
    size_t size;
    int *row_of, rows; /* of a lane, or -1 */
    int lists;         /* lanes below the others, that have nothing but notes */
    double left, top, bottom;
    double pitch, middle, bar; /* from row to row; to the middle of one; height of a bar */

    bool drawn[LOOKS];
    bool *is_open; /* of each item: it is drawn, and its words are not yet */
    char numbered[MAX_NUMBERED][SENTENCE_SIZE]; /* words that have to stand below */
    int numbers;
    long too_near, wordless; /* how many are not drawn, or have no space for their words */
};

struct line {
    double x, y, end_x, end_y;
};

static inline double x_of(const struct picture *picture, double at)
{
    return picture->left + at * (RIGHT_EDGE - picture->left);
}

/* Returns where the middle of ROW is. */
static inline double y_of(const struct picture *picture, int row)
{
    return picture->top + row * picture->pitch + picture->middle;
}

static inline bool *open_flag(const struct picture *picture, const struct item *item)
{
    return &picture->is_open[item - picture->chart->items];
}

/* Returns where the line of ITEM begins: what was sent, if it is a message that was received. */
static inline const struct item *origin_of(const struct picture *picture, const struct item *item)
{
    bool has_origin = item->kind == RECEIVED && item->partner >= 0;
    return has_origin ? &picture->chart->items[item->partner] : item;
}

/* A message's way; below the bar of anything else; of a deadline's note, all lanes. */
struct line line_of(const struct picture *picture, const struct item *item);

/* Marks what went wrong at a place. */
void put_cross(struct picture *picture, double x, double y);

/* Draws all items, or of very many those that are not too near to others; without words. */
void put_items(struct picture *picture);

/* Writes the words of all items that want some, first of what is wrong. */
void put_all_words(struct picture *picture);
