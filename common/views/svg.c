/* SPDX-License-Identifier: MIT */
#include "common/base/check.h"
#include "common/views/charts.h"
#include "common/views/paper.h"
#include <stdlib.h>
#include <string.h>

/* In units of the picture. */
static const int HEIGHT = 900, MARGIN = 40, RIGHT_EDGE = 1540, STRIP = 116, ROW_HEIGHT = 38,
                 LINE_HEIGHT = 27;

/* What the legend explains: a bar for a state (enum state), or one of these. */
enum { FAULTY = INSIDE + 1, NOTED, MESSAGE, UNREAD, LOST, BAD, FLAWED, WRONG, LOOKS };
static const struct {
    const char *class, *sign, *words; /* the last two in the legend */
} looks[LOOKS] = {[IDLE] = {"bar idle", "M0-2h40v4H0z", "resting"},
    [RUNNING] = {"bar running", "M0-12h40v24H0z", "running"},
    [WAITING] = {"bar waiting", "M0-12h40v24H0z", "waiting"},
    [INSIDE] = {"bar inside", "M0-15h40v30H0z", "inside"},
    [FAULTY] = {"bar red", "M0-15h40v30H0z", "wrong from here on"},
    [NOTED] = {"note", "M20-9v18", "note"},
    [MESSAGE] = {"sent", "M0 0h36", "message"},
    [UNREAD] = {"unread", "M0 0h36", "message that nobody received"},
    [LOST] = {"lost", "M0 0h40", "lost message"},
    [BAD] = {"bad", "M0 0h36", "wrong message"},
    [FLAWED] = {"flaw", "", ""},
    [WRONG] = {"cross", "M11-9l18 18m0-18l-18 18", "what went wrong"}};

/* The lanes reach from the left to the right edge and from TOP down, in rows. */
enum { MAX_BOXES = 4 * MAX_DRAWN, MAX_NUMBERED = 8 };
struct picture {
    struct chart *chart;
    FILE *out;
    char *body; /* what OUT has written when it is closed: only then the height is known */
    size_t length;
    double left, top, bottom;
    double pitch, middle, bar; /* from row to row; to the middle of one; height of a bar */
    struct box {               /* a place that is taken, from the corner above on the left */
        double x, y, width, height;
        bool is_bar;
    } taken[MAX_BOXES];
    int boxes;
    bool drawn[LOOKS];
    char numbered[MAX_NUMBERED][SENTENCE_SIZE]; /* words that have to stand below */
    int numbers, wordless;                      /* wordless: have not even space for a number */
};

/* Each item has a step of the same width. */
static double x_of(const struct picture *picture, const struct item *item)
{
    const struct item *first = picture->chart->first, *end = picture->chart->end;

    if (item < first || item > end)
        item = item < first ? first : end;
    return picture->left +
           (RIGHT_EDGE - picture->left) * (double)(item - first) / (double)(end - first);
}

/* Returns where the middle of a lane is. */
static double y_of(const struct picture *picture, int lane)
{
    return picture->top + picture->chart->lane[lane].row * picture->pitch + picture->middle;
}

/* Takes BOX, and returns true, unless there is something else; what HAS_BAR may be on a bar. */
static bool take_box(struct picture *picture, struct box box, bool has_bar)
{
    for (const struct box *other = picture->taken; other < picture->taken + picture->boxes; other++)
        if (!(other->is_bar && has_bar) && box.x < other->x + other->width &&
            other->x < box.x + box.width && box.y < other->y + other->height &&
            other->y < box.y + box.height)
            return false;
    if (picture->boxes < MAX_BOXES) {
        picture->taken[picture->boxes] = box;
        picture->boxes++;
    }
    return true;
}

static void put_path(struct picture *picture, int look, const char *data)
{
    picture->drawn[look] = true;
    (void)fprintf(picture->out, "<path class='%s' d='%s'/>\n", looks[look].class, data);
}

