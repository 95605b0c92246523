/* SPDX-License-Identifier: MIT */
#include "common/views/chart.h"
#include "common/base/check.h"
#include "common/base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns how many bytes of a text that was cut off are whole characters. */
static size_t whole_characters(const char *text)
{
    wchar_t character;

    for (size_t tail = 1; tail <= 3; tail++)
        if (utf8_decode(text + TEXT_SIZE - tail, tail, &character) == 0)
            return TEXT_SIZE - tail;
    return TEXT_SIZE;
}

char *event_text(const struct event *event)
{
    static const char ellipsis[] = "…";
    bool is_cut = event->length == CUT_OFF;
    size_t length = is_cut ? whole_characters(event->text) : event->length;
    char *text = CHECK_NOT(NULL, malloc(4 * TEXT_SIZE + sizeof ellipsis));
    size_t used = escape(event->text, length, text, false);

    (void)snprintf(text + used, sizeof ellipsis, "%s", is_cut ? ellipsis : "");
    return text;
}

static int compare(int64_t one, int64_t two)
{
    return (one > two) - (one < two);
}

static int by_time(const void *one, const void *two)
{
    const struct event *const *a = one, *const *b = two;
    int order = compare((*a)->time, (*b)->time);

    return order != 0 ? order : compare(*a - *b, 0); /* as they came */
}

/* Messages that were sent wait in queues until they are received. A queue is for one sender, one
 * receiver and one text. So that no receiver has to search, a message waits in four queues: of its
 * sender or of any, for its receiver or for any. */
enum { ANY = NO_LANE };
struct waiting {
    struct item *sent;
    const char *text;
    int from, to; /* a lane, or ANY; TO may be ALL */
    long taken;   /* in a queue's first: how many, from the first on, were received */
};
struct queues {
    struct waiting *all; /* sorted by queue, then oldest first */
    long count;
};

static int by_queue(const void *one, const void *two)
{
    const struct waiting *a = one, *b = two;
    int order = compare(a->from, b->from);

    if (order == 0)
        order = compare(a->to, b->to);
    return order != 0 ? order : strcmp(a->text, b->text);
}

static int by_queue_and_age(const void *one, const void *two)
{
    const struct waiting *a = one, *b = two;
    int order = by_queue(a, b);

    return order != 0 ? order : compare(a->sent - b->sent, 0);
}

static void add_waiting(struct queues *queues, struct item *sent, int from, int to)
{
    queues->all[queues->count] = (struct waiting){sent, sent->text, from, to, 0};
    queues->count++;
}

static struct queues make_queues(const struct chart *chart)
{
    size_t size = 4 * (size_t)chart->count + 1; /* not 0, for which malloc() may return NULL */
    struct queues queues = {.count = 0};

    queues.all = CHECK_NOT(NULL, malloc(size * sizeof *queues.all));
    for (struct item *item = chart->items; item < chart->items + chart->count; item++) {
        if (item->kind != SENT)
            continue;
        int to = item->to_all ? ALL : item->other;
        int to_any = item->to_all ? ALL : ANY;
        add_waiting(&queues, item, item->lane, to);
        add_waiting(&queues, item, item->lane, to_any);
        add_waiting(&queues, item, ANY, to);
        add_waiting(&queues, item, ANY, to_any);
    }
    qsort(queues.all, (size_t)queues.count, sizeof *queues.all, by_queue_and_age);
    return queues;
}

/* Returns the first place of the sorted queues that is not before WANTED. */
static struct waiting *find_queue(const struct queues *queues, const struct waiting *wanted)
{
    long first = 0, end = queues->count;

