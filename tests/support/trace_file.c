/* SPDX-License-Identifier: MIT */
#include "tests/support/trace_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_LANES = 20000, DEEPEST = 8 };

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t room = 0;

    if (!file)
        fail_msg("there is no %s", path);
    ssize_t size = getdelim(&text, &room, '\0', file);
    assert_true(size > 0);
    assert_int_equal(strlen(text), size); /* no NUL */
    (void)fclose(file);
    return text;
}

/* OBJECT's KEY, which has to be there and of KIND. */
static const char *text_of(
    const struct json *object, const char *key, enum json_kind kind)
{
    const char *text = json_text(object, key, kind);

    if (!text)
        fail_msg("an event %s lacks %s, or has it of another kind",
            json_text(object, "name", JSON_STRING), key);
    return text;
}

static long number_of(const struct json *object, const char *key)
{
    return strtol(text_of(object, key, JSON_NUMBER), NULL, 10);
}

/* "12.345" microseconds are 12345 nanoseconds. */
static int64_t time_of(const struct json *object, const char *key)
{
    const char *text = text_of(object, key, JSON_NUMBER);
    char *point;
    long long whole = strtoll(text, &point, 10);

    if (*text == '-' || *point != '.' || strspn(point + 1, "0123456789") != 3 ||
        point[4] != '\0')
        fail_msg("%s is no time with three decimals", text);
    return (int64_t)whole * 1000 + strtol(point + 1, NULL, 10);
}

/* What tells the name of a process or thread, or the order of threads. */
static void read_metadata(struct trace *trace, const struct json *event)
{
    const char *name = text_of(event, "name", JSON_STRING);
    const struct json *args = json_get(event, "args");

    assert_non_null(args);
    if (strcmp(name, "process_name") == 0) {
        (void)text_of(args, "name", JSON_STRING);
        return;
    }
    long lane = number_of(event, "tid") - 1;
    assert_int_in_range(lane, 0, MAX_LANES - 1);
    if (strcmp(name, "thread_sort_index") == 0) {
        assert_int_equal(number_of(args, "sort_index"), lane);
        return;
    }
    assert_string_equal(name, "thread_name");
    assert_null(trace->names[lane]);
    trace->names[lane] = text_of(args, "name", JSON_STRING);
    trace->lanes = lane >= trace->lanes ? (int)lane + 1 : trace->lanes;
}

static void read_event(struct trace *trace, const struct json *event)
{
    const char *phase = text_of(event, "ph", JSON_STRING);

    assert_int_equal(number_of(event, "pid"), 1);
    if (strcmp(phase, "M") == 0) {
        read_metadata(trace, event);
        return;
    }
    struct trace_event *read = &trace->events[trace->count++];
    *read = (struct trace_event){.phase = *phase,
        .lane = (int)number_of(event, "tid") - 1,
        .time = time_of(event, "ts"),
        .name = text_of(event, "name", JSON_STRING)};
    if (strlen(phase) != 1 || !strchr("XisfC", *phase))
        fail_msg("phase %s", phase);
    if (strchr("Xsf", *phase))
        read->kind = text_of(event, "cat", JSON_STRING);
    if (*phase == 'X')
        read->length = time_of(event, "dur");
    if (*phase == 's' || *phase == 'f')
        read->id = number_of(event, "id");
    if (*phase == 'f') /* it ends in the slice around it, not at the next one */
        assert_string_equal(text_of(event, "bp", JSON_STRING), "e");
    if (*phase == 'i')
        assert_string_equal(text_of(event, "s", JSON_STRING), "t");
    if (*phase == 'C') {
        const struct json *args = json_get(event, "args");
        assert_non_null(args);
        assert_non_null(args->first);
        assert_null(args->first->next);
        read->value = number_of(args, args->first->key);
        assert_true(read->value >= 0);
    }
}

/* As viewers take them: by lane and time, else as in the file. */
static int by_lane(const void *one, const void *two)
{
    const struct trace_event *a = *(const struct trace_event *const *)one;
    const struct trace_event *b = *(const struct trace_event *const *)two;

    if (a->lane != b->lane)
        return a->lane < b->lane ? -1 : 1;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return a < b ? -1 : 1;
}

static int by_id(const void *one, const void *two)
{
    const struct trace_event *a = *(const struct trace_event *const *)one;
    const struct trace_event *b = *(const struct trace_event *const *)two;

    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return a->phase > b->phase ? -1 : a->phase < b->phase; /* s before f */
}

