/* SPDX-License-Identifier: MIT */
/* words - what is written beside the marks of the SVG picture, where there is space for it */
#pragma once

#include "common/views/picture.h"

/* The way of a message; of anything else the space below its bar. */
struct line {
    double x, y, end_x, end_y;
};

/* Writes what ITEM is: its lane, that of its receiver, and TEXT. */
void put_sentence(const struct picture *picture, const struct item *item, const char *text);

/* Writes TEXT to the right of the LAST of some lines or to the left of the FIRST one, as near to
 * their beginning as there is space: nothing is there of one of the kinds in AVOID. Returns false
 * if there is none. */
bool put_beside(struct picture *picture, const struct font *font, const char *text,
    const struct line *first, const struct line *last, unsigned avoid);

/* Gives ITEM a number beside LINE, if there is space: its TEXT stands below the chart. */
bool put_number(
    struct picture *picture, const struct item *item, const char *text, const struct line *line);

/* A snapshot is a note as [3, 5 | 2, 1]: the numbers after the bar are old. Draws them in boxes
 * below the row, or a little to the right, where there is space. */
bool is_snapshot(const struct item *item);
void put_snapshot(struct picture *picture, const struct item *item, const struct line *line);

/* Writes the notes of a list as lines, first what is wrong: each flaw with the note before it. */
void put_list(struct picture *picture, int lane);
