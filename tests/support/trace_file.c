/* SPDX-License-Identifier: MIT */
#include "tests/support/trace_file.h"
#include "tests/support/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_LANES = 20000 };

/* Where the reading is. What is read there has to be there, or the test fails.
 */
static char *at;

static bool took(const char *text)
{
    size_t length = strlen(text);
    bool found = strncmp(at, text, length) == 0;

    at += found ? length : 0;
    return found;
}

static void take(const char *text)
{
    if (!took(text))
        fail_msg("%s expected, but there is: %.80s", text, at);
}

/* A string up to its closing quote, as JSON has it: what is escaped stays so.
 */
static const char *take_string(void)
{
    char *begin = at;

    for (; *at != '"'; at++) {
        if ((unsigned char)*at < ' ')
            fail_msg("this must be escaped: %.80s", at);
        if (*at != '\\')
            continue;
        at++;
        if (strncmp(at, "u00", 3) != 0 && !strchr("\"\\", *at))
            fail_msg("this must not be escaped: %.80s", at);
    }
    *at++ = '\0';
    return begin;
}

static long take_number(void)
{
    char *begin = at;
    long number = strtol(begin, &at, 10);

    if (strspn(begin, "0123456789") != (size_t)(at - begin) || at == begin ||
        (*begin == '0' && at > begin + 1))
        fail_msg("no number: %.80s", begin);
    return number;
}

/* "12.345" microseconds are 12345 nanoseconds. */
static int64_t take_time(void)
{
    int64_t whole = take_number();

    take(".");
    if (strspn(at, "0123456789") != 3)
        fail_msg("no three decimals: %.80s", at);
    long part = strtol(at, &at, 10);
    return whole * 1000 + part;
}

/* A state's category is "state,inside" or the like. */
static void take_category(struct trace_event *event)
{
    static const char *const states[] = {"running", "waiting", "inside"};

    if (!took("state,")) {
        take("message\"");
        event->kind = "message";
        return;
    }
    event->kind = "state";
    for (int i = 0; i < 3; i++)
        if (took(states[i]))
            event->state = states[i];
    assert_non_null(event->state);
    take("\"");
}

/* What is called, and where: a path within the project and a line. */
static void take_place(struct trace_event *event)
{
    if (!took(",\"args\":{\"call\":\""))
        return;
    event->call = take_string();
    take(",\"where\":\"");
    event->where = take_string();
    take("}");
    assert_true(*event->call && !strpbrk(event->call, "( "));
    const char *line = strrchr(event->where, ':');
    if (*event->where == '/' || !line || strtol(line + 1, NULL, 10) <= 0)
        fail_msg("%s is no place in the project", event->where);
}

/* What an event of each phase has besides its time and name. A violation is
 * marked by a line through all lanes; another note is in its lane.
 */
static void take_rest(struct trace_event *event)
{
    switch (event->phase) {
    case 'X':
        take(",\"dur\":");
        event->length = take_time();
        take(",\"cat\":\"");
        take_category(event);
        (void)took(",\"cname\":\"terrible\"");
        take_place(event);
        break;
    case 'i':
        if (took(",\"s\":\"g\",\"cat\":\"violation\",\"cname\":\"terrible\""))
            event->kind = "violation";
        else
            take(",\"s\":\"t\"");
        assert_int_equal(
            strncmp(event->name, "✗ ", strlen("✗ ")) == 0, event->kind != NULL);
        take_place(event);
        break;
    case 's':
    case 'f': /* it ends in the slice around it, not at the next one */
        take(",\"id\":");
        event->id = take_number();
        take(",\"bp\":\"e\",\"cat\":\"message\"");
        event->kind = "message";
        break;
    case 'C':
        take(",\"args\":{\"now\":");
        event->value = take_number();
        take("}");
        break;
    default:
        fail_msg("phase %c", event->phase);
    }
}

/* The name of a lane, or its place among the others. */
static void take_lane(struct trace *trace, const struct trace_event *event)
{
    assert_int_in_range(event->lane, 0, MAX_LANES - 1);
    take(",\"args\":{\"");
    if (strcmp(event->name, "thread_sort_index") == 0) {
        take("sort_index\":");
        assert_int_equal(take_number(), event->lane);
    } else {
        assert_string_equal(event->name, "thread_name");
        take("name\":\"");
        assert_null(trace->names[event->lane]);
        trace->names[event->lane] = take_string();
        if (event->lane >= trace->lanes)
            trace->lanes = event->lane + 1;
    }
    take("}");
}

static void take_event(struct trace *trace)
{
    struct trace_event event = {0};

    take(",\n{\"ph\":\"");
    event.phase = *at++;
    take("\",\"pid\":1,\"tid\":");
    event.lane = (int)take_number() - 1;
    take(",\"ts\":");
    event.time = take_time();
    take(",\"name\":\"");
    event.name = take_string();
    if (event.phase == 'M') {
        take_lane(trace, &event);
    } else {
        take_rest(&event);
        trace->events[trace->count++] = event;
    }
    take("}");
}

static void take_title(struct trace *trace)
{
    take("{\"otherData\":{\"program\":\"");
    trace->program = take_string();
    take(",\"mode\":\"");
    trace->mode = take_string();
    take(",\"verdict\":\"");
    trace->verdict = take_string();
    take(",\"sentence\":\"");
    trace->sentence = take_string();
    take(",\"seed\":");
    trace->seed = take_number();
    take(",\"dropped events\":");
    trace->dropped = take_number();
    take("},\n\"traceEvents\":[\n"
         "{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":"
         "\"");
    trace->process = take_string();
    take("}}");
}

