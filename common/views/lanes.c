/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include "common/base/check.h"
#include <stdlib.h>
#include <string.h>

enum { TIME_WIDTH = 10, MIN_TEXT = 17, MIN_CAPTION = 20 }; /* columns of the screen */

static int column_of(const struct lanes *lanes, int lane)
{
    return TIME_WIDTH + lane / lanes->per_column * lanes->width;
}

static void end_row(struct lanes *lanes, struct row *row, FILE *out)
{
    row_end(row, out);
    lanes->rows++;
}

/* Chooses words in the columns if these are wide enough. Otherwise each lane has a character, or
 * several lanes share one if there are too many, and the words are to the right. */
static void lay_out(struct lanes *lanes, int count)
{
    int width = lanes->screen.width - TIME_WIDTH;
    int cells = width > MIN_CAPTION + 4 ? width - MIN_CAPTION : 4; /* for characters */

    lanes->states = CHECK_NOT(NULL, realloc(lanes->states, (size_t)count));
    memset(lanes->states + lanes->count, GONE, (size_t)(count - lanes->count));
    lanes->count = count;
    lanes->laid_out = lanes->screen.width;
    lanes->is_text = width / count >= MIN_TEXT;
    if (lanes->is_text) {
        lanes->per_column = 1;
        lanes->width = width / count;
    } else {
        lanes->per_column = (count + cells - 1) / cells;
        lanes->width = cells / count < 3 ? cells / count : 3;
        if (lanes->width == 0)
            lanes->width = 1;
    }
}

static void print_legend(struct lanes *lanes, FILE *out)
{
    static const char *const words[] = {"", "", "running", "waiting", "inside"};
    struct flow flow = flow_begin(&lanes->screen, TIME_WIDTH, out);
    char text[80];

    for (int state = INSIDE; state >= RUNNING; state--)
        flow_sign(&flow, 2, state, PLAIN, words[state]);
    flow_sign(&flow, 2, ABOUT, PLAIN, "a long time");
    if (lanes->per_column > 1) {
        (void)snprintf(text, sizeof text, "(%d a column: its highest)", lanes->per_column);
        flow_whole(&flow, 2, PLAIN, text);
    }
    flow_end(&flow);
    lanes->rows++;
}

static void print_names(struct lanes *lanes, FILE *out)
{
    struct row row = row_begin(&lanes->screen);
    char name[LANE_NAME_SIZE];

    (void)row_put(&row, 4, TIME_WIDTH, "time");
    for (int lane = 0; lane < lanes->count; lane++) {
        int column = column_of(lanes, lane);
        lane_name(lanes->from, lane, name);
        (void)row_put(&row, column, column + lanes->width - 1, name);
    }
    end_row(lanes, &row, out);
}

/* Prints the name of a role at its first lane, and lines for those before it. */
static void print_role(struct lanes *lanes, const struct role *role, FILE *out)
{
    struct row row = row_begin(&lanes->screen);
    const struct role *first = lanes->from->roles;

    if (role == first)
        (void)row_put(&row, 4, TIME_WIDTH, "time");
    for (const struct role *other = first; other < role; other++)
        row_sign(&row, column_of(lanes, other->first), UPRIGHT);
    (void)row_put(&row, column_of(lanes, role->first), lanes->screen.width, role->name);
    end_row(lanes, &row, out);
}

/* Prints the names above characters: each role in a row of its own, then the ids, where they fit.
 */
