/* SPDX-License-Identifier: MIT */
#include "common/views/chart.h"
#include "common/base/check.h"
#include "common/base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void event_text(const struct event *event, char text[WORDS_SIZE])
{
    bool is_cut = event->length == CUT_OFF;
    char bytes[TEXT_SIZE + 1];

    (void)snprintf(bytes, sizeof bytes, "%.*s", TEXT_SIZE, event->text);
    size_t length = is_cut ? utf8_prefix(bytes, TEXT_SIZE - 1) : event->length;
    size_t used = escape(event->text, length, text, false);
    (void)snprintf(text + used, WORDS_SIZE - used, "%s", is_cut ? "…" : "");
}

/* Adds ITEM behind those of the same time. Events are recorded nearly in their order. */
static void add_item(struct chart *chart, struct item item)
{
    long place = chart->count;

    for (; place > 0 && chart->items[place - 1].time > item.time; place--)
        chart->items[place] = chart->items[place - 1];
    chart->items[place] = item;
    chart->count++;
}

/* Makes an item of each event that is complete; after the last one comes the end of the run. */
static void take_items(struct chart *chart, const struct recorder *from)
{
    unsigned long recorded = from->next, size = recorded < CAPACITY ? recorded : CAPACITY;
    char text[WORDS_SIZE];

    chart->items = CHECK_NOT(NULL, calloc(size + 1, sizeof *chart->items));
    chart->dropped = (long)(recorded - size);
    for (const struct event *event = from->events; event < from->events + size; event++) {
        unsigned ready = atomic_load_explicit(&event->ready, memory_order_acquire);
        if ((ready != READY && ready != SHOWN) || event->lane >= chart->lanes)
            continue;
        event_text(event, text);
        char *kept = CHECK_NOT(NULL, strdup(text));
        add_item(chart, (struct item){.kind = event->kind,
                            .state = event->state,
                            .lane = event->lane,
                            .other = event->other,
                            .time = event->time,
                            .text = kept,
                            .place = event->place,
                            .to_all = event->to_all,
                            .is_wrong = event->is_wrong || event->kind == FLAW});
    }
    int64_t begin = chart->items[0].time;
    for (long i = 0; i < chart->count; i++)
        chart->items[i].time -= begin;
    if (chart->count > 0)
        chart->length = chart->items[chart->count - 1].time;
    chart->items[chart->count] = (struct item){.time = chart->length, .at = 1};
}

/* Messages that no lane has received wait in chains: one for each lane, and the last one for those
 * to all, or to nobody knows whom. */
static int chain_of(const struct chart *chart, const struct item *sent)
{
    return sent->to_all || sent->other >= chart->lanes ? chart->lanes : sent->other;
}

/* Looks through a chain of messages, from its first LINK on, for the oldest that may be the one
 * that was RECEIVED. Sets FOUND to the link to it, unless that leads to an older one. */
static void find_sent(struct item **link, const struct item *received, struct item ***found)
{
    for (; *link; link = &(*link)->later) {
        bool is_sender = received->other == NO_LANE || received->other == (*link)->lane;
        if (!is_sender || strcmp((*link)->text, received->text) != 0)
            continue;
        if (*found == NULL || *link < **found)
            *found = link;
        return;
    }
}

/* Finds out which message is which: the oldest that no lane has received is the one that arrives.
 * A message to another lane is only taken where its sender is known and there is no other. */
static void match_messages(struct chart *chart)
{
    size_t size = (size_t)chart->lanes + 1;
    struct item **first = CHECK_NOT(NULL, calloc(size, sizeof *first));
    struct item ***end = CHECK_NOT(NULL, calloc(size, sizeof *end));

    for (int lane = 0; lane <= chart->lanes; lane++)
        end[lane] = &first[lane];
    FOR_ITEMS (item, chart) {
        struct item **link = NULL;
        if (item->kind == SENT) {
            struct item ***last = &end[chain_of(chart, item)];
            **last = item;
            *last = &item->later;
        }
        if (item->kind != RECEIVED)
            continue;
        find_sent(&first[item->lane], item, &link);
        find_sent(&first[chart->lanes], item, &link);
        bool is_astray = link == NULL && item->other != NO_LANE;
        for (int lane = 0; is_astray && lane < chart->lanes; lane++)
            find_sent(&first[lane], item, &link);
        if (link == NULL)
            continue;
        struct item *sent = *link;
        item->partner = sent;
        if (sent->partner == NULL)
            sent->partner = item;
        if (sent->to_all)
            continue;
        *link = sent->later;
        if (sent->later == NULL)
            end[chain_of(chart, sent)] = link;
    }
    free(first);
    free(end);
}

