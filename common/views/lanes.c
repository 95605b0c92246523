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

static void look_at(struct lanes *lanes, const struct event *event)
{
    struct lane *lane = &lanes->lane[event->lane];

    lane->has_event = true;
    if (event->kind != STATE)
        return;
    lane->has_state = true;
    char *text = event_text(event);
    add_word(lanes->words[event->state], sizeof lanes->words[event->state], text);
    free(text);
}

/* Looks at all that has been recorded: at the lanes, which of them are actors, and what the states
 * are called. */
static void look_ahead(struct lanes *lanes)
{
    unsigned long next = lanes->from->next;
    int count = lane_count(lanes->from);

    if (count > lanes->count) {
        lanes->lane = CHECK_NOT(NULL, realloc(lanes->lane, (size_t)count * sizeof *lanes->lane));
        memset(lanes->lane + lanes->count, 0, (size_t)(count - lanes->count) * sizeof *lanes->lane);
    }
    lanes->count = count;
    for (; lanes->looked_at < next && lanes->looked_at < CAPACITY; lanes->looked_at++) {
        const struct event *event = &lanes->from->events[lanes->looked_at];
        if ((event->ready == READY || event->ready == SHOWN) && event->lane < count)
            look_at(lanes, event);
    }
    lanes->actors = count;
    while (lanes->actors > 1 && lanes->lane[lanes->actors - 1].has_event &&
           !lanes->lane[lanes->actors - 1].has_state)
        lanes->actors--;
}

/* Chooses words in the columns if these are wide enough. Otherwise each actor has a character, or
 * several share one if there are too many, and the words are to the right. */
static void lay_out(struct lanes *lanes)
{
    int width = lanes->screen.width - TIME_WIDTH;
    int cells = width > MIN_CAPTION + 4 ? width - MIN_CAPTION : 4; /* for characters */

    lanes->is_text = width / lanes->count >= MIN_TEXT;
    lanes->columns = lanes->is_text ? lanes->count : lanes->actors;
    if (lanes->columns < 1)
        return; /* there is nothing to lay out */
    lanes->per_column = lanes->is_text ? 1 : (lanes->columns + cells - 1) / cells;
    lanes->width = lanes->is_text ? width / lanes->count : cells / lanes->columns;
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
    for (int state = INSIDE; state >= RUNNING; state--)
        if (*lanes->words[state])
            flow_part(&flow, 2, state, PLAIN, lanes->words[state]);
    flow_part(&flow, 2, ABOUT, PLAIN, "a long time");
    if (lanes->per_column > 1) {
        (void)snprintf(text, sizeof text, "each column: %d lanes", lanes->per_column);
        flow_part(&flow, 2, NO_SIGN, PLAIN, text);
        flow_part(&flow, 2, NO_SIGN, PLAIN, "a digit: so many are inside");
    }
    lanes->rows += flow_end(&flow);
}

