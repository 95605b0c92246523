/* SPDX-License-Identifier: MIT */
/* paper - the SVG picture as a page: its style, and its texts */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* In units of the picture, which is as wide as a 16:9 screen of 900. The width of a letter, by its
 * font, is an estimate, and rather too large. */
static const int PAPER_WIDTH = 1600;
static const double PLAIN_LETTER = 14.4, BOLD_LETTER = 15.6, NAME_LETTER = 19.5, SAID_LETTER = 20.4;

/* The beginning of each picture, after its first tag: the style of all classes, and patterns. */
extern const char paper_head[];

/* Writes TEXT as XML 1.0 wants it, which has no U+FFFE and U+FFFF. */
void put_xml(FILE *out, const char *text);

/* Writes TEXT at X, on the base line Y. */
void put_text(FILE *out, const char *class, double x, double y, const char *text);

/* Writes TEXT in lines of at most MAX characters, broken between words, HEIGHT apart. Returns how
 * far down that goes. */
double put_lines(
    FILE *out, const char *class, double x, double y, double height, int max, const char *text);

double text_width(double letter, const char *text);
