/* SPDX-License-Identifier: MIT */
#include "common/views/picture.h"
#include "common/views/describe.h"
#include "common/views/words.h"
#include <stdarg.h>
#include <string.h>

enum { MAX_DRAWN = 600, MAX_CELLS = 200 };
static const int CELL = 8;

const struct look looks[LOOKS] = {[IDLE] = {"bar idle", "M0-2h40v4H0z", ""},
    [RUNNING] = {"bar running", "M0-12h40v24H0z", ""},
    [WAITING] = {"bar waiting", "M0-12h40v24H0z", "waits: "},
    [INSIDE] = {"bar inside", "M0-15h40v30H0z", ""},
    [TINT] = {"bar running tint", "M0-8h40v16H0z", "too short to be told apart"},
    [FAULTY] = {"bar red", "M0-15h40v30H0z", "wrong from here on"},
    [NEW] = {"bar new", "M5-15h30v30H5z", "new"},
    [OLD] = {"bar old", "M5-15h30v30H5z", "old, from before"},
    [NOTED] = {"note", "M20-9v18", "note"},
    [MESSAGE] = {"sent", "M0 0h36", "message"},
    [UNREAD] = {"unread", "M0 0h36", "message that nobody received"},
    [LOST] = {"lost", "M0 0h40", "lost message"},
    [BAD] = {"bad", "M0 0h36", "wrong message"},
    [FLAWED] = {"flaw", NULL, ""},
    [WRONG] = {"cross", "M11-9l18 18m0-18l-18 18", "what went wrong"}};

static const struct item *partner_of(const struct picture *picture, const struct item *item)
{
    return item->partner < 0 ? NULL : &picture->chart->items[item->partner];
}

/* Draws what stands for ITEM: a path in a printf(3p) format, with the text that a pointer over it
 * shows. */
static void put_path(struct picture *picture, int look, const struct item *item, int64_t until,
    const char *path, ...) __attribute__((format(printf, 5, 6)));

static void put_path(struct picture *picture, int look, const struct item *item, int64_t until,
    const char *path, ...)
{
    int64_t length = until - item->time, scale = picture->chart->length / 100;
    FILE *out = picture->paper.out;
    char from[32], to[32], duration[32];
    va_list numbers;

    picture->drawn[look] = true;
    (void)fprintf(out, "<path class='%s' d='", looks[look].class);
    va_start(numbers, path);
    (void)vfprintf(out, path, numbers);
    va_end(numbers);
    (void)fputs("'><title>", out);
    put_sentence(picture, item, item->text);
    format_time(item->time, scale, from, sizeof from);
    format_time(until, scale, to, sizeof to);
    format_time(length, length, duration, sizeof duration);
    (void)fprintf(out, "\n%s", from);
    if (length > 0)
        (void)fprintf(out, " – %s (%s)", to, duration);
    (void)fputs("</title></path>\n", out);
}

/* Returns whether the line or mark ITEM is drawn at X. Of very many only some are; those that are
 * wrong have to give way to each other alone. */
static bool use(struct picture *picture, const struct item *item, double x)
{
    struct picture_lane *lane = &picture->lanes[item->lane];

    if (lane->row < 0)
        return false;
    if (x < lane->used[item->is_wrong]) {
        picture->too_near++;
        return false;
    }
    lane->used[item->is_wrong] = x + picture->step;
    return true;
}

/* States */

/* Returns how wide the bar of ITEM is; -1 if it has none. */
static double bar_width(const struct picture *picture, const struct item *item)
{
    bool has_bar = item->kind == STATE && item->state != GONE && item->next->time > item->time;

    return has_bar && row_of(picture, item) >= 0
               ? x_of(picture, item->next->at) - x_of(picture, item->at)
               : -1;
}

/* Draws a bar of ITEM at its true place: one that is too short is a line. */
static void put_bar(
    struct picture *picture, const struct item *item, int look, double x, double end)
{
    double edge = end - x > 5 ? 1.25 : 0, width = end - x - 2 * edge; /* half of the bar's line */
    double height = item->state == INSIDE ? picture->bar : 0.75 * picture->bar;

