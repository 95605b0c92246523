/* SPDX-License-Identifier: MIT */
/* terminal views: lanes and timeline, to the letter
 *
 * UPDATE_GOLDEN=1 makes the golden files again: look at the difference. */
#include "tests/support/test.h"
#include "tests/support/recorded.h"
#include "common/views/charts.h"
#include <locale.h>

enum { MS = 1000000 };
static const int64_t SECOND = 1000000000;

static const struct screen ascii = {80, false, false, 0}, utf8 = {80, true, false, 0},
                           color = {80, true, true, 0};

/* What --lanes shows of the record, on a screen that becomes NARROW after half of the events. */
static const char *draw_lanes(const struct screen *screen, int narrow)
{
    struct chart chart = chart_open(recorder);
    struct lanes lanes = {.chart = &chart, .screen = *screen};
    FILE *out = drawing_begin();

    chart_follow(&chart, true);
    for (long i = 0; i < chart.count; i++) {
        if (2 * i > chart.count)
            lanes.screen.width = narrow;
        lanes_print(&lanes, &chart.items[i], out);
    }
    chart_free(&chart);
    return drawing_end();
}

static const char *draw_timeline(struct chart *chart, const struct screen *screen)
{
    timeline_write(chart, screen, drawing_begin());
    return drawing_end();
}

static void assert_drawn(const struct screen *screen, enum verdict verdict, const char *name)
{
    struct chart chart = recorded_take(verdict);

    assert_golden_file(draw_timeline(&chart, screen), name);
    chart_free(&chart);
}

/* A talk of two, with a text that is cut off and one that is not ASCII. */
static void record_talk(void)
{
    recorded_begin();
    record_lanes("client", 1);
    record_lanes("server", 1);
    recorded_state(1 * MS, 1, WAITING, "waiting for a client");
    recorded_sent(2 * MS, 0, 1, "ping");
    recorded_received(3 * MS, 1, 0, "ping");
    recorded_state(3 * MS, 1, RUNNING, "talking");
    recorded_note(4 * MS, 1, "élan 界 vital, more than there is room for it in one event");
    recorded_sent(5 * MS, 1, 0, "pong");
    recorded_received(6 * MS, 0, 1, "pong");
    recorded_note(5 * MS, 0, "a time before the last one");
    recorded_note(5 * MS, NO_LANE, "nobody's, who is not shown");
    recorded_sent(7 * MS, 0, 1, "nobody listens\n");
    recorded_state(2001 * MS, 1, GONE, "done");
}

/* COUNT workers, of which each is inside for a second, one after the other. */
static void record_workers(int count)
{
    recorded_begin();
    record_lanes("worker", count);
    for (int i = 0; i < count; i++)
        recorded_state(1 * MS, i, WAITING, "waiting for a slot");
    for (int i = 0; i < count; i++) {
        recorded_state(i * SECOND + MS, i, INSIDE, "inside");
        recorded_state((i + 1) * SECOND + MS, i, GONE, "done");
    }
}

/* Two lanes on 80 columns show words; many show signs, and those of them that have space. Names
 * come again before they leave a screen of 12 rows, and after it has got another width; what is too
 * long is wrapped. */
TEST(lanes)
{
    const struct screen low = {80, false, false, 12};

    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    record_talk();
    assert_golden_file(draw_lanes(&utf8, 80), "lanes_talk.txt");
    assert_golden_file(draw_lanes(&color, 60), "lanes_talk_color.txt");
    record_workers(5);
    const char *rows = draw_lanes(&low, 30);
    assert_int_equal(count_text(rows, "\n          worker\n    time  0  1  2  3  4\n"), 2);
    assert_int_equal(count_text(rows, " lanes\n          without a column: 1\n"), 4);
    assert_int_equal(count_text(rows, "\n    time  0 2\n"), 4);
    assert_int_equal(
        count_text(rows, "    0 us  :  :  :  :  :   worker 4: waiting for a slot\n"), 1);
    assert_int_equal(count_text(rows, "     4 s       worker 4:\n               inside\n"), 1);
}

/* A bar that is shorter than a column is not hidden; at most 40 lanes. */
TEST(timeline)
{
    record_talk();
    assert_drawn(&utf8, VERDICT_HELD, "timeline_talk.txt");
    assert_drawn(&ascii, VERDICT_HELD, "timeline_talk_ascii.txt");
    record_workers(4);
    assert_drawn(&utf8, VERDICT_HELD, "timeline_4.txt");
    record_workers(100);
    recorder->next = CAPACITY + 7; /* the others are not ready */
    struct chart many = recorded_take(VERDICT_HELD);
    const char *drawn = draw_timeline(&many, &ascii);
    assert_int_equal(count_text(drawn, "\nworker "), 40);
    assert_non_null(strstr(drawn, "(60 more lanes are not shown"));
    assert_non_null(strstr(drawn, "(7 more events are not shown"));
    assert_non_null(strstr(drawn, "| shorter than"));
    chart_free(&many);
}

/* Four are inside and a message is lost: both views say so, in red. */
TEST(wrong)
{
    recorded_begin();
    record_lanes("worker", 4);
    recorder->limit = 3;
    for (int i = 0; i < 4; i++)
        recorded_state((i + 1) * MS, i, INSIDE, "inside");
    recorder->events[3].is_wrong = true;
    recorded_flaw(4 * MS, 3, "4 inside, not 3");
    recorded_flaw(5 * MS, 2, "a second flaw, told at such a length that");
    recorded_sent(8 * MS, 0, 1, "lost");
    recorded_sent(9 * MS, 0, 1, "too");
    for (int i = 0; i < 4; i++)
        recorded_state((10 + i) * MS, i, GONE, "done");
    assert_golden_file(draw_lanes(&color, 80), "lanes_wrong.txt");
    assert_drawn(&color, VERDICT_VIOLATED, "timeline_wrong.txt");
}

/* A log of torn lines: below the chart that is told once. Nobody says that two writers were inside,
 * but they were; the one who came later is marked until the first one leaves. */
TEST(repeated)
{
    recorded_begin();
    record_lanes("writer", 5);
    record_lanes("log", 1);
    recorded_state(1 * MS, 0, INSIDE, "inside");
    recorded_state(2 * MS, 1, WAITING, "waitpid");
    recorded_note(2 * MS, 1, "1 deadline");
    recorded_state(3 * MS, 1, WAITING, "waitpid");
    recorded_state(4 * MS, 2, INSIDE, "inside");
    recorded_state(5 * MS, 0, RUNNING, "running");
    for (int i = 0; i < 3; i++) {
        recorded_note((6 + i) * MS, 5, i == 0 ? "mu: mu:" : "shared");
        recorded_wrong();
        recorded_flaw((6 + i) * MS, 5, "torn");
    }
    recorded_flaw(17 * MS, 1, "2 inside, not 1");
    recorded_state(20 * MS, 2, GONE, "done");
    assert_golden_file(draw_lanes(&color, 80), "lanes_repeated.txt");
    assert_drawn(&color, VERDICT_VIOLATED, "timeline_repeated.txt");
}

/* Each message has both ends in the chart, also where several have only a column. */
TEST(messages_are_all_there)
{
    const struct screen narrow = {24, false, false, 0};

    recorded_begin();
    record_lanes("a", 1);
    record_lanes("b", 1);
    for (int i = 0; i < 32; i++) {
        recorded_sent(i * i * MS, 0, 1, "x");
        recorded_received((i * i + 3) * MS, 1, 0, "x");
    }
    assert_drawn(&narrow, VERDICT_HELD, "timeline_messages.txt");
}
