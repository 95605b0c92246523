/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include <string.h>

enum { TIME_WIDTH = 10, MIN_TEXT = 17, MIN_CAPTION = 20 }; /* columns of the screen */

static int column_of(const struct lanes *lanes, int lane)
{
    return TIME_WIDTH + lane * lanes->width;
}

/* Chooses words in the columns if these are wide enough. Otherwise each of the first lanes has a
 * character, and the words are to the right. */
static void lay_out(struct lanes *lanes)
{
    int space = lanes->screen.width - TIME_WIDTH, count = lanes->chart->lanes;
    int cells = space > MIN_CAPTION + 4 ? space - MIN_CAPTION : 4; /* for characters */

    lanes->laid_out = lanes->screen.width;
    lanes->lanes = count;
    lanes->is_text = space / count >= MIN_TEXT;
    lanes->columns = lanes->is_text || count < cells ? count : cells;
    lanes->width = lanes->is_text ? space / count : cells / lanes->columns;
    if (!lanes->is_text && lanes->width > 3)
        lanes->width = 3;
}

/* Begins a row with TIME, and with the state of each lane, in red if it violates the guarantee. */
static void begin_row(const struct lanes *lanes, struct row *row, const char *time)
{
    row_begin(row, &lanes->screen);
    int column = TIME_WIDTH - 2 - text_columns(&lanes->screen, time);
    (void)row_put(row, column, TIME_WIDTH, PLAIN, time);
    for (int i = 0; i < lanes->columns; i++) {
        const struct item *state = lanes->chart->lane[i].state;
        bool are_too_many = lanes->chart->inside > lanes->chart->limit;
        if (state == NULL)
            continue;
        bool is_red = state->is_beyond ? are_too_many : state->event->is_wrong;
        (void)row_put(row, column_of(lanes, i), lanes->screen.width, is_red ? RED : PLAIN,
            state_signs[state->state]);
    }
}

/* Prints what is right above the columns: names; or, where these have no space, the ids that have
 * some, and the name of each role in a row of its own, beside lines to those before it. */
static void print_names(struct lanes *lanes, FILE *out)
{
    const struct recorder *from = lanes->chart->from;
    const struct role *roles = from->roles;
    int count = lanes->is_text ? 0 : from->role_count, width = lanes->screen.width;
    struct row row;

    for (int i = 0; i < count && roles[i].first < lanes->columns; i++) {
        row_begin(&row, &lanes->screen);
        for (int before = 0; before < i; before++)
            (void)row_put(&row, column_of(lanes, roles[before].first), width, PLAIN, "│");
        (void)row_put(&row, column_of(lanes, roles[i].first), width, PLAIN, roles[i].name);
        row_end(&row, out);
        lanes->rows++;
    }
    row_begin(&row, &lanes->screen);
    (void)row_put(&row, 4, TIME_WIDTH, PLAIN, "time");
    for (int lane = 0; lane < lanes->columns; lane++) {
        int column = column_of(lanes, lane), end = column + lanes->width - 1;
        const char *name = lanes->chart->lane[lane].name;
        const char *id = strchr(name, ' ');
        if (lanes->is_text)
            (void)row_put(&row, column, end, PLAIN, name);
        else if (row_is_blank(&row, column - 1, column))
            (void)row_put(&row, column, width, PLAIN, id ? id + 1 : "│");
    }
    row_end(&row, out);
    lanes->rows++;
}

void lanes_head(struct lanes *lanes, FILE *out)
{
    char legend[120] =
        INSIDE_LEGEND STATES_LEGEND "   ·" NO_BREAK "resting   ≈" NO_BREAK "a long time";
    size_t used = strlen(legend);

    lay_out(lanes);
    if (lanes->columns < lanes->lanes)
        (void)snprintf(legend + used, sizeof legend - used, "   lanes without a column: %d",
            lanes->lanes - lanes->columns);
    lanes->rows = print_text(&lanes->screen, out, TIME_WIDTH, "", PLAIN, legend, PLAIN);
    print_names(lanes, out);
}

/* Puts an arrow from LANE to RECEIVER where nothing else is; to the right it begins after words,
 * which end before TEXT_END. Returns false if there is no space for it. */
static bool put_arrow(
    const struct lanes *lanes, struct row *row, int lane, int receiver, int text_end)
{
    int step = receiver > lane ? 1 : -1, gap = step * (lanes->is_text ? 2 : 1);
    int from = column_of(lanes, lane) + gap, to = column_of(lanes, receiver) - gap;

    if (lanes->is_text && step > 0)
        from = text_end + 1;
    if (lanes->is_text && step > 0 && from >= to)
        return false;
    for (int column = from; column * step <= to * step; column += step)
        if (row_is_blank(row, column, column + 1))
            (void)row_put(row, column, column + 1, PLAIN, "─");
    (void)row_put(row, to, to + 1, PLAIN, step > 0 ? "▶" : "◀");
    return true;
}

