/* SPDX-License-Identifier: MIT */
/* what is drawn is what happened: each broken run shows its violation in the
 * views, no other run does, and there nobody is inside beyond the limit
 */
#include "tests/support/program.h"
#include "tests/support/runs.h"
#include "tests/support/trace_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { RUNS = 20 };

/* Fails the test unless what a view wrote to PATH about a run of DEMO has its
 * mark, or none.
 */
static void check_trace(
    const struct demo_run *demo, bool broken, const char *path);

/* The views that write a file: the option, and who looks at it. */
static const struct view {
    const char *option;
    void (*check)(const struct demo_run *demo, bool broken, const char *path);
} views[] = {{"--trace", check_trace}};

static bool is_inside(const struct trace_event *event)
{
    return event->state && strcmp(event->state, "inside") == 0;
}

/* How many are inside in the moment in which ENTRY begins. */
static int inside_at(const struct trace *trace, const struct trace_event *entry)
{
    int inside = 0;

    for (long i = 0; i < trace->count; i++) {
        const struct trace_event *other = &trace->events[i];
        inside += is_inside(other) && other->time <= entry->time &&
                  (other == entry || other->time + other->length > entry->time);
    }
    return inside;
}

/* In a run whose guarantee held: what the slices say, not the counter. */
static void assert_within_limit(
    const struct trace *trace, const struct demo_run *demo)
{
    int visits = 0;

    for (long i = 0; i < trace->count; i++) {
        if (!is_inside(&trace->events[i]))
            continue;
        assert_int_in_range(
            inside_at(trace, &trace->events[i]), 1, demo->inside);
        visits++;
    }
    assert_int_equal(visits > 0, demo->inside > 0);
    assert_true(trace_most_counted(trace, "inside") <= demo->inside);
    if (demo->inside > 0)
        assert_int_equal(trace_most_counted(trace, "limit"), demo->inside);
}

static void check_trace(
    const struct demo_run *demo, bool broken, const char *path)
{
    struct trace trace = trace_load(path);

    assert_string_equal(trace.mode, broken ? "broken" : "normal");
    assert_string_equal(trace.verdict, broken ? "VIOLATED" : "held");
    if (broken && trace_violations(&trace) == 0)
        fail_msg("%s --broken: nothing is marked: %s", demo->program,
            trace.sentence);
    if (!broken)
        assert_within_limit(&trace, demo);
    trace_free(&trace);
}

/* Runs DEMO with a view. A run that cannot tell is repeated; one that this
 * system has no mutexes for is left out.
 */
static void run_with(
    const struct demo_run *demo, bool broken, const struct view *view)
{
    char command[4096];
    int status;

    (void)snprintf(command, sizeof command,
        "exec '%s' --speed=1000 %s %s %s=view", built(demo->program),
        demo->options, broken ? "--broken" : "", view->option);
    do {
        struct result result = run_program(
            (const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, 0);
        bool is_left_out = strstr(result.err, "robust mutexes") != NULL;
        status = is_undecided(&result) ? -1 : result.status;
        if (!is_left_out && status > 1 && status != 4)
            fail_msg("%s: status %d, %s", command, status, result.err);
        free_result(&result);
        if (is_left_out)
            return;
    } while (status == -1);
    assert_int_equal(status == 4, broken);
    view->check(demo, broken, "view");
    assert_int_equal(unlink("view"), 0);
}

static void test_marks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        for (int k = 0; k < run_count; k++)
            for (int run = 0; run < RUNS; run++) {
                run_with(&demo_runs[k], false, &views[i]);
                if (demo_runs[k].broken != NO_BROKEN)
                    run_with(&demo_runs[k], true, &views[i]);
            }
    assert_nothing_left();
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_marks)};

    runs_read();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
