/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include "common/base/check.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Where the bars are: in COLUMNS columns from FROM on. The name of a lane is before them; or, where
 * it would leave too little space, above them (FROM is 0). */
struct grid {
    const struct chart *chart;
    const struct screen *screen;
    FILE *out;
    int from, columns;
    int most[MAX_COLUMNS];                        /* that were inside in each column */
    bool has[WRONG_MARK + 1], has_many, has_more; /* signs and digits, for the legend */
};

/* Returns the column that a place on the axis is in. */
static int column_of(const struct grid *grid, double at)
{
    int column = (int)(at * grid->columns);
    return column < grid->columns ? column : grid->columns - 1;
}

/* Returns the first column whose middle is after a place on the axis. */
static int middle_after(const struct grid *grid, double at)
{
    return (int)(at * grid->columns + 0.5);
}

/* What a lane shows in a column. */
struct mark {
    uint8_t state; /* that covers its middle; else the highest that is shorter than a column */
    bool is_short, is_note, is_flaw, is_wrong;
    int messages, sign; /* how many ends of messages, and the sign of one */
};

/* Whether ITEM came inside when as many were as may be. */
static bool is_beyond(const struct grid *grid, const struct item *item)
{
    return item->kind == STATE && item->state == INSIDE && item->inside > grid->chart->limit;
}

/* Whether a state is red in a column: it is wrong; or beyond the limit, and there are still too
 * many. */
static bool is_red(const struct grid *grid, const struct item *item, int column)
{
    if (is_beyond(grid, item))
        return grid->most[column] > grid->chart->limit;
    return item->is_wrong;
}

static void mark_state(const struct grid *grid, const struct item *item, struct mark *marks)
{
    int first = middle_after(grid, item->at), end = middle_after(grid, item->next->at);
    struct mark *mark = &marks[column_of(grid, item->at)];

    for (int column = first; column < end; column++) {
        bool is_hidden = marks[column].is_short && marks[column].state > item->state;
        if (!is_hidden)
            marks[column].state = (uint8_t)item->state;
        marks[column].is_short = is_hidden;
        marks[column].is_wrong = is_red(grid, item, column);
    }
    if (first == end && item->state > mark->state) {
        mark->state = (uint8_t)item->state;
        mark->is_short = true;
        mark->is_wrong = is_red(grid, item, column_of(grid, item->at));
    }
}

static void mark_item(const struct grid *grid, const struct item *item, struct mark *marks)
{
    struct mark *mark = &marks[column_of(grid, item->at)];

    mark->is_flaw |= is_beyond(grid, item);
    if (item->kind == STATE)
        mark_state(grid, item, marks);
    else if (item->kind == NOTE)
        mark->is_note = true;
    else if (item->kind == FLAW || item->is_wrong)
        mark->is_flaw = true;
    if (item->kind == SENT || item->kind == RECEIVED) {
        mark->messages++;
        mark->sign = item->kind == SENT ? RIGHT : LEFT;
    }
}

static void put_mark(struct grid *grid, struct row *row, int column, const struct mark *mark)
{
    static const enum color colors[] = {PLAIN, PLAIN, BLUE, ORANGE, GREEN};
    enum color color = mark->state <= INSIDE ? colors[mark->state] : PLAIN;
    int sign = GONE;

    if (mark->is_flaw)
        sign = WRONG_MARK;
    else if (mark->messages > 0)
        sign = mark->sign;
    else if (mark->state > IDLE)
        sign = mark->is_short ? SHORT : mark->state;
    else if (mark->is_note)
        sign = IDLE;
    row_sign(row, column, sign);
    if (sign == SHORT || sign == mark->state)
        row_color(row, column, column + 1, mark->is_wrong ? RED : color);
    grid->has[sign] = true;
    if (sign == mark->sign && mark->messages > 1) {
        row_digit(row, column, mark->messages, PURPLE);
        grid->has_many = true;
        grid->has_more |= mark->messages > 9;
    }
}

/* Begins a row of the grid that is called NAME. */
static struct row begin_lane(const struct grid *grid, const char *name)
{
    struct row row = row_begin(grid->screen);

    if ((int)strlen(name) >= grid->from) {
        struct flow flow;
        flow_begin(&flow, grid->screen, 0, grid->out);
        flow_words(&flow, PLAIN, name);
        (void)flow_end(&flow);
    } else
        (void)row_put(&row, 0, grid->from, name);
    return row;
}

