/* SPDX-License-Identifier: MIT */
#include "common/views/picture.h"
#include "common/views/describe.h"
#include <stdarg.h>
#include <string.h>

enum { LINE_HEIGHT = 32, LABEL_HEIGHT = 27, BOX_WIDTH = 56, BOX_HEIGHT = 40 };

const char *const look_classes[LOOKS] = {"", "bar idle", "bar running", "bar waiting", "bar inside",
    "bar new", "bar old", "note", "sent", "unread", "lost", "bad", "cross"};

double x_of(const struct picture *picture, double at)
{
    return picture->left + at * (RIGHT_EDGE - picture->left);
}

double y_of(const struct picture *picture, int row)
{
    return picture->top + row * picture->pitch + picture->middle;
}

static int row_of(const struct picture *picture, const struct item *item)
{
    return picture->row_of[item->lane];
}

static const struct item *partner_of(const struct picture *picture, const struct item *item)
{
    return item->partner < 0 ? NULL : &picture->chart->items[item->partner];
}

void put_sentence(const struct picture *picture, const struct item *item)
{
    const struct item *partner = partner_of(picture, item);
    FILE *out = picture->paper.out;

    put_xml(out, picture->chart->names[item->lane]);
    if (item->kind == SENT && (partner || item->other != NO_LANE)) {
        (void)fputs(" to ", out);
        put_xml(out, picture->chart->names[partner ? partner->lane : item->other]);
    }
    (void)fputs(": ", out);
    put_xml(out, item->text);
}

/* Draws what stands for ITEM: a path in a printf(3p) format, with the text that a pointer over it
 * shows. */
static void put_path(struct picture *picture, int look, const struct item *item, int64_t until,
    const char *class, const char *path, ...) __attribute__((format(printf, 6, 7)));

static void put_path(struct picture *picture, int look, const struct item *item, int64_t until,
    const char *class, const char *path, ...)
{
    int64_t length = until - item->time, scale = picture->chart->length / 100;
    FILE *out = picture->paper.out;
    char from[32], to[32], duration[32];
    va_list numbers;

    picture->drawn[look] = true;
    (void)fprintf(out, "<path class='%s' d='", class);
    va_start(numbers, path);
    (void)vfprintf(out, path, numbers);
    va_end(numbers);
    (void)fputs("'><title>", out);
    put_sentence(picture, item);
    format_time(item->time, scale, from, sizeof from);
    format_time(until, scale, to, sizeof to);
    format_time(length, length, duration, sizeof duration);
    (void)fprintf(out, "\n%s", from);
    if (length > 0)
        (void)fprintf(out, " – %s (%s)", to, duration);
    (void)fputs("</title></path>\n", out);
}

/* Returns whether ITEM is drawn, from X to END in this use of its row. Of very many events only
 * some are; those that are wrong have to give way to each other alone. */
static bool use(struct picture *picture, const struct item *item, int use, double x, double end)
{
    int row = row_of(picture, item);

    if (row < 0)
        return false;
    double *used = &picture->used[row][item->is_wrong][use];
    if (end - x < picture->step && x < *used) {
        picture->too_near++;
        return false;
    }
    *used = end + picture->step;
    return true;
}

/* Words */

/* Writes TEXT on the base line Y, if there is space for it; SIDE of X: "" to its right, "end" to
 * its left, "mid" around it. */
static bool put_label(struct picture *picture, const struct font *font, const char *side,
    const char *text, double x, double y)
{
    double width = text_width(font, text), left = x;
    FILE *out = picture->paper.out;
    char class[32];

    if (*side)
        left -= *side == 'e' ? width : width / 2;
    struct box box = {left, y - 21, width, LABEL_HEIGHT - 2, TEXT};
    unsigned avoid = font == &ring ? TEXT : TEXT | BAR;
    if (left < picture->left || left + width > PAPER_WIDTH - 10 ||
        !take_box(&picture->paper, box, avoid))
        return false;
    if (font->frame) {
        (void)fprintf(out, "<rect class='%s' x='%.0f' y='%.0f' width='%.0f' height='28' rx='6'/>",
            font->frame, left, y - 23, width);
        side = "mid";
        x = left + width / 2;
    }
    (void)snprintf(class, sizeof class, "%s %s", font->class, side);
    put_text(out, class, x, y, text);
    return true;
}

