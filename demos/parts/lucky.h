/* SPDX-License-Identifier: MIT */
/* lucky - what demo_condvar draws, prints and checks */
#pragma once

#include "demos/parts/about.h"
#include <stdbool.h>
#include <stdint.h>

enum { MAX_COUNT = 100000, MAX_NUMBER = 1000000, MAX_CONSUMERS = 100 };

/* Before the actors start: COUNT numbers from 0 to MAX will be drawn. With
 * --broken LUCKY is certainly among them: there has to be something to miss.
 */
void lucky_init(int lucky, int max, int count, int consumers);

/* Draws the next number. For one thread only. */
int next_number(void);

/* A consumer is about to sleep. It has just tested, or so it should have: then
 * there is no lucky number yet. With the mutex, as the next function. With
 * --window it pauses for 20 ms before the second sleep.
 */
void note_sleep(int id, bool lucky_came);

/* With --window: waits at most NANOSECONDS until each consumer goes to sleep
 * for the second time.
 */
bool all_sleep_again(int64_t nanoseconds);

/* Prints what a consumer found among the COUNT numbers. */
void report(int id, const int *numbers, int count);

/* Waits at most NANOSECONDS until all consumers have reported. */
bool all_have_reported(int64_t nanoseconds);

/* The verdict; returns the exit status. */
int check_reports(const int *numbers, int count);