/* The items of all lanes are gone through once: MARKS has COLUMNS for each row. */
static void print_lanes(struct grid *grid, const int *row_of, int rows)
{
    size_t columns = (size_t)grid->columns, cells = (size_t)rows * columns + 1;
    struct mark *marks = CHECK_NOT(NULL, calloc(cells, sizeof *marks));

    FOR_ITEMS (item, grid->chart)
        if (row_of[item->lane] >= 0)
            mark_item(grid, item, marks + (size_t)row_of[item->lane] * columns);
    for (int lane = 0; lane < grid->chart->lanes; lane++) {
        if (row_of[lane] < 0)
            continue;
        const struct mark *own = marks + (size_t)row_of[lane] * columns;
        struct row row = begin_lane(grid, grid->chart->names[lane]);
        for (int column = 0; column < grid->columns; column++)
            put_mark(grid, &row, grid->from + column, &own[column]);
        row_end(&row, grid->out);
    }
    free(marks);
}

/* Finds the most that were inside at any moment of a column, also if that was shorter than it. */
static void find_most(struct grid *grid)
{
    const struct chart *chart = grid->chart;

    for (long i = 0; i < chart->count; i++) {
        const struct item *item = &chart->items[i];
        double end = i + 1 < chart->count ? item[1].at : 1;
        int first = column_of(grid, item->at);
        for (int column = first; column < grid->columns; column++) {
            if (column > first && column >= end * grid->columns)
                break;
            if (item->inside > grid->most[column])
                grid->most[column] = item->inside;
        }
    }
}

static void print_inside(struct grid *grid, const char *name)
{
    struct row row = begin_lane(grid, name);

    for (int i = 0; i < grid->columns; i++) {
        int most = grid->most[i];
        if (most > 0)
            row_digit(&row, grid->from + i, most, most > grid->chart->limit ? RED : PLAIN);
        grid->has_more |= most > 9;
    }
    row_end(&row, grid->out);
}

static void print_axis(const struct grid *grid)
{
    struct row row = row_begin(grid->screen);
    int64_t length = grid->chart->length, step = axis_step(length, grid->columns / 12 + 1);
    int width = grid->screen->width, next = 0;
    char text[32];

    for (int64_t at = 0; at <= length; at += step) {
        double place = length > 0 ? (double)at / (double)length : 0;
        int column = grid->from + (int)(place * grid->columns + 0.5);
        format_time(at, step, text, sizeof text);
        if (column >= next && column + (int)strlen(text) <= width)
            next = row_put(&row, column, width, text) + 1;
    }
    row_end(&row, grid->out);
}

/* Puts the times of moments where they fit: first of those AFTER_GAPS, then of the others. */
static void put_moments(const struct grid *grid, struct row *row, bool after_gaps)
{
    const struct chart *chart = grid->chart;
    char text[32] = "", before[32];

    for (long i = 0; i < chart->moment_count; i++) {
        bool is_after = i == 0 || chart->moments[i] - chart->moments[i - 1] >= chart->long_gap;
        int column = grid->from + column_of(grid, (double)i / (double)chart->moment_count);
        (void)snprintf(before, sizeof before, "%s", text);
        format_moment(chart->moments[i], text, sizeof text);
        bool is_new = is_after || strcmp(text, before) != 0;
        int end = column + (int)strlen(text);
        if (is_after == after_gaps && is_new && end <= grid->screen->width &&
            row_is_blank(row, column - 1, end + 1))
            (void)row_put(row, column, end, text);
    }
}

/* The axis of a chart in which each moment is one step. */
static void print_event_axis(struct grid *grid)
{
    const struct chart *chart = grid->chart;
    struct row line = row_begin(grid->screen), times = row_begin(grid->screen);

    for (int column = grid->from; column < grid->from + grid->columns; column++)
        row_sign(&line, column, LINE);
    row_color(&line, 0, grid->screen->width, PLAIN);
    for (long i = 1; i < chart->moment_count; i++) {
        int column = column_of(grid, (double)i / (double)chart->moment_count) - 1;
        if (chart->moments[i] - chart->moments[i - 1] < chart->long_gap)
            continue;
        row_sign(&line, grid->from + (column > 0 ? column : 0), ABOUT);
        grid->has[ABOUT] = true;
    }
    put_moments(grid, &times, true);
    put_moments(grid, &times, false);
    row_end(&line, grid->out);
    row_end(&times, grid->out);
}