    while (first < end) {
        long middle = first + (end - first) / 2;
        if (by_queue(&queues->all[middle], wanted) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return &queues->all[first];
}

/* Returns the oldest message of a queue that RECEIVED may be, or NULL. */
static struct item *oldest_in(
    const struct queues *queues, int from, int to, const struct item *received)
{
    const struct waiting wanted = {.text = received->text, .from = from, .to = to};
    const struct waiting *end = queues->all + queues->count;
    struct waiting *queue = find_queue(queues, &wanted);

    if (queue == end)
        return NULL;
    for (struct waiting *next = queue + queue->taken; next < end; next++) {
        if (by_queue(next, &wanted) != 0 || next->sent > received)
            return NULL; /* the queue's end, or it was sent only later */
        if (next->sent->partner < 0 || next->sent->to_all)
            return next->sent;
        queue->taken++;
    }
    return NULL;
}

/* Returns the message that RECEIVED is: the oldest that was sent to this lane or to all; if there
 * is none, the oldest that was sent to another lane. */
static struct item *find_sent(const struct queues *queues, const struct item *received)
{
    struct item *to_me = oldest_in(queues, received->other, received->lane, received);
    struct item *to_all = oldest_in(queues, received->other, ALL, received);

    if (to_all && (!to_me || to_all < to_me))
        return to_all;
    if (to_me)
        return to_me;
    return oldest_in(queues, received->other, ANY, received);
}

static void find_partners(struct chart *chart)
{
    struct queues queues = make_queues(chart);

    for (long i = 0; i < chart->count; i++) {
        struct item *item = &chart->items[i];
        struct item *sent = item->kind == RECEIVED ? find_sent(&queues, item) : NULL;
        if (sent == NULL)
            continue;
        item->partner = sent - chart->items;
        if (sent->partner < 0)
            sent->partner = i;
    }
    free(queues.all);
}

/* Sets EVENTS to those of the first SIZE that are complete, by time; returns how many they are. */
static long sort_events(
    const struct recorder *from, size_t size, int lanes, const struct event **events)
{
    long count = 0;

    for (size_t i = 0; i < size; i++) {
        const struct event *event = &from->events[i];
        unsigned ready = atomic_load_explicit(&event->ready, memory_order_acquire);
        if ((ready == READY || ready == SHOWN) && event->lane < lanes) {
            events[count] = event;
            count++;
        }
    }
    qsort(events, (size_t)count, sizeof(void *), by_time);
    return count;
}

/* Makes an item of each event, from the last to the first: so it is known how long a state lasts.
 */
static void fill_items(struct chart *chart, const struct event **events)
{
    int64_t *ends = CHECK_NOT(NULL, malloc(((size_t)chart->lanes + 1) * sizeof *ends));

    for (int lane = 0; lane < chart->lanes; lane++)
        ends[lane] = chart->length;
    for (long i = chart->count - 1; i >= 0; i--) {
        const struct event *event = events[i];
        int64_t time = event->time - events[0]->time;
        chart->items[i] = (struct item){.kind = event->kind,
            .state = event->state,
            .lane = event->lane,
            .other = event->other,
            .time = time,
            .until = ends[event->lane],
            .partner = -1,
            .text = event_text(event),
            .to_all = event->to_all};
        if (event->kind == STATE)
            ends[event->lane] = time;
        chart->seen[event->lane] = true;
    }
    free(ends);
}

struct chart chart_take(const struct recorder *from, const char *name, enum measure measure)
{
    size_t recorded = from->next, size = recorded < CAPACITY ? recorded : CAPACITY;
    struct chart chart = {.name = name, .measure = measure, .lanes = lane_count(from)};
    size_t lanes = (size_t)chart.lanes + 1;
    const struct event **events = CHECK_NOT(NULL, malloc((size + 1) * sizeof(void *)));

    chart.items = CHECK_NOT(NULL, calloc(size + 1, sizeof *chart.items));
    chart.names = CHECK_NOT(NULL, calloc(lanes, sizeof *chart.names));
    chart.seen = CHECK_NOT(NULL, calloc(lanes, sizeof *chart.seen));
    for (int lane = 0; lane < chart.lanes; lane++)
        lane_name(from, lane, chart.names[lane]);
    chart.dropped = (long)(recorded - size);
    chart.count = sort_events(from, size, chart.lanes, events);
    if (chart.count > 0)
        chart.length = events[chart.count - 1]->time - events[0]->time;
    fill_items(&chart, events);
    find_partners(&chart);
    free(events);
    return chart;
}

void chart_free(struct chart *chart)
{
    for (long i = 0; i < chart->count; i++)
        free(chart->items[i].text);
    free(chart->items);
    free(chart->names);
    free(chart->seen);
}

int max_inside(const struct chart *chart)
{
    bool *was_inside = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *was_inside));
    int inside = 0, max = 0;

