/* SPDX-License-Identifier: MIT */
/* trace: what was recorded as Chrome Trace Event JSON, to the letter and by the
 * format's rules
 *
 * UPDATE_GOLDEN=1 makes the golden files again: look at the difference.
 */
#include "tests/support/test.h"
#include "common/views/charts.h"
#include "tests/support/recorded.h"
#include "tests/support/trace_file.h"

/* Writes what was recorded to trace.json, and reads it. */
static struct trace written(enum verdict verdict)
{
    struct chart recording = recorded_take(MAX_INSIDE, verdict);
    FILE *file = fopen("trace.json", "w");

    assert_non_null(file);
    trace_write(&recording, file);
    assert_int_equal(fclose(file), 0);
    chart_free(&recording);
    return trace_load("trace.json");
}

/* The event of PHASE called NAME, the INDEXth of them. */
static const struct trace_event *find(
    const struct trace *trace, char phase, const char *name, int index)
{
    for (long i = 0; i < trace->count; i++)
        if (trace->events[i].phase == phase &&
            strcmp(trace->events[i].name, name) == 0 && index-- == 0)
            return &trace->events[i];
    fail_msg("there is no %c %s", phase, name);
    return NULL;
}

static int count(const struct trace *trace, char phase)
{
    int found = 0;

    for (long i = 0; i < trace->count; i++)
        found += trace->events[i].phase == phase;
    return found;
}

/* Three workers and two slots. The first event is not at the time 0; the last
 * worker has not ended, and the lane of main has no event.
 */
TEST(states)
{
    enum { BEGIN = 1000000000 };

    recorded_begin();
    record_lanes("main", 1);
    record_lanes("worker", 3);
    recorder->limit = 2;
    for (int lane = 1; lane <= 3; lane++)
        recorded_state(BEGIN + lane - 1, lane, WAITING, "waiting for a slot");
    recorded_state(BEGIN + 1000, 1, INSIDE, "inside");
    recorded_state(BEGIN + 1001, 2, INSIDE, "inside");
    recorded_note(BEGIN + 123456789, 2, "1 starting critical section");
    recorded_state(BEGIN + 200000000, 1, GONE, "done");
    recorded_state(BEGIN + 200000050, 3, INSIDE, "inside");
    recorded_state(BEGIN + 300000000, 2, IDLE, "resting");
    recorded_note(BEGIN + 300000001, 2, "rested");
    recorded_state(BEGIN + 300000002, 2, RUNNING, "at work");
    recorded_state(BEGIN + 300000002, 2, GONE, "done"); /* at once */
    recorded_note(BEGIN + 400000000, 1, "the end");
    struct trace trace = written(VERDICT_HELD);

    assert_int_equal(trace.lanes, 4);
    assert_null(trace.names[0]);
    assert_string_equal(trace.names[3], "worker 2");
    assert_int_equal(trace_most_counted(&trace, "inside"), 2);
    assert_int_equal(trace_most_counted(&trace, "limit"), 2);
    assert_int_equal(trace_most_counted(&trace, "in flight"), -1);
    assert_string_equal(trace.process, "demo_unit");
    assert_string_equal(trace.verdict, "held");
    assert_string_equal(trace.sentence, "what the verdict says");
    assert_int_equal(trace.seed, 7);
    /* it ends 1 ns before the next one */
    assert_int_equal(find(&trace, 'X', "waiting for a slot", 2)->time, 2);
    assert_int_equal(
        find(&trace, 'X', "waiting for a slot", 2)->length, 200000047);
    assert_int_equal(find(&trace, 'X', "inside", 2)->length, 199999949);
    assert_int_equal(find(&trace, 'X', "at work", 0)->length, 0);
    assert_int_equal(count(&trace, 'X'), 3 + 3 + 1);
    assert_int_equal(count(&trace, 'i'), 3);
    assert_int_equal(find(&trace, 'i', "the end", 0)->time, 400000000);
    trace_free(&trace);
}

/* One answers the other, one tells all, one is not heard, and one is heard of
 * whom nobody has sent anything.
 */