static void print_legend(const struct grid *grid)
{
    static const struct {
        int sign;
        const char *text;
    } others[] = {{SHORT, "shorter than a column"}, {IDLE, "note"}, {RIGHT, "sent"},
        {LEFT, "received"}, {ABOUT, "a long time"}};
    struct flow flow;
    char text[200];

    flow_begin(&flow, grid->screen, grid->from, grid->out);
    for (int state = INSIDE; state >= RUNNING; state--)
        if (describe_state(grid->chart, (enum state)state, text, sizeof text))
            flow_sign(&flow, 3, state, PLAIN, text);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (grid->has[others[i].sign])
            flow_sign(&flow, 3, others[i].sign, PLAIN, others[i].text);
    if (grid->has_many)
        flow_whole(&flow, 3, PLAIN, "digit: number of messages");
    if (grid->has_more)
        flow_whole(&flow, 3, PLAIN, "+ more than 9");
    if (grid->chart->by_events)
        flow_whole(&flow, 3, PLAIN, "not to scale: each step is one event");
    describe_measure(grid->chart, text, sizeof text);
    flow_whole(&flow, 3, PLAIN, text);
    (void)flow_end(&flow);
}

static void print_title(const struct title *title, const struct screen *screen, FILE *out)
{
    struct flow flow;
    flow_begin(&flow, screen, 0, out);
    char seed[32];

    flow_words(&flow, PLAIN, title->program);
    if (title->broken)
        flow_whole(&flow, 1, PLAIN, "--broken");
    if (title->verdict == VERDICT_HELD)
        flow_sign(&flow, 3, RIGHT_MARK, GOOD, "HELD");
    else if (title->verdict == VERDICT_VIOLATED)
        flow_sign(&flow, 3, WRONG_MARK, RED, "VIOLATED");
    else
        flow_whole(&flow, 3, PLAIN, "UNDECIDED");
    if (title->sentence) {
        flow_whole(&flow, 2, PLAIN, "");
        flow_words(&flow, PLAIN, title->sentence);
    }
    (void)snprintf(seed, sizeof seed, "seed %" PRIu32, title->seed);
    flow_whole(&flow, 3, PLAIN, seed);
    (void)flow_end(&flow);
    if (!title->sentence || !title->left_out || title->verdict != VERDICT_VIOLATED)
        return;
    flow_begin(&flow, screen, 2, out);
    flow_words(&flow, PLAIN, "left out: ");
    flow_words(&flow, PLAIN, title->left_out);
    (void)flow_end(&flow);
}

static struct flow begin_wrong(const struct screen *screen, FILE *out)
{
    struct flow flow;

    flow_begin(&flow, screen, 2, out);
    row_sign(&flow.row, 0, WRONG_MARK);
    return flow;
}

static void end_wrong(struct flow *flow, long more)
{
    char text[40];

    (void)snprintf(text, sizeof text, "and %ld more", more);
    if (more > 0)
        flow_whole(flow, 2, RED, text);
    (void)flow_end(flow);
}

static void print_lost(const struct chart *chart, const struct screen *screen, FILE *out)
{
    enum { MAX_NAMED = 5 };
    struct flow flow;
    long count = 0;

    FOR_ITEMS (item, chart) {
        if (item->kind != SENT || !item->is_wrong || item->partner >= 0)
            continue;
        if (count == 0) {
            flow = begin_wrong(screen, out);
            flow_words(&flow, RED, "nobody received: ");
        } else if (count < MAX_NAMED)
            flow_words(&flow, RED, ", ");
        if (count < MAX_NAMED)
            flow_words(&flow, RED, item->text);
        count++;
    }
    if (count > 0)
        end_wrong(&flow, count - MAX_NAMED);
}

/* Whether two texts differ by their numbers only. */
static bool is_same_kind(const char *one, const char *other)
{
    static const char digits[] = "0123456789";

    one += strspn(one, digits);
    other += strspn(other, digits);
    while (*one && *one == *other) {
        one++;
        other++;
        one += strspn(one, digits);
        other += strspn(other, digits);
    }
    return *one == *other;
}