/* Finds how long states last and who is inside, and what is wrong beyond what was recorded so: in a
 * run whose guarantee was violated, a message that no lane received is one that was needed. */
static void follow_lanes(struct chart *chart)
{
    const struct item *end = &chart->items[chart->count];
    const struct item **state = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof(void *)));
    int inside = 0;

    for (int lane = 0; lane < chart->lanes; lane++)
        state[lane] = end;
    for (long i = chart->count - 1; i >= 0; i--) {
        struct item *item = &chart->items[i];
        item->next = state[item->lane];
        if (item->kind == STATE)
            state[item->lane] = item;
    }
    for (int lane = 0; lane < chart->lanes; lane++)
        state[lane] = end; /* which is in no state */
    for (long i = 0; i < chart->count; i++) {
        struct item *item = &chart->items[i];
        if (item->kind == STATE) {
            inside += (item->state == INSIDE) - (state[item->lane]->state == INSIDE);
            state[item->lane] = item;
        }
        item->inside = inside;
        item->is_beyond = item->state == INSIDE && inside > chart->limit;
        if (inside > chart->most_inside)
            chart->most_inside = inside;
        if (item->kind == SENT && !item->partner && chart->title.verdict == VERDICT_VIOLATED)
            item->is_wrong = true;
        chart->lane[item->lane].has_events = true;
        chart->lane[item->lane].is_wrong |= item->is_wrong;
    }
    free(state);
}

void chart_rows(struct chart *chart, int max)
{
    int others = max; /* that fit beside those with something wrong */

    chart->rows = 0;
    chart->left_out = 0;
    for (int i = 0; i < chart->lanes; i++)
        others -= chart->lane[i].is_wrong;
    for (int i = 0; i < chart->lanes; i++) {
        struct chart_lane *lane = &chart->lane[i];
        bool fits = lane->is_wrong ? chart->rows < max : others > 0;
        lane->row = -1;
        if (!lane->has_events)
            continue;
        others -= !lane->is_wrong;
        chart->left_out += !fits;
        if (fits) {
            lane->row = chart->rows;
            chart->rows++;
        }
    }
}

static int by_length(const void *one, const void *two)
{
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)two;
    return (a > b) - (a < b);
}

/* Lists the moments, and finds from when on a gap between two is long. Returns whether one is. */
static bool find_moments(struct chart *chart)
{
    enum { LONG = 50 }; /* times as long as the median */
    size_t size = (size_t)chart->count + 1;
    int64_t *gaps = CHECK_NOT(NULL, calloc(size, sizeof *gaps));
    long count = 1; /* the first moment is 0 */

    chart->moments = CHECK_NOT(NULL, calloc(size, sizeof *chart->moments));
    FOR_ITEMS (item, chart)
        if (item->time > chart->moments[count - 1]) {
            gaps[count - 1] = item->time - chart->moments[count - 1];
            chart->moments[count] = item->time;
            count++;
        }
    qsort(gaps, (size_t)count - 1, sizeof *gaps, by_length);
    chart->moment_count = count;
    chart->long_gap = LONG * gaps[(count - 1) / 2] + 1;
    bool has_long = count > 1 && gaps[count - 2] >= chart->long_gap;
    free(gaps);
    return has_long;
}

/* Whether most of what a run is about, the actors inside and the messages between them, would be
 * too short, or too near to another or to its sender's end, to be seen on an axis of time. */
static bool hides_most(const struct chart *chart)
{
    enum { PARTS = 100 };
    int sent_in[PARTS + 1] = {0}, hidden = 0, all = 0;

    FOR_ITEMS (item, chart)
        if (item->kind == SENT)
            sent_in[PARTS * item->time / chart->length]++;
    FOR_ITEMS (item, chart) {
        bool is_visit = item->kind == STATE && item->state == INSIDE;
        bool is_short = item->next->time - item->time < chart->length / PARTS;
        bool is_at_end = is_short && item->next->state == GONE; /* the sender's */
        bool is_near = sent_in[PARTS * item->time / chart->length] > 1 || is_at_end;
        hidden += (is_visit && is_short) || (item->kind == SENT && is_near);
        all += is_visit || item->kind == SENT;
    }
    return 2 * hidden > all;
}

