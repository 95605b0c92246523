/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include "common/base/check.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Writes NANOSECONDS as microseconds, not rounded. */
static void put_time(FILE *out, const char *key, int64_t nanoseconds)
{
    (void)fprintf(
        out, "\"%s\":%" PRId64 ".%03d,", key, nanoseconds / 1000, (int)(nanoseconds % 1000));
}

/* Begins an event on a line of its own. More fields may follow, and then end_event(). */
static void begin_event(FILE *out, char phase, int lane, int64_t time)
{
    (void)fprintf(out, ",\n{\"ph\":\"%c\",\"pid\":1,\"tid\":%d,", phase, lane + 1);
    put_time(out, "ts", time);
}

static void end_event(FILE *out, const char *name, const char *end)
{
    (void)fputs("\"name\":\"", out);
    for (const char *next = name; *next; next++)
        if (*next > 0 && *next < ' ')
            (void)fprintf(out, "\\u%04x", (unsigned)*next);
        else
            (void)fprintf(out, strchr("\"\\", *next) ? "\\%c" : "%c", *next);
    (void)fputs(end, out);
}

static void put_slice(FILE *out, const struct item *item, int64_t length, const char *category,
    const char *name, const char *end)
{
    begin_event(out, 'X', item->lane, item->time);
    put_time(out, "dur", length);
    (void)fprintf(out, "\"cat\":\"%s\",", category);
    end_event(out, name, end);
}

/* Names the lane of ITEM, its first, and puts a slice around all that it does until END, since
 * arrows begin and end in slices. */
static void put_lane(FILE *out, const struct item *item, int64_t end, const char *name)
{
    begin_event(out, 'M', item->lane, 0);
    (void)fputs("\"name\":\"thread_name\",\"args\":{", out);
    end_event(out, name, "\"}}");
    begin_event(out, 'M', item->lane, 0);
    (void)fprintf(out, "\"args\":{\"sort_index\":%d},", item->lane);
    end_event(out, "thread_sort_index", "\"}");
    put_slice(out, item, end - item->time, "lane", name, "\"}");
}

static bool is_bar(const struct item *item)
{
    return item->kind == STATE && item->state != IDLE && item->state != GONE;
}

/* Writes a slice or a point. The ends of a message are slices too, of no length: viewers draw an
 * arrow from where a slice ends to where another begins, so longer ones would bend it. */
static void put_item(FILE *out, const struct item *item)
{
    const char *end = item->kind == SENT && item->partner < 0 ? " (not received)\"}" : "\"}";

    if (is_bar(item))
        put_slice(out, item, item->until - item->time, "state", item->text, end);
    else if (item->partner >= 0)
        put_slice(out, item, 0, "message", item->text, end);
    else if (item->kind != STATE) {
        begin_event(out, 'i', item->lane, item->time);
        (void)fputs("\"s\":\"t\",", out);
        end_event(out, item->text, end);
    }
}

/* Writes one end of the arrow with that ID. */
static void put_arrow_end(FILE *out, char phase, const struct item *item, long id)
{
    begin_event(out, phase, item->lane, item->time);
    (void)fprintf(out, "\"id\":%ld,\"bp\":\"e\",\"cat\":\"message\",", id);
    end_event(out, item->text, "\"}");
}

static void put_count(FILE *out, int64_t time, const char *name, long count)
{
    begin_event(out, 'C', -1, time);
    (void)fprintf(out, "\"args\":{\"now\":%ld},", count);
    end_event(out, name, "\"}");
}

/* Returns a new array: when the last thing in each lane ends. */
static int64_t *find_ends(const struct chart *chart)
{
    int64_t *ends = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *ends));

    FOR_ITEMS (item, chart) {
        int64_t end = is_bar(item) ? item->until : item->time;
        if (end > ends[item->lane])
            ends[item->lane] = end;
    }
    return ends;
}

void trace_write(const struct chart *chart, FILE *out)
{
    int64_t *ends = find_ends(chart);
    bool *was_inside = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *was_inside));
    bool *is_named = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *is_named));
    long inside = 0, in_flight = 0;

    (void)fprintf(out,
        "{\"otherData\":{\"dropped events\":%ld},\n\"traceEvents\":[\n"
        "{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":\"%s\"}}",
        chart->dropped, chart->title.program);
    for (long i = 0; i < chart->count; i++) {
        const struct item *item = &chart->items[i];
        bool is_received = item->kind == RECEIVED && item->partner >= 0;
        const struct item *sent = is_received ? &chart->items[item->partner] : NULL;
        bool is_inside = item->state == INSIDE;
        if (!is_named[item->lane]) {
            put_lane(out, item, ends[item->lane], chart->names[item->lane]);
            is_named[item->lane] = true;
        }
        put_item(out, item);
        if (sent) {
            put_arrow_end(out, 's', sent, i);
            put_arrow_end(out, 'f', item, i);
        }
        if (item->kind == STATE && is_inside != was_inside[item->lane]) {
            was_inside[item->lane] = is_inside;
            inside += is_inside ? 1 : -1;
            put_count(out, item->time, "inside", inside);
        }
        if (item->kind == SENT) {
            in_flight++;
            put_count(out, item->time, "in flight", in_flight);
        } else if (sent && sent->partner == i) {
            in_flight--;
            put_count(out, item->time, "in flight", in_flight);
        }
    }
    (void)fputs("\n],\"displayTimeUnit\":\"ns\"}\n", out);
    free(ends);
    free(was_inside);
    free(is_named);
}
