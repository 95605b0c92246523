/* SPDX-License-Identifier: MIT */
/* describe - what the views say in words: times, numbers, states */
#pragma once

#include "common/views/chart.h"

/* Writes to TEXT the one number that matters, as "most inside at once: 3". */
void describe_measure(const struct chart *chart, char *text, size_t size);

/* Writes to TEXT the words of all items in STATE, as "inside, reading", as many as fit. Returns
 * false if there are none. */
bool describe_state(const struct chart *chart, enum state state, char *text, size_t size);

/* Writes NANOSECONDS in the unit that suits SCALE: "1.50 ms". */
void format_time(int64_t nanoseconds, int64_t scale, char *text, size_t size);

/* The same in the unit that suits itself, in at most 8 columns: "41 µs", "1.2 ms". */
void format_moment(int64_t nanoseconds, char *text, size_t size);

/* Returns the step of an axis of LENGTH with at most TICKS of them: 1, 2, or 5 times a power of
 * ten. */
int64_t axis_step(int64_t length, int ticks);
