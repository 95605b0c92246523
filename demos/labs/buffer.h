/* SPDX-License-Identifier: MIT */
/* buffer - the buffer of the lab with that name, and the evidence */
#pragma once

#include "demos/parts/about.h"
#include <stdbool.h>

enum { PLACES = 4, MIN_COUNT = 20, MAX_COUNT = 100000, MAX_CONSUMERS = 100 };

/* Before the actors start: COUNT numbers will go from the producer to the
 * CONSUMERS. WAKE_FOR_NOTHING wakes all that sleep although nothing has
 * changed, as POSIX allows: only with --window.
 */
void buffer_init(int count, int consumers, void (*wake_for_nothing)(void));

/* Makes the next number; returns false when there are no more. The first one
 * comes when all consumers have found the buffer empty.
 */
bool produce(int *number);

/* The buffer: a queue with PLACES places, for one thread at a time. With
 * --window a thread pauses in each of these, but not often.
 */
bool buffer_is_full(void);
bool buffer_is_empty(void);
void buffer_put(int number);
int buffer_take(void);

/* Uses a number. The first number of each consumer takes until all have one and
 * the producer has found the buffer full, but at most two seconds.
 */
void use_number(int number);

/* Each actor says so when it has ended; the producer by the first one. */
void note_end_of_production(void);
void note_end(void);

/* Waits until all actors have ended, or until the verdict is sure: a wrong
 * program may not end.
 */
void wait_for_verdict(void);

/* The verdict; returns the exit status. */
int check_buffer(void);
