/* SPDX-License-Identifier: MIT */
/* picture - what happened in a run, drawn as SVG: bars, arrows, marks, and their words */
#pragma once

#include "common/views/chart.h"
#include "common/views/paper.h"

/* What the legend explains: a bar for a state (enum state), or one of these. */
enum { NEW = INSIDE + 1, OLD, NOTED, MESSAGE, UNREAD, LOST, BAD, WRONG, LOOKS };

/* For what a row is used; only asked of very many events. */
enum { BARS, LINES, MARKS, USES };

/* The lanes reach from the left to the right edge and from TOP to BOTTOM, in rows. A lane that has
 * nothing but notes is a list of lines, and two rows high. */
enum { RIGHT_EDGE = 1540, MAX_ROWS = 2 * MAX_CHART_LANES, MAX_NUMBERED = 12 };
struct picture {
    const struct chart *chart;
    struct paper paper;
    char *body; /* what the paper's OUT has written, when it is closed */
    size_t size;
    int rows, *row_of; /* of each lane; or -1 */
    bool *is_list;     /* of each lane */
    double left, top, bottom;
    double pitch, middle, bar;      /* from row to row; to the middle of one; height of a bar */
    double step;                    /* what is nearer to another is not drawn */
    double used[MAX_ROWS][2][USES]; /* [1]: by what is wrong */

    bool drawn[LOOKS];
    bool *wants_words;                         /* of each item */
    const struct item *numbered[MAX_NUMBERED]; /* whose words have to stand below */
    int numbers;
    long too_near, wordless; /* how many marks are not drawn, or have no space for their words */
};

extern const char *const look_classes[LOOKS];

double x_of(const struct picture *picture, double at);
double y_of(const struct picture *picture, int row); /* of its middle */

/* Writes what ITEM is: its lane, that of its receiver, and its text. */
void put_sentence(const struct picture *picture, const struct item *item);

/* Writes TEXT beside a line from X, Y to END_X, END_Y, as near to its beginning as there is space.
 * Returns false if there is none. */
bool put_beside(struct picture *picture, const struct font *font, const char *text, double x,
    double y, double end_x, double end_y);

/* Draws all items, then writes their words, first of what is wrong. */
void put_items(struct picture *picture);