TEST(messages)
{
    enum { SERVER, FIRST, SECOND };

    recorded_begin();
    record_lanes("server", 1);
    record_lanes("client", 2);
    recorded_state(0, SERVER, WAITING, "waiting");
    recorded_sent(1500, FIRST, SERVER, "ping");
    recorded_received(2500, SERVER, FIRST, "ping");
    recorded_state(2500, SERVER, RUNNING, "answering");
    recorded_sent(3000, SERVER, FIRST, "pong");
    recorded_received(4000, FIRST, SERVER, "pong");
    recorded_sent(5000, SERVER, FIRST, "over");
    recorded_to_all();
    recorded_received(6000, SECOND, SERVER, "over");
    recorded_received(7000, FIRST, SERVER, "over");
    recorded_sent(8000, SECOND, SERVER, "ping");
    recorded_received(9000, FIRST, SECOND, "ghost");
    struct trace trace = written(VERDICT_HELD);

    assert_int_equal(count(&trace, 's'), 4);
    assert_int_equal(count(&trace, 'f'), 4);
    assert_int_equal(find(&trace, 's', "ping", 0)->time, 1500);
    assert_int_equal(find(&trace, 's', "ping", 0)->lane, FIRST);
    assert_int_equal(find(&trace, 'f', "ping", 0)->time, 2500);
    assert_int_equal(find(&trace, 'f', "ping", 0)->lane, SERVER);
    for (int i = 0; i < 2; i++)
        assert_int_equal(find(&trace, 's', "over", i)->time, 5000);
    assert_int_equal(find(&trace, 'f', "over", 0)->lane, SECOND);
    assert_int_equal(find(&trace, 'f', "over", 1)->lane, FIRST);
    assert_int_equal(find(&trace, 'X', "ping", 1)->length, 0); /* received */
    assert_int_equal(find(&trace, 'i', "not received: ping", 0)->time, 8000);
    assert_int_equal(find(&trace, 'i', "ghost", 0)->time, 9000);
    assert_int_equal(trace_most_counted(&trace, "in flight"), 2); /* to two */
    assert_int_equal(trace_most_counted(&trace, "inside"), -1);
    assert_int_equal(trace_most_counted(&trace, "limit"), -1);
    assert_int_equal(count(&trace, 'C'), 7);
    assert_int_equal(find(&trace, 'C', "in flight", 6)->value, 0);
    trace_free(&trace);
}

/* A run whose guarantee was violated: two are inside where one may be, of which
 * the second time count_in() tells; and a message is lost. The calls are there.
 */
TEST(violations)
{
    static const struct call_place lock = {
        "pthread_mutex_lock(&mutex)", "demos/demo_mutex.c", 33};

    recorded_begin();
    record_lanes("writer", 3);
    recorder->limit = 1;
    recorded_state(1000, 0, INSIDE, "inside");
    recorder->events[recorder->next - 1].place = &lock;
    recorded_state(2000, 1, INSIDE, "inside");
    recorded_note(2500, 1, "writes");
    recorder->events[recorder->next - 1].place = &lock;
    recorded_state(3000, 1, RUNNING, "running");
    recorded_state(4000, 2, INSIDE, "inside");
    recorded_wrong();
    recorded_flaw(4001, 2, "2 inside, not 1");
    recorded_sent(5000, 2, 0, "ping");
    recorder->events[recorder->next - 1].place = &lock;
    recorded_flaw(6000, 0, "torn: \"a\"");
    struct trace trace = written(VERDICT_VIOLATED);

    assert_golden_file(load_file("trace.json", NULL), "violations.json");
    assert_string_equal(trace.process, "demo_unit --broken");
    assert_string_equal(trace.verdict, "VIOLATED");
    assert_int_equal(trace_violations(&trace), 4);
    trace_free(&trace);
}

TEST(texts_from_outside)
{
    recorded_begin();
    record_lanes("\"quoted\\\t", 1);
    recorded_note(0, 0, "say \"hi\" \\ </script> é \x1b[31m\a \xff");
    recorded_state(1, 0, RUNNING, "a \"state\"\nof two lines");
    recorded_sent(2, 0, NO_LANE, "\\");
    recorder->next = CAPACITY + 17; /* the others are not ready */
    struct trace trace = written(VERDICT_HELD);

    assert_string_equal(trace.names[0], "\\\"quoted\\\\\\u0009");
    assert_int_equal(trace.dropped, 17);
    (void)find(&trace, 'i',
        "say \\\"hi\\\" \\\\ </script> é \\\\x1b[31m\\\\x07 \\\\xff", 0);
    (void)find(&trace, 'X', "a \\\"state\\\"\\\\nof two lines", 0);
    (void)find(&trace, 'i', "not received: \\\\", 0);
    trace_free(&trace);
}

TEST(no_events)
{
    recorded_begin();
    struct trace trace = written(VERDICT_HELD);
    assert_int_equal(trace.count, 0);
    assert_int_equal(trace.lanes, 0);
    trace_free(&trace);
}