bool put_beside(struct picture *picture, const struct font *font, const char *text, double x,
    double y, double end_x, double end_y)
{
    double last = PAPER_WIDTH - 11, way = end_y > y ? end_y - y : y - end_y;

    for (int i = 1; i * LABEL_HEIGHT <= way; i++) {
        double gone = i * LABEL_HEIGHT;
        double line = end_y > y ? y + gone - 5 : y - gone + 22;
        double at = x + (end_x - x) * (gone - LABEL_HEIGHT / 2) / way;
        if (put_label(picture, font, "", text, at + 14, line) ||
            put_label(picture, font, "end", text, at - 14, line) ||
            (font->frame && put_label(picture, font, "mid", text, at, line)) ||
            (at + 14 + text_width(font, text) > last &&
                put_label(picture, font, "end", text, last, line)))
            return true;
    }
    return false;
}

/* States */

/* Draws a bar at its true place: one that is too short is a line. */
static bool put_bar(struct picture *picture, const struct item *item)
{
    double x = x_of(picture, item->at), width = x_of(picture, item->end) - x;
    double height = item->state == INSIDE ? picture->bar : 0.75 * picture->bar;
    double edge = width > 5 ? 1.25 : 0; /* half of the bar's line */
    char class[32];

    if (item->state == IDLE)
        height = 4;
    if (item->state == GONE || item->until == item->time || !use(picture, item, BARS, x, x + width))
        return false;
    double top = y_of(picture, row_of(picture, item)) - height / 2;
    (void)snprintf(class, sizeof class, "%s%s",
        item->is_wrong ? "bar red" : look_classes[item->state], width > 5 ? "" : " thin");
    put_path(picture, item->is_wrong ? WRONG : (int)item->state, item, item->until, class,
        "M%.1f %.1fh%.1fv%.1fh-%.1fz", x + edge, top, width - 2 * edge, height, width - 2 * edge);
    (void)take_box(&picture->paper, (struct box){x, top, width, height, BAR}, 0);
    return true;
}

/* Returns the flaw that was recorded right after ITEM in its lane; NULL if none was. */
static const struct item *flaw_after(const struct picture *picture, const struct item *item)
{
    const struct item *end = picture->chart->items + picture->chart->count, *next = item + 1;

    while (next < end && next->lane != item->lane)
        next++;
    return next < end && next->kind == FLAW ? next : NULL;
}

/* Writes in its bar what a state is, or what is wrong with it, if there is space. */
static void put_state(struct picture *picture, const struct item *item)
{
    const struct item *flaw = item->is_wrong ? flaw_after(picture, item) : NULL;
    const char *class = item->is_wrong ? "on-red" : item->state == INSIDE ? "on-inside" : "";
    double x = x_of(picture, item->at) + 10, y = y_of(picture, row_of(picture, item)) + 9;
    char text[4 * TEXT_SIZE + 10];

    (void)snprintf(text, sizeof text, "%s%s", flaw ? "✗ " : "", flaw ? flaw->text : item->text);
    double width = text_width(&strong, text);
    struct box box = {x, y - 21, width, LABEL_HEIGHT - 2, TEXT};
    if (picture->bar < LABEL_HEIGHT || item->state == IDLE || strcmp(text, "running") == 0 ||
        x + width + 10 > x_of(picture, item->end) || !take_box(&picture->paper, box, TEXT | GAP))
        return;
    if (item->state == WAITING && !item->is_wrong) /* not on the hatching */
        (void)fprintf(picture->paper.out,
            "<rect class='page' x='%.0f' y='%.0f' width='%.0f' height='27'/>", x - 4, y - 23,
            0.9 * width + 6);
    put_text(picture->paper.out, class, x, y, text);
    if (flaw)
        picture->wants_words[flaw - picture->chart->items] = false;
}

/* All else is a line, if only a short one. */

struct line {
    double x, y, end_x, end_y;
};

/* Returns the line of a message that went from ROW to the row TO. */
static struct line between(const struct picture *picture, int row, double at, int to, double end_at)
{
    double side = to > row ? picture->bar / 2 : -picture->bar / 2;

