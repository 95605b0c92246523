/* SPDX-License-Identifier: MIT */
/* trace_file - reads what --trace has written, and holds it to the rules of
 * those who show it. How each event is written is in tests/unit/golden.
 */
#pragma once

#include <stdbool.h>
struct trace {
    int violations;
    long limit, most_inside; /* -1: nobody says that */
    bool is_broken, is_held;
};

/* Reads the file at PATH and fails the test unless
 *   - each lane with an event has its name, once;
 *   - events are in the order of time, but for the beginnings of arrows;
 *   - the states of a lane lie apart: none touches the next one;
 *   - each arrow has a beginning and an end, not before it, both at slices of
 *     its message, which have no length;
 *   - the counter "inside" counts the slices of that
 *     state at any time, and "limit" is always the same;
 *   - a call's place is in the project;
 *   - a violation has the sign, and there is none if the guarantee held.
 */
struct trace trace_load(const char *path);
