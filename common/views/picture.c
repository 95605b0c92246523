/* SPDX-License-Identifier: MIT */
#include "common/views/picture.h"
#include "common/base/check.h"
#include <stdlib.h>
#include <string.h>

static const int LINE_HEIGHT = 27, BOX_WIDTH = 46, BOX_HEIGHT = 40;

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

/* Takes BOX, and returns true, unless something is there that is of one of the kinds in AVOID. May
 * end the run. */
static bool take_box(struct picture *picture, struct box box, unsigned avoid)
{
    const struct box *end = picture->taken + picture->boxes;

    for (const struct box *other = picture->taken; other < end; other++)
        if ((other->kind & avoid) && box.x < other->x + other->width &&
            other->x < box.x + box.width && box.y < other->y + other->height &&
            other->y < box.y + box.height)
            return false;
    if (picture->boxes == picture->size) {
        size_t size = 2 * (size_t)picture->size + 100;
        picture->taken = CHECK_NOT(NULL, realloc(picture->taken, size * sizeof *picture->taken));
        picture->size = (long)size;
    }
    picture->taken[picture->boxes] = box;
    picture->boxes++;
    return true;
}

struct line {
    double x, y, end_x, end_y;
};

/* Returns the row of a lane, or -1. */
static int row_of(const struct picture *picture, int lane)
{
    return picture->chart->lane[lane].row;
}

/* Returns where the line of ITEM begins: what was sent, if it is a message that was received. */
static const struct item *origin_of(const struct item *item)
{
    return item->kind == RECEIVED && item->partner ? item->partner : item;
}

/* Returns the first item after ITEM, which came INSIDE beyond the limit, when there are not too
 * many any more; or the end of its state. */
static const struct item *red_end(const struct picture *picture, const struct item *item)
{
    const struct item *end = item;

    while (end < item->next && end->inside > picture->chart->limit)
        end++;
    return end;
}

/* Draws a path by DATA that stands for ITEM, with the text that a pointer over it shows. */
static void put_path(struct picture *picture, int look, const struct item *item, const char *data)
{
    const struct item *origin = origin_of(item);
    int64_t length = (item->kind == STATE ? item->next->time : item->time) - origin->time;
    char from[TIME_SIZE], duration[TIME_SIZE];

    picture->drawn[look] = true;
    (void)fprintf(picture->out, "<path class='%s' d='%s'><title>", looks[look].class, data);
    put_xml(picture->out, picture->chart->lane[origin->lane].name);
    (void)fputs(": ", picture->out);
    put_xml(picture->out, item->text);
    format_time(origin->time, picture->chart->length / 100, from);
    format_time(length, length, duration);
    (void)fprintf(picture->out, "\nat %s", from);
    if (length > 0)
        (void)fprintf(picture->out, ", for %s", duration);
    (void)fputs("</title></path>\n", picture->out);
}

/* Marks what went wrong at a place. */
static void put_cross(struct picture *picture, double x, double y)
{
    static const char *const classes[] = {"gap", "cross"}; /* what is around it, and itself */

    picture->drawn[WRONG] = true;
    (void)take_box(picture, (struct box){x - 13, y - 13, 26, 26, TEXT}, 0);
    for (int i = 0; i < 2; i++)
        (void)fprintf(picture->out, "<path class='%s' d='M%.1f %.1fl22 22m0-22l-22 22'/>\n",
            classes[i], x - 11, y - 11);
}

/* Returns the row to which the line of ITEM leads: of a message, that of the other lane, if known;
 * else the next one. */
static int end_row(const struct picture *picture, const struct item *item)
{
    const struct item *origin = origin_of(item);
    int row = row_of(picture, item->lane);

    if (origin != item)
        return row;
    if (item->kind == SENT && item->other != NO_LANE && row_of(picture, item->other) >= 0)
        return row_of(picture, item->other);
    return item->kind == SENT && row + 1 == picture->rows ? row - 1 : row + 1;
}

