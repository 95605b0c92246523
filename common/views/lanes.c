/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include "common/check.h"
#include <stdlib.h>
#include <string.h>

enum { TIME_WIDTH = 11, LEAST_TEXT = 17, LEAST_CAPTION = 36 };

static int column_of(const struct lanes *lanes, int lane)
{
    return TIME_WIDTH + lane / lanes->shared * lanes->width;
}

/* Words in the columns if these are wide enough; else signs, and the words at the right. */
static void lay_out(struct lanes *lanes, int count)
{
    int room = lanes->screen.width - TIME_WIDTH;
    int cells = room > LEAST_CAPTION + 4 ? room - LEAST_CAPTION : 4;

    lanes->style = CHECK_NOT(NULL, realloc(lanes->style, (size_t)count));
    memset(lanes->style + lanes->count, GONE, (size_t)(count - lanes->count));
    lanes->count = count;
    lanes->is_text = room / count >= LEAST_TEXT;
    lanes->shared = lanes->is_text ? 1 : (count + cells - 1) / cells;
    lanes->width = lanes->is_text       ? room / count
                   : count * 3 <= cells ? 3
                   : count * 2 <= cells ? 2
                                        : 1;
}

/* The names of the lanes. With signs it takes two rows, the second one for the numbers; the names
 * of those without a number stand in both by turns, since they are wider than their columns. */
static void print_names(const struct lanes *lanes, int line, FILE *out)
{
    struct row row = row_begin(&lanes->screen);
    int width = lanes->screen.width, alone = 0;
    char text[32];

    (void)row_put(&row, 5, TIME_WIDTH, line == 0 ? "time" : "");
    for (int lane = 0; lane < lanes->count; lane++) {
        int column = column_of(lanes, lane);
        lane_name(lanes->from, lane, text);
        char *number = strrchr(text, ' ');
        if (lanes->is_text)
            (void)row_put(&row, column, column + lanes->width - 1, text);
        else if (!number && alone++ % 2 == line)
            (void)row_put(&row, column, width, text);
        else if (number && line == 1 && lanes->shared == 1)
            (void)row_put(&row, column, column + lanes->width, number + 1);
        else if (number && line == 0 && strcmp(number, " 0") == 0)
            (void)row_put(&row, column, width, strtok(text, " "));
    }
    row_end(&row, out, "\n");
}

static void print_legend(const struct lanes *lanes, FILE *out)
{
    static const char *const words[] = {"", "idle", "running", "waiting", "inside"};
    struct row row = row_begin(&lanes->screen);
    int width = lanes->screen.width, column = TIME_WIDTH;
    char text[80];

    for (int style = INSIDE; style >= IDLE; style--) {
        row_sign(&row, column, style);
        column = row_put(&row, column + 2, width, words[style]) + 2;
    }
    (void)snprintf(text, sizeof text, "(%d a column: its highest)", lanes->shared);
    (void)row_put(&row, column, width, lanes->shared > 1 ? text : "");
    row_end(&row, out, "\n");
}

/* A line from column FROM to column TO, with a head there. */
static void put_arrow(struct row *row, int from, int to)
{
    for (int column = from; column != to; column += from < to ? 1 : -1)
        row_sign(row, column, LINE);
    row_sign(row, to, from <= to ? RIGHT : LEFT);
}

static void put_words(
    struct lanes *lanes, struct row *row, const struct event *event, const char *text)
{
    int column = column_of(lanes, event->lane), limit = lanes->screen.width;
    int other = event->kind == SENT && event->other < lanes->count ? event->other : event->lane;
    int target = column_of(lanes, other);

    if (event->kind == STATE) {
        limit = column + lanes->width - 1;
        row_sign(row, column, event->style);
        column += 2;
    } else if (event->kind == RECEIVED)
        column = row_put(row, column, limit, "received ");
    else if (other > event->lane)
        limit = target - 2;
    int end = row_put(row, column, limit, text);
    if (other > event->lane)
        put_arrow(row, end + 1 < target ? end + 1 : end, target - 1);
    else if (other < event->lane)
        put_arrow(row, column - 2, target);
}

static void put_signs(
    struct lanes *lanes, struct row *row, const struct event *event, const char *text)
{
    int column = column_of(lanes, lanes->count - 1) + lanes->width + 1, width = lanes->screen.width;
    int own = column_of(lanes, event->lane);
    char name[32], caption[256];

    for (int lane = 0; lane < lanes->count; lane += lanes->shared) {
        int style = GONE;
        for (int i = lane; i < lane + lanes->shared && i < lanes->count; i++)
            style = lanes->style[i] > style ? lanes->style[i] : style;
        row_sign(row, column_of(lanes, lane), style);
    }
    lane_name(lanes->from, event->lane, name);
    column = row_put(row, column, width, name) + 1;
    if (event->kind >= SENT && event->other < lanes->count) {
        row_sign(row, column, event->kind == SENT ? RIGHT : LEFT);
        lane_name(lanes->from, event->other, name);
        column = row_put(row, column + 2, width, name) + 1;
        if (event->kind == SENT && own != column_of(lanes, event->other))
            put_arrow(row, own, column_of(lanes, event->other));
    }
    (void)snprintf(caption, sizeof caption, ": %s", text);
    (void)row_put(row, column - 1, width, caption);
}

void lanes_print(struct lanes *lanes, const struct event *event, const char *end, FILE *out)
{
    char time[32];

    if (lanes->count < lane_count(lanes->from)) {
        lay_out(lanes, lane_count(lanes->from));
        if (!lanes->is_text)
            print_legend(lanes, out);
        print_names(lanes, 0, out);
        if (!lanes->is_text && lanes->shared == 1)
            print_names(lanes, 1, out);
    }
    if (event->lane >= lanes->count) /* of nobody who has a lane */
        return;
    char *text = event_text(event);
    struct row row = row_begin(&lanes->screen);
    if (lanes->begin == 0)
        lanes->begin = event->time;
    if (event->time - lanes->begin > lanes->shown) /* never back */
        lanes->shown = event->time - lanes->begin;
    (void)snprintf(time, sizeof time, "%9.3f", (double)lanes->shown / 1e9);
    (void)row_put(&row, 0, TIME_WIDTH, time);
    if (event->kind == STATE)
        lanes->style[event->lane] = event->style;
    (lanes->is_text ? put_words : put_signs)(lanes, &row, event, text);
    row_end(&row, out, end);
    free(text);
}
