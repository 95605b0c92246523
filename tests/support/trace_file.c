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
        assert_null(trace->process);
        trace->process = text_of(args, "name", JSON_STRING);
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

/* A state's category is "state,inside" or the like. */
static void read_category(struct trace_event *read, const struct json *event)
{
    static const char *const states[] = {"running", "waiting", "inside"};

    read->kind = text_of(event, "cat", JSON_STRING);
    if (strncmp(read->kind, "state,", 6) != 0)
        return;
    for (int i = 0; i < 3; i++)
        if (strcmp(read->kind + 6, states[i]) == 0)
            read->state = states[i];
    assert_non_null(read->state);
    read->kind = "state";
}

/* A violation is marked by a line through all lanes; another note is in its
 * lane.
 */
static void read_note(struct trace_event *read, const struct json *event)
{
    const char *scope = text_of(event, "s", JSON_STRING);
    bool is_violation = strcmp(scope, "g") == 0;

    assert_string_equal(scope, is_violation ? "g" : "t");
    assert_int_equal(
        strncmp(read->name, "✗ ", strlen("✗ ")) == 0, is_violation);
    if (is_violation) {
        read->kind = text_of(event, "cat", JSON_STRING);
        assert_string_equal(read->kind, "violation");
    } else
        assert_null(json_get(event, "cat"));
}

/* What is called, and where: a path within the project and a line. */
static void read_place(struct trace_event *read, const struct json *event)
{
    const struct json *args = json_get(event, "args");

    if (!args)
        return;
    read->call = text_of(args, "call", JSON_STRING);
    read->where = text_of(args, "where", JSON_STRING);
    assert_true(*read->call != '\0' && !strpbrk(read->call, "( "));
    const char *line = strrchr(read->where, ':');
    if (*read->where == '/' || !line || strtol(line + 1, NULL, 10) <= 0)
        fail_msg("%s is no place in the project", read->where);
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
        read_category(read, event);
    if (strchr("Xi", *phase))
        read_place(read, event);
    if (*phase == 'X')
        read->length = time_of(event, "dur");
    if (*phase == 's' || *phase == 'f')
        read->id = number_of(event, "id");
    if (*phase == 'f') /* it ends in the slice around it, not at the next one */
        assert_string_equal(text_of(event, "bp", JSON_STRING), "e");
    if (*phase == 'i')
        read_note(read, event);
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

/* Whether the end of an arrow, events[AT] by lane, is at a slice of its
 * message.
 */
static bool is_at_message(const struct trace_event *const *events, long at)
{
    const struct trace_event *end = events[at];

    for (long i = at; i >= 0; i--) {
        const struct trace_event *event = events[i];
        if (event->lane != end->lane || event->time != end->time)
            return false;
        if (event->phase == 'X' && strcmp(event->kind, "message") == 0 &&
            strcmp(event->name, end->name) == 0)
            return true;
    }
    return false;
}

static void assert_lanes(const struct trace *trace,
    const struct trace_event *const *events, long count)
{
    const struct trace_event *open[DEEPEST]; /* slices within one another */
    const struct trace_event *before = NULL; /* the state before this one */
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
        if (strchr("sf", event->phase)) {
            if (!is_at_message(events, i))
                fail_msg("%s: an arrow at %lld is at no message",
                    trace->names[event->lane], (long long)event->time);
            continue;
        }
        while (depth > 0 &&
               open[depth - 1]->time + open[depth - 1]->length <= event->time)
            depth--;
        const struct trace_event *around = depth > 0 ? open[depth - 1] : NULL;
        int64_t end = event->time + event->length;
        if (around && around->time + around->length < end)
            fail_msg("%s, %s at %lld is not within %s",
                trace->names[event->lane], event->name, (long long)event->time,
                around->name);
        if (event->state) {
            if (before && before->lane == event->lane && before->length > 0)
                assert_true(before->time + before->length < event->time);
            before = event;
        }
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

/* A thing that begins or ends, or a counter's value. */
struct change {
    int64_t time;
    long by;
    const struct trace_event *counter; /* or NULL */
};

static int by_time(const void *one, const void *two)
{
    const struct change *a = one, *b = two;

    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    if (!a->counter != !b->counter)
        return a->counter ? 1 : -1; /* the value is what comes of all changes */
    return a->counter < b->counter ? -1 : a->counter > b->counter;
}

/* Fails the test unless the counter NAME has after each of the COUNT changes
 * before END the value that comes of them. It may pass others in the same
 * moment.
 */
static void assert_counter(
    const char *name, struct change *changes, long count, int64_t end)
{
    long expected = 0, value = 0;

    qsort(changes, (size_t)count, sizeof *changes, by_time);
    for (long i = 0; i < count && changes[i].time < end; i++) {
        if (changes[i].counter)
            value = changes[i].counter->value;
        else
            expected += changes[i].by;
        bool is_last = i + 1 == count || changes[i + 1].time > changes[i].time;
        if (is_last && value != expected)
            fail_msg("%s is %ld, not %ld, at %lld", name, value, expected,
                (long long)changes[i].time);
    }
}

static void assert_counters(const struct trace *trace)
{
    size_t size = 2 * ((size_t)trace->count + 1) * sizeof(struct change);
    struct change *flights = malloc(size), *visits = malloc(size);
    long flight_count = 0, visit_count = 0, limit = -1;
    int64_t last = 0;

    assert_true(flights && visits);
    for (long i = 0; i < trace->count; i++) {
        const struct trace_event *event = &trace->events[i];
        /* a state ends 1 ns before the next one begins */
        int64_t end = event->time + event->length;
        if (event->state && event->length > 0)
            end++;
        last = end > last ? end : last;
        if (strchr("sf", event->phase))
            flights[flight_count++] = (struct change){
                event->time, event->phase == 's' ? 1 : -1, NULL};
        if (event->state && strcmp(event->state, "inside") == 0) {
            visits[visit_count++] = (struct change){event->time, 1, NULL};
            visits[visit_count++] = (struct change){end, -1, NULL};
        }
        if (event->phase != 'C')
            continue;
        if (strcmp(event->name, "in flight") == 0)
            flights[flight_count++] = (struct change){event->time, 0, event};
        else if (strcmp(event->name, "inside") == 0)
            visits[visit_count++] = (struct change){event->time, 0, event};
        else {
            assert_string_equal(event->name, "limit");
            assert_true(limit == -1 || limit == event->value);
            limit = event->value;
        }
    }
    assert_counter("in flight", flights, flight_count, last + 1);
    /* at the end slices are cut off where nobody has left */
    assert_counter("inside", visits, visit_count, last);
    assert_int_equal(limit > 0, visit_count > 0);
    free(flights);
    free(visits);
}

static void read_title(struct trace *trace)
{
    const struct json *title = json_get(trace->json, "otherData");

    trace->program = text_of(title, "program", JSON_STRING);
    trace->mode = text_of(title, "mode", JSON_STRING);
    trace->verdict = text_of(title, "verdict", JSON_STRING);
    trace->sentence = text_of(title, "sentence", JSON_STRING);
    trace->seed = number_of(title, "seed");
    trace->dropped = number_of(title, "dropped events");
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
    assert_title(trace);
    assert_counters(trace);
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
    read_title(&trace);
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