    return (struct line){x_of(picture, at), y_of(picture, row) + side, x_of(picture, end_at),
        y_of(picture, to) - side};
}

/* Returns the line of ITEM: the way of a message; of anything else the space below its bar. */
static struct line line_of(const struct picture *picture, const struct item *item)
{
    const struct item *sent = item->kind == RECEIVED ? partner_of(picture, item) : NULL;
    int row = row_of(picture, item), next = row + 1 < picture->rows ? row + 1 : row - 1;

    if (sent)
        return between(picture, row_of(picture, sent), sent->at, row, item->at);
    if (item->kind == SENT && item->other != NO_LANE && picture->row_of[item->other] >= 0)
        next = picture->row_of[item->other];
    if (item->kind == SENT)
        return between(picture, row, item->at, next, item->at);
    struct line below = between(picture, row, item->at, row + 1, item->at);
    double end = picture->top + picture->rows * picture->pitch;
    if (below.end_y > end)
        below.end_y = end;
    return below;
}

static void put_cross(struct picture *picture, const struct item *item, double x, double y)
{
    (void)take_box(&picture->paper, (struct box){x - 13, y - 13, 26, 26, TEXT}, 0);
    (void)fprintf(
        picture->paper.out, "<path class='gap' d='M%.1f %.1fl22 22m0-22l-22 22'/>", x - 11, y - 11);
    put_path(
        picture, WRONG, item, item->time, "cross", "M%.1f %.1fl22 22m0-22l-22 22", x - 11, y - 11);
}

/* Draws an arrow to where a message was RECEIVED. The first one has words, and a wrong one. */
static bool put_arrow(struct picture *picture, const struct item *received)
{
    const struct item *sent = partner_of(picture, received);
    struct line line = line_of(picture, received);
    int look = received->is_wrong ? BAD : MESSAGE;

    if (row_of(picture, sent) < 0 || row_of(picture, sent) == row_of(picture, received) ||
        !use(picture, received, LINES, line.x, line.x))
        return false;
    put_path(picture, look, sent, received->time, look_classes[look], "M%.1f %.1fL%.1f %.1f",
        line.x, line.y, line.end_x, line.end_y);
    return received->is_wrong || partner_of(picture, sent) == received;
}

/* Draws the way of a message that nobody received: if somebody needed it, with a cross before the
 * receiver. */
static bool put_unread(struct picture *picture, const struct item *sent)
{
    double x = x_of(picture, sent->at);
    int look = sent->is_wrong ? LOST : UNREAD;

    if (!use(picture, sent, LINES, x, x))
        return false;
    struct line line = line_of(picture, sent);
    double end = line.end_y + (line.end_y > line.y ? -20 : 20);
    put_path(
        picture, look, sent, sent->time, look_classes[look], "M%.1f %.1fV%.1f", x, line.y, end);
    if (sent->is_wrong)
        put_cross(picture, sent, x, end);
    return true;
}

static bool is_deadline(const struct item *item)
{
    return item->kind == NOTE && strncmp(item->text, "deadline", strlen("deadline")) == 0;
}

/* Draws a line at the lower edge of its row; for a deadline through all of them. */
static bool put_mark(struct picture *picture, const struct item *item)
{
    double x = x_of(picture, item->at);

    if (picture->is_list[item->lane] || !use(picture, item, MARKS, x, x))
        return false;
    double top = is_deadline(item) ? picture->top - LABEL_HEIGHT : line_of(picture, item).y - 4;
    put_path(picture, NOTED, item, item->time, "note", "M%.1f %.1fV%.1f", x, top,
        is_deadline(item) ? picture->bottom : top + 12);
    return true;
}

/* Draws ITEM. Returns whether it needs words beside it. */
static bool put_item(struct picture *picture, const struct item *item)
{
    double x = x_of(picture, item->at);

    if (item->kind == STATE)
        return put_bar(picture, item);
    if (item->kind == SENT)
        return item->partner < 0 && put_unread(picture, item);
    if (item->kind == RECEIVED && item->partner >= 0)
        return put_arrow(picture, item);
    if (item->kind == FLAW) /* it gets a cross if there is no space in a bar */
        return !picture->is_list[item->lane] && use(picture, item, MARKS, x, x);
    return put_mark(picture, item);
}

