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

static long partner_of(const struct chart *chart, long i)
{
    const struct item *partner = chart->items[i].partner;
    return partner ? partner - chart->items : -1;
}

/* Whether an older message to another lane comes before OTHER: their lanes are looked through in
 * order. */
static bool is_better(const struct chart *recording, long sent, long other)
{
    return other == -1 || recording->items[sent].other <= recording->items[other].other;
}

/* Fails unless in a run that was drawn each message that was received is the one that a search from
 * the start finds: the oldest of that text and sender that no other has received, at best one sent
 * to this lane, or to nobody knows whom; else the latest to all, or, if the sender is known, one to
 * another lane. What was sent knows its first receiver. */
static void assert_oldest(const struct chart *recording, int round)
{
    long *first = calloc((size_t)recording->count, sizeof *first);

    for (long i = 0; i < recording->count; i++) {
        const struct item *received = &recording->items[i];
        assert_true(i == 0 || received[-1].time <= received->time);
        long found[4] = {-1, -1, -1, -1}, best = -1; /* the best last */
        for (long k = i - 1; received->kind == RECEIVED && k >= 0; k--) {
            const struct item *sent = &recording->items[k];
            bool is_text = strcmp(sent->text, received->text) == 0;
            bool is_sender = received->other == NO_LANE || received->other == sent->lane;
            if (sent->kind != SENT)
                continue;
            if (sent->to_all && found[1] == -1)
                found[1] = k; /* whatever it says: the latest */
            if (sent->to_all || first[k] > 0 || !is_text || !is_sender)
                continue;
            if (sent->other == received->lane)
                found[3] = k;
            else if (sent->other >= recording->lanes)
                found[2] = k;
            else if (received->other != NO_LANE)
                found[0] = is_better(recording, k, found[0]) ? k : found[0];
        }
        if (found[1] >= 0 && strcmp(recording->items[found[1]].text, received->text) != 0)
            found[1] = -1;
        for (int kind = 0; kind < 4; kind++)
            best = found[kind] >= 0 ? found[kind] : best;
        if (received->kind == RECEIVED && partner_of(recording, i) != best)
            fail_msg("round %d, item %ld has another than %ld", round, i, best);
        if (best >= 0 && first[best] == 0)
            first[best] = i;
    }
    for (long i = 0; i < recording->count; i++)
        if (recording->items[i].kind == SENT)
            assert_int_equal(partner_of(recording, i), first[i] > 0 ? first[i] : -1);
    free(first);
}

/* With many in between, or of another time than that of their recording. */
TEST(partners)
{
    static const char *const texts[] = {"a", "b", "ab"};
    unsigned draw = 1;
#define DRAW(most) (int)((draw = draw * 1103515245 + 12345) >> 16) % (most)

    for (int round = 0; round < 3000; round++) {
        int lanes = 1 + DRAW(4), kinds = 1 + DRAW(3), nobody = DRAW(3);
        begin(4);
        for (int i = 0, events = 1 + DRAW(60); i < events; i++) {
            int lane = DRAW(lanes), other = DRAW(lanes), each = DRAW(6);
            int64_t time = i / 2 + DRAW(3);
            const char *text = texts[DRAW(kinds)];
            other = DRAW(4) < nobody ? NO_LANE : other;
            if (DRAW(2)) {
                recorded_sent(time, lane, other, text);
                recorder->events[i].to_all = each < nobody;
            } else
                recorded_received(time, lane, other, text);
        }
        struct chart recording = taken();
        assert_oldest(&recording, round);
        chart_free(&recording);
    }
#undef DRAW
}

TEST(times)
{
    static const struct {
        int64_t time, scale;
        const char *text;
    } cases[] = {{0, 2000000, "0 ms"}, {2000000, 2000000, "2 ms"}, {1500000, 2000000, "1.5 ms"},
        {500, 500, "0.5 µs"}, {250000, 250000, "250 µs"}, {9940, 9940, "9.9 µs"},
        {9960, 9960, "10 µs"}, {999999, 999999, "1000 µs"}, {60000000000, 60000000000, "60 s"},
        {10000000, 1000000000, "0.01 s"}, {1250000000, 1250000000, "1.2 s"}};
    char text[TIME_SIZE];

    for (size_t i = 0; i < COUNT(cases); i++) {
        format_time(cases[i].time, cases[i].scale, text);
        assert_string_equal(text, cases[i].text);
    }
}