/* Prints TEXT in the column of LANE, or beside the lanes; with an arrow to RECEIVER, unless that is
 * NO_LANE. */
static void print_words(
    struct lanes *lanes, int lane, const char *text, bool is_wrong, int receiver, FILE *out)
{
    int start = column_of(lanes, lane) + 2, limit = lanes->screen.width;
    bool has_arrow = lane < lanes->columns && receiver < lanes->columns;
    char time[TIME_SIZE];
    struct row row;

    if (!lanes->is_text)
        start = column_of(lanes, lanes->columns) + 1;
    else if (lane + 1 < lanes->lanes)
        limit = column_of(lanes, lane + 1) - 1;
    if (start > lanes->screen.width - MIN_COLUMNS)
        start = lanes->screen.width - MIN_COLUMNS;
    format_time(lanes->last, time);
    begin_row(lanes, &row, time);
    start = row_put(&row, start, limit, RED, is_wrong ? "✗ " : "");
    if (has_arrow && (receiver < lane || !lanes->is_text))
        has_arrow = !put_arrow(lanes, &row, lane, receiver, 0);
    do {
        int end = row_words(&row, start, limit, is_wrong ? RED : PLAIN, &text);
        if (has_arrow && !*text)
            has_arrow = !put_arrow(lanes, &row, lane, receiver, end);
        row_end(&row, out);
        lanes->rows++;
        begin_row(lanes, &row, "");
        if (has_arrow && !*text) { /* there was no space for it */
            (void)put_arrow(lanes, &row, lane, receiver, start);
            row_end(&row, out);
            lanes->rows++;
        }
    } while (*text);
}

/* Prints what happened: in its lane, where an arrow shows who receives; or beside the lanes, as
 * "client ▶ server: ping". */
static void print_item(struct lanes *lanes, const struct item *item, FILE *out)
{
    const struct chart_lane *lane = lanes->chart->lane;
    bool is_sent = item->kind == SENT, is_received = item->kind == RECEIVED;
    bool has_other = (is_sent || is_received) && item->other < lanes->lanes;
    const char *name = lane[item->lane].name, *verb = is_received ? "got " : "";
    char text[SENTENCE_SIZE];

    if (is_sent && !has_other)
        verb = "sent ";
    if (lanes->is_text)
        (void)snprintf(text, sizeof text, "%s%s", verb, item->text);
    else if (has_other)
        (void)snprintf(text, sizeof text, "%s %s %s: %s", name, is_sent ? "▶" : "◀",
            lane[item->other].name, item->text);
    else
        (void)snprintf(text, sizeof text, "%s: %s%s", name, verb, item->text);
    print_words(lanes, item->lane, text, item->is_wrong || item->is_beyond,
        has_other && is_sent ? item->other : NO_LANE, out);
}

/* Takes note of when an item was; returns whether a long time has passed before it: a good part of
 * the run so far, and much longer than the mean of the gaps before that were not long. */
static bool note_time(struct lanes *lanes, int64_t time)
{
    enum { LONG = 32, PART = 8, MIN_GAPS = 3 };
    int64_t gap = time - lanes->last;

    if (gap <= 0) /* never back */
        return false;
    lanes->last = time;
    if (lanes->gaps >= MIN_GAPS && gap > time / PART && gap / LONG > lanes->in_gaps / lanes->gaps)
        return true;
    lanes->in_gaps += gap;
    lanes->gaps++;
    return false;
}

void lanes_print(struct lanes *lanes, struct item *item, FILE *out)
{
    enum { KEPT = 3 }; /* rows: an item may take two, and below it something may be typed */
    const struct screen *screen = &lanes->screen;
    bool is_new = screen->width != lanes->laid_out || lanes->chart->lanes != lanes->lanes;
    bool is_after_gap = note_time(lanes, item->time);
    struct row row;

    if (out && (is_new || (screen->height > 0 && lanes->rows + KEPT > screen->height)))
        lanes_head(lanes, out); /* it is not there, or about to leave the screen */
    if (out && is_after_gap) {
        begin_row(lanes, &row, "≈");
        row_end(&row, out);
        lanes->rows++;
    }
    chart_go_to(lanes->chart, item);
    if (out)
        print_item(lanes, item, out);
}