/* Gives ITEM a number, beside its line or in the row where that begins: its words stand below the
 * chart. Returns false if there is no space. */
static bool put_number(
    struct picture *picture, const struct item *item, const struct line *line, double middle)
{
    char number[16];

    (void)snprintf(number, sizeof number, "%d", picture->numbers + 1);
    if (picture->step > 0 || picture->numbers == MAX_NUMBERED ||
        (!put_beside(picture, &ring, number, line->x, line->y, line->end_x, line->end_y) &&
            !put_beside(
                picture, &ring, number, line->x, middle + 14, line->x, middle - 2 * LABEL_HEIGHT)))
        return false;
    picture->numbered[picture->numbers] = item;
    picture->numbers++;
    return true;
}

/* Writes the words of ITEM beside its line, or its row. A note can do without: one can point at it.
 */
static void put_words(struct picture *picture, const struct item *item)
{
    bool is_arrow = item->kind == RECEIVED && item->partner >= 0;
    const struct item *begin = is_arrow ? partner_of(picture, item) : item;
    const struct font *font = item->is_wrong ? &strong : &plain;
    struct line line = line_of(picture, item);
    double middle = y_of(picture, row_of(picture, begin));
    char text[4 * TEXT_SIZE + 20];

    if (is_deadline(item))
        line = (struct line){line.x, picture->top - LABEL_HEIGHT, line.x, picture->top};
    if (is_arrow && item->is_wrong) { /* it is about where it was received */
        font = &boxed;
        line = (struct line){line.end_x, line.end_y, line.x, line.y};
    }
    (void)snprintf(text, sizeof text, "%s%s%s", item->kind == FLAW ? "✗ " : "", item->text,
        item->kind == SENT && item->is_wrong ? ": lost" : "");
    bool has_space = put_beside(picture, font, text, line.x, line.y, line.end_x, line.end_y);
    if (!has_space && !is_arrow)
        has_space = put_beside(picture, font, text, line.x, middle - 14, line.x, middle + 14);
    bool is_needed = is_arrow || item->kind == SENT || item->kind == FLAW;
    if (!has_space && is_needed && !put_number(picture, begin, &line, middle))
        picture->wordless++;
}

/* A snapshot is a note as [3, 5 | 2, 1]: the numbers after the bar are old. */
static bool is_snapshot(const struct item *item)
{
    return item->kind == NOTE && item->text[0] == '[' &&
           item->text[1 + strspn(item->text + 1, "0123456789,| ")] == ']';
}

static void put_boxes(struct picture *picture, const char *text, double x, double y)
{
    FILE *out = picture->paper.out;
    int look = NEW;

    for (const char *next = text + 1; *next != ']'; next += strspn(next, ", ")) {
        char number[TEXT_SIZE + 1];
        if (*next == '|') {
            (void)fprintf(
                out, "<path class='cross' d='M%.0f %.0fl8 10-8 10 8 10-8 10 8 10'/>\n", x, y - 6);
            look = OLD;
            x += 24;
            next++;
            continue;
        }
        int digits = (int)strspn(next, "0123456789");
        (void)snprintf(number, sizeof number, "%.*s", digits, next);
        picture->drawn[look] = true;
        (void)fprintf(out, "<path class='%s' d='M%.0f %.0fh%dv%dh-%dz'/>", look_classes[look], x, y,
            BOX_WIDTH - 6, BOX_HEIGHT, BOX_WIDTH - 6);
        put_text(out, look == OLD ? "mid" : "mid on-red", x + BOX_WIDTH / 2 - 3, y + 29, number);
        x += BOX_WIDTH;
        next += digits;
    }
}

/* Draws its numbers in boxes below the row, or a little to the right, where there is space. */
static void put_snapshot(struct picture *picture, const struct item *item)
{
    struct line line = line_of(picture, item);
    double width = strchr(item->text, '|') ? 24 : 0, height = BOX_HEIGHT + 18;

    for (const char *next = item->text; *next; next++)
        width += strchr("[,|", *next) ? BOX_WIDTH : 0;
    double last = PAPER_WIDTH - 10 - width, first = line.x - 20 < last ? line.x - 20 : last;
    for (int i = 0; line.y + (i + 1) * height <= line.end_y; i++)
        for (int shift = 0; shift <= 60 && first + shift <= last; shift += 20) {
            struct box box = {first + shift - 4, line.y + i * height, width + 4, height, TEXT};
            if (take_box(&picture->paper, box, TEXT | BAR)) {
                put_boxes(picture, item->text, first + shift, box.y + 12);
                return;
            }
        }
}