/* How many lanes are inside at TIME, by the latest STATES. */
static long count_inside(const struct trace *trace,
    const struct trace_event *const *states, int64_t time)
{
    long inside = 0;

    for (int lane = 0; lane < trace->lanes; lane++) {
        const struct trace_event *state = states[lane];
        if (!state || strcmp(state->state, "inside") != 0)
            continue;
        /* a state ends 1 ns before the next one begins */
        int64_t end = state->time + state->length + (state->length > 0);
        inside += end > time;
    }
    return inside;
}

/* A state does not touch the one BEFORE it; a message has no length. */
static void assert_slice(
    const struct trace_event *slice, const struct trace_event *before)
{
    if (!slice->state)
        assert_int_equal(slice->length, 0);
    else if (before && before->length > 0)
        assert_true(before->time + before->length < slice->time);
}

/* Fails the test unless the END of an arrow is at a slice of its message, which
 * is before it in the file.
 */
static void assert_at_message(
    const struct trace *trace, const struct trace_event *end)
{
    const struct trace_event *slice = end;

    while (slice > trace->events &&
           (slice->phase != 'X' || slice->state || slice->lane != end->lane ||
               slice->time != end->time || strcmp(slice->name, end->name) != 0))
        slice--;
    if (slice->phase != 'X' || slice->time != end->time)
        fail_msg("%s: an arrow at %lld is at no message",
            trace->names[end->lane], (long long)end->time);
}

/* The two ends of an arrow are together in the file. Returns its time. */
static int64_t check_arrow(
    const struct trace *trace, const struct trace_event *from)
{
    const struct trace_event *to = from + 1;

    assert_true(to < trace->events + trace->count);
    assert_int_equal(to->phase, 'f');
    assert_int_equal(from->id, to->id);
    assert_string_equal(from->name, to->name);
    assert_at_message(trace, from);
    assert_at_message(trace, to);
    if (from->time > to->time)
        fail_msg("%s was received %lld ns before it was sent", from->name,
            (long long)(from->time - to->time));
    return to->time - from->time;
}

/* The events are in the order of time, but for the beginnings of arrows. */
static void assert_events(const struct trace *trace)
{
    const struct trace_event **states = calloc(MAX_LANES, sizeof *states);
    int64_t time = 0, flown = 0, counted = 0, since = 0;
    long inside = 0, in_flight = 0, limit = -1;
    bool is_visited = false;

    assert_non_null(states);
    for (long i = 0; i < trace->count; i++) {
        const struct trace_event *event = &trace->events[i];
        bool counts = event->phase == 'C';
        if (counts && strcmp(event->name, "limit") == 0) {
            assert_true(limit == -1 || limit == event->value);
            limit = event->value;
            continue;
        }
        if (!counts && !trace->names[event->lane])
            fail_msg("lane %d has no name", event->lane);
        if (event->phase == 's') {
            flown += check_arrow(trace, event);
            continue;
        }
        assert_true(event->time >= time);
        if (event->time > time)
            assert_int_equal(inside, count_inside(trace, states, time));
        time = event->time;
        if (event->phase == 'f')
            assert_int_equal(event[-1].phase, 's');
        if (event->phase == 'X')
            assert_slice(event, states[event->lane]);
        if (event->state) {
            states[event->lane] = event;
            is_visited |= strcmp(event->state, "inside") == 0;
        }
        if (counts && strcmp(event->name, "inside") == 0)
            inside = event->value;
        if (counts && strcmp(event->name, "in flight") == 0) {
            counted += in_flight * (time - since);
            since = time;
            in_flight = event->value;
        }
    }
    assert_int_equal(in_flight, 0);
    assert_int_equal(counted, flown);
    assert_int_equal(limit > 0, is_visited);
    free(states);
}

static void assert_title(const struct trace *trace)
{
    bool is_broken = strcmp(trace->mode, "broken") == 0;
    char process[100];

    assert_string_equal(trace->mode, is_broken ? "broken" : "normal");
    (void)snprintf(process, sizeof process, "%s%s", trace->program,
        is_broken ? " --broken" : "");
    assert_string_equal(trace->process, process);
    if (strcmp(trace->verdict, "held") == 0)
        assert_int_equal(trace_violations(trace), 0);
}

struct trace trace_load(const char *path)
{
    struct trace trace = {.names = calloc(MAX_LANES, sizeof *trace.names)};

    at = load_file(path, NULL);
    trace.events = calloc((size_t)count_lines(at), sizeof *trace.events);
    assert_true(trace.events && trace.names);
    take_title(&trace);
    while (*at == ',')
        take_event(&trace);
    take("\n],\"displayTimeUnit\":\"ns\"}\n");
    assert_string_equal(at, "");
    assert_title(&trace);
    assert_events(&trace);
    return trace;
}

void trace_free(struct trace *trace)
{
    free(trace->events);
    free(trace->names);
}

int trace_violations(const struct trace *trace)
{
    int count = 0;

    for (long i = 0; i < trace->count; i++)
        count += trace->events[i].phase == 'i' && trace->events[i].kind;
    return count;
}

long trace_most_counted(const struct trace *trace, const char *name)
{
    long most = -1;

    for (long i = 0; i < trace->count; i++)
        if (trace->events[i].phase == 'C' &&
            strcmp(trace->events[i].name, name) == 0 &&
            trace->events[i].value > most)
            most = trace->events[i].value;
    return most;
}
