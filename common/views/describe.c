/* SPDX-License-Identifier: MIT */
#include "common/views/describe.h"
#include <stdio.h>
#include <string.h>

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
