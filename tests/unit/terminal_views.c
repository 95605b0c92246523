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
static void assert_lanes(const struct screen *screen, int narrow, const char *name)
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
    assert_golden_file(drawing_end(), name);
    chart_free(&chart);
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

static void assert_timeline(const struct screen *screen, const char *name)
{
    assert_drawn(screen, VERDICT_HELD, name);
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
    recorded_note(4 * MS, 1, "élan vital, and more than there is room for it in one event");
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
    assert_lanes(&utf8, 80, "lanes_talk.txt");
    assert_lanes(&color, 60, "lanes_talk_color.txt");
    record_workers(5);
    assert_lanes(&low, 30, "lanes_12_rows.txt");
}

/* Bars to scale; a short one is not hidden; at most 40 lanes. */
TEST(timeline)
{
    const struct screen narrow = {30, true, true, 0};

    record_talk();
    assert_timeline(&utf8, "timeline_talk.txt");
    assert_timeline(&ascii, "timeline_talk_ascii.txt");
    record_workers(4);
    assert_timeline(&utf8, "timeline_4.txt");
    assert_timeline(&narrow, "timeline_4_narrow.txt");
    record_workers(50);
    struct chart many = recorded_take(VERDICT_HELD);
    const char *drawn = draw_timeline(&many, &ascii);
    assert_int_equal(count_text(drawn, "\nworker "), 40);
    assert_non_null(strstr(drawn, "(10 more lanes are not shown"));
    chart_free(&many);
    recorded_begin();
    record_lanes("writer", 1); /* 1 ms of 10 s */
    recorded_state(0, 0, IDLE, "resting");
    recorded_state(5 * SECOND, 0, INSIDE, "inside");
    recorded_state(5 * SECOND + MS, 0, IDLE, "resting");
    recorded_state(10 * SECOND, 0, GONE, "done");
    assert_timeline(&ascii, "timeline_short.txt");
}

/* Four are inside and a message is lost: both views say so, in red. */
TEST(wrong)
{
    const struct screen small = {60, false, false, 24};

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
    assert_lanes(&color, 80, "lanes_wrong.txt");
    assert_drawn(&color, VERDICT_VIOLATED, "timeline_wrong.txt");
    assert_drawn(&small, VERDICT_VIOLATED, "timeline_wrong_small.txt");
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
    assert_lanes(&color, 80, "lanes_repeated.txt");
    assert_drawn(&color, VERDICT_VIOLATED, "timeline_repeated.txt");
}

/* How many ends of messages a row shows: a digit is so many. */
static int count_ends(const char *row)
{
    int ends = 0;

    for (; *row != '\n'; row++) {
        ends += *row == '<' || *row == '>';
        ends += *row >= '2' && *row <= '9' ? *row - '0' : 0;
    }
    return ends;
}

/* Each message has both ends in the chart, at any width. */
TEST(messages_are_all_there)
{
    recorded_begin();
    record_lanes("a", 1);
    record_lanes("b", 1);
    for (int i = 0; i < 8; i++) {
        recorded_sent(i * i * i * MS, 0, 1, "x");
        recorded_received((i * i * i + 3) * MS, 1, 0, "x");
    }
    struct chart chart = recorded_take(VERDICT_HELD);
    for (int width = 20; width <= 300; width++) {
        struct screen screen = {width, false, false, 0};
        const char *text = draw_timeline(&chart, &screen);
        assert_int_equal(count_ends(strstr(text, "\na ") + 2), 8);
        assert_int_equal(count_ends(strstr(text, "\nb ") + 2), 8);
    }
    chart_free(&chart);
}

TEST(nothing_recorded)
{
    recorded_begin();
    assert_timeline(&ascii, "timeline_empty.txt");
    recorder->next = CAPACITY + 7; /* and none of them ready */
    assert_timeline(&ascii, "timeline_dropped.txt");
}
