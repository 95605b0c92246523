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
    const struct item *state; /* that covers its middle */
    const struct item *brief; /* the highest that is shorter than a column, and covers none */
    int messages;             /* how many ends of messages */
    int sign; /* of the rest: what is wrong before messages, and these before notes */
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

    for (int column = first; column < end; column++)
        marks[column].state = item;
    if (first == end && (mark->brief == NULL || item->state > mark->brief->state))
        mark->brief = item;
}

static int sign_of(const struct grid *grid, const struct item *item)
{
    if (item->kind == FLAW || is_beyond(grid, item))
        return WRONG_MARK;
    if (item->kind == STATE)
        return NO_SIGN;
    if (item->kind == NOTE)
        return IDLE;
    if (item->is_wrong)
        return WRONG_MARK;
    return item->kind == SENT ? RIGHT : LEFT;
}

static void mark_item(const struct grid *grid, const struct item *item, struct mark *marks)
{
    struct mark *mark = &marks[column_of(grid, item->at)];
    int sign = sign_of(grid, item);

    if (item->kind == STATE)
        mark_state(grid, item, marks);
    if (item->kind == SENT || item->kind == RECEIVED)
        mark->messages++;
    if (sign > mark->sign)
        mark->sign = sign;
}

static void put_mark(struct grid *grid, struct row *row, int i, const struct mark *mark)
{
    static const enum color colors[] = {PLAIN, PLAIN, BLUE, ORANGE, GREEN};
    const struct item *state = mark->state;
    bool is_brief = mark->brief && (state == NULL || mark->brief->state > state->state);
    int sign = mark->sign, column = grid->from + i;

    if (is_brief)
        state = mark->brief;
    bool has_state = sign <= IDLE && state && state->state > IDLE;
    if (has_state)
        sign = is_brief ? SHORT : (int)state->state;
    row_sign(row, column, sign);
    if (has_state)
        row_color(row, column, column + 1, is_red(grid, state, i) ? RED : colors[state->state]);
    grid->has[sign] = true;
    if ((sign == RIGHT || sign == LEFT) && mark->messages > 1) {
        row_digit(row, column, mark->messages, PURPLE);
        grid->has_many = true;
        grid->has_more |= mark->messages > 9;
    }
}

/* Begins a row of the grid that is called NAME. */
static struct row begin_lane(const struct grid *grid, const char *name)
{
    struct row row = row_begin(grid->screen);

    (void)row_put(&row, 0, grid->screen->width, name);
    if ((int)strlen(name) < grid->from)
        return row;
    row_end(&row, grid->out);
    return row_begin(grid->screen);
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
            put_mark(grid, &row, column, &own[column]);
        row_end(&row, grid->out);
    }
    free(marks);
}