static void place_items(struct chart *chart)
{
    enum { MAX_MOMENTS = 300 }; /* more would be as narrow as on an axis of time */
    bool has_long_gap = find_moments(chart);
    long moment = 0;

    chart->by_events = has_long_gap && chart->moment_count <= MAX_MOMENTS && hides_most(chart);
    FOR_ITEMS (item, chart) {
        while (chart->moments[moment] < item->time)
            moment++;
        if (chart->by_events)
            item->at = (double)moment / (double)chart->moment_count;
        else if (chart->length > 0)
            item->at = (double)item->time / (double)chart->length;
    }
}

void lane_name(const struct recorder *from, int lane, char name[LANE_NAME_SIZE])
{
    const struct role *role = from->roles;

    while (role + 1 < from->roles + from->role_count && role[1].first <= lane)
        role++;
    (void)snprintf(
        name, LANE_NAME_SIZE, role->count > 1 ? "%s %d" : "%s", role->name, lane - role->first);
}

struct chart chart_take(const struct recorder *from, const struct title *title)
{
    struct chart chart = {.title = *title, .lanes = from->lane_count, .limit = from->limit};

    chart.lane = CHECK_NOT(NULL, calloc((size_t)chart.lanes + 1, sizeof *chart.lane));
    for (int lane = 0; lane < chart.lanes; lane++)
        lane_name(from, lane, chart.lane[lane].name);
    if (chart.limit == 0)
        chart.limit = 1;
    take_items(&chart, from);
    match_messages(&chart);
    follow_lanes(&chart);
    place_items(&chart);
    return chart;
}

void chart_free(struct chart *chart)
{
    for (long i = 0; i < chart->count; i++)
        free(chart->items[i].text);
    free(chart->items);
    free(chart->lane);
    free(chart->moments);
}

int chart_part(double at, int parts)
{
    int part = (int)(at * parts);
    return part < parts ? part : parts - 1;
}

void chart_count_inside(const struct chart *chart, int parts, int *most)
{
    FOR_ITEMS (item, chart) {
        int first = chart_part(item->at, parts);
        for (int part = first; part == first || (part < parts && part < item[1].at * parts); part++)
            if (item->inside > most[part])
                most[part] = item->inside;
    }
}

/* Returns the step of an axis of LENGTH with at most TICKS of them: 1, 2, or 5 times a power of
 * ten. */
static int64_t axis_step(int64_t length, int ticks)
{
    int64_t step = 1;

    for (int i = 0; length / step >= ticks; i++)
        step = i % 3 == 1 ? step / 2 * 5 : step * 2; /* 1 2 5 10 20 50 */
    return step;
}

bool chart_tick(const struct chart *chart, int max, long index, struct tick *tick)
{
    if (!chart->by_events) {
        int64_t time = index * axis_step(chart->length, max);
        tick->at = chart->length > 0 ? (double)time / (double)chart->length : 0;
        tick->is_after_gap = false;
        format_time(time, chart->length, tick->text);
        return time <= chart->length;
    }
    if (index >= chart->moment_count)
        return false;
    int64_t time = chart->moments[index];
    tick->at = (double)index / (double)chart->moment_count;
    tick->is_after_gap = index == 0 || time - chart->moments[index - 1] >= chart->long_gap;
    format_time(time, time, tick->text);
    return true;
}

void describe_state(const struct chart *chart, enum state state, char text[WORDS_SIZE])
{
    size_t used = 0;

    *text = '\0';
    FOR_ITEMS (item, chart) {
        bool is_own = item->kind == STATE && item->state == state;
        bool is_red = item->is_wrong && state != INSIDE; /* it has a look of its own */
        if (is_own && !is_red && !strstr(text, item->text) &&
            used + strlen(item->text) + 2 < WORDS_SIZE)
            used += (size_t)snprintf(
                text + used, WORDS_SIZE - used, "%s%s", used > 0 ? ", " : "", item->text);
    }
}

void format_time(int64_t nanoseconds, int64_t scale, char text[TIME_SIZE])
{
    static const char *const units[] = {"s", "ms", "µs"};
    double size = 1e9;
    int unit = 0;

    for (; unit < 2 && (double)scale < size; unit++)
        size /= 1000;
    double number = (double)nanoseconds / size;
    (void)snprintf(text, TIME_SIZE, number < 9.95 ? "%.2g %s" : "%.0f %s", number, units[unit]);
}
