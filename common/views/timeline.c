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

/* Whether a state is red in a column: it is wrong; or beyond the limit, and there are still too
 * many. */
static bool is_red(const struct grid *grid, const struct item *item, int column)
{
    if (item->is_beyond)
        return grid->most[column] > grid->chart->limit;
    return item->is_wrong;
}

static void mark_state(const struct grid *grid, const struct item *item, struct mark *marks)
{
    int first = middle_after(grid, item->at), end = middle_after(grid, item->next->at);
    struct mark *mark = &marks[chart_part(item->at, grid->columns)];

    for (int column = first; column < end; column++)
        marks[column].state = item;
    if (first == end && (mark->brief == NULL || item->state > mark->brief->state))
        mark->brief = item;
}

static int sign_of(const struct item *item)
{
    if (item->kind == FLAW || item->is_beyond)
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
    struct mark *mark = &marks[chart_part(item->at, grid->columns)];
    int sign = sign_of(item);

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
        struct row row = begin_lane(grid, grid->chart->lane[lane].name);
        for (int column = 0; column < grid->columns; column++)
            put_mark(grid, &row, column, &own[column]);
        row_end(&row, grid->out);
    }
    free(marks);
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

/* Puts the times below the axis, unless they would touch others or leave the screen: those AFTER
 * long gaps, or the others if they differ from the time before. */
static void put_times(const struct grid *grid, struct row *row, bool after_gaps)
{
    char last[32] = "";
    struct tick tick;

    for (long i = 0; chart_tick(grid->chart, grid->columns / 12 + 1, i, &tick); i++) {
        bool is_wanted = tick.is_after_gap || strcmp(tick.text, last) != 0;
        int column = grid->chart->by_events ? chart_part(tick.at, grid->columns)
                                            : middle_after(grid, tick.at);
        int start = grid->from + column, end = start + columns_of(grid->screen, tick.text);
        bool fits = end <= grid->screen->width && row_is_blank(row, start - 1, end + 1);
        if (tick.is_after_gap == after_gaps && is_wanted && fits)
            (void)row_put(row, start, end, tick.text);
        (void)snprintf(last, sizeof last, "%s", tick.text);
    }
}

/* Prints a line on which a sign shows where a long time is left out. */
static void print_gaps(struct grid *grid)
{
    struct row row = row_begin(grid->screen);
    struct tick tick;

    for (int column = grid->from; column < grid->screen->width; column++)
        (void)row_put(&row, column, column + 1, "─");
    for (long i = 1; chart_tick(grid->chart, 0, i, &tick); i++) {
        int column = chart_part(tick.at, grid->columns);
        if (!tick.is_after_gap)
            continue;
        row_sign(&row, grid->from + (column > 0 ? column - 1 : 0), ABOUT);
        grid->has[ABOUT] = true;
    }
    row_end(&row, grid->out);
}

static void print_axis(struct grid *grid)
{
    struct row row = row_begin(grid->screen);

    if (grid->chart->by_events)
        print_gaps(grid);
    put_times(grid, &row, true);
    put_times(grid, &row, false);
    row_end(&row, grid->out);
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

static void print_wrong(const struct screen *screen, const char *text, FILE *out)
{
    struct flow flow;

    flow_begin(&flow, screen, 2, out);
    row_sign(&flow.row, 0, WRONG_MARK);
    flow_words(&flow, RED, text);
    (void)flow_end(&flow);
}

static void print_lost(const struct chart *chart, const struct screen *screen, FILE *out)
{
    enum { MAX_NAMED = 5 };
    char text[MAX_NAMED * 5 * TEXT_SIZE] = "nobody received: ";
    size_t used = strlen(text);
    long count = 0;

    FOR_ITEMS (item, chart) {
        if (item->kind != SENT || !item->is_wrong || item->partner >= 0)
            continue;
        count++;
        if (count <= MAX_NAMED)
            used += (size_t)snprintf(
                text + used, sizeof text - used, "%s%s", count > 1 ? ", " : "", item->text);
    }
    if (count > MAX_NAMED)
        (void)snprintf(text + used, sizeof text - used, "  and %ld more", count - MAX_NAMED);
    if (count > 0)
        print_wrong(screen, text, out);
}

void wrongs_write(const struct chart *chart, const struct screen *screen, int max, FILE *out)
{
    char text[LANE_NAME_SIZE + 5 * TEXT_SIZE];
    const char *last = "";
    long more = 0;

    print_lost(chart, screen, out);
    FOR_ITEMS (item, chart) {
        if (item->kind != FLAW)
            continue;
        if (max == 0 || strcmp(item->text, last) == 0) {
            more++;
            continue;
        }
        (void)snprintf(text, sizeof text, "%s: %s", chart->lane[item->lane].name, item->text);
        print_wrong(screen, text, out);
        last = item->text;
        max--;
    }
    (void)snprintf(text, sizeof text, "and %ld more", more);
    if (more > 0)
        print_wrong(screen, text, out);
    if (chart->dropped > 0)
        (void)fprintf(
            out, "(%ld more events are not shown: the recorder was full)\n", chart->dropped);
}

/* Returns how many rows of the screen are left when ROWS are taken, but at least MIN and at most
 * MAX. The others are for the title, the axis, the legend, and, below the chart, the verdict and
 * what is typed next. */
static int rows_left(const struct screen *screen, int rows, int min, int max)
{
    enum { OTHERS = 12 };
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
        if (row_of[lane] >= 0 && strlen(chart->lane[lane].name) > longest)
            longest = strlen(chart->lane[lane].name);
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
    chart_count_inside(chart, grid.columns, grid.most);
    print_title(&chart->title, screen, out);
    print_lanes(&grid, row_of, rows);
    if (chart->most_inside > 0)
        print_inside(&grid, inside);
    if (rows > 0)
        print_axis(&grid);
    print_legend(&grid);
    if (left_out > 0)
        (void)fprintf(out, "(%d more %s not shown%s)\n", left_out,
            left_out > 1 ? "lanes are" : "lane is", chart->most_inside > 0 ? ", but counted" : "");
    wrongs_write(chart, screen, rows_left(screen, rows, 1, MAX_WRONGS), out);
    free(row_of);
}