static void print_short_names(struct lanes *lanes, FILE *out)
{
    struct row ids = row_begin(&lanes->screen);
    char text[LANE_NAME_SIZE];
    bool has_ids = false;

    for (int i = 0; i < lanes->from->role_count; i++) {
        const struct role *role = &lanes->from->roles[i];
        if (role->first >= lanes->count) /* has just been added */
            break;
        print_role(lanes, role, out);
        has_ids = has_ids || role->count > 1;
        if (role->count == 1)
            row_sign(&ids, column_of(lanes, role->first), UPRIGHT);
        for (int id = 0; id < role->count && role->count > 1; id += lanes->per_column) {
            int column = column_of(lanes, role->first + id);
            (void)snprintf(text, sizeof text, "%d", id);
            int end = column + (int)strlen(text);
            if (row_is_blank(&ids, column - 1, end))
                (void)row_put(&ids, column, end, text);
        }
    }
    if (has_ids)
        end_row(lanes, &ids, out);
    else
        free(ids.cells);
}

/* Returns the highest state of the lanes that share a column with LANE, which is the first. */
static int highest_state(const struct lanes *lanes, int lane)
{
    int highest = GONE;

    for (int i = lane; i < lane + lanes->per_column && i < lanes->count; i++)
        if (lanes->states[i] > highest)
            highest = lanes->states[i];
    return highest;
}

/* Begins a row with TIME, and with the state of each lane. */
static struct row begin_row(const struct lanes *lanes, const char *time)
{
    struct row row = row_begin(&lanes->screen);
    int columns = 0;

    for (const char *next = time; *next; next++)
        columns += (*next & 0xc0) != 0x80; /* UTF-8 */
    (void)row_put(&row, TIME_WIDTH - 2 - columns, TIME_WIDTH, time);
    for (int lane = 0; lane < lanes->count; lane += lanes->per_column)
        row_sign(&row, column_of(lanes, lane), highest_state(lanes, lane));
    return row;
}

/* Puts a line between two columns, with a head (LEFT or RIGHT) at its end, where nothing else is.
 */
static void put_arrow(struct row *row, int from, int to, int head)
{
    int step = head == RIGHT ? 1 : -1;

    for (int column = from; column * step <= to * step; column += step)
        if (row_is_blank(row, column, column + 1))
            row_sign(row, column, column == to ? head : LINE);
}

/* Puts an arrow to the lane of the receiver, from after the text, or from before its lane. */
static void put_sent(
    const struct lanes *lanes, struct row *row, const struct event *event, int text_end)
{
    int own = column_of(lanes, event->lane), other = column_of(lanes, event->other);
    int gap = lanes->is_text ? 2 : 1; /* before the receiver */

    if (other > own)
        put_arrow(row, lanes->is_text ? text_end + 1 : own + 1, other - gap, RIGHT);
    else if (other < own)
        put_arrow(row, own - gap, other + gap, LEFT);
}

/* Returns who the other one of a message is; NO_LANE if there is none, or it has no lane. */
static int other_of(const struct lanes *lanes, const struct event *event)
{
    bool is_message = event->kind == SENT || event->kind == RECEIVED;
    return is_message && event->other < lanes->count ? event->other : NO_LANE;
}

/* Writes to TEXT what happened: in its lane, where an arrow shows who receives; or beside the
 * lanes, as "client ▶ server: ping". */
static void describe(const struct lanes *lanes, const struct event *event, char *text, size_t size)
{
    int other = other_of(lanes, event);
    char own_name[LANE_NAME_SIZE], other_name[LANE_NAME_SIZE], *what = event_text(event);
    bool is_alone = lanes->is_text || other == NO_LANE;
    const char *verb = "";

    if (event->kind == RECEIVED && is_alone)
        verb = "got ";
    else if (event->kind == SENT && other == NO_LANE)
        verb = "sent ";
    lane_name(lanes->from, event->lane, own_name);
    if (lanes->is_text)
        (void)snprintf(text, size, "%s%s", verb, what);
    else if (is_alone)
        (void)snprintf(text, size, "%s: %s%s", own_name, verb, what);
    else {
        lane_name(lanes->from, other, other_name);
        (void)snprintf(text, size, "%s %s %s: %s", own_name, event->kind == SENT ? "▶" : "◀",
            other_name, what);
    }
    free(what);
}

