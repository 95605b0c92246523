/* SPDX-License-Identifier: MIT */
#include "common/views/chart.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const verdict_badges[] = {"✓ HELD", "✗ VIOLATED", "? CANNOT TELL"};

struct chart chart_open(struct recorder *from)
{
    struct chart chart = {.from = from};

    /* memory that nobody touches costs nothing */
    chart.items = CHECK_NOT(NULL, calloc(CAPACITY + 1, sizeof *chart.items));
    chart.lane = CHECK_NOT(NULL, calloc(NO_LANE, sizeof *chart.lane));
    return chart;
}

void chart_free(struct chart *chart)
{
    FOR_ITEMS (item, chart)
        free(item->text);
    free(chart->items);
    free(chart->lane);
}

/* Returns what EVENT says, escaped, and with an ellipsis if it was cut off. */
static char *text_of(const struct event *event)
{
    bool is_cut = event->length == CUT_OFF;
    char bytes[TEXT_SIZE + 1], text[WORDS_SIZE];

    (void)snprintf(bytes, sizeof bytes, "%.*s", TEXT_SIZE, event->text);
    size_t length = is_cut ? utf8_prefix(bytes, TEXT_SIZE - 1) : event->length;
    size_t used = escape(event->text, length, text, false);
    (void)snprintf(text + used, WORDS_SIZE - used, "%s", is_cut ? "…" : "");
    return CHECK_NOT(NULL, strdup(text));
}

static void add_lanes(struct chart *chart)
{
    int lanes = chart->from->lane_count;

    for (const struct role *role = chart->from->roles; chart->lanes < lanes; chart->lanes++) {
        int lane = chart->lanes;
        while (role + 1 < chart->from->roles + chart->from->role_count && role[1].first <= lane)
            role++;
        (void)snprintf(chart->lane[lane].name, LANE_NAME_SIZE, role->count > 1 ? "%s %d" : "%s",
            role->name, lane - role->first);
    }
    chart->limit = chart->from->limit > 0 ? chart->from->limit : 1;
}

/* An actor may still cancel a new event, or mark it as wrong. One that does not get ready while the
 * next one did belongs to a killed process, and is skipped. */
void chart_follow(struct chart *chart, bool is_over)
{
    enum { SETTLED = 20000000, PATIENCE = 100000000 }; /* nanoseconds */
    unsigned long recorded = chart->from->next;
    int64_t now = clock_now();

    chart->dropped = recorded > CAPACITY ? (long)(recorded - CAPACITY) : 0;
    recorded -= (unsigned long)chart->dropped;
    add_lanes(chart);
    for (; chart->looked_at < recorded; chart->looked_at++) {
        struct event *event = &chart->from->events[chart->looked_at];
        unsigned ready = event->ready;
        bool is_late = chart->looked_at + 1 < recorded && event[1].ready != NOT_READY &&
                       now - event[1].time > PATIENCE;
        if (ready == NOT_READY && !is_late && !is_over)
            return;
        if (ready == READY && !is_over && now - event->time < SETTLED)
            return;
        (void)atomic_compare_exchange_strong(&event->ready, &ready, ready == READY ? SHOWN : ready);
        if ((ready != READY && ready != SHOWN) || event->lane >= chart->lanes)
            continue;
        chart->items[chart->count] = (struct item){.kind = event->kind,
            .state = event->state,
            .lane = event->lane,
            .other = event->other,
            .time = event->time - chart->from->events[0].time,
            .text = text_of(event),
            .event = event,
            .is_wrong = event->kind == FLAW};
        chart->count++;
    }
}

void chart_go_to(struct chart *chart, struct item *item)
{
    struct chart_lane *lane = &chart->lane[item->lane];
    bool was_inside = lane->state && lane->state->state == INSIDE;
    bool was_beyond = was_inside && lane->state->is_beyond;

    if (item->kind == STATE) {
        chart->inside += (item->state == INSIDE) - was_inside;
        bool is_beyond = was_inside ? was_beyond : chart->inside > chart->limit;
        item->is_beyond = item->state == INSIDE && is_beyond;
        lane->state = item;
    }
    if (item->event->is_wrong)
        item->is_wrong = true;
    item->own = lane->state;
    item->inside = chart->inside;
}

void chart_rewind(struct chart *chart)
{
    chart->inside = 0;
    for (int lane = 0; lane < chart->lanes; lane++)
        chart->lane[lane].state = NULL;
}

/* Puts the items in the order of time, in which nearly all of them are; those of the same time stay
 * as they came. */
static void sort_items(struct chart *chart)
{
    for (long i = 1; i < chart->count; i++) {
        const struct item item = chart->items[i];
        long place = i;
        for (; place > 0 && chart->items[place - 1].time > item.time; place--)
            chart->items[place] = chart->items[place - 1];
        chart->items[place] = item;
    }
    int64_t first = chart->items[0].time;
    FOR_ITEMS (item, chart)
        item->time -= first;
    if (chart->count > 0)
        chart->items[chart->count].time = chart->items[chart->count - 1].time;
}

/* Takes out of a chain of messages, from its first LINK on, the oldest that may be the one that was
 * RECEIVED, and returns it; NULL if there is none. */
static struct item *take_sent(struct item **link, const struct item *received)
{
    for (; *link && *link < received; link = &(*link)->later) {
        struct item *sent = *link;
        bool is_sender = received->other == NO_LANE || received->other == sent->lane;
        if (is_sender && strcmp(sent->text, received->text) == 0) {
            *link = sent->later;
            return sent;
        }
    }
    return NULL;
}

