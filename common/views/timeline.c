/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include <string.h>

/* What a lane shows in a column: its state when that ends, or, above it, what happens there. */
struct mark {
    enum rank { NOTHING, NOTES, STATES, BRIEF, MESSAGES, WRONGS, DIGITS, RANKS } rank;
    const char *sign;
    bool is_red;
    int messages; /* how many ends of them */
};

/* The items that are drawn are in COLUMNS columns from FROM on, after the names of the lanes. */
struct grid {
    struct chart *chart;
    const struct screen *screen;
    FILE *out;
    int from, columns;
    int most[MAX_COLUMNS]; /* that were inside in each column */
    bool drawn[RANKS];
};

static int column_of(const struct grid *grid, const struct item *item)
{
    const struct item *first = grid->chart->first, *end = grid->chart->end;

    if (item < first || item > end)
        item = item < first ? first : end;
    return (int)((item - first) * grid->columns / (end - first));
}

static void set_mark(struct mark *mark, enum rank rank, const char *sign, bool is_red)
{
    mark->messages += rank == MESSAGES;
    if (rank <= mark->rank)
        return;
    mark->rank = rank;
    mark->sign = sign;
    mark->is_red = is_red;
}

/* A state is drawn where it lasts to the end of the column; in red if it is wrong, or beyond the
 * limit where too many are inside. */
static void mark_state(const struct grid *grid, const struct item *item, struct mark *marks)
{
    int first = column_of(grid, item), end = column_of(grid, item->next);

    if (item->state <= IDLE)
        return;
    if (first == end)
        set_mark(&marks[first], BRIEF, "▏", item->is_wrong);
    for (int column = first; column < end; column++) {
        bool are_too_many = grid->most[column] > grid->chart->limit;
        bool is_red = item->is_beyond ? are_too_many : item->is_wrong;
        set_mark(&marks[column], STATES, state_signs[item->state], is_red);
    }
}

static void mark_item(const struct grid *grid, const struct item *item, struct mark *marks)
{
    struct mark *mark = &marks[column_of(grid, item)];

    if (item->is_beyond || (item->is_wrong && item->kind != STATE))
        set_mark(mark, WRONGS, "✗", true);
    else if (item->kind == NOTE)
        set_mark(mark, NOTES, "·", false);
    else if (item->kind != STATE)
        set_mark(mark, MESSAGES, item->kind == SENT ? "▶" : "◀", false);
}

/* Puts NUMBER there if it is a digit, otherwise a plus sign. */
static void put_digit(struct row *row, int column, int number, enum color color)
{
    const char digit[2] = {number < 10 ? (char)('0' + number) : '+', '\0'};
    (void)row_put(row, column, column + 1, color, digit);
}

static void print_lane(struct grid *grid, int lane)
{
    struct mark marks[MAX_COLUMNS] = {0};
    struct row row;

    row_begin(&row, grid->screen);
    (void)row_put(&row, 0, grid->from - 1, PLAIN, grid->chart->lane[lane].name);
    FOR_ITEMS (item, grid->chart) {
        if (item->lane == lane && item->kind == STATE && item < grid->chart->end)
            mark_state(grid, item, marks);
        if (item->lane == lane && item >= grid->chart->first && item < grid->chart->end)
            mark_item(grid, item, marks);
    }
    for (int i = 0; i < grid->columns; i++) {
        const struct mark *mark = &marks[i];
        int column = grid->from + i;
        bool is_digit = mark->rank == MESSAGES && mark->messages > 1;
        grid->drawn[is_digit ? DIGITS : mark->rank] = true;
        if (is_digit)
            put_digit(&row, column, mark->messages, PURPLE);
        else if (mark->rank != NOTHING)
            (void)row_put(&row, column, column + 1, mark->is_red ? RED : PLAIN, mark->sign);
    }
    row_end(&row, grid->out);
}

static void count_inside(struct grid *grid)
{
    FOR_DRAWN (item, grid->chart) {
        int column = column_of(grid, item), end = column_of(grid, item + 1);
        do {
            if (item->inside > grid->most[column])
                grid->most[column] = item->inside;
            column++;
        } while (column < end);
    }
}

static void print_inside(const struct grid *grid, const char *name)
{
    int limit = grid->chart->limit;
    struct row row;

    row_begin(&row, grid->screen);
    (void)row_put(&row, 0, grid->from - 1, PLAIN, name);
    for (int i = 0; i < grid->columns; i++)
        if (grid->most[i] > 0)
            put_digit(&row, grid->from + i, grid->most[i], grid->most[i] > limit ? RED : PLAIN);
    row_end(&row, grid->out);
}

/* Puts the times after such a GAP below the lanes, where they neither touch others nor leave the
 * screen; a long one has a sign. */
static void put_times(const struct grid *grid, struct row *row, enum gap gap)
{
    char time[TIME_SIZE], last[TIME_SIZE] = "";

    FOR_DRAWN (item, grid->chart) {
        format_time(item->time, time);
        int start = grid->from + column_of(grid, item);
        int end = start + text_columns(grid->screen, time);
        bool is_new = item->gap == gap && strcmp(time, last) != 0;
        memcpy(last, time, sizeof last);
        if (!is_new || end > grid->screen->width || !row_is_blank(row, start - 2, end + 1))
            continue;
        (void)row_put(row, start - 1, start, PLAIN, gap != USUAL_GAP && item->time > 0 ? "≈" : " ");
        (void)row_put(row, start, end, PLAIN, time);
    }
}

