/* SPDX-License-Identifier: MIT */
/* record_event - what an event of the recorder costs, in nanoseconds
 *
 * Prints "OFF ON": no view asked for; a state with constant text. Each is the median of ROUNDS
 * rounds of EVENTS events, on one core, in pages that were touched before. */
#include "common/run/record.h"
#include "common/base/clock.h"
#include <stdio.h>

#include "median.h"

enum { ROUNDS = 101, EVENTS = 10000 };

static void measure(const char *end)
{
    static double costs[ROUNDS];

    for (int round = 0; round < ROUNDS; round++) {
        if (recorder)
            recorder->next = 0;
        int64_t begin = clock_now();
        for (int i = 0; i < EVENTS; i++) {
            record_state(WAITING, "waiting for a slot");
            /* the compiler neither joins the events nor leaves them out */
            __asm__ volatile("" ::: "memory");
        }
        costs[round] = (double)(clock_now() - begin) / (double)EVENTS;
    }
    printf("%.1f%s", median(costs, ROUNDS), end);
}

int main(void)
{
    measure(" ");
    recorder_start();
    record_lanes("server", 1);
    record_as("server", 0);
    measure("\n");
    return 0;
}
