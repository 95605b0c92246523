/* SPDX-License-Identifier: MIT */
#include "common/views/picture.h"
#include <string.h>

static const int LINE_HEIGHT = 27, BOX_WIDTH = 46, BOX_HEIGHT = 40;

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

/* Writes TEXT on the base line Y, if there is space for it, to the right of X or to its LEFT. */
static bool put_label(struct picture *picture, bool is_wrong, bool left, const char *text, double x,
    double y, unsigned avoid)
{
    static const char *const classes[2][2] = {
        {"label", "label end"}, {"label wrong", "label wrong end"}};
    bool has_boxes = is_snapshot(text);
    double width = text_width(is_wrong ? BOLD_LETTER : PLAIN_LETTER, text);

    if (has_boxes)
        width = put_boxes(picture, NULL, text, 0, 0);
    struct box box = {left ? x - width : x, y - 21, width, has_boxes ? 60 : LINE_HEIGHT - 2, TEXT};
    if (box.x < picture->left || box.x + width > PAPER_WIDTH - 10 ||
        !take_box(&picture->paper, box, avoid))
        return false;
    if (has_boxes)
        (void)put_boxes(picture, picture->paper.out, text, box.x, y - 8);
    else
        put_text(picture->paper.out, classes[is_wrong][left], x, y, text);
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
static const struct item *flaw_after(const struct picture *picture, const struct item *item)
{
    const struct item *end = picture->chart->items + picture->chart->count, *next = item + 1;

    while (next < end && next->lane != item->lane)
        next++;
    return next < end && next->kind == FLAW ? next : NULL;
}

/* Writes in its bar, where there is space, what a state is, or what is wrong with it. */
static void put_state_words(struct picture *picture, const struct item *item)
{
    static const char *const classes[] = {
        [RUNNING] = "", [WAITING] = "label wide", [INSIDE] = "on-inside"};
    const struct item *flaw = item->is_wrong ? flaw_after(picture, item) : NULL, *last = item->next;
    bool is_beyond = item->state == INSIDE && item->inside > picture->chart->limit;
    char text[SENTENCE_SIZE];

    if (is_beyond) /* in the part that is red */
        for (last = item; last < item->next && last->inside > picture->chart->limit;)
            last++;
    double x = x_of(picture, item->at), end = x_of(picture, last->at);
    if (flaw && is_beyond && end - x > 30) /* it is red enough */
        *open_flag(picture, flaw) = false;
    bool is_red = item->is_wrong || is_beyond;
    bool has_words = is_red ? flaw != NULL : strcmp(item->text, "running") != 0;
    if (!has_words || picture->bar < 29 || item->state == IDLE)
        return;
    (void)snprintf(text, sizeof text, "%s%s", flaw ? "✗ " : "", flaw ? flaw->text : item->text);
    double y = y_of(picture, picture->row_of[item->lane]) + 9;
    struct box box = {x + 10, y - 21, text_width(BOLD_LETTER, text), 25, TEXT};
    while (box.x + box.width + 10 <= end && !take_box(&picture->paper, box, TEXT | GAP))
        box.x += 20;
    if (box.x + box.width + 10 > end)
        return;
    put_text(picture->paper.out, is_red ? "on-red" : classes[item->state], box.x, y, text);
    if (flaw)
        *open_flag(picture, flaw) = false;
}

/* Adds to TEXT those of the messages beside ITEM, on the same way, which then want no words of
 * their own. Returns the last one. */
static const struct item *join(struct picture *picture, const struct item *item, char *text)
{
    enum { MAX_JOINED = 40 };
    const int max_gap = 100;
    const struct item *last = item, *end = picture->chart->items + picture->chart->count;
    size_t used = strlen(text);

    for (const struct item *next = item + 1; next < end; next++) {
        if (!*open_flag(picture, next))
            continue;
        struct line line = line_of(picture, last), other = line_of(picture, next);
        bool is_same_way = next->kind == item->kind && next->is_wrong == item->is_wrong &&
                           other.y == line.y && other.end_y == line.end_y;
        bool is_near = other.x - line.x < max_gap || other.end_x - line.end_x < max_gap;
        if (!is_same_way || !is_near)
            continue;
        *open_flag(picture, next) = false;
        last = next;
        bool is_short = used + strlen(next->text) < MAX_JOINED;
        if (used < MAX_JOINED)
            (void)snprintf(text + used, SENTENCE_SIZE - used, ", %s", is_short ? next->text : "…");
        used = is_short ? strlen(text) : MAX_JOINED;
    }
    return last;
}

/* Writes the words of a line or mark beside it, or beside its row: at best not on other lines. */
static void put_words(struct picture *picture, const struct item *item)
{
    double x = x_of(picture, item->at), y = y_of(picture, picture->row_of[item->lane]);
    struct line line = line_of(picture, item), end, row = {x, y - 16, x, y + 16};
    bool is_arrow = origin_of(picture, item) != item, is_wrong = item->is_wrong;
    const unsigned all = TEXT | BAR | LINES;
    char text[SENTENCE_SIZE];

    (void)snprintf(text, sizeof text, "%s%s", item->kind == FLAW ? "✗ " : "", item->text);
    if (item->kind == NOTE && line.end_y > line.y + 62) /* near its mark, or not at all */
        line.end_y = line.y + 62;
    if (is_arrow && is_wrong) /* it is about where it was received */
        line = (struct line){line.end_x, line.end_y, line.x, line.y};
    end = line;
    if ((is_arrow && !is_wrong) || item->kind == SENT)
        end = line_of(picture, join(picture, item, text));
    if (item->kind == SENT && is_wrong)
        (void)strncat(text, ": lost", sizeof text - strlen(text) - 1);
    bool has_words =
        put_beside(picture, is_wrong, text, &line, &end, all) ||
        (!is_arrow && item->kind != SENT && put_beside(picture, is_wrong, text, &row, &row, all)) ||
        put_beside(picture, is_wrong, text, &line, &end, TEXT | BAR);
    if (has_words)
        return;
    if (item->kind == FLAW)
        put_cross(picture, x, y);
    if (item->kind != NOTE && !put_number(picture, text, &line) && !put_number(picture, text, &row))
        picture->wordless++;
}

/* Whether words are wanted: of a message that several received, it is enough that the first one has
 * them. */
static bool wants_words(const struct picture *picture, const struct item *item)
{
    const struct item *origin = origin_of(picture, item);
    bool is_first = origin == item || &picture->chart->items[origin->partner] == item;
    return *open_flag(picture, item) && (is_first || item->is_wrong);
}

void put_all_words(struct picture *picture)
{
    for (int pass = 0; pass < 4; pass++)
        FOR_ITEMS (item, picture->chart) {
            int turn = item->is_wrong ? 1 : 2;
            if (item->kind == NOTE)
                turn = 3;
            if (item->kind == STATE)
                turn = 0;
            if (turn != pass || !wants_words(picture, item))
                continue;
            if (item->kind == STATE)
                put_state_words(picture, item);
            else
                put_words(picture, item);
        }
}
