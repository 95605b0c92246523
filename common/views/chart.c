/* SPDX-License-Identifier: MIT */
#include "common/views/chart.h"
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/views/messages.h"
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
    char text[4 * TEXT_SIZE + sizeof ellipsis];
    bool is_cut = event->length == CUT_OFF;
    size_t length = is_cut ? whole_characters(event->text) : event->length;
    size_t used = escape(event->text, length, text, false);

    (void)snprintf(text + used, sizeof ellipsis, "%s", is_cut ? ellipsis : "");
    return CHECK_NOT(NULL, strdup(text)); /* no longer than it has to be: there may be many */
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

static int by_length(const void *one, const void *two)
{
    return compare(*(const int64_t *)one, *(const int64_t *)two);
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
            .place = event->place,
            .to_all = event->to_all,
            .is_wrong = event->is_wrong || event->kind == FLAW};
        if (event->kind == STATE)
            ends[event->lane] = time;
        chart->seen[event->lane] = true;
    }
    free(ends);
}

/* Counts who is inside, and says what is wrong beyond what was recorded so: in a run whose
 * guarantee was violated, a message that nobody received is one that somebody needed. */
static void find_inside_and_lost(struct chart *chart)
{
    bool *is_inside = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *is_inside));
    int inside = 0;

    for (struct item *item = chart->items; item < chart->items + chart->count; item++) {
        if (item->kind == STATE && (item->state == INSIDE) != is_inside[item->lane]) {
            is_inside[item->lane] = item->state == INSIDE;
            inside += is_inside[item->lane] ? 1 : -1;
            chart->has_inside = true;
        }
        item->inside = inside;
        if (item->kind == SENT && item->partner < 0 && chart->title.verdict == VERDICT_VIOLATED)
            item->is_wrong = true;
    }
    free(is_inside);
}

/* Lists the moments, and finds out from when on a gap between two is long. Returns whether one is.
 */
static bool find_moments(struct chart *chart)
{
    enum { LONG = 50 }; /* times as long as the median */
    size_t size = (size_t)chart->count + 1;
    int64_t *gaps = CHECK_NOT(NULL, calloc(size, sizeof *gaps));
    long count = 0;

    chart->moments = CHECK_NOT(NULL, calloc(size, sizeof *chart->moments));
    FOR_ITEMS (item, chart)
        if (count == 0 || item->time > chart->moments[count - 1]) {
            chart->moments[count] = item->time;
            count++;
        }
    for (long i = 1; i < count; i++)
        gaps[i - 1] = chart->moments[i] - chart->moments[i - 1];
    qsort(gaps, count > 0 ? (size_t)count - 1 : 0, sizeof *gaps, by_length);
    bool has_long = count > 1 && gaps[count - 2] > LONG * gaps[(count - 1) / 2];
    chart->long_gap = count > 1 ? LONG * gaps[(count - 1) / 2] + 1 : INT64_MAX;
    chart->moment_count = count;
    free(gaps);
    return has_long;
}

/* Whether most of what a run is about, the actors inside and the messages between them, would be
 * too short, or too near to another, to be seen on an axis of time. */
static bool hides_most(const struct chart *chart)
{
    enum { PARTS = 100 };
    int sent_in[PARTS + 1] = {0}, hidden = 0, all = 0;

    FOR_ITEMS (item, chart)
        if (item->kind == SENT)
            sent_in[PARTS * item->time / chart->length]++;
    FOR_ITEMS (item, chart) {
        bool is_visit = item->kind == STATE && item->state == INSIDE;
        if (is_visit && item->until - item->time < chart->length / PARTS)
            hidden++;
        if (item->kind == SENT && sent_in[PARTS * item->time / chart->length] > 1)
            hidden++;
        all += is_visit || item->kind == SENT;
    }
    return 2 * hidden > all;
}

static double place_of(const struct chart *chart, int64_t time, long moment)
{
    if (chart->by_events)
        return (double)moment / (double)chart->moment_count;
    return chart->length > 0 ? (double)time / (double)chart->length : 0;
}

/* Puts all items on the axis, from the last to the first as fill_items() does. */
static void place_items(struct chart *chart)
{
    enum { MAX_MOMENTS = 300 }; /* more would be as narrow as on an axis of time */
    double *ends = CHECK_NOT(NULL, malloc(((size_t)chart->lanes + 1) * sizeof *ends));
    bool has_long_gap = find_moments(chart);
    long moment = chart->moment_count - 1;

    chart->by_events = has_long_gap && chart->moment_count <= MAX_MOMENTS && hides_most(chart);
    for (int lane = 0; lane < chart->lanes; lane++)
        ends[lane] = 1;
    for (long i = chart->count - 1; i >= 0; i--) {
        struct item *item = &chart->items[i];
        while (chart->moments[moment] > item->time)
            moment--;
        item->at = place_of(chart, item->time, moment);
        item->end = item->kind == STATE ? ends[item->lane] : item->at;
        if (item->kind == STATE)
            ends[item->lane] = item->at;
    }
    free(ends);
}

struct chart chart_take(const struct recorder *from, const struct title *title)
{
    size_t recorded = from->next, size = recorded < CAPACITY ? recorded : CAPACITY;
    struct chart chart = {.title = *title, .lanes = lane_count(from), .limit = from->limit};
    size_t lanes = (size_t)chart.lanes + 1;
    const struct event **events = CHECK_NOT(NULL, malloc((size + 1) * sizeof(void *)));

    chart.items = CHECK_NOT(NULL, calloc(size + 1, sizeof *chart.items));
    chart.names = CHECK_NOT(NULL, calloc(lanes, sizeof *chart.names));
    chart.seen = CHECK_NOT(NULL, calloc(lanes, sizeof *chart.seen));
    for (int lane = 0; lane < chart.lanes; lane++)
        lane_name(from, lane, chart.names[lane]);
    if (chart.limit == 0)
        chart.limit = 1;
    chart.dropped = (long)(recorded - size);
    chart.count = sort_events(from, size, chart.lanes, events);
    if (chart.count > 0)
        chart.length = events[chart.count - 1]->time - events[0]->time;
    fill_items(&chart, events);
    find_partners(&chart);
    find_inside_and_lost(&chart);
    place_items(&chart);
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
    free(chart->moments);
}

int max_inside(const struct chart *chart)
{
    int max = 0;

    FOR_ITEMS (item, chart)
        if (item->inside > max)
            max = item->inside;
    return max;
}

int chart_rows(const struct chart *chart, int max, int *row_of, int *left_out)
{
    long *wrong = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *wrong));
    int chosen = 0, rows = 0;

    *left_out = 0;
    FOR_ITEMS (item, chart)
        wrong[item->lane] += item->is_wrong;
    for (int lane = 0; lane < chart->lanes; lane++) {
        row_of[lane] = -1;
        *left_out += chart->seen[lane];
    }
    for (; chosen<max && * left_out> 0; chosen++) {
        int best = -1;
        for (int lane = 0; lane < chart->lanes; lane++) {
            bool is_free = chart->seen[lane] && row_of[lane] < 0;
            if (is_free && (best < 0 || wrong[lane] > wrong[best]))
                best = lane;
        }
        row_of[best] = 0;
        (*left_out)--;
    }
    for (int lane = 0; lane < chart->lanes; lane++)
        if (row_of[lane] == 0) {
            row_of[lane] = rows;
            rows++;
        }
    free(wrong);
    return rows;
}