static struct line line_to(const struct picture *picture, const struct item *item, int end_row)
{
    const struct item *origin = origin_of(item);
    int row = row_of(picture, origin->lane);
    double half = end_row > row ? picture->bar / 2 : -picture->bar / 2;

    return (struct line){x_of(picture, origin->at), y_of(picture, row) + half,
        x_of(picture, item->at), y_of(picture, end_row) - half};
}

static bool is_deadline(const struct item *item)
{
    return item->kind == NOTE && strncmp(item->text, "deadline", strlen("deadline")) == 0;
}

/* A message's way; below the bar of anything else; of a deadline's note, all lanes. */
static struct line line_of(const struct picture *picture, const struct item *item)
{
    double x = x_of(picture, item->at);

    if (is_deadline(item))
        return (struct line){x, picture->top - 32, x, picture->bottom};
    return line_to(picture, item, end_row(picture, item));
}

/* Draws what stands for a state up to END on the axis: a bar, or a line if too short. */
static void put_bar(struct picture *picture, const struct item *item, int look, double end)
{
    double x = x_of(picture, item->at), width = x_of(picture, end) - x;
    double edge = width > 5 ? 1.25 : 0; /* half of the bar's line */
    double height = item->state == INSIDE ? picture->bar : 0.75 * picture->bar;
    char data[64];

    if (item->state == IDLE)
        height = 4;
    double top = y_of(picture, row_of(picture, item->lane)) - height / 2;
    (void)take_box(picture, (struct box){x, top, width, height, BAR}, 0);
    width -= 2 * edge;
    (void)snprintf(
        data, sizeof data, "M%.1f %.1fh%.1fv%.1fh-%.1fz", x + edge, top, width, height, width);
    put_path(picture, look, item, data);
}

/* Draws a bar, red where the state is wrong: all of it, or as long as too many are INSIDE. */
static void put_state(struct picture *picture, const struct item *item)
{
    bool is_red = item->is_wrong && !item->is_beyond;

    put_bar(picture, item, is_red ? FAULTY : (int)item->state, item->next->at);
    if (item->is_beyond)
        put_bar(picture, item, FAULTY, red_end(picture, item)->at);
}

/* Draws LINE, and keeps words away from it. */
static void put_line(
    struct picture *picture, int look, const struct item *item, const struct line *line)
{
    double width = line->end_x - line->x, height = line->end_y - line->y;
    double length = (width > 0 ? width : -width) + (height > 0 ? height : -height);
    int steps = 1 + (int)(length / 24); /* no text is as low as one */
    char data[64];

    (void)snprintf(
        data, sizeof data, "M%.1f %.1fL%.1f %.1f", line->x, line->y, line->end_x, line->end_y);
    put_path(picture, look, item, data);
    for (int i = 0; i < steps; i++) {
        struct box box = {
            line->x + width * i / steps - 3, line->y + height * i / steps - 3, 6, 6, LINES};
        (void)take_box(picture, box, 0);
    }
}

/* Draws an arrow to where a message was RECEIVED. */
static void put_arrow(struct picture *picture, const struct item *received)
{
    struct line line = line_of(picture, received);
    struct box head = {line.end_x - 14, line.end_y - (line.end_y > line.y ? 20 : 0), 28, 20, TEXT};

    put_line(picture, received->is_wrong ? BAD : MESSAGE, received, &line);
    (void)take_box(picture, head, 0);
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
        if (row == row_of(picture, sent->lane))
            continue;
        line.end_y += line.end_y > line.y ? -before : before;
        put_line(picture, sent->is_wrong ? LOST : UNREAD, sent, &line);
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
    put_line(picture, item->kind == FLAW ? FLAWED : NOTED, item, &line);
}

