/* SPDX-License-Identifier: MIT */
/* picture - what happened in a run, drawn as SVG: bars, arrows, and marks, then their words */
#pragma once

#include "common/views/chart.h"
#include "common/views/paper.h"

/* What the legend explains: a bar for a state (enum state), or one of these. */
enum { TINT = INSIDE + 1, FAULTY, NEW, OLD };
enum { NOTED = OLD + 1, MESSAGE, UNREAD, LOST, BAD, FLAWED, WRONG, LOOKS };
extern const struct look {
    const char *class, *sign, *words; /* the last two in the legend */
} looks[LOOKS];

/* The lanes reach from the left to the right edge and from TOP to BOTTOM, in rows. A lane that has
 * nothing but notes is a list of lines, and several rows high. */
enum { MAX_NUMBERED = 6 };
static const int RIGHT_EDGE = 1540;
struct picture {
    const struct chart *chart;
    struct paper paper;
    char *body; /* what the paper's OUT has written, when it is closed */
    size_t size;
    struct picture_lane {
        int row; /* or -1 */
        bool is_list;
        double used[2]; /* up to where; [1]: by what is wrong */
    } * lanes;
    int rows, list_rows;
    double left, top, bottom;
    double pitch, middle, bar; /* from row to row; to the middle of one; height of a bar */
    double unit; /* 0, or of very many bars: those that are narrower are merged, as a tint */
    double step; /* 0, or of very many lines and marks: what is nearer to another is not drawn */

    bool drawn[LOOKS];
    bool *wants_words; /* of each item */
    struct numbered {
        const struct item *item;
        char text[4 * TEXT_SIZE + 40];
    } numbered[MAX_NUMBERED]; /* whose words have to stand below */
    int numbers;
    long too_near, wordless; /* how many marks are not drawn, or have no space for their words */
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

static inline int row_of(const struct picture *picture, const struct item *item)
{
    return picture->lanes[item->lane].row;
}

/* Draws all items, then writes their words, first of what is wrong. */
void put_items(struct picture *picture);