static void print_legend(const struct grid *grid)
{
    const bool *drawn = grid->drawn;
    int events = 1 + (int)(grid->chart->end - grid->chart->first - 1) / grid->columns;
    char steps[60], text[400];

    (void)snprintf(steps, sizeof steps, "(not to scale: up to %d events a column)", events);
    (void)snprintf(text, sizeof text, "%s%s   %s%s%s%s%s%s≈" NO_BREAK "a long time   %s",
        grid->chart->most_inside > 0 ? INSIDE_LEGEND : "", STATES_LEGEND,
        drawn[BRIEF] ? "▏" NO_BREAK "shorter than a column   " : "",
        drawn[NOTES] ? "·" NO_BREAK "note   " : "",
        drawn[MESSAGES] ? "▶" NO_BREAK "sent   ◀" NO_BREAK "received   " : "",
        drawn[DIGITS] ? "digit: how many messages   " : "",
        drawn[WRONGS] ? "✗" NO_BREAK "wrong   " : "",
        grid->chart->most_inside > 9 ? "+" NO_BREAK "ten" NO_BREAK "or" NO_BREAK "more   " : "",
        events > 1 ? steps : "(not to scale: each event has the same width)");
    (void)print_text(grid->screen, grid->out, 0, "", PLAIN, text, PLAIN);
}

static void print_title(const struct title *title, const struct screen *screen, FILE *out)
{
    static const enum color colors[] = {GOOD, RED, PLAIN};
    const char *badge = verdict_badges[title->verdict];
    bool has_bug = title->left_out && title->verdict == VERDICT_VIOLATED;
    char text[1200];

    (void)snprintf(text, sizeof text, "%s%s   seed %u%s%s%s%s", title->program,
        title->broken ? " --broken" : "", (unsigned)title->seed, title->sentence ? "   " : "",
        title->sentence ? title->sentence : "", has_bug ? "   left out: " : "",
        has_bug ? title->left_out : "");
    (void)print_text(
        screen, out, text_columns(screen, badge) + 2, badge, colors[title->verdict], text, PLAIN);
}

/* Says that COUNT things are not shown, if there are any. */
static void print_more(const struct screen *screen, FILE *out, long count, const char *words)
{
    char text[80];

    (void)snprintf(text, sizeof text, "(%ld more %s)", count, words);
    if (count > 0)
        (void)print_text(screen, out, 0, "", PLAIN, text, PLAIN);
}

void wrongs_write(const struct chart *chart, const struct screen *screen, int max, FILE *out)
{
    char text[SENTENCE_SIZE], last[SENTENCE_SIZE] = "";
    long more = 0;

    FOR_ITEMS (item, chart) {
        bool is_lost = item->kind == SENT && item->is_wrong && !item->partner;
        const char *about = is_lost ? "nobody received" : chart->lane[item->lane].name;
        if (item->kind != FLAW && !is_lost)
            continue;
        (void)snprintf(text, sizeof text, "%s: %s", about, item->text);
        if (max == 0 || strcmp(text, last) == 0) {
            more++;
            continue;
        }
        (void)print_text(screen, out, 2, "✗", RED, text, RED);
        memcpy(last, text, sizeof last);
        max--;
    }
    (void)snprintf(text, sizeof text, "and %ld more", more);
    if (more > 0)
        (void)print_text(screen, out, 2, "✗", RED, text, RED);
    print_more(screen, out, chart->dropped, "events are not shown: the recorder was full");
}

/* Returns how many rows of the screen are left when ROWS are taken, but from MIN to MAX. Others are
 * for the title, the axis, the legend, the verdict, and what is typed next. */
static int rows_left(const struct screen *screen, int rows, int min, int max)
{
    enum { OTHERS = 12 };
    int left = screen->height - OTHERS - rows;

    if (screen->height == 0 || left > max)
        return max;
    return left > min ? left : min;
}

/* Returns where the columns begin: after the longest name, or where that is cut off. */
static int find_edge(const struct chart *chart, int width, const char *inside)
{
    int edge = chart->most_inside > 0 ? (int)strlen(inside) + 2 : 2;

    for (int lane = 0; lane < chart->lanes; lane++) {
        int end = (int)strlen(chart->lane[lane].name) + 2;
        if (chart->lane[lane].row >= 0 && end > edge)
            edge = end;
    }
    return edge < width / 3 ? edge : width / 3;
}

void timeline_write(struct chart *chart, const struct screen *screen, FILE *out)
{
    enum { MIN_LANES = 12 };
    struct grid grid = {.chart = chart, .screen = screen, .out = out};
    char inside[32];
    struct row row;

    (void)snprintf(inside, sizeof inside, "inside, limit %d", chart->limit);
    chart_rows(chart, rows_left(screen, 1, MIN_LANES, MAX_ROWS));
    grid.from = find_edge(chart, screen->width, inside);
    grid.columns = screen->width - grid.from;
    print_title(&chart->title, screen, out);
    if (chart->count > 0) {
        count_inside(&grid);
        for (int lane = 0; lane < chart->lanes; lane++)
            if (chart->lane[lane].row >= 0)
                print_lane(&grid, lane);
        if (chart->most_inside > 0)
            print_inside(&grid, inside);
        row_begin(&row, screen);
        for (int gap = LONGEST_GAP; gap >= USUAL_GAP; gap--)
            put_times(&grid, &row, (enum gap)gap);
        row_end(&row, out);
        print_legend(&grid);
    }
    print_more(screen, out, chart->more_lanes, "lanes are not shown, but counted");
    print_more(screen, out, chart->count - (chart->end - chart->first),
        "events are not shown, but in --trace=FILE");
    wrongs_write(chart, screen, rows_left(screen, chart->rows, 1, MAX_WRONGS), out);
}
