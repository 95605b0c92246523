/* SPDX-License-Identifier: MIT */
#include "common/views/messages.h"
#include "common/base/check.h"
#include <stdlib.h>
#include <string.h>

static int compare(int64_t one, int64_t two)
{
    return (one > two) - (one < two);
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

void find_partners(struct chart *chart)
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