TEST(texts)
{
#define EIGHT "abcdefgh"
#define TEN   "0123456789"
    static const struct {
        const char *text, *shown;
    } cases[] = {{"plain", "plain"}, {"", ""},
        {"tab\t, \x1b[2J, \x7f", "tab\\x09, \\x1b[2J, \\x7f"}, {"not \xff utf8", "not \\xff utf8"},
        {"\xc2\x9b", "\\xc2\\x9b"}, /* C1 */
        {"élan", "élan"},
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

TEST(states)
{
    char text[WORDS_SIZE];

    begin(1);
    recorded_state(0, 0, INSIDE, "reading");
    recorded_state(1, 0, WAITING, "waiting");
    recorded_state(2, 0, INSIDE, "writing");
    recorded_state(3, 0, INSIDE, "reading");
    struct chart recording = taken();
    describe_state(&recording, INSIDE, text);
    assert_string_equal(text, "reading, writing");
    describe_state(&recording, RUNNING, text);
    assert_string_equal(text, "");
    chart_free(&recording);
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

/* Where one gap is long, and hides what matters, each moment has the same width. */
TEST(axis_of_events)
{
    enum { GAP = 1000000 };
    static const struct {
        int64_t leave, later; /* when the visit ends, and the next begins */
        bool by_events;
    } cases[] = {{20, 30, false},        /* no long gap */
        {20, GAP, true},                 /* both visits are too short */
        {GAP, 2 * (int64_t)GAP, false}}; /* the first can be seen: it is long */

    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(2);
        recorded_state(0, 0, RUNNING, "running");
        recorded_state(10, 0, INSIDE, "inside");
        recorded_state(cases[i].leave, 0, RUNNING, "running");
        recorded_state(cases[i].later, 1, INSIDE, "inside");
        recorded_state(cases[i].later + 10, 1, RUNNING, "running");
        recorded_state(cases[i].later + 20, 1, GONE, "done");
        recorded_state(cases[i].later + 20, 0, GONE, "done");
        struct chart chart = recorded_take(VERDICT_HELD);
        assert_int_equal(chart.by_events, cases[i].by_events);
        for (long at = 0; at < chart.count; at++) {
            const struct item *item = &chart.items[at];
            double place = chart.by_events ? (double)(at < 6 ? at : 5) / 6
                                           : (double)item->time / (double)chart.length;
            assert_true(item->at > place - 1e-9 && item->at < place + 1e-9);
            assert_int_equal(item->inside, at == 1 || at == 3);
        }
        assert_int_equal(chart.moment_count, 6);
        assert_true(chart.items[1].next == &chart.items[2]);
        assert_true(chart.items[6].next->at == 1);
        chart_free(&chart);
    }
}

/* So does a message, if its sender ends at once. */
TEST(lone_message)
{
    for (int stays = 0; stays < 2; stays++) {
        begin(2);
        recorded_state(0, 0, RUNNING, "running");
        recorded_state(10, 1, RUNNING, "running");
        recorded_sent(20, 0, 1, "wakeup");
        recorded_state(stays ? 500000 : 30, 0, GONE, "done");
        recorded_state(1000000, 1, GONE, "done");
        struct chart chart = recorded_take(VERDICT_HELD);
        assert_int_equal(chart.by_events, !stays);
        chart_free(&chart);
    }
}

/* Lanes in which something went wrong are not left out. */
TEST(chart_rows)
{
    begin(100);
    for (int lane = 1; lane < 100; lane += 2)
        recorded_note(lane, lane, "x");
    struct chart chart = taken();
    chart_rows(&chart, MAX_ROWS);
    assert_int_equal(chart.rows, MAX_ROWS);
    assert_int_equal(chart.left_out, 50 - MAX_ROWS);
    for (int lane = 0; lane < 100; lane++)
        assert_int_equal(chart.lane[lane].row, lane % 2 && lane / 2 < MAX_ROWS ? lane / 2 : -1);
    chart_free(&chart);
    recorded_flaw(200, 99, "one");
    recorded_flaw(201, 97, "one");
    recorded_flaw(202, 97, "another");
    chart = taken();
    chart_rows(&chart, 1);
    assert_int_equal(chart.rows, 1);
    assert_int_equal(chart.lane[97].row, 0);
    chart_rows(&chart, 3);
    assert_int_equal(chart.rows, 3);
    assert_int_equal(chart.lane[1].row, 0);
    assert_int_equal(chart.lane[97].row, 1);
    assert_int_equal(chart.lane[99].row, 2);
    assert_int_equal(chart.left_out, 47);
    chart_free(&chart);
}
