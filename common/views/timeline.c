/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include "common/base/check.h"
#include <stdlib.h>
#include <string.h>

/* Where the bars are: in COLUMNS columns from FROM on. */
struct grid {
    const struct chart *chart;
    const struct screen *screen;
    int from, columns;
};

static int column_of(const struct grid *grid, int64_t time)
{
    int64_t length = grid->chart->length;

    return length == 0 ? 0 : (int)((double)time / (double)length * grid->columns + 0.5);
}

/* Returns the same, but the last column for what is at the very end. */
static int column_within(const struct grid *grid, int64_t time)
{
    int column = column_of(grid, time);
    return column < grid->columns ? column : grid->columns - 1;
}

/* Sets the columns whose middle a state covers. A state that covers none gets a column too, unless
 * a higher state is there. */
static void fill_states(const struct grid *grid, int lane, int *states)
{
    FOR_ITEMS (item, grid->chart)
        if (item->lane == lane && item->kind == STATE)
            for (int i = column_of(grid, item->time); i < column_of(grid, item->until); i++)
                states[i] = (int)item->state;
    FOR_ITEMS (item, grid->chart) {
        if (item->lane != lane || item->kind != STATE || item->until == item->time)
            continue;
        int *state = &states[column_within(grid, item->time)];
        if (column_of(grid, item->time) == column_of(grid, item->until) &&
            (int)item->state > *state)
            *state = (int)item->state;
    }
}

static void print_lane(const struct grid *grid, int lane, FILE *out)
{
    struct row row = row_begin(grid->screen);
    int states[MAX_COLUMNS] = {GONE};

    (void)row_put(&row, 0, grid->from - 2, grid->chart->names[lane]);
    fill_states(grid, lane, states);
    for (int column = 0; column < grid->columns; column++)
        if (states[column] > IDLE)
            row_sign(&row, grid->from + column, states[column]);
    FOR_ITEMS (item, grid->chart) {
        if (item->lane != lane)
            continue;
        int column = column_within(grid, item->time);
        if (item->kind == NOTE && states[column] <= IDLE)
            row_sign(&row, grid->from + column, IDLE);
        else if (item->kind == SENT)
            row_sign(&row, grid->from + column, RIGHT);
        else if (item->kind == RECEIVED)
            row_sign(&row, grid->from + column, LEFT);
    }
    row_end(&row, out, "\n");
}

static void print_axis(const struct grid *grid, FILE *out)
{
    struct row row = row_begin(grid->screen);
    int64_t step = axis_step(grid->chart->length, grid->columns / 12 + 1);
    int width = grid->screen->width, next = 0;
    char text[32];

    for (int64_t at = 0; at <= grid->chart->length; at += step) {
        int column = grid->from + column_of(grid, at);
        format_time(at, step, text, sizeof text);
        if (column >= next && column + (int)strlen(text) <= width)
            next = row_put(&row, column, width, text) + 1;
    }
    row_end(&row, out, "\n");
}

static bool has_messages(const struct chart *chart)
{
    FOR_ITEMS (item, chart)
        if (item->kind == SENT)
            return true;
    return false;
}

static int put_sign(struct row *row, int column, int sign, const char *text)
{
    row_sign(row, column, sign);
    return row_put(row, column + 2, row->screen->width, text) + 3;
}

static void print_legend(const struct grid *grid, FILE *out)
{
    int column = grid->from, width = grid->screen->width;
    struct row row = row_begin(grid->screen);
    char text[200];

    for (int state = INSIDE; state >= RUNNING; state--)
        if (describe_state(grid->chart, (enum state)state, text, sizeof text))
            column = put_sign(&row, column, state, text);
    if (has_messages(grid->chart)) {
        column = put_sign(&row, column, RIGHT, "sent");
        column = put_sign(&row, column, LEFT, "received");
    }
    describe_measure(grid->chart, text, sizeof text);
    if (column + (int)strlen(text) > width) { /* then on a row of its own */
        row_end(&row, out, "\n");
        row = row_begin(grid->screen);
        column = grid->from;
    }
    (void)row_put(&row, column, width, text);
    row_end(&row, out, "\n");
}

void timeline_write(const struct chart *chart, const struct screen *screen, FILE *out)
{
    int *row_of = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *row_of));
    int left_out, rows = chart_rows(chart, row_of, &left_out), names = 0;

    for (int lane = 0; lane < chart->lanes; lane++)
        if (row_of[lane] >= 0 && (int)strlen(chart->names[lane]) > names)
            names = (int)strlen(chart->names[lane]);
    if (names > screen->width / 3)
        names = screen->width / 3;
    struct grid grid = {chart, screen, names + 2, screen->width - names - 2};
    if (grid.columns < 1)
        grid.columns = 1;
    for (int lane = 0; lane < chart->lanes; lane++)
        if (row_of[lane] >= 0)
            print_lane(&grid, lane, out);
    if (rows > 0)
        print_axis(&grid, out);
    print_legend(&grid, out);
    if (left_out > 0)
        (void)fprintf(out, "(%d more lanes are not shown)\n", left_out);
    if (chart->dropped > 0)
        (void)fprintf(
            out, "(%ld more events are not shown: the recorder was full)\n", chart->dropped);
    free(row_of);
}