    if (item->state == IDLE)
        height = 4;
    double top = y_of(picture, row_of(picture, item)) - height / 2;
    put_path(picture, look, item, item->next->time, "M%.1f %.1fh%.1fv%.1fh-%.1fz", x + edge, top,
        width, height, width);
    (void)take_box(&picture->paper, (struct box){x, top, end - x, height, BAR}, 0);
}

/* Sets X and END to the first part of the bar of ITEM, from FROM on, that is red: all of a state
 * that is wrong; of one that came INSIDE beyond the limit, where too many are. Returns where to
 * look for the next one, or NULL if there is none. */
static const struct item *find_red(const struct picture *picture, const struct item *item,
    const struct item *from, double *x, double *end)
{
    const struct chart *chart = picture->chart;
    const struct item *last = chart->items + chart->count;

    *x = x_of(picture, item->at);
    *end = x_of(picture, item->next->at);
    if (item->state != INSIDE)
        return item->is_wrong && from == item ? last : NULL;
    if (!item->is_wrong && item->inside <= chart->limit)
        return NULL;
    while (from < last && from->time < item->next->time && from->inside <= chart->limit)
        from++;
    if (from == last || from->time >= item->next->time)
        return NULL;
    *x = x_of(picture, from->at);
    while (from < last && from->time < item->next->time && from->inside > chart->limit)
        from++;
    if (from < last && from->time < item->next->time)
        *end = x_of(picture, from->at);
    return from;
}

/* Draws the bar of ITEM, with what is red in it. */
static void put_state(struct picture *picture, const struct item *item)
{
    double x = x_of(picture, item->at), end = x_of(picture, item->next->at);

    if (item->state == INSIDE || !item->is_wrong)
        put_bar(picture, item, (int)item->state, x, end);
    for (const struct item *from = item; (from = find_red(picture, item, from, &x, &end));)
        if (end - x >= picture->unit)
            put_bar(picture, item, FAULTY, x, end);
}

/* Draws the bars of a row that are too narrow: of each part what is most inside. */
static void put_tints(struct picture *picture, int lane)
{
    enum state cells[MAX_CELLS] = {GONE}; /* up to the right edge */
    double y = y_of(picture, picture->lanes[lane].row);
    int begin = 0;

    FOR_ITEMS (item, picture->chart) {
        double width = item->lane == lane ? bar_width(picture, item) : -1;
        int cell = (int)(x_of(picture, item->at) / CELL);
        if (width >= 0 && width < picture->unit && item->state > cells[cell])
            cells[cell] = item->state;
    }
    for (int i = 1; i <= RIGHT_EDGE / CELL + 1; i++) {
        if (cells[i] == cells[begin])
            continue;
        if (cells[begin] != GONE)
            (void)fprintf(picture->paper.out, "<path class='%s tint' d='M%d %.0fh%dv%.0fh-%dz'/>\n",
                looks[cells[begin]].class, begin * CELL, y - picture->bar / 4, (i - begin) * CELL,
                picture->bar / 2, (i - begin) * CELL);
        picture->drawn[TINT] |= cells[begin] != GONE;
        begin = i;
    }
}

/* Returns the flaw that was recorded right after ITEM in its lane; NULL if none was. */
static const struct item *flaw_after(const struct picture *picture, const struct item *item)
{
    const struct item *end = picture->chart->items + picture->chart->count, *next = item + 1;

    while (next < end && next->lane != item->lane)
        next++;
    return next < end && next->kind == FLAW ? next : NULL;
}

/* Writes TEXT in a bar of ITEM from X to END, if there is space; in a RED one anywhere. */
static bool put_in_bar(struct picture *picture, const struct item *item, bool red, const char *text,
    double x, double end)
{
    double y = y_of(picture, row_of(picture, item)) + 9, width = text_width(&strong, text);
    bool is_wait = item->state == WAITING && !red;
    const char *class = item->state == INSIDE ? "on-inside" : "";

    if (picture->bar < 27 || item->state == IDLE || (is_wait && end - x < 1.5 * width))
        return false;
    x += 10;
    while (x + width + 10 > end ||
           !take_box(&picture->paper, (struct box){x, y - 21, width, 25, TEXT}, TEXT | GAP)) {
        x += 20;
        if (!red || x + width + 10 > end)
            return false;
    }
    if (is_wait) /* not on the hatching */
        (void)fprintf(picture->paper.out,
            "<rect class='word' x='%.1f' y='%.1f' width='%.0f' height='%.1f'/>", x - 7.5,
            y - 7.75 - 0.375 * picture->bar, 0.9 * width + 14, 0.75 * picture->bar - 2.5);
    put_text(picture->paper.out, red ? "on-red" : class, x, y, text);
    return true;
}

