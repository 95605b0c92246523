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
    char text[4 * TEXT_SIZE + sizeof ellipsis];
    bool is_cut = event->length == CUT_OFF;
    size_t length = is_cut ? whole_characters(event->text) : event->length;
    size_t used = escape(event->text, length, text, false);

    (void)snprintf(text + used, sizeof ellipsis, "%s", is_cut ? ellipsis : "");
    return CHECK_NOT(NULL, strdup(text)); /* no longer than it has to be: there may be many */
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

    chart->items = CHECK_NOT(NULL, calloc(size + 1, sizeof *chart->items));
    chart->dropped = (long)(recorded - size);
    for (const struct event *event = from->events; event < from->events + size; event++) {
        unsigned ready = atomic_load_explicit(&event->ready, memory_order_acquire);
        if ((ready != READY && ready != SHOWN) || event->lane >= chart->lanes)
            continue;
        bool is_note = event->kind == NOTE || event->kind == FLAW;
        if (chart->seen[event->lane] != MORE)
            chart->seen[event->lane] = is_note ? NOTES : MORE;
        add_item(chart, (struct item){.kind = event->kind,
                            .state = event->state,
                            .lane = event->lane,
                            .other = event->other,
                            .time = event->time,
                            .partner = -1,
                            .text = event_text(event),
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

/* Messages wait in chains until they are received, the oldest first; so that a search is short,
 * there is a chain for all texts with the same hash. */
struct waiting {
    struct item *sent;
    struct waiting *next;
};
struct chain {
    struct waiting *first, **end;
};

static unsigned hash(const char *text)
{
    unsigned value = 0;

    for (; *text; text++)
        value = 31 * value + (unsigned char)*text;
    return value;
}

/* Returns the link to the message that RECEIVED is: the oldest that was sent to this lane or to
 * all; or, if there is none, to another lane. NULL if there is none at all. */
static struct waiting **find_sent(struct chain *chain, const struct item *received)
{
    struct waiting **found = NULL;

    for (struct waiting **link = &chain->first; *link; link = &(*link)->next) {
        const struct item *sent = (*link)->sent;
        bool is_sender = received->other == NO_LANE || received->other == sent->lane;
        if (!is_sender || strcmp(sent->text, received->text) != 0)
            continue;
        if (sent->to_all || sent->other == received->lane)
            return link;
        if (found == NULL)
            found = link;
    }
    return found;
}

static void find_partners(struct chart *chart)
{
    enum { CHAINS = 1024 };
    struct chain chains[CHAINS];
    struct waiting *all = CHECK_NOT(NULL, calloc((size_t)chart->count + 1, sizeof *all));

    for (int i = 0; i < CHAINS; i++)
        chains[i] = (struct chain){NULL, &chains[i].first};
    for (long i = 0; i < chart->count; i++) {
        struct item *item = &chart->items[i];
        struct chain *chain = &chains[hash(item->text) % CHAINS];
        if (item->kind == SENT) {
            all[i].sent = item;
            *chain->end = &all[i];
            chain->end = &all[i].next;
        }
        struct waiting **link = item->kind == RECEIVED ? find_sent(chain, item) : NULL;
        if (link == NULL)
            continue;
        struct waiting *found = *link;
        item->partner = found->sent - chart->items;
        found->sent->receivers++;
        if (found->sent->partner < 0)
            found->sent->partner = i;
        if (found->sent->to_all)
            continue;
        *link = found->next;
        if (chain->end == &found->next)
            chain->end = link;
    }
    free(all);
}

/* Finds how long states last and who is inside, and what is wrong beyond what was recorded so: in a
 * run whose guarantee was violated, a message that nobody received is one that somebody needed. */
static void follow_lanes(struct chart *chart)
{
    size_t size = (size_t)chart->lanes + 1;
    const struct item **next = CHECK_NOT(NULL, calloc(size, sizeof(void *)));
    bool *is_inside = CHECK_NOT(NULL, calloc(size, sizeof *is_inside));
    int inside = 0;

    for (int lane = 0; lane < chart->lanes; lane++)
        next[lane] = &chart->items[chart->count];
    for (long i = chart->count - 1; i >= 0; i--) {
        struct item *item = &chart->items[i];
        item->next = next[item->lane];
        if (item->kind == STATE)
            next[item->lane] = item;
    }
    for (long i = 0; i < chart->count; i++) {
        struct item *item = &chart->items[i];
        if (item->kind == STATE) {
            inside += (item->state == INSIDE) - is_inside[item->lane];
            is_inside[item->lane] = item->state == INSIDE;
        }
        item->inside = inside;
        if (inside > chart->most_inside)
            chart->most_inside = inside;
        if (item->kind == SENT && item->partner < 0 && chart->title.verdict == VERDICT_VIOLATED)
            item->is_wrong = true;
    }
    free(next);
    free(is_inside);
}

static int by_length(const void *one, const void *two)
{
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)two;
    return (a > b) - (a < b);
}

/* Lists the moments, and finds out from when on a gap between two is long. Returns whether one is.
 */
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
    for (struct item *item = chart->items; item < chart->items + chart->count; item++) {
        while (chart->moments[moment] < item->time)
            moment++;
        if (chart->by_events)
            item->at = (double)moment / (double)chart->moment_count;
        else if (chart->length > 0)
            item->at = (double)item->time / (double)chart->length;
    }
}

struct chart chart_take(const struct recorder *from, const struct title *title)
{
    struct chart chart = {.title = *title, .lanes = lane_count(from), .limit = from->limit};
    size_t lanes = (size_t)chart.lanes + 1;

    chart.names = CHECK_NOT(NULL, calloc(lanes, sizeof *chart.names));
    chart.seen = CHECK_NOT(NULL, calloc(lanes, sizeof *chart.seen));
    for (int lane = 0; lane < chart.lanes; lane++)
        lane_name(from, lane, chart.names[lane]);
    if (chart.limit == 0)
        chart.limit = 1;
    take_items(&chart, from);
    find_partners(&chart);
    follow_lanes(&chart);
    place_items(&chart);
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

int chart_rows(const struct chart *chart, int max, int *row_of, int *left_out)
{
    bool *is_wrong = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *is_wrong));
    int rows = 0, others = max; /* that fit beside those with something wrong */

    *left_out = 0;
    FOR_ITEMS (item, chart)
        is_wrong[item->lane] |= item->is_wrong;
    for (int lane = 0; lane < chart->lanes; lane++)
        others -= is_wrong[lane];
    for (int lane = 0; lane < chart->lanes; lane++) {
        bool fits = is_wrong[lane] ? rows < max : others > 0;
        bool has_row = chart->seen[lane] && fits;
        row_of[lane] = has_row ? rows : -1;
        rows += has_row;
        others -= has_row && !is_wrong[lane];
        *left_out += chart->seen[lane] && !has_row;
    }
    free(is_wrong);
    return rows;
}
