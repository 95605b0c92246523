/* SPDX-License-Identifier: MIT */
/* Each run shows what its mechanism is for: somebody waits in the mechanism's
 * own call, be the run free or on one core.
 */
#define _GNU_SOURCE /* sched_setaffinity, where there is one */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/program.h"
#include "tests/support/runs.h"
#include "tests/support/trace_file.h"

enum { RUNS = 100, MAY_FAIL = 1 };

/* Whether somebody waits in CALL; the recorder leaves out waits that are none.
 */
static bool waits_in(const struct trace *trace, const char *call)
{
    for (long i = 0; i < trace->count; i++) {
        const struct trace_event *event = &trace->events[i];
        if (event->phase == 'X' && strcmp(event->kind, "state") == 0 &&
            strcmp(event->name, call) == 0)
            return true;
    }
    return false;
}

static bool shows_a_wait(const struct demo_run *demo)
{
    char speed[32], calls[64];
    bool does_wait = false;

    (void)snprintf(speed, sizeof speed, "--speed=%d", demo->quick);
    struct result result = RUN(demo->program, "--trace=trace.json", speed,
        *demo->options ? demo->options : NULL);

    if (result.status > 1 && !is_undecided(&result))
        fail_msg("%s: status %d, %s", demo->program, result.status, result.err);
    struct trace trace = trace_load("trace.json");
    (void)snprintf(calls, sizeof calls, "%s", demo->waits);
    for (char *call = strtok(calls, ","); call; call = strtok(NULL, ","))
        if (waits_in(&trace, call))
            does_wait = true;
    trace_free(&trace);
    free_result(&result);
    (void)unlink("mutexfile.txt");
    return does_wait;
}

static void count_waits(const char *where)
{
    for (int i = 0; i < run_count; i++) {
        int without = 0;
        for (int run = 0; *demo_runs[i].waits && run < RUNS; run++)
            if (!shows_a_wait(&demo_runs[i]))
                without++;
        if (without > MAY_FAIL)
            fail_msg("%s %s: in %d of %d runs nobody waits in %s",
                demo_runs[i].program, where, without, RUNS, demo_runs[i].waits);
    }
    assert_nothing_left();
}

static void test_on_all_cores(void **state)
{
    (void)state;
    count_waits("free");
}

static void test_on_one_core(void **state)
{
    (void)state;
#ifdef CPU_SET
    cpu_set_t all, one;
    size_t core = 0;

    if (sched_getaffinity(0, sizeof all, &all) == -1)
        skip();
    while (!CPU_ISSET(core, &all))
        core++;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    if (sched_setaffinity(0, sizeof one, &one) == -1)
        skip();
    count_waits("on one core");
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
#else
    skip();
#endif
}

/* How many slices of KIND in the lane of a consumer are called NAME. */
static int slices_of_consumers(
    const struct trace *trace, const char *kind, const char *name)
{
    int count = 0;

    for (long i = 0; i < trace->count; i++) {
        const struct trace_event *event = &trace->events[i];
        if (event->phase == 'X' && event->lane >= 0 &&
            strcmp(event->kind, kind) == 0 && strcmp(event->name, name) == 0 &&
            strncmp(trace->names[event->lane], "consumer", 8) == 0)
            count++;
    }
    return count;
}

/* Whether a 22 is drawn or not, the consumer sleeps, and a wakeup reaches it.
 */
static void test_consumer_sleeps(void **state)
{
    int found = 0, not_found = 0;

    (void)state;
    for (int i = 1; i <= RUNS; i++) {
        char seed[32];
        (void)snprintf(seed, sizeof seed, "--seed=%d", i);
        struct result result = RUN("demo_condvar", seed, "--trace=trace.json");
        assert_int_equal(result.status, 0);
        found += count_text(result.out, "found! [");
        not_found += count_text(result.out, "No lucky number");
        struct trace trace = trace_load("trace.json");
        if (slices_of_consumers(&trace, "state", "pthread_cond_wait") == 0 ||
            slices_of_consumers(&trace, "message", "wakeup") == 0)
            fail_msg("%s: the consumer was not woken: %s", seed, result.out);
        trace_free(&trace);
        free_result(&result);
    }
    assert_int_equal(found + not_found, RUNS);
    assert_true(found > 0 && not_found > 0);
    assert_nothing_left();
}

#define TEST(function)                                                         \
    cmocka_unit_test_setup_teardown(function, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_on_all_cores),
        TEST(test_on_one_core), TEST(test_consumer_sleeps)};

    runs_read();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
