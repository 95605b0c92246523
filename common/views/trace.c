/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include "common/check.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define TIME(key)   "\"" key "\":%" PRId64 ".%03d," /* microseconds, not rounded */
#define PARTS(time) (time) / 1000, (int)((time) % 1000)
#define SLICE       TIME("dur") "\"cat\":\"%s\","
#define FLOW        "\"id\":%td,\"bp\":\"e\",\"cat\":\"message\","

/* An event on a line of its own: more fields by FORMAT, last its name TEXT, escaped, then END. */
static void put(FILE *out, char phase, int lane, int64_t time, const char *text, const char *end,
    const char *format, ...)
{
    const char *head = ",\n{\"ph\":\"%c\",\"pid\":1,\"tid\":%d," TIME("ts");
    va_list arguments;

    va_start(arguments, format);
    /* cppcheck-suppress wrongPrintfScanfArgNum; it does not know PRId64 */
    (void)fprintf(out, head, phase, lane + 1, PARTS(time));
    (void)vfprintf(out, format, arguments);
    (void)fputs("\"name\":\"", out);
    for (int byte; (byte = (unsigned char)*text); text++)
        (void)fprintf(out, byte < 0x20 ? "\\u%04x" : strchr("\"\\", byte) ? "\\%c" : "%c", byte);
    (void)fputs(end, out);
    va_end(arguments);
}

static bool is_bar(const struct item *item)
{
    return item->kind == STATE && item->style != IDLE && item->style != GONE;
}

/* The ends of a message are slices too, of no length: viewers draw an arrow from where a slice ends
 * to where another begins, so that longer ones would bend it. */
static void put_item(FILE *out, const struct item *item, int64_t length)
{
    const char *end = item->kind == SENT && item->partner < 0 ? " (not received)\"}" : "\"}";

    if (is_bar(item) || item->partner >= 0)
        put(out, 'X', item->lane, item->time, item->text, end, SLICE, PARTS(length),
            is_bar(item) ? "state" : "message");
    else if (item->kind != STATE)
        put(out, 'i', item->lane, item->time, item->text, end, "\"s\":\"t\",");
}

void trace_write(const struct recording *recording, FILE *out)
{
    const struct item *all = recording->items, *last = all + recording->count;
    int64_t *ends = CHECK_NOT(NULL, calloc((size_t)recording->lanes + 1, sizeof *ends));
    int *inside = CHECK_NOT(NULL, calloc((size_t)recording->lanes + 1, sizeof *inside));
    long counts[2] = {0};

    (void)fprintf(out,
        "{\"otherData\":{\"dropped events\":%ld},\n\"traceEvents\":[\n"
        "{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":\"%s\"}}",
        recording->dropped, recording->name);
    for (const struct item *item = all; item < last; item++)
        if (is_bar(item) || item->time > ends[item->lane])
            ends[item->lane] = is_bar(item) ? item->until : item->time;
    for (const struct item *item = all; item < last; item++) {
        int n = item->lane;
        if (ends[n] >= 0) { /* and one slice around all of it: arrows begin and end in slices */
            const char *name = recording->names[n];
            put(out, 'M', n, 0, name, "\"}}", "\"name\":\"thread_name\",\"args\":{");
            put(out, 'M', n, 0, "thread_sort_index", "\"}", "\"args\":{\"sort_index\":%d},", n);
            put(out, 'X', n, item->time, name, "\"}", SLICE, PARTS(ends[n] - item->time), "lane");
            ends[n] = -1; /* done */
        }
        put_item(out, item, item->kind == STATE ? item->until - item->time : 0);
        long sent = item->kind == RECEIVED ? item->partner : -1;
        if (sent >= 0) {
            put(out, 's', all[sent].lane, all[sent].time, item->text, "\"}", FLOW, item - all);
            put(out, 'f', n, item->time, item->text, "\"}", FLOW, item - all);
        }
        int changes[] = {item->kind == STATE ? (item->style == INSIDE) - inside[n] : 0,
            (item->kind == SENT) - (sent >= 0 && all + all[sent].partner == item)};
        inside[n] += changes[0];
        for (int i = 0; i < 2; i++)
            if (changes[i] != 0)
                put(out, 'C', -1, item->time, i ? "in flight" : "inside", "\"}",
                    "\"args\":{\"now\":%ld},", counts[i] += changes[i]);
    }
    (void)fputs("\n],\"displayTimeUnit\":\"ns\"}\n", out);
    free(ends);
    free(inside);
}
