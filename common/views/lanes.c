/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include "common/base/check.h"
#include <stdlib.h>
#include <string.h>

enum { TIME_WIDTH = 10, MIN_TEXT = 17, MIN_CAPTION = 20 }; /* columns of the screen */

static int column_of(const struct lanes *lanes, int lane)
{
    return TIME_WIDTH + lane * lanes->width;
}

static void end_row(struct lanes *lanes, struct row *row, FILE *out)
{
    row_end(row, out);
    lanes->rows++;
}

/* Makes space for all lanes that there are now. */
static void add_lanes(struct lanes *lanes)
{
    int count = lanes->from->lane_count;

    if (count == lanes->count)
        return;
    lanes->lane = CHECK_NOT(NULL, realloc(lanes->lane, (size_t)count * sizeof *lanes->lane));
    memset(lanes->lane + lanes->count, 0, (size_t)(count - lanes->count) * sizeof *lanes->lane);
    lanes->count = count;
    lanes->laid_out = 0; /* they want a new head */
}

/* Chooses words in the columns if these are wide enough. Otherwise each of the first lanes has a
 * character, and the words are to the right. */
static void lay_out(struct lanes *lanes)
{
    int space = lanes->screen.width - TIME_WIDTH, count = lanes->count;
    int cells = space > MIN_CAPTION + 4 ? space - MIN_CAPTION : 4; /* for characters */

    lanes->laid_out = lanes->screen.width;
    lanes->is_text = space / count >= MIN_TEXT;
    lanes->columns = lanes->is_text || count < cells ? count : cells;
    lanes->width = lanes->is_text ? space / count : cells / count;
    if (!lanes->is_text && lanes->width > 3)
        lanes->width = 3;
    if (lanes->width == 0)
        lanes->width = 1;
}

static void print_legend(struct lanes *lanes, FILE *out)
{
    struct flow flow;
    char text[80];

    flow_begin(&flow, &lanes->screen, TIME_WIDTH, out);
    flow_part(&flow, 2, INSIDE, PLAIN, "inside");
    flow_part(&flow, 2, WAITING, PLAIN, "waiting");
    flow_part(&flow, 2, RUNNING, PLAIN, "running");
    flow_part(&flow, 2, ABOUT, PLAIN, "a long time");
    (void)snprintf(text, sizeof text, "lanes without a column: %d", lanes->count - lanes->columns);
    if (lanes->columns < lanes->count)
        flow_part(&flow, 2, NO_SIGN, PLAIN, text);
    lanes->rows += flow_end(&flow);
}

/* Prints in each row the name of one role above its first lane, beside lines to those before it. */
static void print_roles(struct lanes *lanes, FILE *out)
{
    const struct role *roles = lanes->from->roles;
    int width = lanes->screen.width;

    for (int i = 0; i < lanes->from->role_count && roles[i].first < lanes->columns; i++) {
        struct row row = row_begin(&lanes->screen);
        (void)row_put(&row, 4, TIME_WIDTH, i == 0 ? "time" : "");
        for (int before = 0; before < i; before++)
            (void)row_put(&row, column_of(lanes, roles[before].first), width, "│");
        (void)row_put(&row, column_of(lanes, roles[i].first), width, roles[i].name);
        end_row(lanes, &row, out);
    }
}

/* Prints what is right above the columns: names; or, below the roles, the ids that fit. */
static void print_names(struct lanes *lanes, FILE *out)
{
    struct row row = row_begin(&lanes->screen);
    char name[LANE_NAME_SIZE];

    (void)row_put(&row, 4, TIME_WIDTH, lanes->is_text ? "time" : "");
    for (int lane = 0; lane < lanes->columns; lane++) {
        int column = column_of(lanes, lane), end = column + lanes->width - 1;
        lane_name(lanes->from, lane, name);
        const char *blank = strchr(name, ' '), *text = name;
        if (!lanes->is_text) {
            text = blank ? blank + 1 : "│";
            end = column + columns_of(&lanes->screen, text);
        }
        if (lanes->is_text || row_is_blank(&row, column - 1, end))
            (void)row_put(&row, column, end, text);
    }
    end_row(lanes, &row, out);
}