    FOR_ITEMS (item, chart) {
        bool is_inside = item->state == INSIDE;
        if (item->kind != STATE || is_inside == was_inside[item->lane])
            continue;
        was_inside[item->lane] = is_inside;
        inside += is_inside ? 1 : -1;
        max = inside > max ? inside : max;
    }
    free(was_inside);
    return max;
}

static void describe_longest(
    const struct chart *chart, enum state state, const char *what, char *text, size_t size)
{
    int64_t longest = 0;
    char time[32];

    FOR_ITEMS (item, chart)
        if (item->kind == STATE && item->state == state && item->until - item->time > longest)
            longest = item->until - item->time;
    format_time(longest, longest, time, sizeof time);
    (void)snprintf(text, size, "longest %s: %s", what, time);
}

static void describe_messages(const struct chart *chart, char *text, size_t size)
{
    long sent = 0, received = 0;

    FOR_ITEMS (item, chart)
        if (item->kind == SENT) {
            sent++;
            received += item->partner >= 0;
        }
    (void)snprintf(text, size, "messages sent: %ld, received: %ld", sent, received);
}

void describe_measure(const struct chart *chart, char *text, size_t size)
{
    if (chart->measure == MAX_INSIDE)
        (void)snprintf(text, size, "most inside at once: %d", max_inside(chart));
    else if (chart->measure == MESSAGES)
        describe_messages(chart, text, size);
    else if (chart->measure == LONGEST_WAIT)
        describe_longest(chart, WAITING, "wait", text, size);
    else
        describe_longest(chart, RUNNING, "run", text, size);
}

static bool is_among(const char *const *words, int count, const char *word)
{
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

bool describe_state(const struct chart *chart, enum state state, char *text, size_t size)
{
    enum { MAX_WORDS = 100 }; /* no legend has space for more */
    const char *words[MAX_WORDS];
    int count = 0;
    size_t used = 0;

    *text = '\0';
    FOR_ITEMS (item, chart) {
        if (item->kind != STATE || item->state != state || is_among(words, count, item->text))
            continue;
        if (count == MAX_WORDS || used + strlen(item->text) + sizeof ", " > size)
            break;
        words[count] = item->text;
        count++;
        used += (size_t)sprintf(text + used, "%s%s", used > 0 ? ", " : "", item->text);
    }
    return used > 0;
}

void format_time(int64_t nanoseconds, int64_t scale, char *text, size_t size)
{
    static const struct {
        int64_t size;
        const char *name;
    } units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "µs"}};
    int i = 0, decimals = 1;

    while (i < 2 && scale < units[i].size)
        i++;
    if (nanoseconds % units[i].size == 0)
        decimals = 0;
    else if (scale < 10 * units[i].size)
        decimals = 2;
    double number = (double)nanoseconds / (double)units[i].size;
    (void)snprintf(text, size, "%.*f %s", decimals, number, units[i].name);
}

int64_t axis_step(int64_t length, int ticks)
{
    int64_t step = 1;

    for (int i = 0; length / step >= ticks; i++)
        step = i % 3 == 1 ? step / 2 * 5 : step * 2; /* 1 2 5 10 20 50 */
    return step;
}

int chart_rows(const struct chart *chart, int *row_of, int *left_out)
{
    int rows = 0;

    *left_out = 0;
    for (int lane = 0; lane < chart->lanes; lane++) {
        row_of[lane] = -1;
        if (chart->seen[lane] && rows < MAX_CHART_LANES) {
            row_of[lane] = rows;
            rows++;
        } else if (chart->seen[lane])
            (*left_out)++;
    }
    return rows;
}