static void print_event(struct lanes *lanes, const struct event *event, FILE *out)
{
    enum { ARROW = 3 }; /* columns, at least */
    int own = column_of(lanes, event->lane), start = own + 2, limit = lanes->screen.width;
    bool is_wrong = event->kind == FLAW || event->is_wrong, is_first = true;
    int other = event->kind == SENT ? other_of(lanes, event) : NO_LANE;
    char text[400], time[32];
    const char *rest = text;

    describe(lanes, event, text, sizeof text);
    if (!lanes->is_text)
        start = column_of(lanes, lanes->count - 1) + lanes->width + 1;
    else if (event->lane + 1 < lanes->count)
        limit = own + lanes->width - 1;
    if (lanes->is_text && other != NO_LANE && other > event->lane)
        limit -= ARROW;
    format_moment(lanes->last, time, sizeof time);
    while (is_first || *rest) {
        struct row row = begin_row(lanes, is_first ? time : "");
        int text_start = is_wrong ? start + 2 : start, end = text_start;
        rest = row_words(&row, &end, text_start, limit, rest);
        if (is_wrong)
            row_color(&row, text_start, end, RED);
        if (is_wrong && is_first)
            row_sign(&row, start, WRONG_MARK);
        if (is_first && other != NO_LANE)
            put_sent(lanes, &row, event, end);
        end_row(lanes, &row, out);
        is_first = false;
    }
}

/* Counts a GAP, and tells whether it is a good part of the run so far, and much longer than the
 * median of the gaps before it, which is known up to a factor of two. */
static bool is_long(struct lanes *lanes, int64_t gap)
{
    enum { LONG = 32, PART = 8, MIN_GAPS = 3 };
    long all = 0, below = 0;
    int digits = 0, median = 0;

    while (digits < 63 && gap >> digits > 0)
        digits++;
    for (int i = 0; i < 64; i++)
        all += lanes->gaps[i];
    while (median < 63 && 2 * (below + lanes->gaps[median]) < all) {
        below += lanes->gaps[median];
        median++;
    }
    lanes->gaps[digits]++;
    return all >= MIN_GAPS && gap / LONG > INT64_C(1) << median && gap > lanes->last / PART;
}

/* Prints what stands above the columns, if it is not there, or about to leave the screen. */
static void print_head(struct lanes *lanes, FILE *out)
{
    enum { KEPT = 3 }; /* rows: an event may take two, and below it something may be typed */
    const struct screen *screen = &lanes->screen;
    bool is_leaving = screen->height > 0 && lanes->rows + KEPT > screen->height;
    int count = lane_count(lanes->from);

    if (count == 0 || (count == lanes->count && screen->width == lanes->laid_out && !is_leaving))
        return;
    lay_out(lanes, count);
    lanes->rows = 0;
    print_legend(lanes, out);
    if (lanes->is_text)
        print_names(lanes, out);
    else
        print_short_names(lanes, out);
}

static void note_state(struct lanes *lanes, const struct event *event)
{
    int limit = lanes->from->limit > 0 ? lanes->from->limit : 1;

    if (event->kind == STATE) {
        lanes->inside -= lanes->states[event->lane] == INSIDE;
        lanes->states[event->lane] = event->state;
        lanes->inside += event->state == INSIDE;
    }
    lanes->is_wrong = event->kind == FLAW || event->is_wrong || lanes->inside > limit;
}

void lanes_print(struct lanes *lanes, const struct event *event, FILE *out)
{
    print_head(lanes, out);
    if (event->lane >= lanes->count) /* of an actor that has no lane */
        return;
    if (lanes->begin == 0)
        lanes->begin = event->time;
    int64_t gap = event->time - lanes->begin - lanes->last;
    if (gap > 0) { /* never back */
        lanes->last += gap;
        if (is_long(lanes, gap)) {
            struct row row = begin_row(lanes, "≈");
            end_row(lanes, &row, out);
        }
    }
    note_state(lanes, event);
    print_event(lanes, event, out);
}