void lanes_head(struct lanes *lanes, FILE *out)
{
    add_lanes(lanes);
    if (lanes->count == 0)
        return;
    lay_out(lanes);
    lanes->rows = 0;
    print_legend(lanes, out);
    if (!lanes->is_text)
        print_roles(lanes, out);
    print_names(lanes, out);
}

/* Prints the head if it is not there, or about to leave the screen. */
static void keep_head(struct lanes *lanes, FILE *out)
{
    enum { KEPT = 3 }; /* rows: an event may take two, and below it something may be typed */
    int height = lanes->screen.height;

    if (lanes->screen.width != lanes->laid_out || (height > 0 && lanes->rows + KEPT > height))
        lanes_head(lanes, out);
}

static bool are_too_many(const struct lanes *lanes)
{
    int limit = lanes->from->limit > 0 ? lanes->from->limit : 1;
    return lanes->inside > limit;
}

/* Puts the state of a lane, in red if it violates the guarantee. */
static void put_state(const struct lanes *lanes, struct row *row, int i)
{
    const struct lane *lane = &lanes->lane[i];
    int column = column_of(lanes, i);

    if (lane->state == NULL)
        return;
    row_sign(row, column, lane->state->state);
    if (lane->is_beyond ? are_too_many(lanes) : lane->state->is_wrong)
        row_color(row, column, column + 1, RED);
}

/* Begins a row with TIME, and with the state of each lane. */
static struct row begin_row(const struct lanes *lanes, const char *time)
{
    struct row row = row_begin(&lanes->screen);

    (void)row_put(&row, TIME_WIDTH - 2 - columns_of(&lanes->screen, time), TIME_WIDTH, time);
    for (int lane = 0; lane < lanes->columns; lane++)
        put_state(lanes, &row, lane);
    return row;
}

/* Puts an arrow between two lanes where nothing else is; to the right it begins after words, which
 * end before TEXT_END. Returns false if there is no space for it. */
static bool put_arrow(
    const struct lanes *lanes, struct row *row, int lane, int receiver, int text_end)
{
    int step = receiver > lane ? 1 : -1, gap = step * (lanes->is_text ? 2 : 1);
    int from = column_of(lanes, lane) + gap, to = column_of(lanes, receiver) - gap;
    int head = step > 0 ? RIGHT : LEFT;

    if (lanes->is_text && step > 0)
        from = text_end + 1;
    if (lanes->is_text && step > 0 && from >= to)
        return false;
    for (int column = from; column * step <= to * step; column += step)
        if (row_is_blank(row, column, column + 1))
            row_sign(row, column, column == to ? head : LINE);
    return true;
}

/* Prints TEXT in the column of LANE, or beside the lanes; with an arrow to RECEIVER, unless that is
 * NO_LANE. */
static void print_text(
    struct lanes *lanes, int lane, const char *text, bool is_wrong, int receiver, FILE *out)
{
    int start = column_of(lanes, lane) + 2, limit = lanes->screen.width;
    bool has_arrow = lane < lanes->columns && receiver < lanes->columns;
    bool is_behind = lanes->is_text && receiver > lane; /* the arrow comes after the text */
    char time[32];

    if (!lanes->is_text)
        start = column_of(lanes, lanes->columns) + 1;
    else if (lane + 1 < lanes->count)
        limit = column_of(lanes, lane + 1) - 1;
    format_moment(lanes->last, time, sizeof time);
    struct flow flow = {.row = begin_row(lanes, time),
        .others = begin_row(lanes, ""),
        .out = out,
        .indent = is_wrong ? start + 2 : start,
        .limit = limit};
    flow.column = flow.indent;
    if (is_wrong)
        row_sign(&flow.row, start, WRONG_MARK);
    if (has_arrow && !is_behind)
        (void)put_arrow(lanes, &flow.row, lane, receiver, 0);
    flow_words(&flow, is_wrong ? RED : PLAIN, text);
    if (has_arrow && is_behind && !put_arrow(lanes, &flow.row, lane, receiver, flow.column)) {
        flow_break(&flow);
        (void)put_arrow(lanes, &flow.row, lane, receiver, flow.column);
    }
    lanes->rows += flow_end(&flow);
}