/* Finds out which message is which: the oldest that no lane has received is the one that arrives.
 * They wait in chains, one for each lane to which they were sent, and the last one for those to
 * nobody knows whom. One to another lane is only taken if its sender is known, and there is no
 * other; of those to all, it is the latest. */
static void match_messages(struct chart *chart)
{
    struct item **chains = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *chains));
    struct item *to_all = NULL;

    for (long i = chart->count - 1; i >= 0; i--) {
        struct item *item = &chart->items[i];
        struct item **chain = &chains[item->other < chart->lanes ? item->other : chart->lanes];
        if (item->kind != SENT || item->event->to_all)
            continue;
        item->later = *chain;
        *chain = item;
    }
    FOR_ITEMS (item, chart) {
        if (item->kind == SENT && item->event->to_all)
            to_all = item;
        if (item->kind != RECEIVED)
            continue;
        struct item *sent = take_sent(&chains[item->lane], item);
        if (sent == NULL)
            sent = take_sent(&chains[chart->lanes], item);
        if (sent == NULL && to_all && strcmp(to_all->text, item->text) == 0)
            sent = to_all;
        for (int lane = 0; !sent && item->other != NO_LANE && lane < chart->lanes; lane++)
            sent = take_sent(&chains[lane], item);
        item->partner = sent;
        if (sent && !sent->partner)
            sent->partner = item;
    }
    free(chains);
}

/* Finds how long states last and who is inside, and what is wrong beyond what was recorded so: in a
 * run whose guarantee was violated, a message that no lane received is one that was needed. */
static void follow_lanes(struct chart *chart)
{
    for (long i = chart->count - 1; i >= 0; i--) {
        struct item *item = &chart->items[i];
        struct chart_lane *lane = &chart->lane[item->lane];
        item->next = lane->state ? lane->state : &chart->items[chart->count];
        if (item->kind == STATE)
            lane->state = item;
    }
    chart_rewind(chart);
    FOR_ITEMS (item, chart) {
        chart_go_to(chart, item);
        if (item->inside > chart->most_inside)
            chart->most_inside = item->inside;
        if (item->kind == SENT && !item->partner && chart->title.verdict == VERDICT_VIOLATED)
            item->is_wrong = true;
        chart->lane[item->lane].has_events = true;
        chart->lane[item->lane].is_wrong |= item->is_wrong;
    }
}

static int by_length(const void *one, const void *two)
{
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)two;
    return (a > b) - (a < b);
}

/* Finds the gaps that are 50 times as long as the median of those that are not 0; and which of them
 * are a tenth of the run, or its beginning. */
static void find_gaps(struct chart *chart)
{
    int64_t *gaps = CHECK_NOT(NULL, calloc((size_t)chart->count + 1, sizeof *gaps));
    size_t count = 0;

    for (struct item *item = chart->items + 1; item < chart->items + chart->count; item++) {
        gaps[count] = item->time - item[-1].time;
        count += gaps[count] > 0;
    }
    qsort(gaps, count, sizeof *gaps, by_length);
    int64_t least = 50 * gaps[count / 2], tenth = chart->items[chart->count].time / 10;
    for (struct item *item = chart->items + 1; item < chart->items + chart->count; item++) {
        int64_t gap = item->time - item[-1].time;
        if (gap > 0 && gap >= least)
            item->gap = gap >= tenth ? LONGEST_GAP : LONG_GAP;
    }
    chart->items[0].gap = LONGEST_GAP;
    free(gaps);
}

/* Of more items than can be read the first ones are drawn, or those around the first wrong one. */
static void choose_items(struct chart *chart)
{
    long first = 0, wrong = 0;

    while (wrong < chart->count && !chart->items[wrong].is_wrong && !chart->items[wrong].is_beyond)
        wrong++;
    if (wrong < chart->count && wrong > MAX_DRAWN / 2)
        first = wrong - MAX_DRAWN / 2;
    if (first + MAX_DRAWN < chart->count)
        chart->end = &chart->items[first + MAX_DRAWN];
    else
        chart->end = &chart->items[chart->count];
    chart->first = &chart->items[first];
}

struct chart chart_take(struct recorder *from, const struct title *title)
{
    struct chart chart = chart_open(from);

    chart.title = *title;
    chart_follow(&chart, true);
    sort_items(&chart);
    match_messages(&chart);
    follow_lanes(&chart);
    find_gaps(&chart);
    choose_items(&chart);
    return chart;
}

void chart_rows(struct chart *chart, int max)
{
    int wrong = 0; /* that have no row yet */

    chart->rows = 0;
    chart->more_lanes = 0;
    for (int i = 0; i < chart->lanes; i++)
        wrong += chart->lane[i].is_wrong;
    for (int i = 0; i < chart->lanes; i++) {
        struct chart_lane *lane = &chart->lane[i];
        bool fits = chart->rows + (lane->is_wrong ? 0 : wrong) < max;
        wrong -= lane->is_wrong;
        lane->row = lane->has_events && fits ? chart->rows : -1;
        chart->rows += lane->row >= 0;
        chart->more_lanes += lane->has_events && !fits;
    }
}

void format_time(int64_t nanoseconds, char text[TIME_SIZE])
{
    static const char *const units[] = {"µs", "ms", "s"};
    double number = (double)((nanoseconds + 50) / 100) / 10; /* that is exact enough */
    int unit = 0;

    for (; unit < 2 && number >= 1000; unit++)
        number /= 1000;
    (void)snprintf(text, TIME_SIZE, number < 99.95 ? "%.3g %s" : "%.0f %s", number, units[unit]);
}
