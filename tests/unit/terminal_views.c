/* SPDX-License-Identifier: MIT */
/* terminal views: lanes and timeline, to the letter
 *
 * UPDATE_GOLDEN=1 makes the golden files again: look at the difference.
 */
#include "tests/support/recorded.h"
#include "common/views/charts.h"
#include "folders.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MS = 1000000 };

static const struct screen ascii = {80, false, false};

/* Compares TEXT, of SIZE bytes, with the golden file of that NAME. */
static void assert_golden(char *text, size_t size, const char *name)
{
    char path[4096], *golden = NULL;
    size_t room = 0;

    (void)snprintf(
        path, sizeof path, "%s/tests/unit/golden/%s.txt", SOURCE_FOLDER, name);
    if (getenv("UPDATE_GOLDEN")) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
    }
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(getdelim(&golden, &room, '\0', file) > 0);
    assert_string_equal(text, golden);
    (void)fclose(file);
    free(golden);
    free(text);
}

static void assert_lanes(const struct screen *screen, const char *name)
{
    struct lanes lanes = {.from = recorder, .screen = *screen};
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    for (unsigned long i = 0; i < recorder->next; i++)
        lanes_print(&lanes, &recorder->events[i], "\n", out);
    assert_int_equal(fclose(out), 0);
    free(lanes.states);
    assert_golden(text, size, name);
}

static void assert_timeline(
    const struct screen *screen, enum measure measure, const char *name)
{
    struct chart recording = recorded_take(measure, VERDICT_HELD);
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    timeline_write(&recording, screen, out);
    assert_int_equal(fclose(out), 0);
    chart_free(&recording);
    assert_golden(text, size, name);
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
    recorded_note(4 * MS, 1, "élan vital, and more than there is room for it");
    recorded_sent(5 * MS, 1, 0, "pong");
    recorded_received(6 * MS, 0, 1, "pong");
    recorded_note(5 * MS, 0, "a time before the last one");
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
        recorded_state((1000 * i + 1) * INT64_C(1000000), i, INSIDE, "inside");
        recorded_state((1000 * i + 1001) * INT64_C(1000000), i, GONE, "done");
    }
}

/* Two lanes on 80 columns show words; ten show signs; a hundred share. */
static void test_lanes(void **state)
{
    const struct screen utf8 = {80, true, false}, color = {80, true, true};

    (void)state;
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    record_talk();
    assert_lanes(&utf8, "lanes_talk");
    assert_lanes(&ascii, "lanes_talk_ascii");
    assert_lanes(&color, "lanes_talk_colour");
    record_workers(10);
    assert_lanes(&utf8, "lanes_10");
    record_workers(100);
    assert_lanes(&ascii, "lanes_100");
}

/* Bars to scale; a short one is not hidden; at most 40 lanes. */
static void test_timeline(void **state)
{
    const struct screen utf8 = {80, true, false}, narrow = {30, true, true};

    (void)state;
    record_talk();
    assert_timeline(&utf8, MESSAGES, "timeline_talk");
    assert_timeline(&ascii, LONGEST_RUN, "timeline_talk_ascii");
    record_workers(4);
    assert_timeline(&utf8, MAX_INSIDE, "timeline_4");
    assert_timeline(&narrow, LONGEST_WAIT, "timeline_4_narrow");
    record_workers(50);
    assert_timeline(&ascii, MAX_INSIDE, "timeline_50");
    recorded_begin();
    record_lanes("writer", 1); /* 1 ms of 10 s */
    recorded_state(0, 0, IDLE, "resting");
    recorded_state(5000 * INT64_C(1000000), 0, INSIDE, "inside");
    recorded_state(5001 * INT64_C(1000000), 0, IDLE, "resting");
    recorded_state(10000 * INT64_C(1000000), 0, GONE, "done");
    assert_timeline(&ascii, MAX_INSIDE, "timeline_short");
}

static void test_nothing_recorded(void **state)
{
    (void)state;
    recorded_begin();
    assert_timeline(&ascii, MAX_INSIDE, "timeline_empty");
    recorder->next = CAPACITY + 7; /* and none of them ready */
    assert_timeline(&ascii, MESSAGES, "timeline_dropped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lanes),
        cmocka_unit_test(test_timeline),
        cmocka_unit_test(test_nothing_recorded)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
