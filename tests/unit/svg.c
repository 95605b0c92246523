/* SPDX-License-Identifier: MIT */
/* svg: exact pictures, and what must hold for any; UPDATE_GOLDEN=1 rewrites
 * the pictures in golden/
 */
#include "tests/support/forked.h"
#include "tests/support/picture_file.h"
#include "tests/support/program.h"
#include "tests/support/recorded.h"
#include "common/run/record.h"
#include "common/views/charts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { US = 1000, MS = 1000 * US };

static char *drawn(const struct chart *chart)
{
    static char *text; /* else gcc 12 fears that its address is returned */
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    svg_write(chart, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* What is recorded, as a picture that was checked. */
static char *draw(enum measure measure, enum verdict verdict)
{
    struct chart chart = recorded_take(measure, verdict);
    char *picture = drawn(&chart);

    picture_check(picture);
    chart_free(&chart);
    return picture;
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

static void assert_golden(const char *picture, const char *name)
{
    char path[500];

    (void)snprintf(
        path, sizeof path, "%s/tests/unit/golden/%s", SOURCE_FOLDER, name);
    if (getenv("UPDATE_GOLDEN") != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(picture, file) >= 0);
        assert_int_equal(fclose(file), 0);
    }
    char *expected = read_text(path);
    assert_string_equal(picture, expected);
    free(expected);
}

/* Fails unless TEXT is in the picture COUNT times. */
static void assert_drawn(const char *picture, const char *text, int count)
{
    if (count_text(picture, text) != count)
        fail_msg(
            "%d and not %d times: %s", count_text(picture, text), count, text);
}

static void test_states(void **state)
{
    (void)state;
    recorded_begin();
    record_lanes("worker", 2);
    recorded_state(0, 0, WAITING, "sem_wait");
    recorded_state(0, 1, WAITING, "sem_wait");
    recorded_state(2 * US, 0, INSIDE, "inside");
    recorded_note(3 * US, 0, "0 starting critical section");
    recorded_state(900 * MS, 0, GONE, "done");
    recorded_state(900 * MS, 1, INSIDE, "inside");
    recorded_state(1100 * MS, 1, RUNNING, "counting");
    recorded_state(1150 * MS, 1, IDLE, "idle");
    recorded_state(1200 * MS, 1, GONE, "done");
    char *picture = draw(MAX_INSIDE, VERDICT_HELD);
    assert_golden(picture, "states.svg");
    assert_false(picture_has_mark(picture));
    assert_drawn(picture, ">✓ HELD</text>", 1);
    assert_drawn(picture, ">limit 1</text>", 1);
    free(picture);
}

/* Returns the number after TEXT in the picture, where that is the first time.
 */
static double number_after(const char *picture, const char *text)
{
    const char *at = strstr(picture, text);

    assert_non_null(at);
    return strtod(at + strlen(text), NULL);
}

/* Who came in beyond the limit is red while too many are inside, and the words
 * are where most are.
 */
static void test_too_many(void **state)
{
    (void)state;
    recorded_begin();
    record_lanes("worker", 2);
    recorded_state(0, 0, INSIDE, "inside");
    recorded_state(100 * MS, 1, INSIDE, "inside");
    recorder->events[1].is_wrong = true;
    recorded_flaw(100 * MS + 1, 1, "2 inside, not 1");
    recorded_state(600 * MS, 0, GONE, "done");
    recorded_state(700 * MS, 1, GONE, "done");
    recorded_state(1000 * MS, 0, IDLE, "idle");
    char *picture = draw(MAX_INSIDE, VERDICT_VIOLATED);
    assert_golden(picture, "too_many.svg");
    assert_drawn(picture, ">✗ VIOLATED</text>", 1);
    assert_drawn(picture, ">demo_unit --broken</text>", 1);
    assert_drawn(picture, "<path class='bar inside' d", 2);
    assert_drawn(picture, "<path class='bar red' d", 1);
    double red = number_after(picture, "<path class='bar red' d='M");
    const char *bar = strstr(picture, "<path class='bar red' d");
    double width = strtod(strchr(strchr(bar, 'M'), 'h') + 1, NULL);
    assert_int_in_range(width, 640, 660); /* 500 ms of 1000 */
    assert_drawn(picture, ">✗ 2 inside, not 1</text>", 1);
    assert_drawn(picture, ">✗ 2 at once: 1 too many</text>", 1);
    assert_drawn(picture, ">too many inside</text>", 1);
    double words = number_after(picture, "<text class='label wrong' x='");
    assert_int_in_range(words - red, 0, 12);
    free(picture);
}

/* The same where only the count says so, as in demo_shm. */
static void test_beyond_limit(void **state)
{
    (void)state;
    recorded_begin();
    record_lanes("writer", 1);
    record_lanes("reader", 1);
    recorded_state(0, 0, INSIDE, "updating");
    recorded_state(100 * MS, 1, INSIDE, "copying");
    recorded_state(200 * MS, 1, RUNNING, "running");
    recorded_state(600 * MS, 0, GONE, "done");
    recorded_state(700 * MS, 1, GONE, "done");
    char *picture = draw(MAX_INSIDE, VERDICT_VIOLATED);
    assert_drawn(picture, "<path class='bar red' d", 1);
    assert_drawn(picture, "</title></path>\n<path class='bar red' d", 1);
    free(picture);
}

/* Without a lane of its own or with it, read or not, right or wrong. */
static void test_messages(void **state)
{
    (void)state;
    recorded_begin();
    record_lanes("server", 1);
    record_lanes("client", 2);
    recorded_state(0, 0, RUNNING, "answering");
    recorded_sent(100 * US, 1, 0, "ping");
    recorded_received(300 * US, 0, 1, "ping");
    recorded_sent(400 * US, 0, 1, "pong");
    recorded_received(500 * US, 2, 0, "pong");
    recorder->events[4].is_wrong = true;
    recorded_flaw(510 * US, 2, "meant for 1");
    recorded_sent(600 * US, 1, 0, "ping again");
    recorded_sent(700 * US, 0, NO_LANE, "to all");
    recorder->events[recorder->next - 1].to_all = true;
    recorded_received(800 * US, 0, NO_LANE, "from somebody");
    recorded_state(900 * US, 0, GONE, "done");
    char *picture = draw(MESSAGES, VERDICT_VIOLATED);
    assert_golden(picture, "messages.svg");
    assert_drawn(picture, "<path class='sent' d", 1);
    assert_drawn(picture, "<path class='bad' d", 1);
    assert_drawn(picture, "<path class='lost' d", 1 + 2); /* to all: to each */
    assert_drawn(picture, ">ping again: lost</text>", 1);
    assert_drawn(picture, ">✗ meant for 1</text>", 1);
    free(picture);
    picture = draw(MESSAGES, VERDICT_HELD); /* nobody needed those */
    assert_drawn(picture, "<path class='lost'", 0);
    assert_drawn(picture, "<path class='unread' d", 1 + 2);
    assert_drawn(picture, ">message that nobody received</text>", 1);
    free(picture);
}

/* Where time would hide what matters, each event has a step. */
static void test_events(void **state)
{
    (void)state;
    recorded_begin();
    record_lanes("one", 1);
    record_lanes("other", 1);
    for (int i = 0; i < 8; i++)
        recorded_sent(1000 + i, i % 2, 1 - i % 2, "text");
    recorded_state(100 * MS, 0, GONE, "done");
    char *picture = draw(MESSAGES, VERDICT_VIOLATED);
    assert_golden(picture, "events.svg");
    assert_drawn(picture, ">≈</text>", 1);
    assert_drawn(picture, ">Each step to the right is one event;", 1);
    free(picture);
}

/* Numbers of a snapshot are boxes; those after the bar are old. */
static void test_snapshots(void **state)
{
    (void)state;
    recorded_begin();
    record_lanes("writer", 1);
    record_lanes("reader", 1);
    recorded_state(0, 0, RUNNING, "running");
    recorded_state(0, 1, RUNNING, "running");
    recorded_note(100 * MS, 1, "[10, 200 | 3]");
    recorder->events[recorder->next - 1].is_wrong = true;
    recorded_flaw(101 * MS, 1, "torn: 2 new, 1 old");
    recorded_note(500 * MS, 1, "[7]");
    recorded_note(600 * MS, 1, "[no snapshot]");
    recorded_note(700 * MS, 0, "deadline of 2 s");
    recorded_state(900 * MS, 1, GONE, "done");
    char *picture = draw(MESSAGES, VERDICT_VIOLATED);
    assert_golden(picture, "snapshots.svg");
    assert_drawn(picture, "<path class='bar new' d", 3);
    assert_drawn(picture, "<path class='bar old' d", 1);
    assert_drawn(picture, ">200</text>", 1);
    assert_drawn(picture, ">✗ torn: 2 new, 1 old</text>", 1);
    assert_drawn(picture, ">[no snapshot]</text>", 1);
    assert_drawn(picture, ">deadline of 2 s</text>", 1);
    free(picture);
}

/* Of a log with many writers the torn lines are seen. */
static void test_list_of_many(void **state)
{
    (void)state;
    recorded_begin();
    record_lanes("writer", 30);
    record_lanes("log", 1);
    for (int i = 0; i < 30; i++)
        recorded_state(i, i, RUNNING, "running");
    for (int i = 0; i < 30; i++) {
        recorded_note(100 + i, 30, "a li a line ne");
        recorder->events[recorder->next - 1].is_wrong = true;
        recorded_flaw(100 + i, 30, "torn");
    }
    char *picture = draw(MAX_INSIDE, VERDICT_VIOLATED);
    int lines = count_text(picture, ">✗ torn: a li a line ne</text>");
    char rest[40];
    assert_int_in_range(lines, 3, 29);
    (void)snprintf(rest, sizeof rest, ">and %d more ✗</text>", 30 - lines);
    assert_drawn(picture, rest, 1);
    free(picture);
}

/* A lane that has nothing but notes is a list: first those that are wrong. */
static void test_list(void **state)
{
    (void)state;
    recorded_begin();
    record_lanes("writer", 1);
    record_lanes("log", 1);
    recorded_state(0, 0, RUNNING, "running");
    for (int i = 0; i < 40; i++)
        recorded_note(100 + i, 1, "a line");
    recorded_note(200, 1, "a li a line ne");
    recorder->events[recorder->next - 1].is_wrong = true;
    recorded_flaw(201, 1, "torn");
    recorded_state(300, 0, GONE, "done");
    char *picture = draw(MESSAGES, VERDICT_VIOLATED);
    int lines = count_text(picture, ">a line</text>");
    char rest[40];
    assert_drawn(picture, ">✗ torn: a li a line ne</text>", 1);
    assert_int_in_range(lines, 4, 20);
    (void)snprintf(rest, sizeof rest, ">and %d more</text>", 40 - lines);
    assert_drawn(picture, rest, 1);
    free(picture);
}

/* Twelve lanes, which are so narrow that words find no space between them. */
static void begin_narrow(enum state all)
{
    recorded_begin();
    record_lanes("server", 1);
    record_lanes("client", 12);
    for (int lane = 0; lane < 13; lane++)
        recorded_state(0, lane, all, "busy");
}

/* Returns how far down the first bar of a lane begins, or ends. */
static double edge_of(const char *picture, const char *lane, bool end)
{
    char title[60];
    double x, top, width, height;

    (void)snprintf(title, sizeof title, "'><title>%s: ", lane);
    const char *at = strstr(picture, title);
    assert_non_null(at);
    while (*at != 'M')
        at--;
    assert_int_equal(
        sscanf(at, "M%lf %lfh%lfv%lf", &x, &top, &width, &height), 4);
    return end ? top + height : top;
}

/* What has no space beside its mark gets a number, and stands below; only once,
 * if more of it is the same.
 */
static void test_no_space(void **state)
{
    (void)state;
    begin_narrow(RUNNING);
    recorded_sent(100 * MS, 5, 6, "words of one");
    recorded_received(200 * MS, 6, 5, "words of one");
    for (int i = 1; i < 12; i++)
        recorded_flaw(i * 70 * MS, i, "the same flaw");
    for (int lane = 0; lane < 13; lane++)
        recorded_state(1000 * MS, lane, GONE, "done");
    char *picture = draw(MESSAGES, VERDICT_VIOLATED);
    assert_drawn(picture, "client 4 to client 5: words of one\n", 1);
    assert_drawn(picture, " the same flaw</text>", 1); /* below */
    const char *ring = strstr(picture, ">(1)</text>");
    assert_non_null(ring);
    while (strncmp(ring, "y='", 3) != 0)
        ring--;
    double y = strtod(ring + 3, NULL);
    assert_true(y > edge_of(picture, "client 0", false)); /* in its own lane */
    assert_true(y < edge_of(picture, "client 0", true));
    assert_drawn(picture, "no space here", 0);
    free(picture);
}

/* A lost message ends before its receiver, not at a lane between; of one to all
 * there is a cross before each.
 */
static void test_lost(void **state)
{
    double x, y;

    (void)state;
    begin_narrow(INSIDE);
    recorder->limit = 13;
    recorded_sent(500 * MS, 12, 0, "ping");
    recorded_state(1000 * MS, 0, GONE, "done");
    char *picture = draw(MESSAGES, VERDICT_VIOLATED);
    const char *cross = strstr(picture, "<path class='cross' d");
    assert_non_null(cross);
    assert_int_equal(sscanf(strchr(cross, 'M'), "M%lf %lf", &x, &y), 2);
    assert_true(y > edge_of(picture, "server", false));
    assert_true(y + 22 < edge_of(picture, "client 0", false) + 1);
    assert_drawn(picture, ": lost</text>", 1);
    free(picture);

    begin_narrow(INSIDE);
    recorded_sent(500 * MS, 0, NO_LANE, "wakeup");
    recorder->events[recorder->next - 1].to_all = true;
    recorded_state(1000 * MS, 0, GONE, "done");
    picture = draw(MESSAGES, VERDICT_VIOLATED);
    assert_drawn(picture, "<path class='cross' d", 12);
    assert_drawn(picture, ": lost</text>", 1);
    free(picture);
}

/* Messages next to each other have their words together, in order. */
static void test_fan(void **state)
{
    static const char *const words[] = {"pi", "ng", "3", "4", "5", "sixth",
        "seventh", "eighth", "ninth", "tenth"};

    (void)state;
    for (int count = 2; count <= 10; count += 8) {
        recorded_begin();
        record_lanes("one", 1);
        record_lanes("other", 1);
        recorded_state(0, 0, RUNNING, "running");
        recorded_state(0, 1, RUNNING, "running");
        for (int i = 0; i < count; i++) {
            recorded_sent((100 + 20 * i) * MS, 0, 1, words[i]);
            recorded_received((400 + 20 * i) * MS, 1, 0, words[i]);
        }
        recorded_state(1000 * MS, 0, GONE, "done");
        recorded_state(1000 * MS, 1, GONE, "done");
        char *picture = draw(MESSAGES, VERDICT_HELD);
        assert_drawn(picture, "<path class='sent' d", count);
        assert_drawn(picture,
            count == 2 ? ">pi, ng</text>" : ">pi, ng, 3, 4, 5, sixth,", 1);
        assert_drawn(picture, ", …</text>", count == 10);
        free(picture);
    }
}

/* The end of a long time is cut out of all bars, or of none. */
static void test_gaps(void **state)
{
    (void)state;
    for (int lanes = 4; lanes <= 40; lanes += 36) {
        recorded_begin();
        record_lanes("actor", lanes);
        for (int i = 0; i < lanes; i++)
            recorded_state(i, i, RUNNING, "running");
        for (int i = 0; i < 2 * lanes; i++)
            recorded_sent(1000 + i + (1 + i / lanes) * 50 * MS, i % lanes,
                (i + 1) % lanes, "text");
        recorded_state(102 * MS, 0, GONE, "done"); /* after no long time */
        char *picture = draw(MAX_INSIDE, VERDICT_HELD);
        assert_drawn(picture, ">≈</text>", 2);
        assert_drawn(picture, "<path class='page' d='M", 2 + 1); /* pattern */
        free(picture);
    }
}

/* Of many lanes with many events each long state is drawn. */
static void test_long_states(void **state)
{
    (void)state;
    recorded_begin();
    record_lanes("worker", 200);
    recorder->limit = 200;
    for (int i = 0; i < 200; i++) {
        recorded_state(i, i, RUNNING, "running");
        recorded_state(1000 + i, i, WAITING, "sem_wait");
        recorded_note((100 + i) * MS, i, "starting");
        recorded_state((100 + i) * MS, i, INSIDE, "inside");
        recorded_note((110 + i) * MS, i, "finished");
        recorded_state((110 + i) * MS, i, GONE, "done");
    }
    char *picture = draw(MAX_INSIDE, VERDICT_HELD);
    assert_drawn(picture, "<path class='bar waiting' d", 40);
    assert_drawn(picture, "<path class='bar inside' d", 40);
    free(picture);
}

/* What waits has its word at its beginning, and is seen to wait. */
static void test_wait(void **state)
{
    (void)state;
    recorded_begin();
    record_lanes("worker", 2);
    recorded_state(0, 0, WAITING, "sem_wait");
    recorded_state(0, 1, WAITING, "sem_wait");
    recorded_state(110 * MS, 1, RUNNING, "running");
    recorded_state(1000 * MS, 0, GONE, "done");
    char *picture = draw(LONGEST_WAIT, VERDICT_HELD);
    assert_drawn(picture, "<text class='label wide' ", 1);
    double bar = number_after(picture, "<path class='bar waiting' d='M");
    double word = number_after(picture, "<text class='label wide' x='");
    assert_int_in_range(word - bar, 0, 10);
    free(picture);
}

/* A state that is wrong is red, with a key of its own; the title says what was
 * left out, and keeps a number with its unit.
 */
static void test_wrong_state(void **state)
{
    (void)state;
    recorded_begin();
    record_lanes("task", 1);
    recorded_state(0, 0, RUNNING, "working");
    recorded_state(500 * MS, 0, RUNNING, "past its deadline");
    recorder->events[1].is_wrong = true;
    recorded_flaw(500 * MS, 0, "still running");
    recorded_state(1000 * MS, 0, GONE, "done");
    struct chart chart = recorded_take(LONGEST_RUN, VERDICT_VIOLATED);
    chart.title.sentence = "the task did not stop on SIGTERM and was still "
                           "running 2.002 s after its deadline of 2 s";
    char *picture = drawn(&chart);
    picture_check(picture);
    assert_drawn(picture, ">working</text>", 2); /* in its bar, and the key */
    assert_drawn(picture, ">wrong from here on</text>", 1);
    assert_drawn(picture, ">✗ still running</text>", 1);
    assert_drawn(picture, ">left out: what was left out</text>", 1);
    assert_drawn(picture, "2.002</text>", 0);
    chart_free(&chart);
    free(picture);
}

static void test_empty(void **state)
{
    (void)state;
    recorded_begin();
    char *picture = draw(MAX_INSIDE, VERDICT_UNKNOWN);
    assert_golden(picture, "empty.svg");
    assert_drawn(picture, ">? CANNOT TELL</text>", 1);
    free(picture);
}

static void test_escaping(void **state)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {{"a<b>&\"c'", ": a&#60;b&#62;&#38;\"c'\n"},
        {"]]><script>", ": ]]&#62;&#60;script&#62;\n"}, {"\x1b", ": \\x1b\n"},
        {"\xef\xbf\xbe|\xef\xbf\xbf", ": &#65533;|&#65533;\n"},
        {"\xef\xbf\xbd \xef\xbe\xbf \xc3\xa9 \xf0\x9f\x98\x80",
            ": \xef\xbf\xbd \xef\xbe\xbf \xc3\xa9 \xf0\x9f\x98\x80\n"},
        {"", ": \n"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        recorded_begin();
        record_lanes("<lane>", 1);
        recorded_note(0, 0, cases[i].text);
        recorded_state(0, 0, WAITING, cases[i].text);
        recorded_state(5 * MS, 0, GONE, "done");
        struct chart chart = recorded_take(MAX_INSIDE, VERDICT_HELD);
        chart.title.program = "demo_a&b";
        chart.title.sentence = "<held>";
        char *picture = drawn(&chart);
        assert_drawn(picture, cases[i].shown, 2);
        assert_drawn(picture, "<title>&#60;lane&#62;", 2);
        assert_drawn(picture, "<title>demo_a&#38;b</title>", 1);
        assert_drawn(picture, ">&#60;held&#62;</text>", 1);
        chart_free(&chart);
        free(picture);
    }
}

/* A sentence is broken between words; one without any, within it. */
static void test_long_sentence(void **state)
{
    char sentence[400];

    (void)state;
    for (int i = 0; i < 2; i++) {
        memset(sentence, 'x', sizeof sentence);
        sentence[sizeof sentence - 1] = '\0';
        for (size_t k = 10; i == 0 && k < sizeof sentence - 1; k += 11)
            sentence[k] = ' ';
        recorded_begin();
        struct chart chart = recorded_take(MAX_INSIDE, VERDICT_VIOLATED);
        chart.title.sentence = sentence;
        char *picture = drawn(&chart);
        picture_check(picture);
        assert_drawn(picture, "class='said' ", i == 0 ? 8 : 7);
        chart_free(&chart);
        free(picture);
    }
}

static void test_100_lanes(void **state)
{
    (void)state;
    recorded_begin();
    record_lanes("writer", 100);
    for (int i = 0; i < 100; i++) {
        recorded_state(i * MS, i, INSIDE, "inside");
        recorded_sent(i * MS, i, 99 - i, "hand over");
        recorded_received(i * MS, 99 - i, i, "hand over");
    }
    recorder->next = CAPACITY + 5;
    char *picture = draw(MAX_INSIDE, VERDICT_HELD);
    assert_drawn(picture, "<path class='bar inside' d", 40);
    assert_drawn(picture, ">writer 39</text>", 1);
    assert_drawn(picture, "writer 40", 0);
    assert_drawn(
        picture, ">Lanes that are not shown, but in --trace=FILE: 60<", 1);
    assert_drawn(picture, ">Events that found the recorder full: 5<", 1);
    assert_drawn(picture, "<path class='sent' d", 0); /* all lead out of it */
    assert_drawn(picture, "most inside at once: 100", 1);
    free(picture);
}

/* The shortest state is a line where it was, and covers nothing. */
static void test_short_states(void **state)
{
    (void)state;
    recorded_begin();
    record_lanes("worker", 1);
    recorded_state(0, 0, RUNNING, "one");
    recorded_state(100, 0, WAITING, "two");
    recorded_state(200, 0, RUNNING, "three");
    recorded_state(300, 0, IDLE, "four");
    recorded_state(1000 * MS, 0, GONE, "done");
    char *picture = draw(LONGEST_RUN, VERDICT_HELD);
    assert_drawn(picture, "<path class='bar running' d='M190.8 ", 2);
    assert_drawn(picture, "<path class='bar waiting' d='M190.8 ", 1);
    assert_drawn(picture, "<path class='bar idle' d='M192.0 ", 1);
    free(picture);
}

/* As many as the recorder holds: in time, and small enough for a page. */
static void test_very_many_events(void **state)
{
    clock_t begin = clock();

    (void)state;
    recorded_begin();
    record_lanes("actor", 40);
    for (int i = 0; i < CAPACITY / 4; i++) {
        recorded_state(i * US, i % 40, i / 40 % 2 ? INSIDE : WAITING, "state");
        recorded_sent(i * US, i % 40, i * 7 % 40, "text");
        recorded_received(i * US + 9 * MS, i * 7 % 40, i % 40, "text");
        recorded_note(i * US, i % 40, "printed");
    }
    struct chart chart = recorded_take(MESSAGES, VERDICT_HELD);
    char *picture = drawn(&chart);
    assert_int_in_range(clock() - begin, 0, 5 * CLOCKS_PER_SEC);
    picture_check(picture);
    assert_int_in_range(strlen(picture), 20000, 200000);
    assert_drawn(
        picture, ">Bars, lines, and marks too near to others to be shown, ", 1);
    chart_free(&chart);
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
        recorded_begin();
        record_lanes("task", 1);
        recorded_state(0, 0, RUNNING, "working");
        recorded_state(cases[i].length, 0, GONE, "done");
        char *picture = draw(LONGEST_RUN, VERDICT_HELD);
        assert_drawn(picture, cases[i].tick, 1);
        assert_drawn(picture, cases[i].hover, 1);
        free(picture);
    }
}

/* It needs nothing else: no script, and no address but the format's name. */
static void test_stands_alone(void **state)
{
    (void)state;
    recorded_begin();
    char *picture = draw(MAX_INSIDE, VERDICT_HELD);
    assert_drawn(picture, "://", 1);
    assert_drawn(picture, "xmlns='http://www.w3.org/2000/svg'", 1);
    assert_drawn(picture, "role='img'", 1);
    assert_drawn(picture, "script", 0);
    assert_drawn(picture, "@import", 0);
    free(picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_states),
        cmocka_unit_test(test_too_many), cmocka_unit_test(test_beyond_limit),
        cmocka_unit_test(test_messages), cmocka_unit_test(test_events),
        cmocka_unit_test(test_snapshots), cmocka_unit_test(test_list_of_many),
        cmocka_unit_test(test_list), cmocka_unit_test(test_no_space),
        cmocka_unit_test(test_lost), cmocka_unit_test(test_fan),
        cmocka_unit_test(test_gaps), cmocka_unit_test(test_long_states),
        cmocka_unit_test(test_wait), cmocka_unit_test(test_wrong_state),
        cmocka_unit_test(test_empty), cmocka_unit_test(test_escaping),
        cmocka_unit_test(test_long_sentence), cmocka_unit_test(test_100_lanes),
        cmocka_unit_test(test_short_states),
        cmocka_unit_test(test_very_many_events), cmocka_unit_test(test_units),
        cmocka_unit_test(test_stands_alone)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
