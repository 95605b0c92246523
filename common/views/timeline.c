/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include <string.h>

/* The ranks of what is no state: above that of a state, or between those of two. */
enum { OF_NOTE = 2 * RUNNING - 1, OF_MESSAGE = 2 * INSIDE + 1, OF_WRONG, RANKS };

/* Where the bars are: in COLUMNS columns from FROM on, after the names of the lanes. */
struct grid {
    const struct chart *chart;
    const struct screen *screen;
    FILE *out;
    int from, columns;
    int most[MAX_COLUMNS];        /* that were inside in each column */
    bool has_brief, drawn[RANKS]; /* a sign for what is shorter than a column; of each rank */
};

struct mark {                /* what a lane shows in a column */
    const struct item *item; /* the one of the highest rank there */
    int rank;
    bool is_brief; /* a state that is shorter than a column */
    int messages;  /* how many ends of them */
};

static void set_mark(struct mark *mark, const struct item *item, int rank, bool is_brief)
{
    mark->messages += rank == OF_MESSAGE;
    if (rank > mark->rank)
        *mark = (struct mark){item, rank, is_brief, mark->messages};
}

/* Returns the first column whose middle is after a place on the axis. */
static int middle_after(const struct grid *grid, double at)
{
    return (int)(at * grid->columns + 0.5);
}

static void mark_item(const struct grid *grid, const struct item *item, struct mark *marks)
{
    struct mark *own = &marks[chart_part(item->at, grid->columns)];
    int first = middle_after(grid, item->at), end = middle_after(grid, item->next->at);
    bool is_state = item->kind == STATE;

    for (int column = first; is_state && column < end; column++)
        set_mark(&marks[column], item, 2 * (int)item->state, false);
    if (is_state && first == end)
        set_mark(own, item, 2 * (int)item->state, true);
    if (item->is_beyond || (item->is_wrong && !is_state))
        set_mark(own, item, OF_WRONG, false);
    else if (!is_state)
        set_mark(own, item, item->kind == NOTE ? OF_NOTE : OF_MESSAGE, false);
}

/* Puts NUMBER there if it is a digit, otherwise a plus sign. */
static void put_digit(struct row *row, int column, int number, enum color color)
{
    const char digit[2] = {number < 10 ? (char)('0' + number) : '+', '\0'};
    (void)row_put(row, column, column + 1, color, digit);
}

/* A state is red if it is wrong; or beyond the limit, and in this column there are too many. */
static void put_mark(struct grid *grid, struct row *row, int i, const struct mark *mark)
{
    const struct item *item = mark->item;
    const char *sign = "·";
    int column = grid->from + i;
    bool is_red = false;

    if (mark->rank <= 2 * IDLE)
        return;
    grid->drawn[mark->rank] = true;
    if (mark->rank == OF_MESSAGE && mark->messages > 1) {
        put_digit(row, column, mark->messages, PURPLE);
        return;
    }
    if (mark->rank == OF_WRONG)
        sign = "✗";
    else if (mark->rank == OF_MESSAGE)
        sign = item->kind == SENT ? "▶" : "◀";
    else if (mark->rank != OF_NOTE) {
        is_red = item->is_beyond ? grid->most[i] > grid->chart->limit : item->is_wrong;
        sign = mark->is_brief ? "▏" : state_signs[item->state];
        grid->has_brief |= mark->is_brief;
    }
    (void)row_put(row, column, column + 1, is_red ? RED : PLAIN, sign);
}

