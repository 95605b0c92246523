/* SPDX-License-Identifier: MIT */
/* svg: what is drawn where, and what must hold for any picture */
#include "tests/support/test.h"
#include "common/run/record.h"
#include "common/views/charts.h"
#include "tests/support/picture_file.h"
#include "tests/support/recorded.h"
#include <time.h>

enum { US = 1000, MS = 1000 * US };

/* A run of the lanes "ROLE 0" and so on. */
static void begin(const char *role, int lanes)
{
    recorded_begin();
    record_lanes(role, lanes);
}

/* All are done at TIME, and the run is over. */
static void end(int lanes, int64_t time)
{
    for (int lane = 0; lane < lanes; lane++)
        recorded_state(time, lane, GONE, "done");
}

/* Draws what is recorded, under that sentence, and checks the picture. */
static const char *draw_titled(enum verdict verdict, const char *sentence)
{
    struct chart chart = recorded_take(verdict);

    chart.title.sentence = sentence;
    svg_write(&chart, drawing_begin());
    const char *picture = drawing_end();
    picture_check(picture);
    chart_free(&chart);
    return picture;
}

static const char *draw(enum verdict verdict)
{
    return draw_titled(verdict, "what the verdict says");
}

/* Fails unless each TEXT is in the picture COUNT times. */
struct part {
    int count;
    const char *text;
};
static void assert_parts(const char *picture, const struct part *parts, size_t count)
{
    for (const struct part *part = parts; part < parts + count; part++)
        if (count_text(picture, part->text) != part->count)
            fail_msg("%d and not %d times: %s", count_text(picture, part->text), part->count,
                part->text);
}
#define ASSERT_PARTS(picture, ...)                                                                 \
    assert_parts(                                                                                  \
        picture, (const struct part[]){__VA_ARGS__}, COUNT(((const struct part[]){__VA_ARGS__})))

/* Returns how far down the bar with that index begins. */
static double edge_of(const char *picture, int index)
{
    double x, top;
    const char *at = picture;

    for (int i = 0; i <= index; i++)
        at = strstr(at + 1, "<path class='bar ");
    assert_int_equal(sscanf(strchr(at, 'M'), "M%lf %lf", &x, &top), 2);
    return top;
}

/* What waits has its word at its beginning. */
TEST(states)
{
    begin("worker", 2);
    recorded_state(0, 0, WAITING, "sem_wait");
    recorded_state(0, 1, WAITING, "sem_wait");
    recorded_state(2 * US, 0, INSIDE, "inside");
    recorded_note(3 * US, 0, "0 starting critical section");
    end(1, 900 * MS);
    recorded_state(900 * MS, 1, INSIDE, "inside");
    recorded_state(1100 * MS, 1, RUNNING, "counting");
    recorded_state(1150 * MS, 1, IDLE, "idle");
    recorded_state(1200 * MS, 1, GONE, "done");
    const char *picture = draw(VERDICT_HELD);
    ASSERT_PARTS(picture, {1, "<path class='bar waiting' d='M376.6 426.4h579.8v50.4h-579.8z'/>"},
        {1, "<path class='bar inside' d='M958.9 418.0h143.1v67.2h-143.1z'/>"},
        {1, "<path class='inside strip' d='M520.9 748.0H666.5V666.0H520.9z'/>"},
        {3, "<path class='inside strip' d="},
        {1, "<text class='label wide' x='240' y='235'>sem_wait</text>"},
        {1, "<text class='label' x='680' y='281'>0 starting critical section</text>"},
        {1, ">limit 1</text>"}, {1, ">900 ms</text>"}, {1, ">waiting</text>"});
    assert_false(picture_has_mark(picture));
}

/* Who came in beyond the limit is red while too many are inside, also where only the count says so,
 * as in demo_shm. */
TEST(too_many)
{
    for (int told = 0; told <= 1; told++) {
        begin("worker", 2);
        recorded_state(0, 0, INSIDE, "inside");
        recorded_state(100 * MS, 1, INSIDE, "inside");
        recorder->events[1].is_wrong = told;
        end(1, 600 * MS);
        recorded_state(700 * MS, 1, GONE, "done");
        recorded_state(1000 * MS, 0, IDLE, "idle");
        if (told)
            recorded_flaw(100 * MS + 1, 1, "2 inside, not 1");
        const char *picture = draw(VERDICT_VIOLATED);
        ASSERT_PARTS(picture, {1, ">✗ VIOLATED</text>"}, {1, ">demo_unit --broken</text>"},
            {2, "<path class='bar inside' d"}, {1, "<path class='bar red' d"},
            {told, ">✗ 2 inside, not 1</text>"}, {1 + told, "<path class='red strip' d"},
            {1, ">too many inside</text>"});
        const char *bar = strstr(picture, "<path class='bar red' d");
        double width = strtod(strchr(strchr(bar, 'M'), 'h') + 1, NULL);
        /* a step of five, or two of six */
        assert_int_in_range(width, told ? 432 : 259, told ? 436 : 261);
    }
}