/* Marks what went wrong at a place. */
static void put_cross(struct picture *picture, double x, double y)
{
    char data[64];

    (void)snprintf(data, sizeof data, "M%.1f %.1fl22 22m0-22l-22 22", x - 11, y - 11);
    (void)take_box(picture, (struct box){x - 13, y - 13, 26, 26, false}, true);
    (void)fprintf(picture->out, "<path class='gap' d='%s'/>", data);
    put_path(picture, WRONG, data);
}

/* Draws what stands for a state up to END: a bar, or a line if too short. */
static void put_bar(
    struct picture *picture, const struct item *item, int look, const struct item *end)
{
    double x = x_of(picture, item), width = x_of(picture, end) - x;
    double edge = width > 5 ? 1.25 : 0; /* half of the bar's line */
    double height = item->state == INSIDE ? picture->bar : 0.75 * picture->bar;
    char data[64];

    if (item->state == IDLE)
        height = 4;
    double top = y_of(picture, item->lane) - height / 2;
    (void)take_box(picture, (struct box){x, top, width, height, true}, true);
    width -= 2 * edge;
    (void)snprintf(
        data, sizeof data, "M%.1f %.1fh%.1fv%.1fh-%.1fz", x + edge, top, width, height, width);
    put_path(picture, look, data);
}

/* Draws a bar: red if it is wrong; if it came INSIDE beyond the limit, while too many are. */
static void put_state(struct picture *picture, const struct item *item)
{
    const struct item *end = item;
    bool is_red = item->is_wrong && !item->is_beyond;

    if (item->state == GONE || item->next <= picture->chart->first)
        return;
    put_bar(picture, item, is_red ? FAULTY : (int)item->state, item->next);
    while (end < item->next && end->inside > picture->chart->limit)
        end++;
    if (item->is_beyond)
        put_bar(picture, item, FAULTY, end);
}

struct line {
    double x, y, end_x, end_y;
};

/* Whether ITEM is where its message was received, and the arrow is drawn. */
static bool is_arrow(const struct item *item)
{
    return item->kind == RECEIVED && item->partner;
}

/* Returns the line of ITEM: a message's way to the other lane, or, if that is not known, to the
 * next one; it ends early if no lane received it. What is no message has a short one below it. */
static struct line line_of(const struct picture *picture, const struct item *item)
{
    const struct chart *chart = picture->chart;
    const struct item *from = is_arrow(item) ? item->partner : item;
    double x = x_of(picture, from), y = y_of(picture, from->lane), end = y + picture->pitch;
    double half = picture->bar / 2, gap = picture->pitch - picture->bar;
    double early = half + (gap > 40 ? 20 : gap - 12);

    if (item->kind != SENT && from == item)
        return (struct line){x, y + half - 4, x, y + half + 8};
    if (from != item)
        end = y_of(picture, item->lane);
    else if (item->other != NO_LANE && chart->lane[item->other].row >= 0)
        end = y_of(picture, item->other);
    else if (chart->lane[item->lane].row + 1 == chart->rows)
        end = y - picture->pitch;
    double way = end < y ? -1 : 1;
    return (struct line){
        x, y + way * half, x_of(picture, item), end - way * (item->kind == SENT ? early : half)};
}

/* Draws the line of what is no state; a lost message has a cross. */
static void put_line(struct picture *picture, const struct item *item)
{
    struct line line = line_of(picture, item);
    int look = item->kind == FLAW ? FLAWED : NOTED;
    char data[64];

    if (item->kind == SENT)
        look = item->is_wrong ? LOST : UNREAD;
    else if (is_arrow(item))
        look = item->is_wrong ? BAD : MESSAGE;
    (void)snprintf(
        data, sizeof data, "M%.1f %.1fL%.1f %.1f", line.x, line.y, line.end_x, line.end_y);
    put_path(picture, look, data);
    if (is_arrow(item)) /* its head */
        (void)take_box(picture,
            (struct box){
                line.end_x - 14, line.end_y - (line.end_y > line.y ? 20 : 0), 28, 20, false},
            true);
    if (look == LOST)
        put_cross(picture, line.end_x, line.end_y);
}

