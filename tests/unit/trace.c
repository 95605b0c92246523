/* SPDX-License-Identifier: MIT */
/* trace: what was recorded as Chrome Trace Event JSON, to the letter and by the format's rules
 *
 * UPDATE_GOLDEN=1 makes the golden files again: look at the difference. */
#include "tests/support/test.h"
#include "common/views/charts.h"
#include "tests/support/recorded.h"

/* Writes what was recorded, and compares it with the golden file NAME. */
static void assert_trace(enum verdict verdict, const char *name)
{
    struct chart recording = recorded_take(verdict);

    trace_write(&recording, drawing_begin());
    chart_free(&recording);
    assert_golden_file(drawing_end(), name);
}

/* Two are inside, as many as may be. One asks and is answered with a word to all, one is not heard,
 * and one is heard of whom nobody has sent anything. The first event is not at the time 0, the
 * server has not ended, and the lane of main has no event. Texts are from outside. */
TEST(held)
{
    enum { BEGIN = 1000000000, SERVER = 1, FIRST, SECOND };

    recorded_begin();
    record_lanes("main", 1);
    record_lanes("server", 1);
    record_lanes("client", 2);
    recorder->limit = 2;
    recorded_state(BEGIN, SERVER, WAITING, "waiting for a client");
    recorded_state(BEGIN + 1000, FIRST, INSIDE, "inside");
    recorded_state(BEGIN + 1001, SECOND, INSIDE, "inside");
    recorded_sent(BEGIN + 1500, FIRST, SERVER, "ping");
    recorded_received(BEGIN + 2500, SERVER, FIRST, "ping");
    recorded_state(BEGIN + 2500, SERVER, RUNNING, "a \"state\"\nof two lines");
    recorded_sent(BEGIN + 5000, SERVER, FIRST, "over");
    recorded_to_all();
    recorded_received(BEGIN + 6000, SECOND, SERVER, "over");
    recorded_received(BEGIN + 7000, FIRST, SERVER, "over");
    recorded_sent(BEGIN + 8000, SECOND, SERVER, "\\");
    recorded_received(BEGIN + 9000, FIRST, SECOND, "ghost");
    recorded_state(BEGIN + 200000000, FIRST, GONE, "done");
    recorded_state(BEGIN + 300000000, SECOND, IDLE, "resting");
    recorded_note(BEGIN + 300000001, SECOND, "say \"hi\" \\ </script> é \x1b[31m\a \xff");
    recorded_state(BEGIN + 300000002, SECOND, RUNNING, "at work");
    recorded_state(BEGIN + 300000002, SECOND, GONE, "done"); /* at once */
    recorder->next = CAPACITY + 17;                          /* the others are not ready */
    assert_trace(VERDICT_HELD, "held.json");
}

/* A run whose guarantee was violated: two are inside where one may be, of which the second time
 * count_in() tells; and a message is lost. The calls are there. */
TEST(violations)
{
    static const struct call_place lock = {"pthread_mutex_lock(&mutex)", "demos/demo_mutex.c", 33};

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
    assert_trace(VERDICT_VIOLATED, "violations.json");
}