/* Without a lane of its own or with it, read or not, right or wrong. */
TEST(messages)
{
    begin("server", 1);
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
    recorded_to_all();
    recorded_received(800 * US, 0, NO_LANE, "from somebody");
    end(1, 900 * US);
    const char *picture = draw(VERDICT_VIOLATED);
    ASSERT_PARTS(picture, {1, "<path class='sent' d='M360.8 400.0L491.8 278.0'/>"},
        {1, "<path class='bad' d='M622.8 278.0L753.9 580.0'/>"}, {2, "<path class='lost' d"},
        {2, "<path class='cross' d='"}, {1, ">ping again: lost</text>"},
        {1, ">✗ meant for 1</text>"});
    picture = draw(VERDICT_HELD); /* nobody needed those */
    ASSERT_PARTS(picture, {0, "<path class='lost'"}, {2, "<path class='unread' d"},
        {1, ">message that nobody received</text>"});
}

/* Each event has a step, and each long time a sign. */
TEST(events)
{
    for (int lanes = 4; lanes <= 40; lanes += 36) {
        begin("actor", lanes);
        for (int i = 0; i < lanes; i++)
            recorded_state(i, i, RUNNING, "running");
        for (int i = 0; i < 2 * lanes; i++)
            recorded_sent(1000 + i + (1 + i / lanes) * 50 * MS, i % lanes, (i + 1) % lanes, "text");
        end(1, 102 * MS);
        const char *picture = draw(VERDICT_HELD);
        ASSERT_PARTS(picture, {3, ">≈</text>"}, {1, ">Each step to the right is one event;"});
    }
}

/* A log of torn lines: what it says is beside its marks, the same only once. */
TEST(torn)
{
    begin("writer", 4);
    record_lanes("log", 1);
    for (int i = 0; i < 4; i++)
        recorded_state(i, i, RUNNING, "running");
    end(4, 900 * MS);
    for (int i = 0; i < 10; i++) {
        recorded_note(960 * MS + i, 4, i == 0 ? "a li a line" : "ne");
        recorded_wrong();
        recorded_flaw(960 * MS + i, 4, "torn");
    }
    recorded_note(1000 * MS, 4, "intact");
    const char *picture = draw(VERDICT_VIOLATED);
    ASSERT_PARTS(picture, {1, ">a li a line</text>"}, {1, ">ne</text>"}, {1, ">✗ torn</text>"});
}

/* Lanes that are so narrow that words find no space between them. */
static void begin_narrow(enum state all)
{
    begin("server", 1);
    record_lanes("client", 12);
    for (int lane = 0; lane < 13; lane++)
        recorded_state(0, lane, all, "busy");
}

/* What has no space beside its mark gets a number there, and stands below; only once, if more of it
 * is the same. */
TEST(no_space)
{
    begin_narrow(RUNNING);
    for (int i = 1; i < 12; i++)
        recorded_flaw(i * 70 * MS, i, "the same flaw");
    end(13, 1000 * MS);
    const char *picture = draw(VERDICT_VIOLATED);
    ASSERT_PARTS(picture, {1, " the same flaw</text>"}, {1, ">(1)</text>"}, {0, "no space here"});
}

/* A lost message ends before its receiver, not at a lane between. */
TEST(lost)
{
    double x, y;

    begin_narrow(INSIDE);
    recorder->limit = 13;
    recorded_sent(500 * MS, 12, 0, "ping");
    end(1, 1000 * MS);
    const char *picture = draw(VERDICT_VIOLATED), *cross = "<path class='cross' d='M";
    ASSERT_PARTS(picture, {1, cross}, {1, ": lost</text>"});
    assert_int_equal(sscanf(strchr(strstr(picture, cross), 'M'), "M%lf %lf", &x, &y), 2);
    assert_true(y > edge_of(picture, 0));
    assert_true(y + 22 < edge_of(picture, 1) + 1);
}

