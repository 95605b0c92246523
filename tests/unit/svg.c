/* SPDX-License-Identifier: MIT */
/* svg: exact pictures, and what must hold for any; UPDATE_GOLDEN=1 rewrites
 * the pictures in golden/
 */
#include "tests/support/forked.h"
#include "tests/support/program.h"
#include "common/views/charts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { US = 1000, MS = 1000 * US, MOST = 70000 };

static struct item items[MOST];
static char names[200][32];
static bool seen[200];

static struct chart begin(const char *name, enum measure measure)
{
    memset(items, 0, sizeof items);
    memset(seen, 0, sizeof seen);
    return (struct chart){.title = {.program = name, .measure = measure},
        .items = items,
        .names = names,
        .seen = seen};
}

static void add_lane(struct chart *recording, const char *name)
{
    (void)snprintf(names[recording->lanes++], sizeof *names, "%s", name);
}

/* An item, after those that are there; returns it, so that more can be set. */
static struct item *add(struct chart *recording, int64_t time, int lane,
    enum event_kind kind, const char *text)
{
    struct item *item = &items[recording->count++];

    *item = (struct item){.kind = kind,
        .state = IDLE,
        .lane = lane,
        .other = NO_LANE,
        .time = time,
        .until = time,
        .partner = -1,
        .text = (char *)(uintptr_t)text};
    seen[lane] = true;
    recording->length = time;
    return item;
}

static void add_state(struct chart *recording, int64_t time, int64_t until,
    int lane, enum state state, const char *text)
{
    struct item *item = add(recording, time, lane, STATE, text);

    item->state = state;
    item->until = until;
    recording->length = until;
}

/* A message of LANE to OTHER; it was received after DELAY, or not if below 0.
 */
static void add_message(struct chart *recording, int64_t time, int lane,
    int other, int64_t delay, const char *text)
{
    struct item *sent = add(recording, time, lane, SENT, text);

    sent->other = other;
    if (delay < 0)
        return;
    sent->partner = recording->count;
    struct item *received = add(recording, time + delay, other, RECEIVED, text);
    received->other = lane;
    received->partner = recording->count - 2;
}

/* As chart_take() does it. */
static void count_inside(const struct chart *recording)
{
    bool is_inside[200] = {false};
    int inside = 0;

    for (long i = 0; i < recording->count; i++) {
        struct item *item = &recording->items[i];
        if (item->kind == STATE &&
            (item->state == INSIDE) != is_inside[item->lane]) {
            is_inside[item->lane] = item->state == INSIDE;
            inside += is_inside[item->lane] ? 1 : -1;
        }
        item->inside = inside;
    }
}

static char *drawn(const struct chart *recording)
{
    count_inside(recording);
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    svg_write(recording, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* Reads PATH as a new string; "" if there is none. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, 100000);

    assert_non_null(text);
    if (file != NULL) {
        assert_true(fread(text, 1, 99999, file) > 0);
        (void)fclose(file);
    }
    return text;
}

static void assert_golden(const struct chart *recording, const char *name)
{
    char path[500];
    char *text = drawn(recording);

    (void)snprintf(
        path, sizeof path, "%s/tests/unit/golden/%s", SOURCE_FOLDER, name);
    if (getenv("UPDATE_GOLDEN") != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
    }
    char *expected = read_text(path);
    assert_string_equal(text, expected);
    free(expected);
    free(text);
}

/* Fails unless TEXT is in the picture COUNT times. */
static void assert_drawn(
    const struct chart *recording, const char *text, int count)
{
    char *picture = drawn(recording);

    if (count_text(picture, text) != count)
        print_error("%s\n", picture);
    assert_int_equal(count_text(picture, text), count);
    free(picture);
}