/* Returns how wide ITEM is in the picture; -1 if it is not there. */
static double width_of(const struct picture *picture, const struct item *item)
{
    const struct item *origin = origin_of(item);
    int row = row_of(picture, item->lane), origin_row = row_of(picture, origin->lane);

    if (row < 0 || origin_row < 0 || (origin != item && origin_row == row))
        return -1;
    if (item->kind == SENT && item->partner) /* drawn where it was received */
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
        double width = width_of(picture, item), x = x_of(picture, origin_of(item)->at);
        int kind = item->kind == STATE ? (int)item->state : LINE;
        double *free_x = &free_from[item->lane][item->is_wrong ? WRONG_ONE : kind];
        bool is_near = width < step && x < *free_x;
        item->is_open = width >= 0 && !is_near;
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
        if (time < chart->long_gap || time < chart->length / 10 || !take_box(picture, sign, GAP))
            continue;
        struct box gap = {x - width / 2, picture->top, width, picture->bottom - picture->top, GAP};
        (void)take_box(picture, gap, 0);
        (void)fprintf(picture->out, "<path class='page' d='M%.1f %.0fh%.1fV%.0fh-%.1fz'/>\n", gap.x,
            gap.y, width, picture->bottom, width);
        put_text(picture->out, "sign label mid", x, picture->bottom + 8, "≈");
    }
}

/* A snapshot is a note as [3, 5 | 2, 1]: the numbers after the bar are old. */
static bool is_snapshot(const char *text)
{
    const char *end = text + strspn(text, "[0123456789,| ");

    return text[0] == '[' && (*end == ']' || strcmp(end, "…") == 0);
}

/* Draws the numbers of a snapshot in boxes, unless OUT is NULL. Returns where they end. */
static double put_boxes(struct picture *picture, FILE *out, const char *text, double x, double y)
{
    int look = NEW;

    for (const char *next = text + 1; *next && *next != ']'; next++) {
        char number[4 * TEXT_SIZE];
        size_t length = strspn(next, "0123456789");
        if (*next == '|') {
            if (out)
                (void)fprintf(out, "<path class='flaw' d='M%.0f %.0fl8 10-8 10 8 10-8 10 8 10'/>\n",
                    x, y - 6);
            x += BOX_WIDTH / 2;
            look = OLD;
        }
        if (length == 0)
            continue;
        (void)snprintf(number, sizeof number, "%.*s", (int)length, next);
        if (out) {
            picture->drawn[look] = true;
            (void)fprintf(out, "<path class='%s' d='M%.0f %.0fh%dv%dh-%dz'/>", looks[look].class, x,
                y, BOX_WIDTH - 4, BOX_HEIGHT, BOX_WIDTH - 4);
            put_text(
                out, look == NEW ? "mid on-red" : "mid", x + BOX_WIDTH / 2 - 2, y + 29, number);
        }
        x += BOX_WIDTH;
        next += length - 1;
    }
    return x;
}

bool put_label(struct picture *picture, bool is_wrong, bool left, const char *text, double x,
    double y, unsigned avoid)
{
    static const char *const classes[2][2] = {
        {"label", "label end"}, {"label wrong", "label wrong end"}};
    bool has_boxes = is_snapshot(text);
    double width = text_width(is_wrong ? BOLD_LETTER : PLAIN_LETTER, text);

    if (has_boxes)
        width = put_boxes(picture, NULL, text, 0, 0);
    struct box box = {left ? x - width : x, y - 21, width, has_boxes ? 60 : LINE_HEIGHT - 2, TEXT};
    if (box.x < picture->left || box.x + width > PAPER_WIDTH - 10 || !take_box(picture, box, avoid))
        return false;
    if (has_boxes)
        (void)put_boxes(picture, picture->out, text, box.x, y - 8);
    else
        put_text(picture->out, classes[is_wrong][left], x, y, text);
    return true;
}

/* Writes TEXT to the right of the LAST of some lines or to the left of the FIRST one, as near to
 * their beginning as there is space: nothing is there of one of the kinds in AVOID. Returns false
 * if there is none. */
