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

/* A place that is taken, from the corner above on the left, and what is there. */
struct box {
    double x, y, width, height;
    enum { BAR = 1, TEXT = 2, GAP = 4, LINES = 8 } kind;
};

/* The lanes reach from the left to the right edge and from TOP down, in rows. */
enum { MAX_NUMBERED = 6 };
static const int RIGHT_EDGE = 1540;
struct picture {
    struct chart *chart;
    FILE *out;
    char *body; /* what OUT has written when it is closed: only then the height is known */
    size_t length;
    int rows; /* for which there is space: two at least */
    double left, top, bottom;
    double pitch, middle, bar; /* from row to row; to the middle of one; height of a bar */

    struct box *taken;
    long boxes, size; /* how many are taken; space for so many */
    bool drawn[LOOKS];
    char numbered[MAX_NUMBERED][SENTENCE_SIZE]; /* words that have to stand below */
    int numbers;
    long too_near, wordless; /* how many are not drawn, or have no space for their words */
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

/* Writes TEXT on the base line Y, to the right of X or to its LEFT, and returns true, if there is
 * space for it: nothing is there of one of the kinds in AVOID (enum in struct box). */
bool put_label(struct picture *picture, bool is_wrong, bool left, const char *text, double x,
    double y, unsigned avoid);

/* Draws all items, or of very many those that are not too near to others; then writes the words of
 * those that want some. */
void put_items(struct picture *picture);