static void test_states(void **state)
{
    struct chart recording = begin("demo_semaphore", MAX_INSIDE);

    (void)state;
    add_lane(&recording, "worker 0");
    add_lane(&recording, "worker 1");
    add_state(&recording, 0, 2 * US, 0, WAITING, "waiting for a slot");
    add_state(&recording, 0, 900 * MS, 1, WAITING, "waiting for a slot");
    add_state(&recording, 2 * US, 900 * MS, 0, INSIDE, "inside");
    (void)add(&recording, 3 * US, 0, NOTE, "0 starting critical section");
    add_state(&recording, 900 * MS, 1200 * MS, 0, GONE, "done");
    add_state(&recording, 900 * MS, 1100 * MS, 1, INSIDE, "inside");
    add_state(&recording, 1100 * MS, 1150 * MS, 1, RUNNING, "counting");
    add_state(&recording, 1150 * MS, 1200 * MS, 1, IDLE, "idle");
    assert_golden(&recording, "states.svg");
}

static void test_messages(void **state)
{
    struct chart recording = begin("demo_socket", MESSAGES);

    (void)state;
    add_lane(&recording, "server");
    add_lane(&recording, "client");
    add_state(&recording, 0, 900 * US, 0, RUNNING, "answering");
    add_message(&recording, 100 * US, 1, 0, 200 * US, "ping");
    add_message(&recording, 400 * US, 0, 1, 100 * US, "pong");
    add_message(&recording, 600 * US, 1, 0, -1, "ping again");
    add(&recording, 700 * US, 0, SENT, "to all")->to_all = true;
    items[recording.count - 1].other = 1;
    (void)add(&recording, 800 * US, 0, RECEIVED, "from somebody");
    recording.length = 900 * US;
    assert_golden(&recording, "messages.svg");
    assert_drawn(&recording, "<line class='sent'", 2);
    assert_drawn(&recording, "<line class='lost'", 2);
}

static void test_empty(void **state)
{
    struct chart recording = begin("demo_empty", MAX_INSIDE);

    (void)state;
    assert_golden(&recording, "empty.svg");
}

static void test_escaping(void **state)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {{"a<b>&\"c'", ": a&#60;b&#62;&#38;\"c'\n"},
        {"]]><script>", ": ]]&#62;&#60;script&#62;\n"}, {"\\x1b", ": \\x1b\n"},
        {"\xef\xbf\xbe|\xef\xbf\xbf", ": &#65533;|&#65533;\n"},
        {"\xef\xbf\xbd \xef\xbe\xbf \xc3\xa9 \xf0\x9f\x98\x80",
            ": \xef\xbf\xbd \xef\xbe\xbf \xc3\xa9 \xf0\x9f\x98\x80\n"},
        {"", ": \n"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct chart recording = begin("demo_a&b", MAX_INSIDE);
        add_lane(&recording, "<lane>");
        (void)add(&recording, 0, 0, NOTE, cases[i].text);
        add_state(&recording, 0, 5 * MS, 0, WAITING, cases[i].text);
        assert_drawn(&recording, cases[i].shown, 2);
        assert_drawn(&recording, "<title>&#60;lane&#62;", 2);
        assert_drawn(&recording, "<title>demo_a&#38;b</title>", 1);
    }
}

/* A text longer than any event's is valid UTF-8, too. */
static void test_long_text(void **state)
{
    static char text[4001];
    struct chart recording = begin("demo_long", MAX_INSIDE);

    (void)state;
    for (int i = 0; i < 2000; i++)
        memcpy(text + 2 * i, "\xc3\xa9", 2);
    add_lane(&recording, "lane");
    (void)add(&recording, 0, 0, NOTE, text);
    char *picture = drawn(&recording);
    assert_null(strstr(picture, "\xc3\n"));
    assert_null(strstr(picture, "\xc3<"));
    free(picture);
}

