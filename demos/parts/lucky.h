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
 * those that are drawn: there has to be something to miss. The PRODUCER is run
 * by the function below; consumers sleep on CHANGED with the MUTEX.
 */
void lucky_init(
    void (*producer)(int id), pthread_mutex_t *mutex, pthread_cond_t *changed);

/* The producer's thread: lets the producer begin when each consumer is about to
 * sleep for the first time, and has the mutex until it does. With --broken it
 * is when each consumer has tested. Then tells that the producer is done.
 */
void producer_when_all_sleep(int id);

/* Only with --broken: a consumer has tested, and waits until the producer is
 * done.
 */
void let_producer_finish(void);

/* Draws the next number. For one thread only. */
int next_number(void);

/* A consumer is about to sleep. It has just tested, or so it should have: then
 * the search is not over. With the mutex, as the next function. With --window
 * it pauses for 20 ms before the second sleep.
 */
void note_sleep(int id, bool is_over);

/* Prints what a consumer found among the COUNT numbers. */
void report(int id, const int *numbers, int count);

/* While the actors run. With --broken: wakes the consumers that would sleep
 * forever, which ends the run. With --window: wakes them although nothing has
 * changed, which POSIX allows, before the producer begins.
 */
void wake_sleepers(void);

/* The verdict; returns the exit status. */
int check_reports(const int *numbers, int count);