/* Writes TEXT to the right of LINE, or else to the left, as near to its beginning as there is
 * space. Returns false if there is none. */
static bool put_label(
    struct picture *picture, const struct line *line, bool is_wrong, const char *text, bool has_bar)
{
    static const char *const classes[] = {"label", "label end", "label wrong", "label wrong end"};
    double width = text_width(is_wrong ? BOLD_LETTER : PLAIN_LETTER, text) + 8;
    double down = line->end_y - line->y, right = line->end_x - line->x;
    double way = down > 0 ? down : -down, lean = right / way * LINE_HEIGHT / 2;

    for (int i = 0, rows = (int)((way - 4) / LINE_HEIGHT); i < 2 * rows; i++) {
        bool left = i >= rows;
        double part = (i % rows + 0.5) * LINE_HEIGHT / way, y = line->y + part * down + 8;
        double x = line->x + part * right + (left ? -14 - lean : 14 + lean);
        struct box box = {left ? x - width : x - 8, y - 21, width + 8, LINE_HEIGHT - 2, false};
        if (box.x < picture->left || box.x + width > PAPER_WIDTH - 10 ||
            !take_box(picture, box, has_bar))
            continue;
        put_text(picture->out, classes[2 * is_wrong + left], x, y, text);
        return true;
    }
    return false;
}

/* Gives TEXT, which then stands below the chart, a number beside LINE, if there is space; the same
 * words have only one. */
static bool put_number(struct picture *picture, const struct line *line, const char *text)
{
    char number[16];

    for (int i = 0; i < picture->numbers; i++)
        if (strcmp(picture->numbered[i], text) == 0)
            return true;
    (void)snprintf(number, sizeof number, "(%d)", picture->numbers + 1);
    if (picture->numbers == MAX_NUMBERED || !put_label(picture, line, false, number, true))
        return false;
    (void)snprintf(picture->numbered[picture->numbers], SENTENCE_SIZE, "%s", text);
    picture->numbers++;
    return true;
}

/* Writes TEXT in the bar of a STATE. Returns false if there is no space. */
static bool put_in_bar(
    struct picture *picture, const struct item *state, const char *class, const char *text)
{
    double x = x_of(picture, state) + 10, y = y_of(picture, state->lane) + 9;
    struct box box = {x, y - 21, text_width(BOLD_LETTER, text), 25, false};

    if (state->state == IDLE || picture->bar < 29 ||
        box.x + box.width + 10 > x_of(picture, state->next) || !take_box(picture, box, true))
        return false;
    put_text(picture->out, class, x, y, text);
    return true;
}

static void put_state_words(struct picture *picture, const struct item *item)
{
    static const char *const classes[] = {
        [IDLE] = "", [RUNNING] = "", [WAITING] = "label wide", [INSIDE] = "on-inside"};

    if (!item->is_wrong && !item->is_beyond && item->state != GONE &&
        strcmp(item->text, "running") != 0)
        (void)put_in_bar(picture, item, classes[item->state], item->text);
}

/* Whether what was before it in its lane, of its kind, says the same, and is near. */
static bool is_repeated(const struct picture *picture, const struct item *item)
{
    for (const struct item *before = item; before > picture->chart->first;) {
        before--;
        if (before->lane == item->lane && before->kind == item->kind)
            return strcmp(before->text, item->text) == 0 &&
                   x_of(picture, item) - x_of(picture, before) < 100;
    }
    return false;
}

/* Writes what ITEM says beside its line or its row, or, of what is wrong with a state, in its bar;
 * or else a number. */