static bool put_beside(struct picture *picture, bool is_wrong, const char *text,
    const struct line *first, const struct line *last, unsigned avoid)
{
    double height = last->end_y - last->y, way = height > 0 ? height : -height;
    double run = last->end_x - last->x;
    double space = 14 + (run > 0 ? run : -run) / way * LINE_HEIGHT / 2; /* it leans */

    for (int i = 1; i * LINE_HEIGHT + 4 <= way; i++) {
        double part = (i - 0.5) * LINE_HEIGHT / way, y = last->y + part * height + 8;
        double right = last->x + run * part + space;
        double left = first->x + (first->end_x - first->x) * part - space;
        if (put_label(picture, is_wrong, false, text, right, y, avoid) ||
            put_label(picture, is_wrong, true, text, left, y, avoid))
            return true;
    }
    return false;
}

/* Gives TEXT, which then stands below the chart, a number beside LINE, if there is space; the same
 * text has only one. */
static bool put_number(struct picture *picture, const char *text, const struct line *line)
{
    char number[16];

    for (int i = 0; i < picture->numbers; i++)
        if (strcmp(picture->numbered[i], text) == 0)
            return true;
    (void)snprintf(number, sizeof number, "(%d)", picture->numbers + 1);
    if (picture->numbers == MAX_NUMBERED || !put_beside(picture, false, number, line, line, TEXT))
        return false;
    (void)snprintf(picture->numbered[picture->numbers], SENTENCE_SIZE, "%s", text);
    picture->numbers++;
    return true;
}

/* Returns the flaw that was recorded right after ITEM in its lane; NULL if none was. */
static struct item *flaw_after(const struct picture *picture, struct item *item)
{
    struct item *end = picture->chart->items + picture->chart->count, *next = item + 1;

    while (next < end && next->lane != item->lane)
        next++;
    return next < end && next->kind == FLAW ? next : NULL;
}

/* Writes in its bar, where there is space, what a state is, or what is wrong with it. */
static void put_state_words(struct picture *picture, struct item *item)
{
    static const char *const classes[] = {
        [RUNNING] = "", [WAITING] = "label wide", [INSIDE] = "on-inside"};
    struct item *flaw = item->is_wrong ? flaw_after(picture, item) : NULL;
    const struct item *last = item->is_beyond ? red_end(picture, item) : item->next;
    bool is_red = item->is_wrong || item->is_beyond;
    bool has_words = is_red ? flaw != NULL : strcmp(item->text, "running") != 0;
    char text[SENTENCE_SIZE];

    double x = x_of(picture, item->at), end = x_of(picture, last->at);
    if (flaw && item->is_beyond && end - x > 30) /* it is red enough */
        flaw->is_open = false;
    if (!has_words || picture->bar < 29 || item->state == IDLE)
        return;
    (void)snprintf(text, sizeof text, "%s%s", flaw ? "✗ " : "", flaw ? flaw->text : item->text);
    double y = y_of(picture, row_of(picture, item->lane)) + 9;
    struct box box = {x + 10, y - 21, text_width(BOLD_LETTER, text), 25, TEXT};
    while (box.x + box.width + 10 <= end && !take_box(picture, box, TEXT | GAP))
        box.x += 20;
    if (box.x + box.width + 10 > end)
        return;
    put_text(picture->out, is_red ? "on-red" : classes[item->state], box.x, y, text);
    if (flaw)
        flaw->is_open = false;
}

/* Adds to TEXT the words of the messages beside ITEM, on the same way, which then want none of
 * their own; nor do other items there that say the same. Returns the last one. */