static void print_names(struct lanes *lanes, FILE *out)
{
    struct row row = row_begin(&lanes->screen);
    char name[LANE_NAME_SIZE];

    (void)row_put(&row, 4, TIME_WIDTH, "time");
    for (int lane = 0; lane < lanes->columns; lane++) {
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
        if (role->first >= lanes->columns)
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

static bool are_too_many(const struct lanes *lanes)
{
    int limit = lanes->from->limit > 0 ? lanes->from->limit : 1;
    return lanes->inside > limit;
}

/* Whether what LANE is doing now violates the guarantee. */
static bool is_red(const struct lanes *lanes, const struct lane *lane)
{
    if (lane->is_beyond)
        return are_too_many(lanes);
    return lane->state && lane->state->is_wrong;
}

/* Puts the highest state of the lanes that share a column with LANE, which is the first. */
static void put_states(const struct lanes *lanes, struct row *row, int lane)
{
    int column = column_of(lanes, lane), highest = GONE, inside = 0;
    bool has_red = false;

    for (int i = lane; i < lane + lanes->per_column && i < lanes->columns; i++) {
        const struct event *event = lanes->lane[i].state;
        if (event && event->state > highest)
            highest = event->state;
        inside += event && event->state == INSIDE;
        has_red = has_red || is_red(lanes, &lanes->lane[i]);
    }
    row_sign(row, column, highest);
    if (inside > 1)
        row_digit(row, column, inside, GREEN);
    if (has_red)
        row_color(row, column, column + 1, RED);
}

/* Begins a row with TIME, and with the state of each lane. */
static struct row begin_row(const struct lanes *lanes, const char *time)
{
    struct row row = row_begin(&lanes->screen);

    (void)row_put(&row, TIME_WIDTH - 2 - columns_of(&lanes->screen, time), TIME_WIDTH, time);
    for (int lane = 0; lane < lanes->columns; lane += lanes->per_column)
        put_states(lanes, &row, lane);
    return row;
}

/* Puts an arrow to the lane of RECEIVER, from after the text or from beside its own lane, where
 * nothing else is. */
static void put_arrow(
    const struct lanes *lanes, struct row *row, int lane, int receiver, int text_end)
{
    int step = receiver > lane ? 1 : -1, gap = step * (lanes->is_text ? 2 : 1);
    int from = column_of(lanes, lane) + gap, to = column_of(lanes, receiver) - gap;
    int head = step > 0 ? RIGHT : LEFT;

    if (lanes->is_text && receiver > lane)
        from = text_end + 1;
    for (int column = from; column * step <= to * step; column += step)
        if (row_is_blank(row, column, column + 1))
            row_sign(row, column, column == to ? head : LINE);
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
    char own[LANE_NAME_SIZE + 8], name[LANE_NAME_SIZE], *what = event_text(event);
    const char *verb = "", *rest = what;

    if (event->kind == RECEIVED && (lanes->is_text || other == NO_LANE))
        verb = "got ";
    else if (event->kind == SENT && other == NO_LANE)
        verb = "sent ";
    lane_name(lanes->from, event->lane, name);
    (void)snprintf(own, sizeof own, "%s ", name);
    const char *id = strchr(own, ' ') + 1;
    if (event->kind == NOTE && *id &&
        strncmp(what, id, strlen(id)) == 0) /* it says its own number */
        rest = what + strlen(id);
    if (lanes->is_text)
        (void)snprintf(text, size, "%s%s", verb, what);
    else if (other == NO_LANE)
        (void)snprintf(text, size, "%s: %s%s", name, verb, rest);
    else {
        lane_name(lanes->from, other, name);
        (void)snprintf(text, size, "%s%s %s: %s", own, event->kind == SENT ? "▶" : "◀", name, what);
    }
    free(what);
}

/* Prints TEXT in the column of LANE, or beside the lanes; with an arrow to RECEIVER, unless that is
 * NO_LANE. */
static void print_text(
    struct lanes *lanes, int lane, const char *text, bool is_wrong, int receiver, FILE *out)
{
    enum { ARROW = 3 }; /* columns that it needs, with the one before it */
    int own = column_of(lanes, lane), start = own + 2, limit = lanes->screen.width;
    bool is_first = true, has_arrow = receiver < lanes->columns && lane < lanes->columns;
    bool is_behind = lanes->is_text && receiver > lane; /* the arrow comes after the text */
    char time[32];

    if (!lanes->is_text)
        start = column_of(lanes, lanes->columns - 1) + lanes->width + 1;
    else if (lane + 1 < lanes->columns)
        limit = own + lanes->width - 1;
    format_moment(lanes->last, time, sizeof time);
    while (is_first || *text || has_arrow) {
        struct row row = begin_row(lanes, is_first ? time : "");
        int text_start = is_wrong ? start + 2 : start, end = text_start;
        text = row_words(&row, &end, text_start, limit, text);
        if (is_wrong)
            row_color(&row, text_start, end, RED);
        if (is_wrong && is_first)
            row_sign(&row, start, WRONG_MARK);
        bool has_space = *text == '\0' && end + ARROW < column_of(lanes, receiver);
        if (has_arrow && (!is_behind || has_space)) {
            put_arrow(lanes, &row, lane, receiver, end);
            has_arrow = false;
        }
        end_row(lanes, &row, out);
        is_first = false;
    }
}

static void print_event(struct lanes *lanes, const struct event *event, bool is_wrong, FILE *out)
{
    char text[400];

    describe(lanes, event, text, sizeof text);
    print_text(lanes, event->lane, text, is_wrong,
        event->kind == SENT ? other_of(lanes, event) : NO_LANE, out);
}

/* Whether a GAP is a good part of the run so far, and much longer than the mean of the gaps before
 * it that were not long. */
static bool is_long(struct lanes *lanes, int64_t gap)
{
    enum { LONG = 32, PART = 8, MIN_GAPS = 3 };

    if (lanes->gaps >= MIN_GAPS && gap > lanes->last / PART &&
        gap / LONG > lanes->in_gaps / lanes->gaps)
        return true;
    lanes->in_gaps += gap;
    lanes->gaps++;
    return false;
}

static bool is_marked(const struct event *event)
{
    return event->kind == FLAW || event->is_wrong;
}

static bool is_same(const struct event *one, const struct event *other)
{
    size_t length = one->length < TEXT_SIZE ? one->length : TEXT_SIZE;
    return one->lane == other->lane && one->kind == other->kind && one->state == other->state &&
           one->is_wrong == other->is_wrong && one->length == other->length &&
           memcmp(one->text, other->text, length) == 0;
}

/* Whether EVENT says only what its lane is doing already, or what one of the last two rows says. */
static bool is_known(const struct lanes *lanes, const struct event *event)
{
    const struct event *state = lanes->lane[event->lane].state, *const *shown = lanes->shown;

    if (event->kind == STATE)
        return state && is_same(event, state);
    if ((event->kind != NOTE && event->kind != FLAW) || shown[0] == NULL)
        return false;
    bool is_second = shown[1] && shown[0]->lane == event->lane && is_same(event, shown[1]);
    return is_same(event, shown[0]) || is_second;
}

/* Takes note of when EVENT was; returns whether a long time has passed before it. */
static bool note_time(struct lanes *lanes, const struct event *event)
{
    if (lanes->begin == 0)
        lanes->begin = event->time;
    int64_t gap = event->time - lanes->begin - lanes->last;
    if (gap <= 0) /* never back */
        return false;
    lanes->last += gap;
    return is_long(lanes, gap);
}

static bool note_state(struct lanes *lanes, const struct event *event)
{
    struct lane *lane = &lanes->lane[event->lane];

    if (event->kind != STATE)
        return is_marked(event);
    bool was_inside = lane->state && lane->state->state == INSIDE;
    bool is_inside = event->state == INSIDE;
    lane->state = event;
    lanes->inside += is_inside - was_inside;
    if (!was_inside || !is_inside)
        lane->is_beyond = is_inside && are_too_many(lanes);
    return lane->is_beyond || event->is_wrong;
}

bool lanes_note(struct lanes *lanes, const struct event *event)
{
    look_ahead(lanes);
    if (event->lane >= lanes->count) /* of an actor that has no lane */
        return false;
    (void)note_time(lanes, event);
    return note_state(lanes, event);
}

void lanes_head(struct lanes *lanes, FILE *out)
{
    look_ahead(lanes);
    if (lanes->count == 0)
        return;
    lay_out(lanes);
    lanes->laid_out = lanes->screen.width;
    lanes->rows = 0;
    print_legend(lanes, out);
    if (lanes->is_text)
        print_names(lanes, out);
    else
        print_short_names(lanes, out);
}

/* Prints the head if it is not there, or about to leave the screen. */
static void keep_head(struct lanes *lanes, FILE *out)
{
    enum { KEPT = 3 }; /* rows: an event may take two, and below it something may be typed */
    int columns = lanes->columns, height = lanes->screen.height;

    lay_out(lanes);
    if (columns != lanes->columns || lanes->screen.width != lanes->laid_out ||
        (height > 0 && lanes->rows + KEPT > height))
        lanes_head(lanes, out);
}

void lanes_flush(struct lanes *lanes, FILE *out)
{
    const struct event *again = lanes->shown[0];
    char text[80], name[LANE_NAME_SIZE];

    if (lanes->again > 0) {
        lane_name(lanes->from, again->lane, name);
        (void)snprintf(text, sizeof text, "%s%s(again, %ld times)", lanes->is_text ? "" : name,
            lanes->is_text ? "" : ": ", lanes->again);
        print_text(lanes, again->lane, text, is_marked(again), NO_LANE, out);
    }
    if (lanes->folded && !is_same(lanes->folded, again))
        print_event(lanes, lanes->folded, is_marked(lanes->folded), out);
    lanes->again = 0;
    lanes->folded = NULL;
}

void lanes_print(struct lanes *lanes, const struct event *event, FILE *out)
{
    look_ahead(lanes);
    if (event->lane >= lanes->count)
        return;
    bool is_after_gap = note_time(lanes, event);
    if (is_known(lanes, event)) {
        lanes->again += event->kind != STATE && is_same(event, lanes->shown[0]);
        if (event->kind != STATE)
            lanes->folded = event;
        (void)note_state(lanes, event);
        return;
    }
    lanes_flush(lanes, out);
    keep_head(lanes, out);
    if (is_after_gap) {
        struct row row = begin_row(lanes, "≈");
        end_row(lanes, &row, out);
    }
    bool is_wrong = note_state(lanes, event);
    print_event(lanes, event, is_wrong, out);
    lanes->shown[1] = lanes->shown[0];
    lanes->shown[0] = event;
}