static void put_words(struct picture *picture, const struct item *item)
{
    struct line line = line_of(picture, item);
    double x = x_of(picture, item), y = y_of(picture, item->lane);
    struct line row = {x, y - 16, x, y + 16};
    bool is_flaw = item->kind == FLAW, is_mark = item->kind != SENT && !is_arrow(item);
    bool is_red = is_flaw && item->own && (item->own->is_wrong || item->own->is_beyond);
    char text[SENTENCE_SIZE];

    (void)snprintf(text, sizeof text, "%s%s%s", is_flaw ? "✗ " : "", item->text,
        item->kind == SENT && item->is_wrong ? ": lost" : "");
    if (is_repeated(picture, item))
        return;
    if (is_red && (put_in_bar(picture, item->own, "on-red", text) || item->own->is_beyond))
        return;                           /* it is red enough */
    if (is_arrow(item) && item->is_wrong) /* it is about where it was received */
        line = (struct line){line.end_x, line.end_y, line.x, line.y};
    if (is_mark) {
        line.y = y + picture->bar / 2;
        line.end_y = line.y + picture->pitch - picture->bar;
    }
    if (put_label(picture, &line, item->is_wrong, text, false) ||
        (is_mark && put_label(picture, &row, item->is_wrong, text, false)))
        return;
    if (item->kind != NOTE && !put_number(picture, &line, text) && !put_number(picture, &row, text))
        picture->wordless++;
    if (is_flaw)
        put_cross(picture, x, y);
}

/* Draws the bars, on top of them the lines and marks, and then the words: first those of states,
 * which have a place of their own, then what is wrong, then messages, and at last notes. */
static void put_items(struct picture *picture)
{
    enum { BARS, MARKS, STATE_WORDS, WRONG_WORDS, MESSAGES, NOTES, TURNS };
    const struct chart *chart = picture->chart;

    for (int turn = BARS; turn < TURNS; turn++)
        for (const struct item *item = chart->items; item < chart->end; item++) {
            bool is_state = item->kind == STATE, is_later = item >= chart->first;
            const struct item *other = item->partner ? item->partner : item;
            int own = item->kind == NOTE ? NOTES : MESSAGES;
            if (chart->lane[item->lane].row < 0 || chart->lane[other->lane].row < 0)
                continue;
            if (item->kind == SENT && item->partner) /* drawn where it was received */
                continue;
            if (turn == BARS && is_state)
                put_state(picture, item);
            if (turn == MARKS && !is_state && is_later)
                put_line(picture, item);
            if (turn == STATE_WORDS && is_state)
                put_state_words(picture, item);
            if (!is_state && is_later && turn == (item->is_wrong ? WRONG_WORDS : own))
                put_words(picture, item);
        }
}

/* Writes what was run, and what came of it. Returns how far down that goes. */
static double put_title(const struct picture *picture)
{
    static const char *const classes[] = {"held", "red", "unknown"};
    const struct title *title = &picture->chart->title;
    FILE *out = picture->out;
    const char *words = verdict_badges[title->verdict];
    double width = text_width(SAID_LETTER, words) + 60, x = MARGIN + width + 20;
    char text[200];

    (void)snprintf(text, sizeof text, "%s%s", title->program, title->broken ? " --broken" : "");
    put_text(out, "big", MARGIN, 66, text);
    (void)snprintf(text, sizeof text, "seed %u", (unsigned)title->seed);
    put_text(out, "soft end", PAPER_WIDTH - MARGIN, 62, text);
    (void)fprintf(out, "<rect class='%s' x='%d' y='92' width='%.0f' height='56' rx='8'/>",
        classes[title->verdict], MARGIN, width);
    put_text(out, "said mid on-red", MARGIN + width / 2, 132, words);
    double y = put_lines(
        out, "said", x, 132, 44, (int)((PAPER_WIDTH - MARGIN - x) / SAID_LETTER), title->sentence);
    (void)snprintf(text, sizeof text, "left out: %s", title->left_out ? title->left_out : "");
    if (title->left_out)
        y = put_lines(out, "key", x, y - 8, 36, 75, text);
    return y < 176 ? 176 : y;
}

