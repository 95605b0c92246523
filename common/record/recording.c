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

/* Messages wait in queues, oldest first: one for each text, sender and receiver. A message is in
 * that queue, and in those that leave one of these two open, or both; so nobody has to search. */
enum { ANY = NO_LANE };
struct waiting {
    struct item *sent;
    const char *text;
    int from, to;  /* lanes or ANY; TO is EACH for a message to all */
    long received; /* at a queue's first one: how many of the queue were received */
};

static int by_queue(const void *one, const void *two)
{
    const struct waiting *a = one, *b = two;

    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return strcmp(a->text, b->text);
}

static int by_queue_and_age(const void *one, const void *two)
{
    const struct waiting *a = one, *b = two;
    int order = by_queue(one, two);

    return order != 0 ? order : (a->sent > b->sent) - (a->sent < b->sent);
}

/* The oldest message in a queue that RECEIVED may be; NULL if there is none. ALL has COUNT
 * messages, queue by queue. */
static struct item *oldest_in(
    struct waiting *all, long count, int from, int to, const struct item *received)
{
    const struct waiting wanted = {.text = received->text, .from = from, .to = to};
    long first = 0, end = count;

    while (first < end) {
        long middle = first + (end - first) / 2;
        if (by_queue(&all[middle], &wanted) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    for (long *at = &all[first].received; first + *at < count; (*at)++) {
        struct waiting *oldest = &all[first + *at];
        if (by_queue(oldest, &wanted) != 0 || oldest->sent > received)
            return NULL; /* the queue's end, or it was sent only later */
        if (oldest->sent->partner < 0 || oldest->sent->each)
            return oldest->sent;
    }
    return NULL;
}

/* Ties each message that was received to the one that was sent: the oldest one with this text that
 * its sender sent and nobody received; one that was sent to this lane comes first. */
static void find_partners(struct recording *recording)
{
    struct item *items = recording->items, *end = items + recording->count;
    struct waiting *all = CHECK_NOT(NULL, malloc((4 * (size_t)recording->count + 1) * sizeof *all));
    long count = 0;

    for (struct item *sent = items; sent < end; sent++)
        for (int open = 0; sent->kind == SENT && open < 4; open++)
            all[count++] = (struct waiting){sent, sent->text, open & 1 ? ANY : sent->lane,
                sent->each ? EACH
                : open & 2 ? ANY
                           : sent->other,
                0};
    qsort(all, (size_t)count, sizeof *all, by_queue_and_age);
    all[count].received = 0;
    for (struct item *item = items; item < end; item++) {
        if (item->kind != RECEIVED)
            continue;
        struct item *found = oldest_in(all, count, item->other, item->lane, item);
        struct item *to_each = oldest_in(all, count, item->other, EACH, item);
        if (to_each && (!found || to_each < found))
            found = to_each;
        if (!found)
            found = oldest_in(all, count, item->other, ANY, item);
        if (!found)
            continue;
        item->partner = found - items;
        found->partner = found->partner < 0 ? item - items : found->partner;
    }
    free(all);
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
    const char *words[100]; /* no legend has room for more */
    int count = 0;
    size_t used = 0;

    *text = '\0';
    FOR_ITEMS (item, recording) {
        bool is_new = item->kind == STATE && item->style == style;
        for (int i = 0; is_new && i < count; i++)
            is_new = strcmp(words[i], item->text) != 0;
        if (!is_new)
            continue;
        if (count == 100 || used + strlen(item->text) + sizeof ", " > room)
            break;
        words[count++] = item->text;
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