static void print_lane(struct grid *grid, int lane)
{
    struct mark marks[MAX_COLUMNS];
    struct row row;

    memset(marks, 0, sizeof marks);
    row_begin(&row, grid->screen);
    (void)row_put(&row, 0, grid->from - 1, PLAIN, grid->chart->lane[lane].name);
    FOR_ITEMS (item, grid->chart)
        if (item->lane == lane)
            mark_item(grid, item, marks);
    for (int column = 0; column < grid->columns; column++)
        put_mark(grid, &row, column, &marks[column]);
    row_end(&row, grid->out);
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

/* Puts times below the lanes, where they neither touch others nor leave the screen: first those
 * AFTER long gaps, each with a sign, and then others. */
static void put_times(const struct grid *grid, struct row *row, bool after_gaps)
{
    char time[TIME_SIZE], last[TIME_SIZE] = "";

    FOR_ITEMS (item, grid->chart) {
        format_time(item->time, item->time, time);
        int start = grid->from + chart_part(item->at, grid->columns);
        int end = start + text_columns(grid->screen, time);
        bool is_new = item->is_after_gap == after_gaps && strcmp(time, last) != 0;
        memcpy(last, time, sizeof last);
        if (!is_new || end > grid->screen->width || !row_is_blank(row, start - 2, end + 1))
            continue;
        (void)row_put(row, start - 1, start, PLAIN, after_gaps && item->time > 0 ? "≈" : " ");
        (void)row_put(row, start, end, PLAIN, time);
    }
}

static void print_axis(const struct grid *grid)
{
    struct row row;

    row_begin(&row, grid->screen);
    put_times(grid, &row, true);
    put_times(grid, &row, false);
    row_end(&row, grid->out);
}

static void print_legend(const struct grid *grid)
{
    char text[4 * WORDS_SIZE] = "", words[WORDS_SIZE];
    size_t used = 0;

    for (int state = INSIDE; state >= RUNNING; state--) {
        describe_state(grid->chart, (enum state)state, words);
        if (*words)
            used += (size_t)snprintf(
                text + used, sizeof text - used, "%s" NO_BREAK "%s   ", state_signs[state], words);
    }
    (void)snprintf(text + used, sizeof text - used, "%s%s%s%s%s%s",
        grid->has_brief ? "▏" NO_BREAK "shorter than a column   " : "",
        grid->drawn[OF_NOTE] ? "·" NO_BREAK "note   " : "",
        grid->drawn[OF_MESSAGE] ? "▶" NO_BREAK "sent   ◀" NO_BREAK "received   digit: so many   "
                                : "",
        grid->drawn[OF_WRONG] ? "✗" NO_BREAK "wrong   " : "",
        grid->chart->most_inside > 9 ? "+" NO_BREAK "ten or more   " : "",
        "≈" NO_BREAK "after a long time   (each step is one event)");
    (void)print_text(grid->screen, grid->out, grid->from, "", PLAIN, text, PLAIN);
}

static void print_title(const struct title *title, const struct screen *screen, FILE *out)
{
    static const struct {
        const char *badge;
        enum color color;
    } badges[] = {[VERDICT_HELD] = {"✓ HELD", GOOD},
        [VERDICT_VIOLATED] = {"✗ VIOLATED", RED},
        [VERDICT_UNKNOWN] = {"? UNDECIDED", PLAIN}};
    const char *badge = badges[title->verdict].badge;
    bool has_bug = title->left_out && title->verdict == VERDICT_VIOLATED;
    char text[1200];

    (void)snprintf(text, sizeof text, "%s%s   seed %u%s%s%s%s", title->program,
        title->broken ? " --broken" : "", (unsigned)title->seed, title->sentence ? "   " : "",
        title->sentence ? title->sentence : "", has_bug ? "   left out: " : "",
        has_bug ? title->left_out : "");
    (void)print_text(screen, out, text_columns(screen, badge) + 2, badge,
        badges[title->verdict].color, text, PLAIN);
}

/* Lists the messages that somebody needed and no lane has received. */
static void print_lost(const struct chart *chart, const struct screen *screen, FILE *out)
{
    enum { MAX_NAMED = 5 };
    char text[(MAX_NAMED + 1) * WORDS_SIZE] = "nobody received: ";
    size_t used = strlen(text);
    long count = 0;

    FOR_ITEMS (item, chart) {
        if (item->kind != SENT || !item->is_wrong || item->partner)
            continue;
        count++;
        if (count <= MAX_NAMED)
            used += (size_t)snprintf(
                text + used, sizeof text - used, "%s%s", count > 1 ? ", " : "", item->text);
    }
    if (count > MAX_NAMED)
        (void)snprintf(text + used, sizeof text - used, ", and %ld more", count - MAX_NAMED);
    if (count > 0)
        (void)print_text(screen, out, 2, "✗", RED, text, RED);
}

void wrongs_write(const struct chart *chart, const struct screen *screen, int max, FILE *out)
{
    char text[SENTENCE_SIZE];
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
        (void)print_text(screen, out, 2, "✗", RED, text, RED);
        last = item->text;
        max--;
    }
    (void)snprintf(text, sizeof text, "and %ld more", more);
    if (more > 0)
        (void)print_text(screen, out, 2, "✗", RED, text, RED);
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

/* Returns where the bars begin: after the longest name, or where that is cut off. */
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
    char inside[32];

    chart_rows(chart, rows_left(screen, 1, MIN_LANES, MAX_ROWS));
    (void)snprintf(inside, sizeof inside, "inside, limit %d", chart->limit);
    int from = find_edge(chart, screen->width, inside);
    struct grid grid = {.chart = chart,
        .screen = screen,
        .out = out,
        .from = from,
        .columns = screen->width - from};
    chart_count_inside(chart, grid.columns, grid.most);
    print_title(&chart->title, screen, out);
    for (int lane = 0; lane < chart->lanes; lane++)
        if (chart->lane[lane].row >= 0)
            print_lane(&grid, lane);
    if (chart->most_inside > 0)
        print_inside(&grid, inside);
    print_axis(&grid);
    print_legend(&grid);
    if (chart->left_out > 0)
        (void)fprintf(out, "(%d more lanes are not shown, but counted)\n", chart->left_out);
    wrongs_write(chart, screen, rows_left(screen, chart->rows, 1, MAX_WRONGS), out);
}
