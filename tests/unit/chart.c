/* SPDX-License-Identifier: MIT */
/* chart: the run in order, who received what, and the numbers of a chart */
#include "tests/support/test.h"
#include "tests/support/recorded.h"
#include <stdlib.h>
#include <string.h>

static struct chart taken(void)
{
    return recorded_take(VERDICT_HELD);
}

static void begin(int lanes)
{
    recorded_begin();
    record_lanes("actor", lanes);
}

/* Which message is which: the oldest that fits in text, and, if known, in sender and receiver. */
TEST(partners)
{
#define SENDS(lane, other, text)                                                                   \
    {                                                                                              \
        SENT, lane, other, text, NOBODY                                                            \
    }
#define GETS(lane, other, text, partner)                                                           \
    {                                                                                              \
        RECEIVED, lane, other, text, partner                                                       \
    }
    enum { ALL_LANES = -2, NOBODY = -1, MAX = 5 };
    static const struct {
        enum event_kind kind; /* STATE ends the talk */
        int lane, other;
        const char *text;
        long partner; /* of what was received; or NOBODY */
    } talks[][MAX] = {{SENDS(0, 1, "a"), SENDS(0, 1, "a"), GETS(1, 0, "a", 0), GETS(1, 0, "a", 1)},
        {SENDS(0, 1, "a"), SENDS(0, 1, "ab"), GETS(1, 0, "ab", 1), GETS(1, 0, "a", 0)},
        {SENDS(2, 1, "a"), SENDS(0, 1, "a"), GETS(1, 0, "a", 1), GETS(1, 0, "a", NOBODY)},
        {SENDS(0, 1, "a"), GETS(1, NOBODY, "a", 0), GETS(1, NOBODY, "a", NOBODY)},
        {GETS(1, 0, "a", NOBODY), SENDS(0, 1, "a")}, /* too early */
        /* at best one that was sent to this lane, or to nobody knows whom */
        {SENDS(0, NOBODY, "a"), SENDS(0, 1, "a"), GETS(1, 0, "a", 1), GETS(2, 0, "a", 0)},
        {SENDS(0, 2, "a"), SENDS(0, NOBODY, "a"), GETS(1, 0, "a", 1), GETS(1, 0, "a", 0)},
        /* astray only if the sender is known */
        {SENDS(0, 2, "a"), GETS(1, NOBODY, "a", NOBODY), GETS(1, 0, "a", 0)},
        /* of those to all the latest, for each, but rather one's own */
        {SENDS(0, ALL_LANES, "a"), SENDS(0, ALL_LANES, "a"), GETS(1, NOBODY, "a", 1),
            GETS(2, NOBODY, "a", 1), GETS(2, NOBODY, "b", NOBODY)},
        {SENDS(0, 1, "a"), SENDS(0, ALL_LANES, "a"), GETS(1, 0, "a", 0), GETS(1, 0, "a", 1)}};

    for (size_t i = 0; i < COUNT(talks); i++) {
        begin(3);
        for (int k = 0; k < MAX && talks[i][k].kind != STATE; k++) {
            int other = talks[i][k].other >= 0 ? talks[i][k].other : NO_LANE;
            recorded_add(k, talks[i][k].lane, talks[i][k].kind, IDLE, other, talks[i][k].text);
            recorder->events[k].to_all = talks[i][k].other == ALL_LANES;
        }
        struct chart chart = taken();
        for (long k = 0; k < chart.count; k++) {
            const struct item *item = &chart.items[k], *partner = item->partner;
            long found = partner ? partner - chart.items : NOBODY;
            if (item->kind == RECEIVED && found != talks[i][k].partner)
                fail_msg("talk %zu: %ld has %ld", i, k, found);
            if (item->kind == SENT && partner)
                assert_int_equal(talks[i][found].partner, k); /* its first receiver */
        }
        chart_free(&chart);
    }
}

TEST(times)
{
    static const struct {
        int64_t time;
        const char *text;
    } cases[] = {{0, "0 µs"}, {2000000, "2 ms"}, {1500000, "1.5 ms"}, {500, "0.5 µs"},
        {95, "0.1 µs"}, {250000, "250 µs"}, {9940, "9.9 µs"}, {99960, "100 µs"}, {999999, "1 ms"},
        {60000000000, "60 s"}, {10000000, "10 ms"}, {1254000000, "1.25 s"}};
    char text[TIME_SIZE];

    for (size_t i = 0; i < COUNT(cases); i++) {
        format_time(cases[i].time, text);
        assert_string_equal(text, cases[i].text);
    }
}

TEST(texts)
{
#define EIGHT "abcdefgh"
#define TEN   "0123456789"
    static const struct {
        const char *text, *shown;
    } cases[] = {{"", ""}, {"tab\t, \x9b, élan", "tab\\x09, \\x9b, élan"},
        /* 51 bytes fit, 52 do not, and no half of a character stays */
        {EIGHT TEN TEN TEN TEN "012", EIGHT TEN TEN TEN TEN "012"},
        {EIGHT TEN TEN TEN TEN "0123", EIGHT TEN TEN TEN TEN "01…"},
        {EIGHT TEN TEN TEN TEN "01é", EIGHT TEN TEN TEN TEN "01…"},
        {EIGHT TEN TEN TEN TEN "0…", EIGHT TEN TEN TEN TEN "0…"},
        {EIGHT TEN TEN TEN TEN "😀", EIGHT TEN TEN TEN TEN "…"},
        {EIGHT TEN TEN TEN "012345678😀!", EIGHT TEN TEN TEN "012345678…"}};
#undef EIGHT
#undef TEN

    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(1);
        recorded_note(0, 0, cases[i].text);
        struct chart chart = taken();
        assert_string_equal(chart.items[0].text, cases[i].shown);
        chart_free(&chart);
    }
}

