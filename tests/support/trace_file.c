/* SPDX-License-Identifier: MIT */
#include "tests/support/trace_file.h"
#include "tests/support/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_LANES = 20000 };

/* Times are in nanoseconds; what a line of the file does not have is 0 or "".
 */
static struct event {
    char phase; /* X slice, i note, s and f ends of an arrow, C counter */
    int lane;   /* -1: of none, as counters are */
    int64_t time, length;
    const char *name, *category, *where;
    bool is_state, is_inside; /* by the category */
    long id, value;
} * events; /* in the file's order */
static long count;

#define FOR_EVENTS(event) for (const struct event *event = events; event < events + count; event++)

/* What follows KEY in the line, or NULL. No text has a KEY in it, since there
 * its quotes are escaped.
 */
static char *after(char *line, const char *key)
{
    char *at = strstr(line, key);

    return at ? at + strlen(key) : NULL;
}

static long number_after(char *line, const char *key)
{
    const char *at = after(line, key);

    return at ? strtol(at, NULL, 10) : 0;
}

/* "12.345" microseconds are 12345 nanoseconds. */
static int64_t time_after(char *line, const char *key)
{
    const char *at = after(line, key);
    long long whole = 0, part = 0;

    if (at)
        assert_int_equal(sscanf(at, "%lld.%3lld", &whole, &part), 2);
    return whole * 1000 + part;
}

/* Ends the string that begins at TEXT, at its closing quote. */
static const char *end_string(char *text)
{
    char *end = text;

    if (!text)
        return "";
    for (; *end != '"'; end++)
        end += *end == '\\';
    *end = '\0';
    return text;
}

static struct event read_event(char *line)
{
    char *name = after(line, ",\"name\":\""), *where = after(line, "where\":\"");
    char *category = after(line, ",\"cat\":\"");
    struct event event = {.phase = line[strlen("{\"ph\":\"")],
        .lane = (int)number_after(line, ",\"tid\":") - 1,
        .time = time_after(line, ",\"ts\":"),
        .length = time_after(line, ",\"dur\":"),
        .id = number_after(line, ",\"id\":"),
        .value = number_after(line, "{\"now\":")};

    event.name = end_string(name);
    event.category = end_string(category);
    event.where = end_string(where);
    event.is_state = strncmp(event.category, "state", 5) == 0;
    event.is_inside = strcmp(event.category, "state,inside") == 0;
    return event;
}

static int check_lanes(void)
{
    static bool is_named[MAX_LANES];
    int lanes = 0;

    memset(is_named, 0, sizeof is_named);
    FOR_EVENTS(event)
    {
        bool names = strcmp(event->name, "thread_name") == 0;
        if (event->phase == 'C')
            continue;
        assert_int_in_range(event->lane, 0, MAX_LANES - 1);
        if (is_named[event->lane] == (event->phase == 'M' && names))
            fail_msg("lane %d has no name, or two", event->lane);
        is_named[event->lane] = true;
        lanes = event->lane >= lanes ? event->lane + 1 : lanes;
    }
    return lanes;
}

/* Fails the test unless the END of an arrow is at a slice of its message, which
 * is before it in the file.
 */
static void assert_at_message(const struct event *end)
{
    const struct event *slice = end;

    while (slice > events && (slice->phase != 'X' || slice->is_state || slice->lane != end->lane ||
                                 slice->time != end->time || strcmp(slice->name, end->name) != 0))
        slice--;
    if (slice->phase != 'X')
        fail_msg("an arrow of lane %d is at no message", end->lane);
    assert_int_equal(slice->length, 0);
}

/* The two ends of an arrow are together in the file. */
static void check_arrows(void)
{
    FOR_EVENTS(event)
    {
        const struct event *from = event - 1;
        if (event > events)
            assert_int_equal(event->phase == 'f', from->phase == 's');
        if (event->phase == 'f') {
            assert_int_equal(from->id, event->id);
            assert_string_equal(from->name, event->name);
            assert_true(from->time <= event->time);
            assert_at_message(from);
            assert_at_message(event);
        }
    }
}

/* How many lanes are inside at TIME, by the latest STATES. */
static long count_inside(const struct event *const *states, int lanes, int64_t time)
{
    long inside = 0;

    for (int lane = 0; lane < lanes; lane++)
        if (states[lane] && states[lane]->is_inside) {
            /* a state ends 1 ns before the next one begins */
            int64_t length = states[lane]->length;
            inside += states[lane]->time + length + (length > 0) > time;
        }
    return inside;
}

static void check_states(struct trace *trace, int lanes)
{
    static const struct event *states[MAX_LANES];
    int64_t time = 0;
    long inside = 0;

    memset(states, 0, sizeof states);
    FOR_EVENTS(event)
    {
        bool counts = event->phase == 'C';
        if (counts && strcmp(event->name, "limit") == 0) {
            assert_true(trace->limit == -1 || trace->limit == event->value);
            trace->limit = event->value;
        } else if (event->phase != 's' && event->phase != 'M') {
            assert_true(event->time >= time);
            if (event->time > time)
                assert_int_equal(inside, count_inside(states, lanes, time));
            time = event->time;
        }
        if (counts && strcmp(event->name, "inside") == 0) {
            inside = event->value;
            if (inside > trace->most_inside)
                trace->most_inside = inside;
        }
        if (!event->is_state)
            continue;
        const struct event *before = states[event->lane];
        if (before && before->length > 0)
            assert_true(before->time + before->length < event->time);
        states[event->lane] = event;
    }
    assert_int_equal(trace->limit > 0, trace->most_inside > 0);
}

static void check_notes(struct trace *trace)
{
    static const char sign[] = "✗ ";

    FOR_EVENTS(event)
    {
        bool is_wrong = strcmp(event->category, "violation") == 0;
        trace->violations += is_wrong;
        assert_int_equal(strncmp(event->name, sign, sizeof sign - 1) == 0, is_wrong);
        const char *line = strrchr(event->where, ':');
        if (*event->where && (*event->where == '/' || !line || !atoi(line + 1)))
            fail_msg("%s is no place in the project", event->where);
    }
    assert_true(!trace->is_held || trace->violations == 0);
}

struct trace trace_load(const char *path)
{
    static const char end[] = "],\"displayTimeUnit\":\"ns\"}";
    char *text = load_file(path, NULL), *line = strtok_r(text, "\n", &text);
    struct trace trace = {.limit = -1, .most_inside = -1};

    trace.is_broken = after(line, ",\"mode\":\"broken\"") != NULL;
    trace.is_held = after(line, ",\"verdict\":\"held\"") != NULL;
    count = 0;
    events = calloc((size_t)count_lines(text) + 1, sizeof *events);
    assert_non_null(events);
    (void)strtok_r(text, "\n", &text); /* "traceEvents" */
    (void)strtok_r(text, "\n", &text); /* the name of the process */
    while ((line = strtok_r(text, "\n", &text)) && strcmp(line, end) != 0)
        events[count++] = read_event(line);
    assert_non_null(line);
    check_states(&trace, check_lanes());
    check_arrows();
    check_notes(&trace);
    free(events);
    return trace;
}