/* Writes the notes of a list as lines, first what is wrong: each flaw with the note before it. */
static void put_list(struct picture *picture, int lane)
{
    double x = picture->left + 12, y = picture->top + picture->row_of[lane] * picture->pitch - 8;
    int space = (int)(2 * picture->pitch / LINE_HEIGHT) - 1, lines = 0;
    char text[9 * TEXT_SIZE];

    for (int wrong = 1; wrong >= 0; wrong--) {
        const char *note = "";
        FOR_ITEMS (item, picture->chart) {
            if (item->lane != lane)
                continue;
            if (item->is_wrong == wrong && wrong == (item->kind == FLAW)) {
                (void)snprintf(text, sizeof text, wrong ? "✗ %s: %s" : "%s%.0s", item->text, note);
                lines++;
                if (lines <= space)
                    (void)put_label(
                        picture, wrong ? &strong : &plain, "", text, x, y + lines * LINE_HEIGHT);
            }
            note = item->text;
        }
    }
    (void)snprintf(text, sizeof text, "and %d more", lines - space);
    if (lines > space)
        (void)put_label(picture, &plain, "", text, x, y + (space + 1) * LINE_HEIGHT);
}

/* Draws where the axis of events leaves out much. */
static void put_gaps(struct picture *picture)
{
    const struct chart *chart = picture->chart;
    double end = picture->top + picture->rows * picture->pitch;

    for (long i = 1; chart->by_events && i < chart->moment_count; i++) {
        double x = x_of(picture, ((double)i - 0.5) / (double)chart->moment_count);
        double width = (RIGHT_EDGE - picture->left) / (double)chart->moment_count;
        struct box gap = {x - 6, picture->top, 12, end - picture->top, GAP};
        struct box box = {x - 18, picture->bottom - 26, 36, 42, TEXT};
        if (chart->moments[i] - chart->moments[i - 1] < chart->long_gap)
            continue;
        if (width > 2 * gap.width && take_box(&picture->paper, gap, 0))
            (void)fprintf(picture->paper.out, "<path class='gap' d='M%.1f %.0fV%.0f'/>", x,
                picture->top, end);
        if (take_box(&picture->paper, box, TEXT))
            put_text(picture->paper.out, "sign mid", x, picture->bottom + 6, "≈");
    }
}

/* Returns when it is the turn of an item's words: what is wrong comes before what is not. */
enum { TORN, FLAWS, OTHERS, NOTES, PASSES };
static int pass_of(const struct item *item)
{
    if (item->kind == NOTE)
        return item->is_wrong && is_snapshot(item) ? TORN : NOTES;
    return item->is_wrong ? FLAWS : OTHERS;
}

void put_items(struct picture *picture)
{
    const struct chart *chart = picture->chart;
    bool *wants = picture->wants_words;

    for (int is_bar = 1; is_bar >= 0; is_bar--) /* so that lines are on top of bars */
        FOR_ITEMS (item, chart)
            if (is_bar == (item->kind == STATE))
                wants[item - chart->items] = put_item(picture, item);
    put_gaps(picture);
    FOR_ITEMS (item, chart)
        if (wants[item - chart->items] && item->kind == STATE)
            put_state(picture, item);
        else if (wants[item - chart->items] && item->kind == FLAW)
            put_cross(picture, item, x_of(picture, item->at), y_of(picture, row_of(picture, item)));
    for (int lane = 0; lane < chart->lanes; lane++)
        if (picture->row_of[lane] >= 0 && picture->is_list[lane])
            put_list(picture, lane);
    for (int pass = 0; pass < PASSES; pass++)
        FOR_ITEMS (item, chart)
            if (!wants[item - chart->items] || item->kind == STATE || pass_of(item) != pass)
                continue;
            else if (is_snapshot(item))
                put_snapshot(picture, item);
            else
                put_words(picture, item);
}