/* What was never completed, as its writer was killed, is in no chart, nor is a wait that was none;
 * what was shown live still is. */
TEST(slots)
{
    begin(1);
    recorded_state(0, 0, RUNNING, "running");
    recorded_state(1, 0, WAITING, "sem_wait");
    recorded_note(3, 0, "never ready");
    recorded_state(5, 0, WAITING, "mq_send");
    recorded_state(7, 0, GONE, "done");
    recorder->events[1].ready = CANCELED;
    recorder->events[2].ready = NOT_READY;
    recorder->events[3].ready = SHOWN;
    struct chart chart = taken();
    assert_int_equal(chart.count, 3);
    assert_int_equal(chart.dropped, 0);
    assert_int_equal(chart.items[0].next->time, 5);
    assert_string_equal(chart.items[1].text, "mq_send");
    chart_free(&chart);
}

/* In a run whose guarantee was violated a message that nobody received is one that was needed; too
 * many inside are told by the recorded limit. */
TEST(what_went_wrong)
{
    static const bool wrong[] = {false, true, false, true, true, false};

    for (int violated = 0; violated < 2; violated++) {
        begin(2);
        recorded_state(0, 0, WAITING, "asleep");
        recorded_sent(1, 0, 1, "lost");
        recorded_sent(2, 0, 1, "kept");
        recorded_note(3, 1, "half");
        recorder->events[recorder->next - 1].is_wrong = violated;
        recorded_flaw(4, 1, violated ? "torn" : "never");
        recorder->next -= violated ? 0 : 1;
        recorded_received(5, 1, 0, "kept");
        struct chart chart = recorded_take(violated ? VERDICT_VIOLATED : VERDICT_HELD);
        for (long i = 0; i < chart.count; i++)
            assert_int_equal(chart.items[i].is_wrong, violated && wrong[i]);
        assert_int_equal(chart.limit, 1); /* none was recorded */
        chart_free(&chart);
    }
}

/* A time is long if it is 50 times the median; the longest are a tenth of the run. */
TEST(gaps)
{
    for (int64_t gap = 400; gap <= 600; gap += 200) {
        begin(2);
        recorded_state(0, 0, RUNNING, "running");
        recorded_state(10, 0, INSIDE, "inside");
        recorded_state(20, 0, RUNNING, "running");
        recorded_state(20 + gap, 1, INSIDE, "inside");
        recorded_state(30 + gap, 1, RUNNING, "running");
        recorded_state(40 + gap, 1, GONE, "done");
        recorded_state(20 * gap, 0, GONE, "done");
        struct chart chart = taken();
        for (long at = 0; at < chart.count; at++) {
            enum gap late = at == 3 && gap > 500 ? LONG_GAP : USUAL_GAP;
            assert_int_equal(chart.items[at].gap, at % 6 == 0 ? LONGEST_GAP : late);
            assert_int_equal(chart.items[at].inside, at == 1 || at == 3);
        }
        assert_true(chart.items[1].next == &chart.items[2]);
        assert_true(chart.items[6].next == &chart.items[7]);
        chart_free(&chart);
    }
}

/* Of too many items the first ones are drawn, or those around the first wrong one. */
TEST(drawn_items)
{
    static const long wrongs[] = {-1, 0, 300, 3000, 3999}, firsts[] = {0, 0, 100, 2800, 3799};

    for (size_t i = 0; i < COUNT(wrongs); i++) {
        begin(1);
        for (long at = 0; at < 4000; at++)
            recorded_note(at, 0, "x");
        if (wrongs[i] >= 0)
            recorder->events[wrongs[i]].is_wrong = true;
        struct chart chart = taken();
        assert_int_equal(chart.first - chart.items, firsts[i]);
        assert_int_equal(chart.end - chart.items, i < 4 ? firsts[i] + MAX_DRAWN : 4000);
        chart_free(&chart);
    }
}

/* Lanes in which something went wrong are not left out. */
TEST(chart_rows)
{
    begin(100);
    for (int lane = 1; lane < 100; lane += 2)
        recorded_note(lane, lane, "x");
    for (int wrong = 0; wrong < 2; wrong++) {
        recorded_flaw(200 + wrong, 99 - 2 * wrong, "one");
        recorded_flaw(202 + wrong, 99, "another");
        for (int max = 1; max <= MAX_ROWS; max++) {
            struct chart chart = taken();
            chart_rows(&chart, max);
            assert_int_equal(chart.rows, max);
            assert_int_equal(chart.more_lanes, 50 - max);
            assert_int_equal(chart.lane[97].row, wrong && max > 1 ? max - 2 : wrong - 1);
            assert_int_equal(chart.lane[99].row, wrong && max == 1 ? -1 : max - 1);
            assert_int_equal(chart.lane[1].row, max > wrong + 1 ? 0 : -1);
            chart_free(&chart);
        }
    }
}