/* Finds where all is to be: names on the left, and lanes as high as the screen allows. */
static void lay_out(struct picture *picture, double top)
{
    const struct chart *chart = picture->chart;
    double strip = chart->most_inside > 0 ? STRIP : 0, min = chart->rows > 20 ? 22 : 28;
    double below = 34 + 3 * ROW_HEIGHT;
    int rows = chart->rows < 2 ? 2 : chart->rows;

    picture->left = 150;
    for (int lane = 0; lane < chart->lanes; lane++) {
        double width = MARGIN + text_width(NAME_LETTER, chart->lane[lane].name) + 24;
        if (chart->lane[lane].row >= 0 && width > picture->left)
            picture->left = width;
    }
    picture->top = top + 8;
    picture->pitch = (HEIGHT - picture->top - strip - below) / rows;
    if (picture->pitch < min)
        picture->pitch = min;
    bool is_narrow = picture->pitch < 70;
    picture->bar = is_narrow ? 0.8 * picture->pitch : 0.2 * picture->pitch + 22;
    picture->middle = is_narrow ? picture->pitch / 2 : picture->bar / 2 + 8;
    picture->bottom = picture->top + rows * picture->pitch + strip;
}

static void put_names(const struct picture *picture)
{
    const char *class = "lane";

    if (picture->pitch < 36)
        class = picture->chart->rows > 20 ? "lane l18" : "lane l24";
    for (int lane = 0; lane < picture->chart->lanes; lane++) {
        double y = y_of(picture, lane);
        if (picture->chart->lane[lane].row < 0)
            continue;
        (void)fprintf(
            picture->out, "<path class='grid' d='M%.0f %.1fH%d'/>", picture->left, y, RIGHT_EDGE);
        put_text(picture->out, class, picture->left - 24, y + 10, picture->chart->lane[lane].name);
    }
}

/* Writes times, as many as there is space for: first those after the longest gaps, then those after
 * long ones, each with a sign. */
static void put_axis(struct picture *picture)
{
    double y = picture->bottom + 34;
    char time[TIME_SIZE], last[TIME_SIZE] = "";

    for (int gap = LONGEST_GAP; gap >= USUAL_GAP; gap--)
        FOR_DRAWN (item, picture->chart) {
            format_time(item->time, time);
            double x = x_of(picture, item), width = text_width(PLAIN_LETTER, time);
            struct box box = {x - width / 2 - 24, y - 21, width + 30, 25, false};
            bool is_new = strcmp(time, last) != 0 && (int)item->gap == gap;
            memcpy(last, time, sizeof last);
            if (!is_new || !take_box(picture, box, true))
                continue;
            (void)fprintf(
                picture->out, "<path class='grid' d='M%.1f %.0fV%.0f'/>", x, picture->top, y - 34);
            put_text(picture->out, "mid", x, y, time);
            if (gap != USUAL_GAP && item->time > 0)
                put_text(picture->out, "sign mid", x - width / 2 - 12, y + 2, "≈");
        }
}

/* Draws below the lanes how many are inside at once, and what is beyond the limit. */
static void put_strip(const struct picture *picture)
{
    FILE *out = picture->out;
    int peak = picture->chart->most_inside, limit = picture->chart->limit;
    double bottom = picture->bottom - 4, left = picture->left - 24;
    double unit = (STRIP - 34) / (double)(peak > limit ? peak : limit), y = bottom - limit * unit;
    char text[64];

    FOR_DRAWN (item, picture->chart) {
        double x = x_of(picture, item), end = x_of(picture, item + 1);
        double top = bottom - item->inside * unit;
        if (item->inside > 0)
            (void)fprintf(out, "<path class='inside strip' d='M%.1f %.1fH%.1fV%.1fH%.1fz'/>\n", x,
                bottom, end, top, x);
        if (item->inside > limit)
            (void)fprintf(out, "<path class='red strip' d='M%.1f %.1fH%.1fV%.1fH%.1fz'/>\n", x, y,
                end, top, x);
    }
    (void)fprintf(
        out, "<path class='limit' d='M%.0f %.1fH%d'/>\n", picture->left, y, RIGHT_EDGE + 20);
    (void)snprintf(text, sizeof text, "limit %d", limit);
    put_text(out, "end", left, y + 8, text);
    put_text(out, "end b", left, y > bottom - 40 ? y - 24 : bottom, "inside");
}