/* Finds the most that were inside at any moment of a column, also if that was shorter than it. */
static void find_most(struct grid *grid)
{
    const struct chart *chart = grid->chart;

    FOR_ITEMS (item, chart) {
        double end = item[1].at;
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

/* Puts the time TEXT at COLUMN, unless it would touch another or leave the screen. */
static void put_time(struct row *row, int column, const char *text)
{
    int end = column + columns_of(row->screen, text);

    if (end <= row->screen->width && row_is_blank(row, column - 1, end + 1))
        (void)row_put(row, column, end, text);
}

static void print_axis(const struct grid *grid)
{
    struct row row = row_begin(grid->screen);
    int64_t length = grid->chart->length, step = axis_step(length, grid->columns / 12 + 1);
    char text[32];

    for (int64_t at = 0; at <= length; at += step) {
        double place = length > 0 ? (double)at / (double)length : 0;
        format_time(at, step, text, sizeof text);
        put_time(&row, grid->from + middle_after(grid, place), text);
    }
    row_end(&row, grid->out);
}

/* Puts the times of moments where they fit: of those AFTER_GAPS, or of the others if they differ
 * from the time before. */
static void put_moments(const struct grid *grid, struct row *row, bool after_gaps)
{
    const struct chart *chart = grid->chart;
    char texts[2][32] = {"", ""};

    for (long i = 0; i < chart->moment_count; i++) {
        char *text = texts[i % 2];
        bool is_after = i == 0 || chart->moments[i] - chart->moments[i - 1] >= chart->long_gap;
        int column = column_of(grid, (double)i / (double)chart->moment_count);
        format_moment(chart->moments[i], text, sizeof texts[0]);
        if (is_after == after_gaps && (is_after || strcmp(texts[0], texts[1]) != 0))
            put_time(row, grid->from + column, text);
    }
}

/* The axis of a chart in which each moment is one step. */
static void print_event_axis(struct grid *grid)
{
    const struct chart *chart = grid->chart;
    struct row line = row_begin(grid->screen), times = row_begin(grid->screen);

    for (int column = 0; column < grid->columns; column++)
        (void)row_put(&line, grid->from + column, grid->from + column + 1, "─");
    for (long i = 1; i < chart->moment_count; i++) {
        int column = column_of(grid, (double)i / (double)chart->moment_count);
        if (chart->moments[i] - chart->moments[i - 1] < chart->long_gap)
            continue;
        row_sign(&line, grid->from + (column > 0 ? column - 1 : 0), ABOUT);
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
            flow_part(&flow, 3, state, PLAIN, text);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (grid->has[others[i].sign])
            flow_part(&flow, 3, others[i].sign, PLAIN, others[i].text);
    if (grid->has_many)
        flow_part(&flow, 3, NO_SIGN, PLAIN, "digit: number of messages");
    if (grid->has_more)
        flow_part(&flow, 3, NO_SIGN, PLAIN, "+ more than 9");
    if (grid->chart->by_events)
        flow_part(&flow, 3, NO_SIGN, PLAIN, "not to scale: each step is one event");
    describe_measure(grid->chart, text, sizeof text);
    flow_part(&flow, 3, NO_SIGN, PLAIN, text);
    (void)flow_end(&flow);
}

static void print_title(const struct title *title, const struct screen *screen, FILE *out)
{
    static const struct {
        int sign;
        enum color color;
        const char *text;
    } badges[] = {[VERDICT_HELD] = {RIGHT_MARK, GOOD, "HELD"},
        [VERDICT_VIOLATED] = {WRONG_MARK, RED, "VIOLATED"},
        [VERDICT_UNKNOWN] = {NO_SIGN, PLAIN, "UNDECIDED"}};
    enum verdict verdict = title->verdict;
    struct flow flow;
    char text[200];

    flow_begin(&flow, screen, 0, out);
    flow_words(&flow, PLAIN, title->program);
    if (title->broken)
        flow_part(&flow, 1, NO_SIGN, PLAIN, "--broken");
    flow_part(&flow, 3, badges[verdict].sign, badges[verdict].color, badges[verdict].text);
    if (title->sentence) {
        flow_words(&flow, PLAIN, "  ");
        flow_words(&flow, PLAIN, title->sentence);
    }
    (void)snprintf(text, sizeof text, "seed %" PRIu32, title->seed);
    flow_part(&flow, 3, NO_SIGN, PLAIN, text);
    if (title->sentence && title->left_out && verdict == VERDICT_VIOLATED) {
        (void)snprintf(text, sizeof text, "left out: %s", title->left_out);
        flow_part(&flow, 3, NO_SIGN, PLAIN, text);
    }
    (void)flow_end(&flow);
}

static void print_wrong(const struct screen *screen, const char *text, long more, FILE *out)
{
    struct flow flow;
    char rest[40];

    flow_begin(&flow, screen, 2, out);
    row_sign(&flow.row, 0, WRONG_MARK);
    flow_words(&flow, RED, text);
    (void)snprintf(rest, sizeof rest, "and %ld more", more);
    if (more > 0)
        flow_part(&flow, 2, NO_SIGN, RED, rest);
    (void)flow_end(&flow);
}

static void print_lost(const struct chart *chart, const struct screen *screen, FILE *out)
{
    enum { MAX_NAMED = 5 };
    char text[MAX_NAMED * 5 * TEXT_SIZE];
    size_t used = 0;
    long count = 0;

    FOR_ITEMS (item, chart) {
        if (item->kind != SENT || !item->is_wrong || item->partner >= 0)
            continue;
        if (count < MAX_NAMED)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
                count == 0 ? "nobody received: " : ", ", item->text);
        count++;
    }
    if (count > 0)
        print_wrong(screen, text, count - MAX_NAMED, out);
}

/* Whether two texts differ by their numbers only. */
static bool is_same_kind(const char *one, const char *other)
{
    static const char digits[] = "0123456789";

    while (true) {
        one += strspn(one, digits);
        other += strspn(other, digits);
        if (*one == '\0' || *one != *other)
            return *one == *other;
        one++;
        other++;
    }
}

void wrongs_write(const struct chart *chart, const struct screen *screen, int max, FILE *out)
{
    const struct item *kinds[MAX_WRONGS]; /* the first flaw of each */
    long times[MAX_WRONGS];
    char text[LANE_NAME_SIZE + 5 * TEXT_SIZE];
    int count = 0;

    print_lost(chart, screen, out);
    FOR_ITEMS (item, chart) {
        int i = 0;
        if (item->kind != FLAW)
            continue;
        while (i < count && !is_same_kind(kinds[i]->text, item->text))
            i++;
        if (i == count && count < max) {
            kinds[i] = item;
            times[i] = 0;
            count++;
        }
        times[i < count ? i : count - 1]++; /* of more kinds than MAX, too */
    }
    for (int i = 0; i < count; i++) {
        (void)snprintf(text, sizeof text, "%s: %s", chart->names[kinds[i]->lane], kinds[i]->text);
        print_wrong(screen, text, times[i] - 1, out);
    }
    if (chart->dropped > 0)
        (void)fprintf(
            out, "(%ld more events are not shown: the recorder was full)\n", chart->dropped);
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

/* Returns where the bars begin: after the longest name, if that leaves enough space. */
static int find_edge(const struct chart *chart, int width, const int *row_of, const char *inside)
{
    size_t longest = 0;

    if (chart->most_inside > 0 && (int)strlen(inside) < width / 4)
        longest = strlen(inside);
    for (int lane = 0; lane < chart->lanes; lane++)
        if (row_of[lane] >= 0 && strlen(chart->names[lane]) > longest)
            longest = strlen(chart->names[lane]);
    int edge = (int)longest + 2;
    return edge <= width / 2 ? edge : 0;
}

void timeline_write(const struct chart *chart, const struct screen *screen, FILE *out)
{
    enum { MIN_LANES = 12 };
    int *row_of = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *row_of)), left_out;
    int max = rows_left(screen, 1, MIN_LANES, MAX_CHART_LANES);
    int rows = chart_rows(chart, max, row_of, &left_out);
    char inside[32];

    (void)snprintf(inside, sizeof inside, "inside, limit %d", chart->limit);
    int from = find_edge(chart, screen->width, row_of, inside);
    struct grid grid = {chart, screen, out, from, screen->width - from, .has_many = false};
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
    if (left_out > 0)
        (void)fprintf(out, "(%d more %s not shown%s)\n", left_out,
            left_out > 1 ? "lanes are" : "lane is", chart->most_inside > 0 ? ", but counted" : "");
    wrongs_write(chart, screen, rows_left(screen, rows, 1, MAX_WRONGS), out);
    free(row_of);
}