/* Of many lanes the first ones are drawn, each long state of them. */
TEST(many_lanes)
{
    begin("worker", 50);
    recorder->limit = 50;
    for (int i = 0; i < 50; i++) {
        recorded_state(i, i, RUNNING, "running");
        recorded_state(1000 + i, i, WAITING, "sem_wait");
        recorded_note((100 + i) * MS, i, "starting");
        recorded_state((100 + i) * MS, i, INSIDE, "inside");
        recorded_sent((105 + i) * MS, i, 49 - i, "to one not drawn");
        recorded_received((106 + i) * MS, 49 - i, i, "to one not drawn");
        recorded_state((110 + i) * MS, i, GONE, "done");
    }
    recorder->next = CAPACITY + 5;
    const char *picture = draw(VERDICT_HELD);
    ASSERT_PARTS(picture, {40, "<path class='bar waiting' d"}, {40, "<path class='bar inside' d"},
        {1, ">worker 39</text>"}, {0, ">worker 40</text>"}, {30, "<path class='sent' d"},
        {1, ">Lanes that are not shown, but in --trace=FILE: 10<"},
        {1, ">Events that found the recorder full: 5<"});
}

/* A state that is wrong is red, with a key of its own; the title says what was left out, and keeps
 * a number with its unit. */
TEST(wrong_state)
{
    begin("task", 1);
    recorded_state(0, 0, RUNNING, "working");
    recorded_state(500 * MS, 0, RUNNING, "past its deadline");
    recorder->events[1].is_wrong = true;
    recorded_flaw(500 * MS, 0, "still running");
    end(1, 1000 * MS);
    const char *picture = draw_titled(VERDICT_VIOLATED,
        "the task did not stop on SIGTERM and was still running 2.002 s after "
        "its deadline of 2 s");
    ASSERT_PARTS(picture, {1, ">working</text>"}, {1, ">wrong from here on</text>"},
        {1, ">✗ still running</text>"}, {1, ">left out: what was left out</text>"},
        {0, "2.002</text>"});
}

/* It needs nothing else: no script, and no address but the format's name. */
TEST(escaping)
{
    static const char text[] = "a<b>&\"c' ]] \x1b \xef\xbf\xbe|\xef\xbf\xbf "
                               "\xef\xbf\xbd \xef\xbe\xbf \xc3\xa9 \U0001f600";

    begin("<lane>", 1);
    recorded_note(0, 0, text);
    recorded_state(0, 0, WAITING, text);
    end(1, 5 * MS);
    const char *picture = draw_titled(VERDICT_HELD, "<held>");
    ASSERT_PARTS(picture,
        {1, ">a&#60;b&#62;&#38;\"c' ]] \\x1b &#65533;|&#65533; \xef\xbf\xbd "
            "\xef\xbe\xbf \xc3\xa9 \U0001f600</text>"},
        {1, ">&#60;lane&#62;</text>"}, {1, ">&#60;held&#62;</text>"}, {1, "://"},
        {1, "xmlns='http://www.w3.org/2000/svg'"}, {1, "role='img'"}, {0, "script"},
        {0, "@import"});
}

/* A sentence is broken between words; one without any, within it. */
TEST(long_sentence)
{
    char sentence[400];

    for (int i = 0; i < 2; i++) {
        memset(sentence, 'x', sizeof sentence);
        sentence[sizeof sentence - 1] = '\0';
        for (size_t k = 10; i == 0 && k < sizeof sentence - 1; k += 11)
            sentence[k] = ' ';
        recorded_begin();
        const char *picture = draw_titled(VERDICT_UNKNOWN, sentence);
        ASSERT_PARTS(picture, {i == 0 ? 8 : 7, "class='said' "}, {1, ">? CANNOT TELL</text>"});
    }
}

/* As many as the recorder holds: in time, and small enough for a page. */
TEST(very_many_events)
{
    clock_t start = clock();

    begin("actor", 40);
    for (int i = 0; i < CAPACITY / 4; i++) {
        recorded_state(i * US, i % 40, i / 40 % 2 ? INSIDE : WAITING, "state");
        recorded_sent(i * US, i % 40, i * 7 % 40, "text");
        recorded_received(i * US + 9 * MS, i * 7 % 40, i % 40, "text");
        recorded_note(i * US, i % 40, "printed");
    }
    const char *picture = draw(VERDICT_HELD);
    assert_int_in_range(clock() - start, 0, 5 * CLOCKS_PER_SEC);
    assert_int_in_range(strlen(picture), 20000, 200000);
    ASSERT_PARTS(picture, {1, ">Events that are only in --trace=FILE: 65136<"});
}