/* Draws the legend from Y on, in rows. Returns how far down that goes. */
static double put_legend(const struct picture *picture, double y)
{
    double x = picture->left;

    for (int look = IDLE; look < LOOKS; look++) {
        bool are_too_many = look == FAULTY && picture->chart->most_inside > 0;
        const char *words = are_too_many ? "too many inside" : looks[look].words;
        double width = text_width(PLAIN_LETTER, words) + 50;
        if (!picture->drawn[look] || look == FLAWED)
            continue;
        if (x > picture->left && x + width > PAPER_WIDTH - MARGIN) {
            x = picture->left;
            y += ROW_HEIGHT;
        }
        (void)fprintf(picture->out, "<path class='%s' transform='translate(%.0f %.0f)' d='%s'/>",
            looks[look].class, x, y - 8, looks[look].sign);
        put_text(picture->out, "key", x + 50, y, words);
        x += width + 34;
    }
    return y + ROW_HEIGHT;
}

/* Writes from Y on what has a number in the picture, and what it lacks. Returns how far down that
 * goes. */
static double put_foot(const struct picture *picture, double y)
{
    const struct chart *chart = picture->chart;
    const struct {
        long count;
        const char *words;
    } lacks[] = {{chart->more_lanes, "Lanes that are not shown, but in --trace=FILE"},
        {chart->count - (chart->end - chart->first), "Events that are only in --trace=FILE"},
        {chart->dropped, "Events that found the recorder full"},
        {picture->wordless, "Words that have no space here, but are in --trace=FILE"}};
    FILE *out = picture->out;
    char text[SENTENCE_SIZE + 16];

    y = put_lines(out, "soft", picture->left, y, ROW_HEIGHT, 90,
        "Each step to the right is one event; ≈ leaves out a long time.");
    for (int i = 0; i < picture->numbers; i++) {
        (void)snprintf(text, sizeof text, "(%d) %s", i + 1, picture->numbered[i]);
        y = put_lines(out, "number", picture->left, y, ROW_HEIGHT, 90, text);
    }
    for (size_t i = 0; i < sizeof lacks / sizeof *lacks; i++) {
        (void)snprintf(text, sizeof text, "%s: %ld", lacks[i].words, lacks[i].count);
        if (lacks[i].count > 0)
            y = put_lines(out, "", picture->left, y, ROW_HEIGHT, 90, text);
    }
    return y;
}

void svg_write(struct chart *chart, FILE *out)
{
    struct picture *picture = CHECK_NOT(NULL, calloc(1, sizeof *picture));

    picture->chart = chart;
    picture->out = CHECK_NOT(NULL, open_memstream(&picture->body, &picture->length));
    chart_rows(chart, MAX_ROWS);
    lay_out(picture, put_title(picture));
    if (chart->count > 0) {
        put_axis(picture);
        put_names(picture);
        if (chart->most_inside > 0)
            put_strip(picture);
        put_items(picture);
    }
    double y = put_foot(picture, put_legend(picture, picture->bottom + 34 + ROW_HEIGHT));
    if (fclose(picture->out) == EOF)
        die_call("fclose", errno, __FILE__, __LINE__);
    (void)fprintf(out,
        "<svg xmlns='http://www.w3.org/2000/svg' role='img' viewBox='0 0 %d %.0f'><title>%s"
        "</title>\n%s%s</svg>\n",
        PAPER_WIDTH, y, chart->title.program, paper_head, picture->body);
    free(picture->body);
    free(picture);
}
