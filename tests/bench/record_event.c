/* SPDX-License-Identifier: MIT */
/* record_event - what an event of the recorder costs, in nanoseconds
 *
 * Prints "OFF CONSTANT FORMATTED MESSAGE CLOCK": no view asked for; a state
 * with constant text; a note with formatted text; a message to a named actor;
 * and, to compare, clock_gettime alone. Each is the median of ROUNDS rounds of
 * EVENTS events, on one core, in pages that were touched before.
 */
#include "common/run/record.h"
#include "common/base/clock.h"
#include <stdio.h>

#include "median.h"

enum { ROUNDS = 101, EVENTS = 10000 };

/* So that the compiler neither joins the events nor leaves them out. */
#define ONE_BY_ONE __asm__ volatile("" ::: "memory")

static void off_or_constant(void)
{
    for (int i = 0; i < EVENTS; i++) {
        record_state(WAITING, "waiting for a slot");
        ONE_BY_ONE;
    }
}

static void formatted(void)
{
    for (int i = 0; i < EVENTS; i++) {
        record_note("%d starting critical section", i);
        ONE_BY_ONE;
    }
}

static void message(void)
{
    for (int i = 0; i < EVENTS; i++) {
        record_sent("client", 1, "ping");
        ONE_BY_ONE;
    }
}

static void clock_only(void)
{
    for (int i = 0; i < EVENTS; i++) {
        (void)clock_now();
        ONE_BY_ONE;
    }
}

static void measure(void (*events)(void), const char *end)
{
    static double costs[ROUNDS];

    for (int round = 0; round < ROUNDS; round++) {
        if (recorder)
            recorder->next = 0;
        int64_t begin = clock_now();
        events();
        costs[round] = (double)(clock_now() - begin) / (double)EVENTS;
    }
    printf("%.1f%s", median(costs, ROUNDS), end);
}

int main(void)
{
    measure(off_or_constant, " ");
    recorder_start();
    record_lanes("server", 1);
    record_lanes("client", 2);
    record_as("server", 0);
    measure(off_or_constant, " ");
    measure(formatted, " ");
    measure(message, " ");
    measure(clock_only, "\n");
    return 0;
}
