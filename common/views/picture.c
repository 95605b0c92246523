/* SPDX-License-Identifier: MIT */
#include "common/views/picture.h"
#include "common/base/check.h"
#include "common/views/describe.h"
#include <stdlib.h>
#include <string.h>

const struct look looks[LOOKS] = {[IDLE] = {"bar idle", "M0-2h40v4H0z", ""},
    [RUNNING] = {"bar running", "M0-12h40v24H0z", ""},
    [WAITING] = {"bar waiting", "M0-12h40v24H0z", "waits: "},
    [INSIDE] = {"bar inside", "M0-15h40v30H0z", ""},
    [FAULTY] = {"bar red", "M0-15h40v30H0z", "wrong from here on"},
    [NEW] = {"bar new", "M5-15h30v30H5z", "new"},
    [OLD] = {"bar old", "M5-15h30v30H5z", "old, from before"},
    [NOTED] = {"note", "M20-9v18", "note"},
    [MESSAGE] = {"sent", "M0 0h36", "message"},
    [UNREAD] = {"unread", "M0 0h36", "message that nobody received"},
    [LOST] = {"lost", "M0 0h40", "lost message"},
    [BAD] = {"bad", "M0 0h36", "wrong message"},
    [FLAWED] = {"flaw", "", ""},
    [WRONG] = {"cross", "M11-9l18 18m0-18l-18 18", "what went wrong"}};

/* Draws a path by DATA that stands for ITEM, with the text that a pointer over it shows; it lasts
 * UNTIL. */
static void put_path(
    struct picture *picture, int look, const struct item *item, int64_t until, const char *data)
{
    int64_t length = until - item->time, scale = picture->chart->length / 100;
    int receiver = item->partner < 0 ? item->other : picture->chart->items[item->partner].lane;
    FILE *out = picture->paper.out;
    char from[32], to[32], duration[32];

    picture->drawn[look] = true;
    (void)fprintf(out, "<path class='%s' d='%s'><title>", looks[look].class, data);
    put_xml(out, picture->chart->names[item->lane]);
    if (item->kind == SENT && receiver != NO_LANE) {
        (void)fputs(" to ", out);
        put_xml(out, picture->chart->names[receiver]);
    }
    (void)fputs(": ", out);
    put_xml(out, item->text);
    format_time(item->time, scale, from, sizeof from);
    format_time(until, scale, to, sizeof to);
    format_time(length, length, duration, sizeof duration);
    (void)fprintf(out, "\n%s", from);
    if (length > 0)
        (void)fprintf(out, " – %s (%s)", to, duration);
    (void)fputs("</title></path>\n", out);
}

void put_cross(struct picture *picture, double x, double y)
{
    static const char *const classes[] = {"gap", "cross"}; /* what is around it, and itself */

    picture->drawn[WRONG] = true;
    (void)take_box(&picture->paper, (struct box){x - 13, y - 13, 26, 26, TEXT}, 0);
    for (int i = 0; i < 2; i++)
        (void)fprintf(picture->paper.out, "<path class='%s' d='M%.1f %.1fl22 22m0-22l-22 22'/>\n",
            classes[i], x - 11, y - 11);
}

/* Returns the row to which the line of ITEM leads: of a message, that of the other lane, if known;
 * else the next one. */
static int end_row(const struct picture *picture, const struct item *item)
{
    const struct item *origin = origin_of(picture, item);
    int row = picture->row_of[item->lane];

    if (origin != item)
        return row;
    if (item->kind == SENT && item->other != NO_LANE && picture->row_of[item->other] >= 0)
        return picture->row_of[item->other];
    return item->kind == SENT && row + 1 == picture->rows ? row - 1 : row + 1;
}

static struct line line_to(const struct picture *picture, const struct item *item, int end_row)
{
    const struct item *origin = origin_of(picture, item);
    int row = picture->row_of[origin->lane];
    double half = end_row > row ? picture->bar / 2 : -picture->bar / 2;

    return (struct line){x_of(picture, origin->at), y_of(picture, row) + half,
        x_of(picture, item->at), y_of(picture, end_row) - half};
}

