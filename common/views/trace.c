/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include <inttypes.h>
#include <string.h>

/* Writes PREFIX and TEXT as one JSON string. */
static void put_string(FILE *out, const char *prefix, const char *text)
{
    (void)fprintf(out, "\"%s", prefix);
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            (void)fprintf(out, "\\%c", *text);
        else if (*text > 0 && *text < ' ')
            (void)fprintf(out, "\\u%04x", (unsigned)*text);
        else
            (void)fputc(*text, out);
    (void)fputc('"', out);
}

/* Writes NANOSECONDS as microseconds, not rounded. */
static void put_time(FILE *out, const char *key, int64_t nanoseconds)
{
    (void)fprintf(
        out, ",\"%s\":%" PRId64 ".%03d", key, nanoseconds / 1000, (int)(nanoseconds % 1000));
}

/* Begins an event on a line of its own. More fields may follow, and then end_event(). */
static void begin_event(
    FILE *out, char phase, int lane, int64_t time, const char *prefix, const char *name)
{
    (void)fprintf(out, ",\n{\"ph\":\"%c\",\"pid\":1,\"tid\":%d", phase, lane + 1);
    put_time(out, "ts", time);
    (void)fputs(",\"name\":", out);
    put_string(out, prefix, name);
}

/* Ends an event, which stands for the call of ITEM, if it is one. */
static void end_event(FILE *out, const struct item *item)
{
    const struct call_place *place = item->place;

    if (place)
        (void)fprintf(out, ",\"args\":{\"call\":\"%.*s\",\"where\":\"%s:%d\"}",
            (int)strcspn(place->call, "("), place->call, place->file, place->line);
    (void)fputc('}', out);
}

/* Writes a point of a lane; or that something went wrong, as a line through all lanes, of which
 * "terrible" is red. */
static void put_point(
    FILE *out, const struct item *item, bool is_wrong, const char *prefix, const char *text)
{
    begin_event(out, 'i', item->lane, item->time, prefix, text);
    (void)fputs(
        is_wrong ? ",\"s\":\"g\",\"cat\":\"violation\",\"cname\":\"terrible\"" : ",\"s\":\"t\"",
        out);
    end_event(out, item);
}

static void put_slice(FILE *out, const struct item *item, int64_t length, const char *category)
{
    begin_event(out, 'X', item->lane, item->time, "", item->text);
    put_time(out, "dur", length);
    (void)fprintf(
        out, ",\"cat\":\"%s\"%s", category, item->is_wrong ? ",\"cname\":\"terrible\"" : "");
    end_event(out, item);
}

/* Writes a slice or a point. A state ends 1 ns before the next one begins: viewers add begin and
 * length in floating point, and would otherwise see one within the other. The ends of a message are
 * slices too, for the arrow's ends, of no length: viewers draw it from where a slice ends. */
static void put_item(FILE *out, const struct item *item)
{
    static const char *const categories[] = {
        [RUNNING] = "state,running", [WAITING] = "state,waiting", [INSIDE] = "state,inside"};
    int64_t length = item->next->time - item->time;

    if (item->kind == STATE && categories[item->state])
        put_slice(out, item, length > 0 ? length - 1 : 0, categories[item->state]);
    else if (item->partner >= 0)
        put_slice(out, item, 0, "message");
    else if (item->kind == FLAW)
        put_point(out, item, true, "✗ ", item->text);
    else if (item->kind == SENT)
        put_point(
            out, item, item->is_wrong, item->is_wrong ? "✗ lost: " : "not received: ", item->text);
    else if (item->kind != STATE)
        put_point(out, item, false, "", item->text);
}

/* Writes one end of the arrow with that ID. */
static void put_arrow_end(FILE *out, char phase, const struct item *item, long id)
{
    begin_event(out, phase, item->lane, item->time, "", item->text);
    (void)fprintf(out, ",\"id\":%ld,\"bp\":\"e\",\"cat\":\"message\"}", id);
}

static void put_count(FILE *out, int64_t time, const char *name, long count)
{
    begin_event(out, 'C', -1, time, "", name);
    (void)fprintf(out, ",\"args\":{\"now\":%ld}}", count);
}

/* Begins the file: the title, as viewers show it beside the events, and what the run is called;
 * then the names of the lanes, in their order. */
static void put_head(FILE *out, const struct chart *chart)
{
    static const char *const verdicts[] = {"held", "VIOLATED", "unknown"};
    const struct title *title = &chart->title;

    (void)fprintf(out,
        "{\"otherData\":{\"program\":\"%s\",\"mode\":\"%s\",\"verdict\":\"%s\",\"sentence\":",
        title->program, title->broken ? "broken" : "normal", verdicts[title->verdict]);
    put_string(out, "", title->sentence);
    (void)fprintf(out,
        ",\"seed\":%" PRIu32 ",\"dropped events\":%ld},\n\"traceEvents\":[\n"
        "{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":\"%s%s\"}}",
        title->seed, chart->dropped, title->program, title->broken ? " --broken" : "");
    for (int lane = 0; lane < chart->lanes; lane++) {
        if (!chart->lane[lane].has_events)
            continue;
        begin_event(out, 'M', lane, 0, "", "thread_name");
        (void)fputs(",\"args\":{\"name\":", out);
        put_string(out, "", chart->lane[lane].name);
        (void)fputs("}}", out);
        begin_event(out, 'M', lane, 0, "", "thread_sort_index");
        (void)fprintf(out, ",\"args\":{\"sort_index\":%d}}", lane);
    }
}

void trace_write(const struct chart *chart, FILE *out)
{
    int inside = 0, limit = chart->limit;
    long in_flight = 0; /* messages, each once for each lane that receives it */
    char text[64];

    put_head(out, chart);
    for (int end = 0; end < 2 && chart->most_inside > 0; end++)
        put_count(out, end * chart->length, "limit", limit);
    FOR_ITEMS (item, chart) {
        bool is_arrival = item->kind == RECEIVED && item->partner >= 0;
        long change = is_arrival ? -1 : item->receivers, id = item - chart->items;
        put_item(out, item);
        if (is_arrival) {
            put_arrow_end(out, 's', &chart->items[item->partner], id);
            put_arrow_end(out, 'f', item, id);
        }
        in_flight += change;
        if (change != 0)
            put_count(out, item->time, "in flight", in_flight);
        if (item->inside != inside)
            put_count(out, item->time, "inside", item->inside);
        if (item->inside > limit && inside <= limit && !item->is_wrong) {
            (void)snprintf(text, sizeof text, "%d inside, not %d", item->inside, limit);
            put_point(out, item, true, "✗ ", text); /* which count_in() has not told */
        }
        inside = item->inside;
    }
    (void)fputs("\n],\"displayTimeUnit\":\"ns\"}\n", out);
}