/* Writes in its bar what a state is, or what is wrong with it. */
static void put_state_words(struct picture *picture, const struct item *item)
{
    const struct item *flaw = item->is_wrong ? flaw_after(picture, item) : NULL;
    double x, end;
    char text[4 * TEXT_SIZE + 10];

    const struct item *from = find_red(picture, item, item, &x, &end);
    if (!from && strcmp(item->text, "running") != 0)
        (void)put_in_bar(picture, item, false, item->text, x, end);
    if (!from || !flaw)
        return;
    (void)snprintf(text, sizeof text, "✗ %s", flaw->text);
    bool has_words = put_in_bar(picture, item, true, text, x, end);
    if (has_words || (item->state == INSIDE && end - x > 30)) /* it is red enough */
        picture->wants_words[flaw - picture->chart->items] = false;
}

/* All else is a line, if only a short one. */

/* Returns the line of a message that went from ROW to the row TO. */
static struct line between(const struct picture *picture, int row, double at, int to, double end_at)
{
    double side = to > row ? picture->bar / 2 : -picture->bar / 2;

    return (struct line){x_of(picture, at), y_of(picture, row) + side, x_of(picture, end_at),
        y_of(picture, to) - side};
}

/* Returns the line of ITEM. */
static struct line line_of(const struct picture *picture, const struct item *item)
{
    const struct item *sent = item->kind == RECEIVED ? partner_of(picture, item) : NULL;
    int row = row_of(picture, item), next = row + 1 < picture->rows ? row + 1 : row - 1;

    if (sent)
        return between(picture, row_of(picture, sent), sent->at, row, item->at);
    if (item->kind == SENT && item->other != NO_LANE && picture->lanes[item->other].row >= 0)
        next = picture->lanes[item->other].row;
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
    put_path(picture, WRONG, item, item->time, "M%.1f %.1fl22 22m0-22l-22 22", x - 11, y - 11);
}

/* Keeps words away from LINE, and more so from its head. */
static void take_line(struct picture *picture, const struct line *line)
{
    const int steps = 24;
    double width = line->end_x - line->x, height = line->end_y - line->y;

    for (int i = 1; i < steps; i++) {
        struct box box = {
            line->x + width * i / steps - 3, line->y + height * i / steps - 3, 6, 6, LINES};
        (void)take_box(&picture->paper, box, 0);
    }
    struct box head = {line->end_x - 14, line->end_y - (height > 0 ? 20 : 0), 28, 20, TEXT};
    (void)take_box(&picture->paper, head, 0);
}

/* Draws an arrow to where a message was RECEIVED. The first one has words, and a wrong one. */
static bool put_arrow(struct picture *picture, const struct item *received)
{
    const struct item *sent = partner_of(picture, received);
    struct line line = line_of(picture, received);
    int look = received->is_wrong ? BAD : MESSAGE;

    if (row_of(picture, sent) < 0 || row_of(picture, sent) == row_of(picture, received) ||
        !use(picture, received, line.x))
        return false;
    put_path(picture, look, sent, received->time, "M%.1f %.1fL%.1f %.1f", line.x, line.y,
        line.end_x, line.end_y);
    take_line(picture, &line);
    return received->is_wrong || partner_of(picture, sent) == received;
}

/* Draws the way of a message that nobody received, which ends before its receiver; one to all goes
 * on to the last of them. If somebody needed it, there is a cross before each. */
