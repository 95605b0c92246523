/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include "common/base/check.h"
#include <stdlib.h>
#include <string.h>

enum { TIME_WIDTH = 11, MIN_TEXT = 17, MIN_CAPTION = 36 }; /* columns of the screen */

static int column_of(const struct lanes *lanes, int lane)
{
    return TIME_WIDTH + lane / lanes->per_column * lanes->width;
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

static void print_names(const struct lanes *lanes, FILE *out)
{
    struct row row = row_begin(&lanes->screen);
    char name[LANE_NAME_SIZE];

    (void)row_put(&row, 5, TIME_WIDTH, "time");
    for (int lane = 0; lane < lanes->count; lane++) {
        int column = column_of(lanes, lane);
        lane_name(lanes->from, lane, name);
        (void)row_put(&row, column, column + lanes->width - 1, name);
    }
    row_end(&row, out, "\n");
}

/* Prints the names above characters, in two rows: roles in the first, their ids in the second. A
 * name without an id is wider than its column, so these names are in the two rows by turns. */
static void print_short_names(const struct lanes *lanes, FILE *out)
{
    struct row roles = row_begin(&lanes->screen), ids = row_begin(&lanes->screen);
    int width = lanes->screen.width, without_id = 0;
    char name[LANE_NAME_SIZE];

    (void)row_put(&roles, 5, TIME_WIDTH, "time");
    for (int lane = 0; lane < lanes->count; lane++) {
        int column = column_of(lanes, lane);
        lane_name(lanes->from, lane, name);
        char *id = strrchr(name, ' ');
        if (id == NULL) {
            (void)row_put(without_id % 2 == 0 ? &roles : &ids, column, width, name);
            without_id++;
            continue;
        }
        if (lanes->per_column == 1)
            (void)row_put(&ids, column, column + lanes->width, id + 1);
        if (strcmp(id, " 0") == 0) {
            name[strcspn(name, " ")] = '\0';
            (void)row_put(&roles, column, width, name);
        }
    }
    row_end(&roles, out, "\n");
    if (lanes->per_column == 1)
        row_end(&ids, out, "\n");
    else
        free(ids.cells); /* a column is for several ids */
}

static void print_legend(const struct lanes *lanes, FILE *out)
{
    static const char *const words[] = {"", "idle", "running", "waiting", "inside"};
    struct row row = row_begin(&lanes->screen);
    int width = lanes->screen.width, column = TIME_WIDTH;
    char text[80];

    for (int state = INSIDE; state >= IDLE; state--) {
        row_sign(&row, column, state);
        column = row_put(&row, column + 2, width, words[state]) + 2;
    }
    if (lanes->per_column > 1) {
        (void)snprintf(text, sizeof text, "(%d a column: its highest)", lanes->per_column);
        (void)row_put(&row, column, width, text);
    }
    row_end(&row, out, "\n");
}

/* Puts a line from column FROM to column TO, with a head there. */
static void put_arrow(struct row *row, int from, int to)
{
    int step = from < to ? 1 : -1;

    for (int column = from; column != to; column += step)
        row_sign(row, column, LINE);
    row_sign(row, to, from <= to ? RIGHT : LEFT);
}

/* Puts what was sent, and an arrow to the lane of the receiver. */
static void put_sent(
    const struct lanes *lanes, struct row *row, const struct event *event, const char *text)
{
    int column = column_of(lanes, event->lane), limit = lanes->screen.width;
    int target = event->other < lanes->count ? column_of(lanes, event->other) : column;

    if (target > column)
        limit = target - 2;
    int end = row_put(row, column, limit, text);
    if (target > column)
        put_arrow(row, end + 1 < target ? end + 1 : end, target - 1);
    if (target < column)
        put_arrow(row, column - 2, target);
}

static void put_words(
    const struct lanes *lanes, struct row *row, const struct event *event, const char *text)
{
    int column = column_of(lanes, event->lane), width = lanes->screen.width;

    if (event->kind == STATE) {
        row_sign(row, column, event->state);
        (void)row_put(row, column + 2, column + lanes->width - 1, text);
    } else if (event->kind == SENT)
        put_sent(lanes, row, event, text);
    else if (event->kind == RECEIVED) {
        int end = row_put(row, column, width, "received ");
        (void)row_put(row, end, width, text);
    } else
        (void)row_put(row, column, width, text);
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

/* Puts the states of all lanes, and to the right of them what happens: "client > server: ping". */
static void put_signs(
    const struct lanes *lanes, struct row *row, const struct event *event, const char *text)
{
    bool has_other = event->kind >= SENT && event->other < lanes->count;
    int column = column_of(lanes, lanes->count - 1) + lanes->width + 1;
    int own = column_of(lanes, event->lane), width = lanes->screen.width;
    char name[LANE_NAME_SIZE], caption[256];

    for (int lane = 0; lane < lanes->count; lane += lanes->per_column)
        row_sign(row, column_of(lanes, lane), highest_state(lanes, lane));
    lane_name(lanes->from, event->lane, name);
    column = row_put(row, column, width, name) + 1;
    if (has_other) {
        row_sign(row, column, event->kind == SENT ? RIGHT : LEFT);
        lane_name(lanes->from, event->other, name);
        column = row_put(row, column + 2, width, name) + 1;
    }
    (void)snprintf(caption, sizeof caption, ": %s", text);
    (void)row_put(row, column - 1, width, caption);
    int other = has_other ? column_of(lanes, event->other) : own;
    if (event->kind == SENT && other != own)
        put_arrow(row, own, other);
}

static void print_event(struct lanes *lanes, const struct event *event, const char *end, FILE *out)
{
    char *text = event_text(event), time[32];
    struct row row = row_begin(&lanes->screen);

    (void)snprintf(time, sizeof time, "%9.3f", (double)lanes->last / 1e9);
    (void)row_put(&row, 0, TIME_WIDTH, time);
    if (lanes->is_text)
        put_words(lanes, &row, event, text);
    else
        put_signs(lanes, &row, event, text);
    row_end(&row, out, end);
    free(text);
}

void lanes_print(struct lanes *lanes, const struct event *event, const char *end, FILE *out)
{
    if (lanes->count < lane_count(lanes->from)) {
        lay_out(lanes, lane_count(lanes->from));
        if (lanes->is_text)
            print_names(lanes, out);
        else {
            print_legend(lanes, out);
            print_short_names(lanes, out);
        }
    }
    if (event->lane >= lanes->count) /* of an actor that has no lane */
        return;
    if (lanes->begin == 0)
        lanes->begin = event->time;
    if (event->time - lanes->begin > lanes->last) /* never back */
        lanes->last = event->time - lanes->begin;
    if (event->kind == STATE)
        lanes->states[event->lane] = event->state;
    print_event(lanes, event, end, out);
}
