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
 * there is a chain for all texts with the same hash. AFTER is the next one in its chain, or NONE.
 */
enum { CHAINS = 1024, NONE = -1 };

static unsigned chain_of(const struct item *item)
{
    unsigned hash = 0;

    for (const char *next = item->text; *next; next++)
        hash = 31 * hash + (unsigned char)*next;
    return hash % CHAINS;
}

/* Returns the link to the message that the item at INDEX has received: the oldest before it that
 * was sent to this lane or to all; or, if there is none, to another lane. NULL if there is none. */
static long *find_sent(const struct chart *chart, long *first, long *after, long index)
{
    const struct item *received = &chart->items[index];
    long *found = NULL;

    for (long *link = first; *link != NONE && *link < index; link = &after[*link]) {
        const struct item *sent = &chart->items[*link];
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
    long first[CHAINS], *after = CHECK_NOT(NULL, calloc((size_t)chart->count + 1, sizeof *after));

    for (int i = 0; i < CHAINS; i++)
        first[i] = NONE;
    for (long i = chart->count - 1; i >= 0; i--)
        if (chart->items[i].kind == SENT) {
            long *chain = &first[chain_of(&chart->items[i])];
            after[i] = *chain;
            *chain = i;
        }
    for (long i = 0; i < chart->count; i++) {
        struct item *item = &chart->items[i];
        if (item->kind != RECEIVED)
            continue;
        long *link = find_sent(chart, &first[chain_of(item)], after, i);
        if (link == NULL)
            continue;
        struct item *sent = &chart->items[*link];
        item->partner = *link;
        sent->receivers++;
        if (sent->partner < 0)
            sent->partner = i;
        if (!sent->to_all)
            *link = after[*link];
    }
    free(after);
}

/* Finds how long states last and who is inside, and what is wrong beyond what was recorded so: in a
 * run whose guarantee was violated, a message that nobody received is one that somebody needed. */
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
        if (item->kind == SENT && item->partner < 0 && chart->title.verdict == VERDICT_VIOLATED)
            item->is_wrong = true;
        chart->lane[item->lane].has_events = true;
        chart->lane[item->lane].is_wrong |= item->is_wrong;
    }
    free(state);
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
    free(chart->lane);
    free(chart->moments);
}

int chart_rows(const struct chart *chart, int max, int *row_of, int *left_out)
{
    int rows = 0, others = max; /* that fit beside those with something wrong */

    *left_out = 0;
    for (int i = 0; i < chart->lanes; i++)
        others -= chart->lane[i].is_wrong;
    for (int i = 0; i < chart->lanes; i++) {
        const struct chart_lane *lane = &chart->lane[i];
        bool fits = lane->is_wrong ? rows < max : others > 0;
        bool has_row = lane->has_events && fits;
        row_of[i] = has_row ? rows : -1;
        rows += has_row;
        others -= has_row && !lane->is_wrong;
        *left_out += lane->has_events && !has_row;
    }
    return rows;
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
        for (int part = first; part < parts; part++) {
            if (part > first && part >= item[1].at * parts)
                break;
            if (item->inside > most[part])
                most[part] = item->inside;
        }
    }
}

bool chart_tick(const struct chart *chart, int max, long index, struct tick *tick)
{
    if (!chart->by_events) {
        int64_t time = index * axis_step(chart->length, max);
        tick->at = chart->length > 0 ? (double)time / (double)chart->length : 0;
        tick->is_after_gap = false;
        format_time(time, chart->length, tick->text, sizeof tick->text);
        return time <= chart->length;
    }
    if (index >= chart->moment_count)
        return false;
    int64_t time = chart->moments[index];
    tick->at = (double)index / (double)chart->moment_count;
    tick->is_after_gap = index == 0 || time - chart->moments[index - 1] >= chart->long_gap;
    format_moment(time, tick->text, sizeof tick->text);
    return true;
}

void describe_measure(const struct chart *chart, char *text, size_t size)
{
    enum measure measure = chart->title.measure;
    enum state state = measure == LONGEST_WAIT ? WAITING : RUNNING;
    int64_t longest = 0;
    long sent = 0, received = 0;
    char time[32];

    FOR_ITEMS (item, chart) {
        int64_t length = item->next->time - item->time;
        if (item->kind == STATE && item->state == state && length > longest)
            longest = length;
        sent += item->kind == SENT;
        received += item->receivers > 0;
    }
    format_time(longest, longest, time, sizeof time);
    if (measure == MAX_INSIDE)
        (void)snprintf(text, size, "most inside at once: %d", chart->most_inside);
    else if (measure == MESSAGES)
        (void)snprintf(text, size, "messages sent: %ld, received: %ld", sent, received);
    else
        (void)snprintf(text, size, "longest %s: %s", state == WAITING ? "wait" : "run", time);
}

bool describe_state(const struct chart *chart, enum state state, char *text, size_t size)
{
    char word[4 * TEXT_SIZE + 8];
    size_t used = (size_t)snprintf(text, size, ", "); /* one is before and after each word */

    FOR_ITEMS (item, chart) {
        bool has_own_look = item->is_wrong && state != INSIDE; /* red, and its flaw says why */
        if (item->kind != STATE || item->state != state || has_own_look || *item->text == '\0')
            continue;
        size_t length = (size_t)snprintf(word, sizeof word, ", %s, ", item->text) - 2;
        if (strstr(text, word) == NULL && used + length < size)
            used += (size_t)snprintf(text + used, size - used, "%s", word + 2);
    }
    bool has_words = used > 2;
    text[has_words ? used - 2 : 2] = '\0';
    memmove(text, text + 2, strlen(text + 2) + 1);
    return has_words;
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

void format_moment(int64_t nanoseconds, char *text, size_t size)
{
    if (nanoseconds < 999500)
        (void)snprintf(text, size, "%.0f µs", (double)nanoseconds / 1e3);
    else if (nanoseconds < 99950000)
        (void)snprintf(text, size, "%.1f ms", (double)nanoseconds / 1e6);
    else if (nanoseconds < 999500000)
        (void)snprintf(text, size, "%.0f ms", (double)nanoseconds / 1e6);
    else
        (void)snprintf(text, size, nanoseconds < INT64_C(99950000000) ? "%.1f s" : "%.0f s",
            (double)nanoseconds / 1e9);
}

int64_t axis_step(int64_t length, int ticks)
{
    int64_t step = 1;

    for (int i = 0; length / step >= ticks; i++)
        step = i % 3 == 1 ? step / 2 * 5 : step * 2; /* 1 2 5 10 20 50 */
    return step;
}