static bool is_deadline(const struct item *item)
{
    return item->kind == NOTE && strncmp(item->text, "deadline", strlen("deadline")) == 0;
}

struct line line_of(const struct picture *picture, const struct item *item)
{
    double x = x_of(picture, item->at);

    if (is_deadline(item))
        return (struct line){x, picture->top - 32, x, picture->bottom};
    return line_to(picture, item, end_row(picture, item));
}

/* Draws what stands for a state between two places on the axis: a bar, or a line if too short. */
static void put_bar(
    struct picture *picture, const struct item *item, int look, double at, double end_at)
{
    double x = x_of(picture, at), width = x_of(picture, end_at) - x;
    double edge = width > 5 ? 1.25 : 0; /* half of the bar's line */
    double height = item->state == INSIDE ? picture->bar : 0.75 * picture->bar;
    char data[64];

    if (item->state == IDLE)
        height = 4;
    double top = y_of(picture, picture->row_of[item->lane]) - height / 2;
    (void)take_box(&picture->paper, (struct box){x, top, width, height, BAR}, 0);
    width -= 2 * edge;
    (void)snprintf(
        data, sizeof data, "M%.1f %.1fh%.1fv%.1fh-%.1fz", x + edge, top, width, height, width);
    put_path(picture, look, item, item->next->time, data);
}

/* Draws a bar: red if the state is wrong; if it came INSIDE beyond the limit, where too many are.
 */
static void put_state(struct picture *picture, const struct item *item)
{
    int limit = picture->chart->limit;
    bool is_inside = item->state == INSIDE;
    const struct item *from =
        is_inside && (item->is_wrong || item->inside > limit) ? item : item->next;

    put_bar(picture, item, item->is_wrong && !is_inside ? FAULTY : (int)item->state, item->at,
        item->next->at);
    while (from < item->next) {
        const struct item *end = from + 1;
        while (end < item->next && (end->inside > limit) == (from->inside > limit))
            end++;
        if (from->inside > limit)
            put_bar(picture, item, FAULTY, from->at, end->at);
        from = end;
    }
}

/* Draws LINE, and keeps words away from it. */
static void put_line(struct picture *picture, int look, const struct item *item, int64_t until,
    const struct line *line)
{
    double width = line->end_x - line->x, height = line->end_y - line->y;
    double length = (width > 0 ? width : -width) + (height > 0 ? height : -height);
    int steps = 1 + (int)(length / 24); /* no text is as low as one */
    char data[64];

    (void)snprintf(
        data, sizeof data, "M%.1f %.1fL%.1f %.1f", line->x, line->y, line->end_x, line->end_y);
    put_path(picture, look, item, until, data);
    for (int i = 0; i < steps; i++) {
        struct box box = {
            line->x + width * i / steps - 3, line->y + height * i / steps - 3, 6, 6, LINES};
        (void)take_box(&picture->paper, box, 0);
    }
}

/* Draws an arrow to where a message was RECEIVED. */
static void put_arrow(struct picture *picture, const struct item *received)
{
    struct line line = line_of(picture, received);
    struct box head = {line.end_x - 14, line.end_y - (line.end_y > line.y ? 20 : 0), 28, 20, TEXT};

    put_line(picture, received->is_wrong ? BAD : MESSAGE, origin_of(picture, received),
        received->time, &line);
    (void)take_box(&picture->paper, head, 0);
}

/* Draws the way of a message that nobody received, which ends before its receiver, or before each
 * if it was sent to all; there is a cross if somebody needed it. */
static void put_unread(struct picture *picture, const struct item *sent)
{
    double gap = picture->pitch - picture->bar, before = gap > 40 ? 20 : gap - 12;
    int first = sent->to_all ? 0 : end_row(picture, sent);
    int last = sent->to_all ? picture->rows - 1 : first;

    for (int row = first; row <= last; row++) {
        struct line line = line_to(picture, sent, row);
        if (row == picture->row_of[sent->lane])
            continue;
        line.end_y += line.end_y > line.y ? -before : before;
        put_line(picture, sent->is_wrong ? LOST : UNREAD, sent, sent->time, &line);
        if (sent->is_wrong)
            put_cross(picture, line.x, line.end_y);
    }
}

