/* SPDX-License-Identifier: MIT */
#include "common/base/check.h"
#include "common/views/charts.h"
#include <inttypes.h>
#include <stdlib.h>
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

/* Ends an event, which stands for a call at PLACE, or for none (NULL). */
static void end_event(FILE *out, const struct call_place *place)
{
    if (place)
        (void)fprintf(out, ",\"args\":{\"call\":\"%.*s\",\"where\":\"%s:%d\"}",
            (int)strcspn(place->call, "("), place->call, place->file, place->line);
    (void)fputc('}', out);
}

/* Writes that something went wrong at ITEM, as a line through all lanes; "terrible" is red. */
static void put_violation(FILE *out, const struct item *item, const char *prefix, const char *text)
{
    begin_event(out, 'i', item->lane, item->time, prefix, text);
    (void)fputs(",\"s\":\"g\",\"cat\":\"violation\",\"cname\":\"terrible\"", out);
    end_event(out, item->place);
}

static void put_slice(FILE *out, const struct item *item, int64_t length, const char *category)
{
    begin_event(out, 'X', item->lane, item->time, "", item->text);
    put_time(out, "dur", length);
    (void)fprintf(
        out, ",\"cat\":\"%s\"%s", category, item->is_wrong ? ",\"cname\":\"terrible\"" : "");
    end_event(out, item->place);
}

/* Names the lanes, and keeps their order. */
static void put_lanes(FILE *out, const struct chart *chart)
{
    for (int lane = 0; lane < chart->lanes; lane++) {
        if (!chart->seen[lane])
            continue;
        begin_event(out, 'M', lane, 0, "", "thread_name");
        (void)fputs(",\"args\":{\"name\":", out);
        put_string(out, "", chart->names[lane]);
        (void)fputs("}}", out);
        begin_event(out, 'M', lane, 0, "", "thread_sort_index");
        (void)fprintf(out, ",\"args\":{\"sort_index\":%d}}", lane);
    }
}

static bool is_arrival(const struct item *item)
{
    return item->kind == RECEIVED && item->partner >= 0;
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
        put_violation(out, item, "✗ ", item->text);
    else if (item->kind == SENT && item->is_wrong)
        put_violation(out, item, "✗ lost: ", item->text);
    else if (item->kind != STATE) {
        begin_event(out, 'i', item->lane, item->time, item->kind == SENT ? "not received: " : "",
            item->text);
        (void)fputs(",\"s\":\"t\"", out);
        end_event(out, item->place);
    }
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

/* Counts how many are inside, beside the limit, and marks where that is exceeded, unless
 * count_in() has. */
static void put_inside(FILE *out, const struct chart *chart)
{
    int before = 0;
    char text[64];

    if (chart->most_inside == 0)
        return;
    put_count(out, 0, "limit", chart->limit);
    put_count(out, chart->length, "limit", chart->limit);
    FOR_ITEMS (item, chart) {
        if (item->inside != before)
            put_count(out, item->time, "inside", item->inside);
        if (item->inside > chart->limit && before <= chart->limit && !item->is_wrong) {
            (void)snprintf(text, sizeof text, "%d inside, not %d", item->inside, chart->limit);
            put_violation(out, item, "✗ ", text);
        }
        before = item->inside;
    }
}

/* Counts the messages in flight, each once for each lane that receives it: none of them is one that
 * nobody does, since it is never known to arrive. */
static void put_in_flight(FILE *out, const struct chart *chart)
{
    long *receivers = CHECK_NOT(NULL, calloc((size_t)chart->count + 1, sizeof *receivers));
    long in_flight = 0;

    FOR_ITEMS (item, chart)
        if (is_arrival(item))
            receivers[item->partner]++;
    FOR_ITEMS (item, chart) {
        long change = is_arrival(item) ? -1 : receivers[item - chart->items];
        in_flight += change;
        if (change != 0)
            put_count(out, item->time, "in flight", in_flight);
    }
    free(receivers);
}

/* Begins the file: the title, as viewers show it beside the events, and what the run is called. */
static void put_title(FILE *out, const struct chart *chart)
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
}

void trace_write(const struct chart *chart, FILE *out)
{
    put_title(out, chart);
    put_lanes(out, chart);
    FOR_ITEMS (item, chart) {
        put_item(out, item);
        if (is_arrival(item)) {
            put_arrow_end(out, 's', &chart->items[item->partner], item - chart->items);
            put_arrow_end(out, 'f', item, item - chart->items);
        }
    }
    put_inside(out, chart);
    put_in_flight(out, chart);
    (void)fputs("\n],\"displayTimeUnit\":\"ns\"}\n", out);
}
