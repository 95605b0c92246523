/* SPDX-License-Identifier: MIT */
#include "common/record/recording.h"
#include "common/check.h"
#include "common/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *event_text(const struct event *event)
{
    bool cut = event->length == CUT_OFF;
    size_t length = cut ? TEXT_SIZE : event->length;
    wchar_t character;

    for (size_t tail = 3; cut && tail > 0; tail--) /* no half of a character */
        if (utf8_decode(event->text + length - tail, tail, &character) == 0)
            length -= tail;
    char *text = CHECK_NOT(NULL, malloc(4 * TEXT_SIZE + 4));
    size_t used = escape(event->text, length, text, false);
    (void)snprintf(text + used, 4, "%s", cut ? "…" : "");
    return text;
}

static int by_time(const void *one, const void *two)
{
    const struct event *const *a = one, *const *b = two;

    if ((*a)->time != (*b)->time)
        return (*a)->time < (*b)->time ? -1 : 1;
    return *a < *b ? -1 : 1; /* places in the recorder: as they came */
}

/* Ties each message that was received to the one that was sent: the oldest one with this text that
 * its sender sent and nobody received; one that was sent to this lane comes first. */
static void find_partners(struct recording *recording)
{
    long oldest = 0; /* no item before it waits for one who receives it */

    for (long i = 0; i < recording->count; i++) {
        struct item *items = recording->items, *received = &items[i], *found = NULL;
        bool is_own = false;
        while (oldest < i &&
               (items[oldest].kind != SENT || (items[oldest].partner >= 0 && !items[oldest].each)))
            oldest++;
        for (long k = i - 1; received->kind == RECEIVED && k >= oldest; k--) {
            struct item *sent = &items[k];
            bool to_me = sent->other == received->lane || sent->each;
            if (sent->kind == SENT && (sent->partner < 0 || sent->each) && (to_me || !is_own) &&
                (received->other == sent->lane || received->other == NO_LANE) &&
                strcmp(sent->text, received->text) == 0) {
                found = sent;
                is_own = to_me;
            }
        }
        if (found == NULL)
            continue;
        received->partner = found - items;
        found->partner = found->partner < 0 ? i : found->partner;
    }
}

struct recording recording_take(const struct recorder *from, const char *name, enum measure measure)
{
    unsigned long next = from->next, kept = next < CAPACITY ? next : CAPACITY;
    struct recording result = {.name = name,
        .measure = measure,
        .dropped = (long)(next - kept),
        .lanes = lane_count(from)};
    size_t lanes = (size_t)result.lanes + 1;
    const struct event **events = CHECK_NOT(NULL, malloc((kept + 1) * sizeof(void *)));
    int64_t *ends = CHECK_NOT(NULL, malloc(lanes * sizeof *ends));

    result.items = CHECK_NOT(NULL, calloc(kept + 1, sizeof *result.items));
    result.names = CHECK_NOT(NULL, calloc(lanes, sizeof *result.names));
    result.seen = CHECK_NOT(NULL, calloc(lanes, sizeof *result.seen));
    for (unsigned long i = 0; i < kept; i++)
        if (atomic_load_explicit(&from->events[i].ready, memory_order_acquire) &&
            from->events[i].lane < result.lanes)
            events[result.count++] = &from->events[i];
    qsort(events, (size_t)result.count, sizeof(void *), by_time);
    if (result.count > 0)
        result.length = events[result.count - 1]->time - events[0]->time;
    for (int lane = 0; lane < result.lanes; lane++) {
        lane_name(from, lane, result.names[lane]);
        ends[lane] = result.length;
    }
    for (long i = result.count - 1; i >= 0; i--) {
        const struct event *event = events[i];
        int64_t time = event->time - events[0]->time;
        result.items[i] = (struct item){.kind = event->kind,
            .style = event->style,
            .lane = event->lane,
            .other = event->other,
            .time = time,
            .until = ends[event->lane],
            .partner = -1,
            .text = event_text(event),
            .each = event->each};
        if (event->kind == STATE)
            ends[event->lane] = time;
        result.seen[event->lane] = true;
    }
    free(events);
    free(ends);
    find_partners(&result);
    return result;
}

void recording_free(struct recording *recording)
{
    for (long i = 0; i < recording->count; i++)
        free(recording->items[i].text);
    free(recording->items);
    free(recording->names);
    free(recording->seen);
}

int most_inside(const struct recording *recording)
{
    int inside = 0, most = 0;
    bool *is_inside = CHECK_NOT(NULL, calloc((size_t)recording->lanes + 1, sizeof *is_inside));

    FOR_ITEMS (item, recording)
        if (item->kind == STATE) {
            inside += (item->style == INSIDE) - is_inside[item->lane];
            is_inside[item->lane] = item->style == INSIDE;
            most = inside > most ? inside : most;
        }
    free(is_inside);
    return most;
}

void describe_time(int64_t nanoseconds, int64_t scale, char *text, size_t room)
{
    static const struct {
        int64_t size;
        const char *name;
    } units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "µs"}};
    int i = 0;

    while (i < 2 && scale < units[i].size)
        i++;
    int decimals = nanoseconds % units[i].size == 0 ? 0 : scale < 10 * units[i].size ? 2 : 1;
    (void)snprintf(text, room, "%.*f %s", decimals, (double)nanoseconds / (double)units[i].size,
        units[i].name);
}

int64_t axis_step(int64_t length, int ticks)
{
    int64_t step = 1;

    for (int i = 0; length / step >= ticks; i++)
        step = i % 3 == 1 ? step / 2 * 5 : step * 2; /* 1 2 5 10 20 50 */
    return step;
}

void describe_measure(const struct recording *recording, char *text, size_t room)
{
    enum style style = recording->measure == LONGEST_WAIT ? WAITING : RUNNING;
    int64_t longest = 0;
    long sent = 0, received = 0;
    char time[32];

    FOR_ITEMS (item, recording) {
        if (item->kind == STATE && item->style == style && item->until - item->time > longest)
            longest = item->until - item->time;
        sent += item->kind == SENT;
        received += item->kind == SENT && item->partner >= 0;
    }
    describe_time(longest, longest, time, sizeof time);
    if (recording->measure == MOST_INSIDE)
        (void)snprintf(text, room, "most inside at once: %d", most_inside(recording));
    else if (recording->measure == MESSAGES)
        (void)snprintf(text, room, "messages sent: %ld, received: %ld", sent, received);
    else
        (void)snprintf(text, room, "longest %s: %s", style == WAITING ? "wait" : "run", time);
}

bool describe_style(const struct recording *recording, enum style style, char *text, size_t room)
{
    size_t used = 0;

    *text = '\0';
    FOR_ITEMS (item, recording) {
        bool is_new = item->kind == STATE && item->style == style;
        for (const struct item *before = recording->items; is_new && before < item; before++)
            is_new = before->kind != STATE || before->style != style ||
                     strcmp(before->text, item->text) != 0;
        if (!is_new)
            continue;
        if (used + strlen(item->text) + sizeof ", " > room)
            break;
        used += (size_t)sprintf(text + used, "%s%s", used ? ", " : "", item->text);
    }
    return used > 0;
}

int chart_rows(const struct recording *recording, int *row_of, int *left_out)
{
    int rows = 0;

    *left_out = 0;
    for (int lane = 0; lane < recording->lanes; lane++) {
        row_of[lane] = -1;
        if (recording->seen[lane] && rows < MOST_CHART_LANES)
            row_of[lane] = rows++;
        else
            *left_out += recording->seen[lane];
    }
    return rows;
}
