/* SPDX-License-Identifier: MIT */
/* recorded - a run that never was, with times to choose, for tests of views */
#pragma once

#include "common/views/chart.h"
#include <stdio.h>

/* From now on `recorder` is an empty one, instead of any other. Then add the lanes with
 * record_lanes(). */
void recorded_begin(void);

/* Takes what was recorded as a chart, under a title of seed 7; chart_free() it. */
struct chart recorded_take(enum verdict verdict);

/* Adds an event at TIME (nanoseconds), of which the clock knows nothing. OTHER is a lane or
 * NO_LANE. */
void recorded_add(
    int64_t time, int lane, enum event_kind kind, enum state state, int other, const char *text);
#define recorded_state(time, lane, state, text)                                                    \
    recorded_add(time, lane, STATE, state, NO_LANE, text)
#define recorded_flaw(time, lane, text)        recorded_add(time, lane, FLAW, IDLE, NO_LANE, text)
#define recorded_note(time, lane, text)        recorded_add(time, lane, NOTE, IDLE, NO_LANE, text)
#define recorded_sent(time, lane, other, text) recorded_add(time, lane, SENT, IDLE, other, text)
#define recorded_received(time, lane, other, text)                                                 \
    recorded_add(time, lane, RECEIVED, IDLE, other, text)

/* The event that was added last is wrong; or is a message to all. */
#define recorded_wrong()  (recorder->events[recorder->next - 1].is_wrong = true)
#define recorded_to_all() (recorder->events[recorder->next - 1].to_all = true)

/* What is written between to the stream is returned, freed with results. */
FILE *drawing_begin(void);
char *drawing_end(void);

/* Fails unless TEXT is what is in tests/unit/golden/NAME; with UPDATE_GOLDEN in the environment,
 * writes it there before: look at the difference. */
void assert_golden_file(const char *text, const char *name);