static void assert_lanes(const struct trace *trace,
    const struct trace_event *const *events, long count)
{
    const struct trace_event *open[DEEPEST]; /* slices within one another */
    int depth = 0;

    for (long i = 0; i < count; i++) {
        const struct trace_event *event = events[i];
        if (event->phase == 'C')
            continue;
        assert_int_in_range(event->lane, 0, MAX_LANES - 1);
        if (!trace->names[event->lane])
            fail_msg("lane %d has no name", event->lane);
        if (i > 0 && events[i - 1]->lane != event->lane)
            depth = 0;
        bool is_arrow = event->phase != 'X' && event->phase != 'i';
        while (!is_arrow && depth > 0 &&
               open[depth - 1]->time + open[depth - 1]->length <= event->time)
            depth--;
        const struct trace_event *around = depth > 0 ? open[depth - 1] : NULL;
        int64_t end = event->time + event->length;
        if (!is_arrow && around && around->time + around->length < end)
            fail_msg("%s, %s at %lld is not within %s",
                trace->names[event->lane], event->name, (long long)event->time,
                around->name);
        if (is_arrow &&
            (!around || around->time + around->length < event->time))
            fail_msg("%s: an arrow at %lld is in no slice",
                trace->names[event->lane], (long long)event->time);
        if (event->phase == 'X') {
            assert_true(depth < DEEPEST);
            open[depth++] = event;
        }
    }
}

static void assert_arrows(const struct trace_event *const *events, long count)
{
    assert_int_equal(count % 2, 0);
    for (long i = 0; i < count; i += 2) {
        const struct trace_event *from = events[i], *to = events[i + 1];
        assert_int_equal(from->id, to->id);
        assert_true(i == 0 || events[i - 1]->id != from->id);
        assert_int_equal(from->phase, 's');
        assert_int_equal(to->phase, 'f');
        assert_string_equal(from->name, to->name);
        assert_string_equal(from->kind, to->kind);
        if (from->time > to->time)
            fail_msg("%s was received %lld ns before it was sent", from->name,
                (long long)(from->time - to->time));
    }
}

static void assert_valid(const struct trace *trace)
{
    size_t size = ((size_t)trace->count + 1) * sizeof(struct trace_event *);
    const struct trace_event **events = malloc(size), **arrows = malloc(size);
    long arrow_count = 0;

    assert_true(events && arrows);
    for (long i = 0; i < trace->count; i++) {
        events[i] = &trace->events[i];
        if (strchr("sf", events[i]->phase))
            arrows[arrow_count++] = events[i];
    }
    qsort(events, (size_t)trace->count, sizeof(void *), by_lane);
    qsort(arrows, (size_t)arrow_count, sizeof(void *), by_id);
    assert_lanes(trace, events, trace->count);
    assert_arrows(arrows, arrow_count);
    free(events);
    free(arrows);
}

struct trace trace_load(const char *path)
{
    struct trace trace = {.names = calloc(MAX_LANES, sizeof *trace.names)};
    char *text = read_file(path);
    const char *wrong;
    long count = 0, lines = 0;

    trace.json = json_read(text, &wrong);
    if (!trace.json)
        fail_msg("no JSON from here: %.60s", wrong);
    const char *unit = text_of(trace.json, "displayTimeUnit", JSON_STRING);
    assert_true(strcmp(unit, "ns") == 0 || strcmp(unit, "ms") == 0);
    trace.dropped =
        number_of(json_get(trace.json, "otherData"), "dropped events");
    const struct json *events = json_get(trace.json, "traceEvents");
    assert_true(events && events->kind == JSON_ARRAY);
    for (const struct json *event = events->first; event; event = event->next)
        count++;
    for (const char *line = text; (line = strchr(line, '\n')); line++)
        lines++;
    assert_int_equal(lines, count + 3); /* the other keys, the last bracket */
    trace.events = calloc((size_t)count + 1, sizeof *trace.events);
    assert_true(trace.events && trace.names);
    for (const struct json *event = events->first; event; event = event->next)
        read_event(&trace, event);
    free(text);
    assert_valid(&trace);
    return trace;
}

void trace_free(struct trace *trace)
{
    json_free(trace->json);
    free(trace->events);
    free(trace->names);
}

bool trace_has_empty(const struct trace *trace, const char *name)
{
    for (long i = 0; i < trace->count; i++) {
        const struct trace_event *slice = &trace->events[i];
        if (slice->phase == 'X' && strcmp(slice->kind, "state") == 0 &&
            strcmp(slice->name, name) == 0 && slice->length == 0)
            return true;
    }
    return false;
}

int trace_most_at_once(const struct trace *trace, const char *name)
{
    int most = 0;

    /* it is reached when one begins */
    for (long i = 0; i < trace->count; i++) {
        int64_t at = trace->events[i].time;
        int now = 0;
        for (long k = 0; k < trace->count; k++) {
            const struct trace_event *slice = &trace->events[k];
            now += slice->phase == 'X' && strcmp(slice->kind, "state") == 0 &&
                   strcmp(slice->name, name) == 0 && slice->time <= at &&
                   at < slice->time + slice->length;
        }
        most = now > most ? now : most;
    }
    return most;
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
