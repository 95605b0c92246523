/* SPDX-License-Identifier: MIT */
/* lucky - what demo_condvar draws, prints and checks */
#pragma once

#include "demos/parts/about.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { MAX_COUNT = 100000, MAX_NUMBER = 1000000, MAX_CONSUMERS = 100 };

extern struct settings {
    int count, lucky, max, consumers;
} settings;

/* Before the actors start. With --broken the lucky number is certainly among
 * those that are drawn: there has to be something to miss. Consumers sleep on
 * CHANGED with the MUTEX. When one calls pthread_cond_wait(3p), CHECK_PTHREAD()
 * tells lucky.c, which notes whether IS_OVER is true: then it has not just
 * tested that, and sleeps too late.
 */
void lucky_init(
    pthread_mutex_t *mutex, pthread_cond_t *changed, const bool *is_over);

/* Only with --broken: a consumer has tested, and waits until the producer has
 * said that the search is over.
 */
void let_producer_finish(void);

/* Draws the next number. For one thread only. The first one comes when each
 * consumer is about to sleep for the first time, and has the mutex until it
 * does; with --broken when each has tested.
 */
int next_number(void);

/* Prints what this consumer found among the COUNT numbers. With the mutex. */
void report(const int *numbers, int count);

/* While the actors run. With --broken: wakes the consumers that would sleep
 * forever, which ends the run. With --window: wakes them although nothing has
 * changed, which POSIX allows, before the producer begins. A consumer that then
 * locks the mutex again pauses for 20 ms before it does.
 */
void wake_sleepers(void);

/* The verdict; returns the exit status. */
int check_reports(const int *numbers, int count);