static void test_100_lanes(void **state)
{
    struct chart recording = begin("demo_mutex", MAX_INSIDE);
    char name[32];

    (void)state;
    for (int i = 0; i < 100; i++) {
        (void)snprintf(name, sizeof name, "writer %d", i);
        add_lane(&recording, name);
        add_state(&recording, i * MS, 200 * MS, i, INSIDE, "inside");
        add_message(&recording, i * MS, i, 99 - i, 0, "hand over");
    }
    recording.length = 200 * MS;
    recording.dropped = 5;
    assert_drawn(&recording, "<rect class='inside'", 40);
    assert_drawn(&recording, ">writer 39</text>", 1);
    assert_drawn(&recording, "writer 40", 0);
    assert_drawn(&recording, "60 more lanes are not shown.", 1);
    assert_drawn(&recording, "5 events found the recorder full.", 1);
    assert_drawn(&recording, "<line class='sent'", 0); /* all lead out of it */
    assert_drawn(&recording, "most inside at once: 100", 1);
}

/* The smallest bar can be seen, and does not cover the next. */
static void test_short_states(void **state)
{
    struct chart recording = begin("demo_short", MAX_INSIDE);

    (void)state;
    add_lane(&recording, "worker");
    add_state(&recording, 0, 1, 0, RUNNING, "one");
    add_state(&recording, 1, 2, 0, WAITING, "two");
    add_state(&recording, 2, 3, 0, INSIDE, "three");
    add_state(&recording, 3, 1000 * MS, 0, IDLE, "four");
    assert_drawn(&recording, "<rect class='running' x='200.0'", 1);
    assert_drawn(&recording, "<rect class='waiting' x='202.0'", 1);
    assert_drawn(&recording, "<rect class='inside' x='204.0'", 1);
    assert_drawn(&recording, "<rect class='idle' x='206.0'", 1);
    assert_drawn(&recording, "width='2.0'", 3);
}

static void test_very_many_events(void **state)
{
    struct chart recording = begin("demo_many", MESSAGES);
    char name[32];

    (void)state;
    for (int i = 0; i < 40; i++) {
        (void)snprintf(name, sizeof name, "actor %d", i);
        add_lane(&recording, name);
    }
    for (int i = 0; i < 16000; i++) {
        add_state(&recording, i * US, (i + 40) * US, i % 40, INSIDE, "inside");
        add_message(&recording, i * US, i % 40, i * 7 % 40, i % 3 - 1, "text");
        (void)add(&recording, i * US, i % 40, NOTE, "printed");
    }
    char *picture = drawn(&recording);
    assert_int_in_range(strlen(picture), 100000, 1000000);
    assert_int_equal(count_text(picture, "Marks hidden behind others: "), 1);
    free(picture);
}

/* 2 ms and 60 s: the axis and the times on hover have the right unit. */
static void test_units(void **state)
{
    static const struct {
        int64_t length;
        const char *tick, *hover;
    } cases[] = {{2 * MS, ">1.50 ms</text>", "\n0 µs – 2000 µs (2 ms)"},
        {INT64_C(60000) * MS, ">60 s</text>", "\n0 ms – 60000 ms (60 s)"},
        {3 * US, ">2 µs</text>", "\n0 µs – 3 µs (3 µs)"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct chart recording = begin("demo_units", LONGEST_RUN);
        add_lane(&recording, "task");
        add_state(&recording, 0, cases[i].length, 0, RUNNING, "working");
        assert_drawn(&recording, cases[i].tick, 1);
        assert_drawn(&recording, cases[i].hover, 1);
    }
}

/* It stands alone: no script, and no address but the name of the format. */
static void test_stands_alone(void **state)
{
    struct chart recording = begin("demo_alone", MAX_INSIDE);

    (void)state;
    assert_drawn(&recording, "://", 1);
    assert_drawn(&recording, "xmlns='http://www.w3.org/2000/svg'", 1);
    assert_drawn(&recording, "role='img'", 1);
    assert_drawn(&recording, "script", 0);
    assert_drawn(&recording, "@import", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_states),
        cmocka_unit_test(test_messages), cmocka_unit_test(test_empty),
        cmocka_unit_test(test_escaping), cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_100_lanes), cmocka_unit_test(test_short_states),
        cmocka_unit_test(test_very_many_events), cmocka_unit_test(test_units),
        cmocka_unit_test(test_stands_alone)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
