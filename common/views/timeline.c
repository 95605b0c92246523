/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include "common/check.h"
#include <stdlib.h>
#include <string.h>

/* Where the bars stand: in COLUMNS columns from FROM on. */
struct chart {
    const struct recording *recording;
    const struct screen *screen;
    int from, columns;
};

static int column_of(const struct chart *chart, int64_t time)
{
    int64_t length = chart->recording->length;

    return length == 0 ? 0 : (int)((double)time / (double)length * chart->columns + 0.5);
}

/* A bar goes over the columns whose middle it covers; one that covers none gets a column, too,
 * unless there is something of a higher style. */
static void print_lane(const struct chart *chart, int lane, FILE *out)
{
    const struct item *items = chart->recording->items, *end = items + chart->recording->count;
    struct row row = row_begin(chart->screen);
    int styles[MOST_COLUMNS] = {0}, last = chart->columns - 1;

    (void)row_put(&row, 0, chart->from - 2, chart->recording->names[lane]);
    for (int pass = 0; pass < 2; pass++)
        for (const struct item *item = items; item < end; item++) {
            int from = column_of(chart, item->time), to = column_of(chart, item->until);
            int *first = &styles[from < last ? from : last], style = (int)item->style;
            if (item->lane != lane || item->kind != STATE)
                continue;
            for (int column = from; pass == 0 && column < to; column++)
                styles[column] = style;
            if (pass == 1 && from == to && item->until > item->time && style > *first)
                *first = style;
        }
    for (int column = 0; column <= last; column++)
        row_sign(&row, chart->from + column, styles[column] > IDLE ? styles[column] : GONE);
    for (const struct item *item = items; item < end; item++) {
        int column = column_of(chart, item->time);
        column = column < last ? column : last;
        if (item->lane == lane &&
            (item->kind > NOTE || (item->kind == NOTE && styles[column] <= IDLE)))
            row_sign(&row, chart->from + column,
                item->kind == NOTE   ? IDLE
                : item->kind == SENT ? RIGHT
                                     : LEFT);
    }
    row_end(&row, out, "\n");
}

static void print_axis(const struct chart *chart, FILE *out)
{
    struct row row = row_begin(chart->screen);
    int64_t step = axis_step(chart->recording->length, chart->columns / 12 + 1);
    int width = chart->screen->width, next = 0;
    char text[32];

    for (int64_t at = 0; at <= chart->recording->length; at += step) {
        int column = chart->from + column_of(chart, at);
        describe_time(at, step, text, sizeof text);
        if (column >= next && column + (int)strlen(text) <= width)
            next = row_put(&row, column, width, text) + 1;
    }
    row_end(&row, out, "\n");
}

static void print_legend(const struct chart *chart, FILE *out)
{
    static const int signs[] = {INSIDE, WAITING, RUNNING, RIGHT, LEFT};
    const struct recording *recording = chart->recording;
    int column = chart->from, width = chart->screen->width, messages = 0;
    struct row row = row_begin(chart->screen);
    char text[200];

    FOR_ITEMS (item, recording)
        messages += item->kind == SENT;
    for (int i = 0; i < 5; i++) {
        (void)snprintf(text, sizeof text, "%s", signs[i] == RIGHT ? "sent" : "received");
        if (i < 3 ? !describe_style(recording, (enum style)signs[i], text, sizeof text) : !messages)
            continue;
        row_sign(&row, column, signs[i]);
        column = row_put(&row, column + 2, width, text) + 3;
    }
    describe_measure(recording, text, sizeof text);
    if (column + (int)strlen(text) > width) { /* then on a row of its own */
        row_end(&row, out, "\n");
        row = row_begin(chart->screen);
        column = chart->from;
    }
    (void)row_put(&row, column, width, text);
    row_end(&row, out, "\n");
}

void timeline_write(const struct recording *recording, const struct screen *screen, FILE *out)
{
    int *row_of = CHECK_NOT(NULL, calloc((size_t)recording->lanes + 1, sizeof *row_of));
    int left_out, widest = 0, rows = chart_rows(recording, row_of, &left_out);

    for (int lane = 0; lane < recording->lanes; lane++)
        if (row_of[lane] >= 0 && (int)strlen(recording->names[lane]) > widest)
            widest = (int)strlen(recording->names[lane]);
    widest = widest < screen->width / 3 ? widest : screen->width / 3;
    struct chart chart = {recording, screen, widest + 2, screen->width - widest - 2};
    chart.columns = chart.columns > 0 ? chart.columns : 1;
    for (int lane = 0; lane < recording->lanes; lane++)
        if (row_of[lane] >= 0)
            print_lane(&chart, lane, out);
    if (rows > 0)
        print_axis(&chart, out);
    print_legend(&chart, out);
    if (left_out > 0)
        (void)fprintf(out, "(%d more lanes are not shown)\n", left_out);
    if (recording->dropped > 0)
        (void)fprintf(
            out, "(%ld more events are not shown: the recorder was full)\n", recording->dropped);
    free(row_of);
}