/* Draws a short line at the lower edge of its row; for a deadline, through all of them. */
static void put_note(struct picture *picture, const struct item *item)
{
    struct line line = line_of(picture, item);

    if (!is_deadline(item))
        line = (struct line){line.x, line.y - 4, line.x, line.y + 8};
    put_line(picture, item->kind == FLAW ? FLAWED : NOTED, item, item->time, &line);
}

/* Returns how wide ITEM is in the picture; -1 if it is not there. */
static double width_of(const struct picture *picture, const struct item *item)
{
    const struct item *origin = origin_of(picture, item);
    int row = picture->row_of[item->lane], origin_row = picture->row_of[origin->lane];

    if (row < 0 || origin_row < 0 || (origin != item && origin_row == row))
        return -1;
    if (item->kind == SENT && item->partner >= 0) /* drawn where it was received */
        return -1;
    if (item->kind != STATE)
        return 0;
    if (item->state == GONE || item->time == item->next->time)
        return -1;
    return x_of(picture, item->next->at) - x_of(picture, item->at);
}

/* Opens the items that are to be drawn: in each lane, what is narrow is STEP behind another of its
 * kind. What is wrong gives way to other wrong ones alone. Returns how many there are. */
static long open_items(struct picture *picture, double step)
{
    enum { LINE = INSIDE + 1, WRONG_ONE, KINDS };
    const struct chart *chart = picture->chart;
    double(*free_from)[KINDS] =
        CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *free_from));
    long count = 0;

    picture->too_near = 0;
    FOR_ITEMS (item, chart) {
        double width = width_of(picture, item), x = x_of(picture, origin_of(picture, item)->at);
        int kind = item->kind == STATE ? (int)item->state : LINE;
        double *free_x = &free_from[item->lane][item->is_wrong ? WRONG_ONE : kind];
        bool is_near = width < step && x < *free_x;
        *open_flag(picture, item) = width >= 0 && !is_near;
        picture->too_near += width >= 0 && is_near;
        if (width < 0 || is_near)
            continue;
        *free_x = x + step;
        count++;
    }
    free(free_from);
    return count;
}

/* Draws where the axis of events leaves out much. */
static void put_gaps(struct picture *picture)
{
    const struct chart *chart = picture->chart;
    double step = (RIGHT_EDGE - picture->left) / (double)(chart->moment_count + 1);
    double width = step > 36 ? 12 : step / 3;

    for (long i = 1; chart->by_events && i < chart->moment_count; i++) {
        double x = x_of(picture, ((double)i - 0.5) / (double)chart->moment_count);
        struct box sign = {x - 18, picture->bottom - 26, 36, 42, TEXT | GAP};
        int64_t time = chart->moments[i] - chart->moments[i - 1];
        if (time < chart->long_gap || time < chart->length / 10 ||
            !take_box(&picture->paper, sign, GAP))
            continue;
        struct box gap = {x - width / 2, picture->top, width, picture->bottom - picture->top, GAP};
        (void)take_box(&picture->paper, gap, 0);
        (void)fprintf(picture->paper.out, "<path class='page' d='M%.1f %.0fh%.1fV%.0fh-%.1fz'/>\n",
            gap.x, gap.y, width, picture->bottom, width);
        put_text(picture->paper.out, "sign label mid", x, picture->bottom + 8, "≈");
    }
}

void put_items(struct picture *picture)
{
    enum { MAX_DRAWN = 800 };
    const struct chart *chart = picture->chart;
    double step = 0;

    while (open_items(picture, step) > MAX_DRAWN)
        step = 2 * step + 4;
    FOR_ITEMS (item, chart)
        if (*open_flag(picture, item) && item->kind == STATE)
            put_state(picture, item);
    FOR_ITEMS (item, chart) { /* on top of the bars */
        if (!*open_flag(picture, item) || item->kind == STATE)
            continue;
        if (item->kind == SENT)
            put_unread(picture, item);
        else if (item->kind == RECEIVED && item->partner >= 0)
            put_arrow(picture, item);
        else
            put_note(picture, item);
    }
    put_gaps(picture);
}