/* Prints what happened: in its lane, where an arrow shows who receives; or beside the lanes, as
 * "client ▶ server: ping". */
static void print_event(struct lanes *lanes, const struct event *event, bool is_wrong, FILE *out)
{
    bool has_other =
        (event->kind == SENT || event->kind == RECEIVED) && event->other < lanes->count;
    int receiver = has_other && event->kind == SENT ? event->other : NO_LANE;
    char text[400], name[LANE_NAME_SIZE], other[LANE_NAME_SIZE] = "", own[LANE_NAME_SIZE + 8];
    char *what = event_text(event);
    const char *verb = "", *rest = what;

    lane_name(lanes->from, event->lane, name);
    if (has_other)
        lane_name(lanes->from, event->other, other);
    if (event->kind == RECEIVED)
        verb = "got ";
    else if (event->kind == SENT && !has_other)
        verb = "sent ";
    (void)snprintf(own, sizeof own, "%s ", name);
    const char *id = strchr(own, ' ') + 1;
    if (*id && event->kind == NOTE && strncmp(what, id, strlen(id)) == 0)
        rest += strlen(id); /* it says its own number */
    if (lanes->is_text)
        (void)snprintf(text, sizeof text, "%s%s", verb, what);
    else if (has_other)
        (void)snprintf(
            text, sizeof text, "%s %s %s: %s", name, event->kind == SENT ? "▶" : "◀", other, what);
    else
        (void)snprintf(text, sizeof text, "%s: %s%s", name, verb, rest);
    print_text(lanes, event->lane, text, is_wrong, receiver, out);
    free(what);
}

/* Takes note of when an event was; returns whether a long time has passed before it: a good part of
 * the run so far, and much longer than the mean of the gaps before that were not long. */
static bool note_time(struct lanes *lanes, int64_t time)
{
    enum { LONG = 32, PART = 8, MIN_GAPS = 3 };

    if (lanes->begin == 0)
        lanes->begin = time;
    int64_t gap = time - lanes->begin - lanes->last;
    if (gap <= 0) /* never back */
        return false;
    lanes->last += gap;
    if (lanes->gaps >= MIN_GAPS && gap > lanes->last / PART &&
        gap / LONG > lanes->in_gaps / lanes->gaps)
        return true;
    lanes->in_gaps += gap;
    lanes->gaps++;
    return false;
}

static bool note_state(struct lanes *lanes, const struct event *event)
{
    struct lane *lane = &lanes->lane[event->lane];

    if (event->kind != STATE)
        return event->kind == FLAW || event->is_wrong;
    bool was_inside = lane->state && lane->state->state == INSIDE;
    bool is_inside = event->state == INSIDE;
    lane->state = event;
    lanes->inside += is_inside - was_inside;
    if (!was_inside || !is_inside)
        lane->is_beyond = is_inside && are_too_many(lanes);
    return lane->is_beyond || event->is_wrong;
}

bool lanes_print(struct lanes *lanes, const struct event *event, FILE *out)
{
    add_lanes(lanes);
    if (event->lane >= lanes->count) /* of an actor that has no lane */
        return false;
    bool is_after_gap = note_time(lanes, event->time);
    if (out)
        keep_head(lanes, out);
    if (out && is_after_gap) {
        struct row row = begin_row(lanes, "≈");
        end_row(lanes, &row, out);
    }
    bool is_wrong = note_state(lanes, event);
    if (out)
        print_event(lanes, event, is_wrong, out);
    return is_wrong;
}
