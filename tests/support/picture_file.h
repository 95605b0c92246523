/* SPDX-License-Identifier: MIT */
/* picture_file - holds a picture that --svg has drawn to what can be read, as far as its text tells
 * it */
#pragma once

#include <stdbool.h>

/* Fails the test unless in PICTURE, by its own style,
 *   - no letter is smaller than 24 units of 1600, but in one of more than 20
 *     lanes, where it may be 18;
 *   - all texts are within it, no two overlap, and none is on the head of an
 *     arrow;
 *   - on light and on dark pages, text has a contrast of 4.5:1 to what is
 * behind it, and what is drawn one of 3:1 to the page;
 *   - nothing is said to be hidden. */
void picture_check(const char *picture);

/* Whether it shows that something went wrong. */
bool picture_has_mark(const char *picture);