static bool put_unread(struct picture *picture, const struct item *sent)
{
    struct line line = line_of(picture, sent);
    int look = sent->is_wrong ? LOST : UNREAD, row = row_of(picture, sent);
    double down = line.end_y > line.y ? 1 : -1, gap = picture->pitch - picture->bar;
    double before = gap > 40 ? 20 : gap - 12;

    if (!use(picture, sent, line.x))
        return false;
    if (sent->to_all && sent->is_wrong)
        for (int lane = 0; lane < picture->chart->lanes; lane++) {
            struct line other = between(picture, row, sent->at, picture->lanes[lane].row, sent->at);
            if (picture->lanes[lane].row < 0 || picture->lanes[lane].is_list ||
                (other.end_y - line.y) * down <= 0)
                continue;
            put_cross(picture, sent, line.x, other.end_y - down * before);
            line.end_y = (other.end_y - line.end_y) * down > 0 ? other.end_y : line.end_y;
        }
    line.end_y -= down * before;
    put_path(picture, look, sent, sent->time, "M%.1f %.1fV%.1f", line.x, line.y, line.end_y);
    take_line(picture, &line);
    if (sent->is_wrong && !sent->to_all)
        put_cross(picture, sent, line.x, line.end_y);
    return true;
}

static bool is_deadline(const struct item *item)
{
    return item->kind == NOTE && strncmp(item->text, "deadline", strlen("deadline")) == 0;
}

/* Draws a line at the lower edge of its row; for a deadline through all of them. A flaw gets one,
 * or a cross, with its words. */
static bool put_mark(struct picture *picture, const struct item *item)
{
    double x = x_of(picture, item->at), top = line_of(picture, item).y - 4, end = top + 12;

    if (picture->lanes[item->lane].is_list || !use(picture, item, x))
        return false;
    if (is_deadline(item)) {
        top = picture->top - 27;
        end = picture->bottom;
    }
    if (item->kind != FLAW)
        put_path(picture, NOTED, item, item->time, "M%.1f %.1fV%.1f", x, top, end);
    struct box box = {x - 3, top, 6, end - top, is_deadline(item) ? LINES : TEXT};
    (void)take_box(&picture->paper, box, 0);
    return true;
}

/* Draws the line of ITEM. Returns whether it needs words beside it. */
static bool put_line(struct picture *picture, const struct item *item)
{
    if (item->kind == SENT)
        return item->partner < 0 && put_unread(picture, item);
    if (item->kind == RECEIVED && item->partner >= 0)
        return put_arrow(picture, item);
    return put_mark(picture, item);
}

/* Whether the lines of two messages lead from one lane to the same other one, next to each other.
 */
static bool is_beside(const struct picture *picture, const struct item *one, const struct item *two)
{
    struct line line = line_of(picture, one), next = line_of(picture, two);

    return two->kind == one->kind && two->is_wrong == one->is_wrong && next.y == line.y &&
           next.end_y == line.end_y && (next.x - line.x < 100 || next.end_x - line.end_x < 100);
}

/* Adds to TEXT those of the messages beside ITEM, which then want no words of their own, and
 * whether they are lost. Returns the last one. */
static const struct item *join(
    struct picture *picture, const struct item *item, char *text, size_t size)
{
    enum { MAX_JOINED = 40 };
    const struct item *end = picture->chart->items + picture->chart->count, *last = item;
    int all = 1, shown = 1;

    for (const struct item *next = item + 1; next < end; next++) {
        bool *wants = &picture->wants_words[next - picture->chart->items];
        if (!*wants || !is_beside(picture, last, next))
            continue;
        *wants = false;
        last = next;
        size_t used = strlen(text);
        if (shown == all && used + strlen(next->text) < MAX_JOINED) {
            (void)snprintf(text + used, size - used, ", %s", next->text);
            shown++;
        }
        all++;
    }
    size_t used = strlen(text);
    const char *lost = item->kind == SENT && item->is_wrong ? ": lost" : "";
    if (shown < all)
        (void)snprintf(text + used, size - used, ", … (%d)%s", all, lost);
    else
        (void)snprintf(text + used, size - used, "%s", lost);
    return last;
}

/* Whether words as those of ONE stand beside another item, or may do so. */
static bool is_said(const struct picture *picture, const struct item *one)
{
    FOR_ITEMS (item, picture->chart)
        if (item != one && picture->wants_words[item - picture->chart->items] &&
            item->kind == one->kind && item->is_wrong == one->is_wrong &&
            strcmp(item->text, one->text) == 0)
            return true;
    return false;
}

