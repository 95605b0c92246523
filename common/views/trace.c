/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* Writes PREFIX and TEXT, which is escaped already, as one JSON string. */
static void put_string(FILE *out, const char *prefix, const char *text)
{
    (void)fprintf(out, "\"%s", prefix);
    for (; *text; text++)
        (void)fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    (void)fputc('"', out);
}

/* Writes an event of PHASE in a lane on a line of its own: its time in microseconds, its name, and
 * what more there is to say, by FORMAT. */
static void put_event(FILE *out, char phase, int lane, int64_t time, const char *prefix,
    const char *name, const char *format, ...)
{
    va_list arguments;

    (void)fprintf(out,
        ",\n{\"ph\":\"%c\",\"pid\":1,\"tid\":%d,\"ts\":%" PRId64 ".%03d,\"name\":", phase, lane + 1,
        time / 1000, (int)(time % 1000));
    put_string(out, prefix, name);
    va_start(arguments, format);
    (void)vfprintf(out, format, arguments);
    va_end(arguments);
    (void)fputc('}', out);
}

/* Writes a slice or a point. A state ends 1 ns before the next one begins: viewers add begin and
 * length in floating point, and would otherwise see one within the other. The ends of a message are
 * slices too, for the arrow's ends, of no length: viewers draw it from where a slice ends. What
 * went wrong is a line through all lanes, of which "terrible" is red. */
static void put_item(FILE *out, const struct item *item)
{
    static const char *const states[] = {
        [RUNNING] = "state,running", [WAITING] = "state,waiting", [INSIDE] = "state,inside"};
    const char *category = item->kind == STATE ? states[item->state] : NULL, *prefix = "";
    const struct call_place *place = item->event->place;
    char call[200] = "";
    int64_t length = item->next->time - item->time - 1;

    if (place)
        (void)snprintf(call, sizeof call, ",\"args\":{\"call\":\"%.*s\",\"where\":\"%s:%d\"}",
            (int)strcspn(place->call, "("), place->call, place->file, place->line);
    if (item->partner)
        category = "message";
    if (item->kind != STATE || length < 0)
        length = 0;
    if (item->kind == FLAW)
        prefix = "✗ ";
    else if (item->kind == SENT)
        prefix = item->is_wrong ? "✗ lost: " : "not received: ";
    if (category)
        put_event(out, 'X', item->lane, item->time, "", item->text,
            ",\"dur\":%" PRId64 ".%03d,\"cat\":\"%s\"%s%s", length / 1000, (int)(length % 1000),
            category, item->is_wrong ? ",\"cname\":\"terrible\"" : "", call);
    else if (item->kind != STATE)
        put_event(out, 'i', item->lane, item->time, prefix, item->text, "%s%s",
            *prefix && item->is_wrong ? ",\"s\":\"g\",\"cat\":\"violation\",\"cname\":\"terrible\""
                                      : ",\"s\":\"t\"",
            call);
}

/* Writes the title, as viewers show it beside the events, and what the run is called; then the
 * names of the lanes, in their order. */
static void put_head(FILE *out, const struct chart *chart)
{
    static const char *const verdicts[] = {"held", "VIOLATED", "cannot tell"};
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
        put_event(out, 'M', lane, 0, "", "thread_name", ",\"args\":{\"name\":\"%s\"}",
            chart->lane[lane].name);
        put_event(
            out, 'M', lane, 0, "", "thread_sort_index", ",\"args\":{\"sort_index\":%d}", lane);
    }
}

void trace_write(struct chart *chart, FILE *out)
{
    int inside = 0, limit = chart->limit;

    put_head(out, chart);
    for (int end = 0; end < 2 && chart->most_inside > 0; end++)
        put_event(out, 'C', -1, end * chart->items[chart->count].time, "", "limit",
            ",\"args\":{\"now\":%d}", limit);
    FOR_ITEMS (item, chart) {
        const struct item *sent = item->partner;
        long id = item - chart->items;
        put_item(out, item);
        if (item->kind == RECEIVED && sent) {
            put_event(out, 's', sent->lane, sent->time, "", sent->text,
                ",\"id\":%ld,\"bp\":\"e\",\"cat\":\"message\"", id);
            put_event(out, 'f', item->lane, item->time, "", item->text,
                ",\"id\":%ld,\"bp\":\"e\",\"cat\":\"message\"", id);
        }
        if (item->inside != inside)
            put_event(
                out, 'C', -1, item->time, "", "inside", ",\"args\":{\"now\":%d}", item->inside);
        if (item->inside > limit && inside <= limit && !item->is_wrong)
            put_event(out, 'i', item->lane, item->time, "✗ ", "too many inside",
                ",\"s\":\"g\",\"cat\":\"violation\",\"cname\":\"terrible\"");
        inside = item->inside;
    }
    (void)fputs("\n],\"displayTimeUnit\":\"ns\"}\n", out);
}