static bool is_same_flaw(const struct item *one, const struct item *other)
{
    return one->lane == other->lane && strcmp(one->text, other->text) == 0;
}

/* Chooses at most MAX flaws that differ: one of each kind first, then the first ones. Returns how
 * many; CHOSEN is by time. */
static int choose_flaws(const struct chart *chart, int max, const struct item **chosen)
{
    int count = 0;

    for (int pass = 0; pass < 2; pass++)
        FOR_ITEMS (item, chart) {
            bool is_new = item->kind == FLAW;
            for (int i = 0; i < count && is_new; i++)
                is_new = pass == 0 ? !is_same_kind(chosen[i]->text, item->text)
                                   : !is_same_flaw(chosen[i], item);
            if (!is_new || count == max)
                continue;
            int place = count;
            for (; place > 0 && chosen[place - 1] > item; place--)
                chosen[place] = chosen[place - 1];
            chosen[place] = item;
            count++;
        }
    return count;
}

static long count_flaws(const struct chart *chart, const struct item *like)
{
    long count = 0;

    FOR_ITEMS (item, chart)
        count += item->kind == FLAW && (!like || is_same_flaw(item, like));
    return count;
}

void wrongs_write(const struct chart *chart, const struct screen *screen, int max, FILE *out)
{
    const struct item *chosen[MAX_WRONGS];
    int count = choose_flaws(chart, max, chosen);
    long more = count_flaws(chart, NULL);
    char text[LANE_NAME_SIZE + 40];

    print_lost(chart, screen, out);
    for (int i = 0; i < count; i++) {
        const struct item *flaw = chosen[i];
        struct flow flow = begin_wrong(screen, out);
        long times = count_flaws(chart, flaw);
        int used = snprintf(text, sizeof text, "%s: ", chart->names[flaw->lane]);
        if (times > 1)
            (void)snprintf(text + used, sizeof text - (size_t)used, "%ld times ", times);
        flow_words(&flow, RED, text);
        flow_words(&flow, RED, flaw->text);
        more -= times;
        end_wrong(&flow, i + 1 == count ? more : 0);
    }
}

/* Returns how many rows of the screen are left when ROWS are taken, but at least MIN and at most
 * MAX. The others are for the title, the axis, the legend, and, below the chart, the verdict and
 * what is typed next. */
static int rows_left(const struct screen *screen, int rows, int min, int max)
{
    enum { OTHERS = 11 };
    int left = screen->height - OTHERS - rows;

    if (screen->height == 0 || left > max)
        return max;
    return left > min ? left : min;
}

void timeline_write(const struct chart *chart, const struct screen *screen, FILE *out)
{
    enum { MIN_LANES = 12 };
    int *row_of = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *row_of));
    int left_out,
        rows =
            chart_rows(chart, rows_left(screen, 1, MIN_LANES, MAX_CHART_LANES), row_of, &left_out),
        names = 0;
    char inside[32];

    (void)snprintf(inside, sizeof inside, "inside, limit %d", chart->limit);
    if (chart->most_inside > 0 && (int)strlen(inside) < screen->width / 4)
        names = (int)strlen(inside);
    for (int lane = 0; lane < chart->lanes; lane++)
        if (row_of[lane] >= 0 && (int)strlen(chart->names[lane]) > names)
            names = (int)strlen(chart->names[lane]);
    int from = names + 2 <= screen->width / 2 ? names + 2 : 0;
    struct grid grid = {.chart = chart,
        .screen = screen,
        .out = out,
        .from = from,
        .columns = screen->width - from};
    find_most(&grid);
    print_title(&chart->title, screen, out);
    print_lanes(&grid, row_of, rows);
    if (chart->most_inside > 0)
        print_inside(&grid, inside);
    if (rows > 0 && chart->by_events)
        print_event_axis(&grid);
    else if (rows > 0)
        print_axis(&grid);
    print_legend(&grid);
    wrongs_write(chart, screen, rows_left(screen, rows, 1, MAX_WRONGS), out);
    if (left_out > 0)
        (void)fprintf(out, "(%d more %s not shown%s)\n", left_out,
            left_out > 1 ? "lanes are" : "lane is", chart->most_inside > 0 ? ", but counted" : "");
    if (chart->dropped > 0)
        (void)fprintf(
            out, "(%ld more events are not shown: the recorder was full)\n", chart->dropped);
    free(row_of);
}