/* Writes the words of ITEM beside its line, or its row: at best not on other lines. */
static void put_words(struct picture *picture, const struct item *item)
{
    const struct item *sent = item->kind == RECEIVED ? partner_of(picture, item) : NULL,
                      *last = item;
    const struct font *font = item->is_wrong ? &strong : &plain;
    double x = x_of(picture, item->at), y = y_of(picture, row_of(picture, item));
    struct line line = line_of(picture, item), end, row = {x, y - 16, x, y + 16};
    char text[4 * TEXT_SIZE + 40];
    unsigned avoid = TEXT | BAR | LINES;

    if (item->kind == NOTE && line.end_y > line.y + 62) /* near its mark, or not at all */
        line.end_y = line.y + 62;
    if (is_deadline(item))
        line = (struct line){line.x, picture->top - 32, line.x, picture->top};
    (void)snprintf(text, sizeof text, "%s%s", item->kind == FLAW ? "✗ " : "", item->text);
    if (sent && item->is_wrong) { /* it is about where it was received */
        font = &boxed;
        line = (struct line){line.end_x, line.end_y, line.x, line.y};
    } else if (sent || item->kind == SENT)
        last = join(picture, item, text, sizeof text);
    end = last == item ? line : line_of(picture, last);
    bool has_words = put_beside(picture, font, text, &line, &end, avoid) ||
                     (!sent && put_beside(picture, font, text, &row, &row, avoid)) ||
                     (sent && !is_said(picture, item) && put_number(picture, sent, text, &line)) ||
                     put_beside(picture, font, text, &line, &end, TEXT | BAR);
    if (item->kind == FLAW && has_words)
        put_path(picture, FLAWED, item, item->time, "M%.1f %.1fv12", x, line.y - 4);
    if (has_words)
        return;
    picture->wants_words[item - picture->chart->items] = false;
    if (item->kind != NOTE && !is_said(picture, item) &&
        !put_number(picture, sent ? sent : item, text, &row))
        picture->wordless++;
    if (item->kind == FLAW)
        put_cross(picture, item, x, y);
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
            x - width / 2, picture->top, width, picture->bottom, width);
        put_text(picture->paper.out, "sign label mid", x, picture->bottom + 8, "≈");
    }
}

/* Merges the more bars the more there are. */
static void choose_unit(struct picture *picture)
{
    for (int unit = 1;; unit *= 2) {
        long bars = 0;
        FOR_ITEMS (item, picture->chart)
            bars += bar_width(picture, item) >= picture->unit;
        if (bars <= MAX_DRAWN)
            return;
        picture->unit = unit;
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
    long lines = 0;

    FOR_ITEMS (item, chart)
        lines += item->kind != STATE && row_of(picture, item) >= 0;
    if (lines > MAX_DRAWN)
        picture->step = CELL * picture->rows;
    choose_unit(picture);
    for (int lane = 0; picture->unit > 0 && lane < chart->lanes; lane++)
        if (picture->lanes[lane].row >= 0)
            put_tints(picture, lane);
    FOR_ITEMS (item, chart)
        if (bar_width(picture, item) >= picture->unit) {
            wants[item - chart->items] = true;
            put_state(picture, item);
        }
    (void)fprintf(picture->paper.out, "<g class='%s'>\n", lines > 60 ? "many" : "");
    FOR_ITEMS (item, chart) /* on top of the bars */
        if (item->kind != STATE)
            wants[item - chart->items] = put_line(picture, item);
    (void)fputs("</g>\n", picture->paper.out);
    put_gaps(picture);
    FOR_ITEMS (item, chart)
        if (wants[item - chart->items] && item->kind == STATE)
            put_state_words(picture, item);
    for (int lane = 0; lane < chart->lanes; lane++)
        if (picture->lanes[lane].row >= 0 && picture->lanes[lane].is_list)
            put_list(picture, lane);
    for (int pass = 0; pass < PASSES; pass++)
        FOR_ITEMS (item, chart) {
            struct line line = line_of(picture, item);
            if (!wants[item - chart->items] || item->kind == STATE || pass_of(item) != pass)
                continue;
            else if (is_snapshot(item))
                put_snapshot(picture, item, &line);
            else
                put_words(picture, item);
        }
}