static const struct item *join(struct picture *picture, struct item *item, char *text)
{
    enum { MAX_JOINED = 40 };
    const int max_gap = 100;
    struct item *last = item, *end = picture->chart->items + picture->chart->count;
    bool is_full = false;

    for (struct item *next = item + 1; next < end; next++) {
        if (!next->is_open || next->kind != item->kind || next->is_wrong != item->is_wrong ||
            !next->partner != !item->partner)
            continue;
        struct line line = line_of(picture, last), other = line_of(picture, next);
        bool is_same_way = other.y == line.y && other.end_y == line.end_y;
        bool is_near = other.x - line.x < max_gap || other.end_x - line.end_x < max_gap;
        bool is_same = strcmp(next->text, item->text) == 0;
        bool is_message = item->kind == SENT || item->kind == RECEIVED;
        if (!is_same_way || !is_near || !(is_message || is_same))
            continue;
        next->is_open = false;
        last = next;
        size_t used = strlen(text);
        if (is_full || !is_message)
            continue;
        is_full = used + strlen(next->text) >= MAX_JOINED;
        (void)snprintf(text + used, SENTENCE_SIZE - used, ", %s", is_full ? "…" : next->text);
    }
    return last;
}

/* Writes the words of a line or mark beside it, or beside its row: at best not on other lines. */
static void put_words(struct picture *picture, struct item *item)
{
    double x = x_of(picture, item->at), y = y_of(picture, row_of(picture, item->lane));
    struct line line = line_of(picture, item), row = {x, y - 16, x, y + 16};
    bool is_arrow = origin_of(item) != item, is_wrong = item->is_wrong;
    bool is_mark = !is_arrow && item->kind != SENT;
    char text[SENTENCE_SIZE];

    (void)snprintf(text, sizeof text, "%s%s", item->kind == FLAW ? "✗ " : "", item->text);
    if (is_arrow && is_wrong) /* it is about where it was received */
        line = (struct line){line.end_x, line.end_y, line.x, line.y};
    if (item->kind == NOTE && line.end_y > line.y + 62) /* near its mark, or not at all */
        line.end_y = line.y + 62;
    struct line end = line;
    if (!is_arrow || !is_wrong) {
        const struct line last = line_of(picture, join(picture, item, text));
        end.x = last.x;
        end.end_x = last.end_x;
    }
    if (item->kind == SENT && is_wrong)
        (void)strncat(text, ": lost", sizeof text - strlen(text) - 1);
    for (int i = 0; i < 2; i++) {
        unsigned avoid = i == 0 ? TEXT | BAR | LINES : TEXT | BAR;
        if (put_beside(picture, is_wrong, text, &line, &end, avoid) ||
            (is_mark && put_beside(picture, is_wrong, text, &row, &row, avoid)))
            return;
    }
    if (item->kind == FLAW)
        put_cross(picture, x, y);
    if (item->kind != NOTE && !put_number(picture, text, &line) && !put_number(picture, text, &row))
        picture->wordless++;
}

/* Whether words are wanted: of a message that several received, it is enough that the first one has
 * them. */
static bool wants_words(const struct picture *picture, const struct item *item)
{
    const struct item *origin = origin_of(item);
    bool is_first = origin == item || origin->partner == item;
    return item->is_open && (is_first || item->is_wrong);
}

static void put_all_words(struct picture *picture)
{
    for (int pass = 0; pass < 4; pass++)
        FOR_ITEMS (item, picture->chart) {
            bool is_last = item->next == picture->chart->items + picture->chart->count;
            int turn = item->is_wrong ? 1 : 2;
            if (item->kind == NOTE && !(item->is_wrong && is_last)) /* but in a lane of notes */
                turn = 3;
            if (item->kind == STATE)
                turn = 0; /* it has a place of its own */
            if (turn != pass || !wants_words(picture, item))
                continue;
            if (item->kind == STATE)
                put_state_words(picture, item);
            else
                put_words(picture, item);
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
        if (item->is_open && item->kind == STATE)
            put_state(picture, item);
    FOR_ITEMS (item, chart) { /* on top of the bars */
        if (!item->is_open || item->kind == STATE)
            continue;
        if (item->kind == SENT)
            put_unread(picture, item);
        else if (item->kind == RECEIVED && item->partner)
            put_arrow(picture, item);
        else
            put_note(picture, item);
    }
    put_gaps(picture);
    put_all_words(picture);
}
