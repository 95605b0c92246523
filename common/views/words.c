/* SPDX-License-Identifier: MIT */
#include "common/views/words.h"
#include <string.h>

static const int LINE_HEIGHT = 32, LABEL_HEIGHT = 27, BOX_WIDTH = 46, BOX_HEIGHT = 40;

void put_sentence(const struct picture *picture, const struct item *item, const char *text)
{
    FILE *out = picture->paper.out;
    int to = item->other;

    if (item->partner >= 0)
        to = picture->chart->items[item->partner].lane;
    put_xml(out, picture->chart->names[item->lane]);
    if (item->kind == SENT && to != NO_LANE) {
        (void)fputs(" to ", out);
        put_xml(out, picture->chart->names[to]);
    }
    (void)fputs(": ", out);
    put_xml(out, text);
}

/* Writes TEXT on the base line Y, if there is space for it, to the right of X or to its LEFT. */
static bool put_label(struct picture *picture, const struct font *font, bool left, const char *text,
    double x, double y, unsigned avoid)
{
    double width = text_width(font, text);
    FILE *out = picture->paper.out;
    char class[32];

    if (left)
        x -= width;
    struct box box = {x, y - 21, width, LABEL_HEIGHT - 2, TEXT};
    if (x < picture->left || x + width > PAPER_WIDTH - 10 || !take_box(&picture->paper, box, avoid))
        return false;
    if (font->frame)
        (void)fprintf(out, "<rect class='%s' x='%.0f' y='%.0f' width='%.0f' height='28' rx='6'/>",
            font->frame, x, y - 23, width);
    (void)snprintf(class, sizeof class, "%s%s", font->class,
        font->frame ? " mid"
        : left      ? " end"
                    : "");
    put_text(out, class, font->frame ? x + width / 2 : left ? x + width : x, y, text);
    return true;
}

bool put_beside(struct picture *picture, const struct font *font, const char *text,
    const struct line *first, const struct line *last, unsigned avoid)
{
    double down = last->end_y > last->y ? 1 : -1, way = down * (last->end_y - last->y);
    double edge = PAPER_WIDTH - 11, run = last->end_x - last->x;
    double space = 14 + (run > 0 ? run : -run) / way * LABEL_HEIGHT / 2; /* it leans */

    for (int i = 1; i * LABEL_HEIGHT + 4 <= way; i++) {
        double gone = (i - 0.5) * LABEL_HEIGHT;
        double y = last->y + down * gone + 8;
        double at = first->x + (first->end_x - first->x) * gone / way;
        double end = last->x + run * gone / way + space;
        bool has_no_space = run == 0 && end + text_width(font, text) > edge;
        if (put_label(picture, font, false, text, end, y, avoid) ||
            put_label(picture, font, true, text, at - space, y, avoid) ||
            (has_no_space && put_label(picture, font, true, text, edge, y, avoid)))
            return true;
    }
    return false;
}

bool put_number(
    struct picture *picture, const struct item *item, const char *text, const struct line *line)
{
    struct numbered *numbered = &picture->numbered[picture->numbers];
    char number[16];

    (void)snprintf(number, sizeof number, "%d", picture->numbers + 1);
    if (picture->step > 0 || picture->numbers == MAX_NUMBERED ||
        !put_beside(picture, &ring, number, line, line, TEXT | LINES))
        return false;
    numbered->item = item;
    (void)snprintf(numbered->text, sizeof numbered->text, "%s", text);
    picture->numbers++;
    return true;
}

bool is_snapshot(const struct item *item)
{
    if (item->kind != NOTE || item->text[0] != '[')
        return false;
    const char *end = item->text + 1 + strspn(item->text + 1, "0123456789,| ");
    return *end == ']' || strcmp(end, "…") == 0;
}

static void put_boxes(struct picture *picture, const char *text, double x, double y)
{
    FILE *out = picture->paper.out;
    bool is_old = false;

    for (const char *next = text + 1; *next && *next != ']'; next += strspn(next, ", ")) {
        char number[4 * TEXT_SIZE];
        int length = (int)strcspn(next, ",| ]");
        if (*next == '|') {
            (void)fprintf(
                out, "<path class='cross' d='M%.0f %.0fl8 10-8 10 8 10-8 10 8 10'/>\n", x, y - 6);
            is_old = true;
            x += 24;
            next++;
            continue;
        }
        (void)snprintf(number, sizeof number, "%.*s", length, next);
        picture->drawn[is_old ? OLD : NEW] = true;
        (void)fprintf(out, "<path class='bar %s' d='M%.0f %.0fh%dv%dh-%dz'/>",
            is_old ? "old" : "new", x, y, BOX_WIDTH - 4, BOX_HEIGHT, BOX_WIDTH - 4);
        put_text(out, is_old ? "mid" : "mid on-red", x + BOX_WIDTH / 2 - 2, y + 29, number);
        x += BOX_WIDTH;
        next += length;
    }
}

void put_snapshot(struct picture *picture, const struct item *item, const struct line *line)
{
    double width = strchr(item->text, '|') ? 24 : 0, height = BOX_HEIGHT + 8;

    for (const char *next = item->text; *next; next++)
        width += strchr("[,|", *next) ? BOX_WIDTH : 0;
    double last = PAPER_WIDTH - 10 - width, first = line->x - 20 < last ? line->x - 20 : last;
    for (int i = 0; line->y + 10 + (i + 1) * height <= line->end_y; i++)
        for (int shift = 0; shift <= 60 && first + shift <= last; shift += 20) {
            struct box box = {
                first + shift - 4, line->y + 10 + i * height, width + 4, height, TEXT};
            if (take_box(&picture->paper, box, TEXT | BAR)) {
                put_boxes(picture, item->text, first + shift, box.y + 2);
                return;
            }
        }
    picture->wordless++;
}

void put_list(struct picture *picture, int lane)
{
    double x = picture->left + 12, y = picture->top + picture->lanes[lane].row * picture->pitch - 8;
    int space = (int)(picture->list_rows * picture->pitch / LINE_HEIGHT) - 1, lines = 0, torn = 0;
    char text[9 * TEXT_SIZE];

    FOR_ITEMS (item, picture->chart)
        lines += item->lane == lane && item->is_wrong == (item->kind == FLAW);
    if (lines == space + 1) /* instead of "and 1 more" */
        space = lines;
    lines = 0;
    for (int wrong = 1; wrong >= 0; wrong--) {
        const char *note = "";
        FOR_ITEMS (item, picture->chart) {
            if (item->lane != lane)
                continue;
            if (item->is_wrong == wrong && wrong == (item->kind == FLAW)) {
                (void)snprintf(text, sizeof text, wrong ? "✗ %s: %s" : "%s%.0s", item->text, note);
                lines++;
                torn += wrong;
                if (lines <= space)
                    (void)put_label(picture, wrong ? &strong : &plain, false, text, x,
                        y + lines * LINE_HEIGHT, 0);
            }
            note = item->text;
        }
    }
    (void)snprintf(text, sizeof text, "and %d more%s", lines - space, lines == torn ? " ✗" : "");
    if (lines > space)
        (void)put_label(picture, torn > space ? &strong : &plain, false, text, x,
            y + (space + 1) * LINE_HEIGHT, 0);
}
