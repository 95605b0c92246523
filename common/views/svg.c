/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include "common/base/check.h"
#include <stdlib.h>
#include <string.h>

/* In units of the picture: it is as wide as a 16:9 screen of 900. */
static const int WIDTH = 1600, LEFT_EDGE = 200, RIGHT_EDGE = 1550, TOP = 90, HEIGHT = 630,
                 LINE_HEIGHT = 24, LETTER = 11;

/* The colors of Okabe and Ito. Without color, height, hatching, and lightness tell the states
 * apart. */
static const char head[] =
    "<style>svg{background:#fff;font:20px sans-serif}.page{fill:#fff}text{fill:#111}.big{font:bold "
    "34px sans-serif}.end{text-anchor:end}.tick{text-anchor:middle}.small{font-size:15px}.grid{"
    "stroke:#ddd}.label{stroke:#fff;stroke-width:5;paint-order:stroke}.idle{fill:#888}.running{"
    "fill:#dcecf7;stroke:#0072b2}.waiting{fill:url(#hatch);stroke:#b07800}.inside{fill:#009e73;"
    "stroke:#006045}.note,.sent,.lost{stroke:#111;stroke-width:3.5}.sent{stroke:#cc79a7;marker-end:"
    "url(#tip)}.lost{stroke:#d55e00;stroke-dasharray:7 4;marker-end:url(#cross)}"
    "@media(prefers-color-scheme:dark){svg{background:#111}.page{fill:#111}text{fill:#eee}.grid{"
    "stroke:#333}.label{stroke:#111}.running{fill:#123a52;stroke:#56b4e9}.inside{stroke:#8fe3cb}"
    ".note{stroke:#eee}}</style><defs><pattern id='hatch' width='9' height='9' "
    "patternUnits='userSpaceOnUse' patternTransform='rotate(45)'><path class='page' d='M0 "
    "0h9v9H0z'/><path fill='#e69f00' d='M0 0h4v9H0z'/></pattern><marker id='tip' refX='3' "
    "refY='1.5' orient='auto'><path fill='#cc79a7' d='M0 0 3 1.5 0 3z'/></marker><marker "
    "id='cross' refX='1.5' refY='1.5' markerWidth='4' markerHeight='4' overflow='visible'><path "
    "stroke='#d55e00' d='M0 0 3 3M3 0 0 3'/></marker></defs><rect class='page' width='100%' "
    "height='100%'/>\n";
/* What is drawn: a bar for a state (enum state), or one of these lines. */
enum { MARK = INSIDE + 1, MESSAGE, LOST, LOOKS };
static const struct {
    const char *class, *sign, *words; /* the last two in the legend */
} looks[] = {{"", "", ""}, {"idle", "", ""}, {"running", "M0-10h34v20H0z", ""},
    {"waiting", "M0-10h34v20H0z", ""}, {"inside", "M0-14h34v28H0z", ""},
    {"note", "M20-5v10", "printed"}, {"sent", "M0 0h34", "message"},
    {"lost", "M0 0h26", "message that nobody received"}};

/* How far a row is used up: by the arrows to row 0, 1, ...; by labels; and so on. */
enum { LABELS = MAX_CHART_LANES, BARS, STUBS, MARKS, USES };

struct picture {
    const struct chart *chart;
    FILE *out;
    int *row_of;
    double pitch, bar, min_width; /* from row to row; height and smallest width of a bar */
    double used[MAX_CHART_LANES][USES];
    int covered, drawn[LOOKS]; /* COVERED: not drawn, since others are in the way */
};

static double x_of(const struct picture *picture, int64_t time)
{
    double share = (double)time / (double)(picture->chart->length + 1);
    return LEFT_EDGE + share * (RIGHT_EDGE - LEFT_EDGE);
}

/* Returns the middle of a row. */
static double y_of(const struct picture *picture, int row)
{
    return TOP + (row + 0.5) * picture->pitch;
}

/* Writes TEXT as XML 1.0 wants it, which has no U+FFFE and U+FFFF. */
static void put_xml(FILE *out, const char *text)
{
    size_t size = 1;

    for (const char *next = text; *next; next += size) {
        bool is_forbidden =
            strncmp(next, "\xef\xbf\xbe", 3) == 0 || strncmp(next, "\xef\xbf\xbf", 3) == 0;
        size = is_forbidden ? 3 : 1;
        if (is_forbidden)
            (void)fputs("&#65533;", out);
        else if (strchr("<>&", *next))
            (void)fprintf(out, "&#%d;", *next);
        else
            (void)fputc(*next, out);
    }
}

static void put_text(FILE *out, const char *class, double x, double y, const char *text)
{
    (void)fprintf(out, "<text class='%s' x='%.1f' y='%.1f'>", class, x, y);
    put_xml(out, text);
    (void)fputs("</text>\n", out);
}

/* Begins a group of what stands for ITEM, with the text that a pointer over it shows. */
static void begin_group(
    const struct picture *picture, const struct item *item, const char *target, int64_t until)
{
    int64_t length = until - item->time, scale = picture->chart->length / 100;
    FILE *out = picture->out;
    char from[32], to[32], duration[32];

    format_time(item->time, scale, from, sizeof from);
    format_time(until, scale, to, sizeof to);
    format_time(length, length, duration, sizeof duration);
    (void)fputs("<g><title>", out);
    put_xml(out, picture->chart->names[item->lane]);
    (void)fputs(*target ? " to " : "", out);
    put_xml(out, target);
    (void)fputs(": ", out);
    put_xml(out, item->text);
    (void)fprintf(out, "\n%s", from);
    if (length > 0)
        (void)fprintf(out, " – %s (%s)", to, duration);
    (void)fputs("</title>", out);
}

/* Draws a bar. It is never too short to be seen: instead, it moves those after it a little. */
static void put_bar(struct picture *picture, const struct item *item)
{
    int row = picture->row_of[item->lane];
    double x = x_of(picture, item->time), end = x_of(picture, item->until), height = picture->bar;

    if (row < 0 || item->state == GONE || item->until == item->time)
        return;
    double *used = &picture->used[row][BARS], from = x > *used ? x : *used;
    if (end <= from + picture->min_width) {
        if (from > x + 6) {
            picture->covered++;
            return;
        }
        end = from + picture->min_width;
    }
    *used = end;
    picture->drawn[item->state]++;
    if (item->state == IDLE)
        height *= 0.05;
    else if (item->state != INSIDE)
        height *= 0.7;
    begin_group(picture, item, "", item->until);
    (void)fprintf(picture->out,
        "<rect class='%s' x='%.1f' y='%.1f' width='%.1f' height='%.1f'/></g>\n",
        looks[item->state].class, from, y_of(picture, row) - height / 2, end - from, height);
}

/* Writes TEXT to the right of a line that leaves ROW at X, Y, up or DOWN, if there is space before
 * the next row and beside the other labels. */
static void put_label(
    struct picture *picture, int row, double x, double y, bool down, double slope, const char *text)
{
    double width = LETTER * (double)(strlen(text) + 1), height = down ? LINE_HEIGHT : -8;
    double *used = &picture->used[down ? row : row - 1][LABELS], from = x + slope * height + 8;

    if (from + width >= WIDTH)
        from -= width + 8; /* to the left */
    if (from < *used || LINE_HEIGHT > picture->pitch - picture->bar)
        return;
    *used = from + width;
    put_text(picture->out, "label", from, y + height, text);
}

/* Draws a line that leaves ROW at ITEM's time, up or DOWN, and ends HEIGHT below at UNTIL; unless
 * it would be on another one of this USE. */
static void put_line(struct picture *picture, const struct item *item, int look, int use, bool down,
    double height, int64_t until, const char *target)
{
    int row = picture->row_of[item->lane];
    double x = x_of(picture, item->time), end = x_of(picture, until);
    double y = y_of(picture, row) + (down ? picture->bar : -picture->bar) / 2;

    if (picture->used[row][use] > end) {
        picture->covered++;
        return;
    }
    picture->used[row][use] = end + picture->min_width;
    picture->drawn[look]++;
    put_label(picture, row, x, y, down, (end - x) / height, item->text);
    begin_group(picture, item, target, until);
    (void)fprintf(picture->out, "<line class='%s' x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f'/></g>\n",
        looks[look].class, x, y, end, y + height);
}

static void put_mark(struct picture *picture, const struct item *item)
{
    if (picture->row_of[item->lane] >= 0)
        put_line(picture, item, MARK, MARKS, true, 8, item->time, "");
}

/* Draws the stub of a message that nobody received, toward the receiver if that is known. */
static void put_lost(struct picture *picture, const struct item *sent)
{
    const struct chart *chart = picture->chart;
    int row = picture->row_of[sent->lane], to = -1;
    double height = 0.6 * (picture->pitch - picture->bar);
    const char *target = "";

    if (sent->other != NO_LANE) {
        to = picture->row_of[sent->other];
        target = sent->to_all ? "all" : chart->names[sent->other];
    }
    bool down = to < 0 || to >= row;
    if (row >= 0)
        put_line(picture, sent, LOST, STUBS, down, down ? height : -height, sent->time, target);
}

/* Draws an arrow to where the message was RECEIVED. */
static void put_message(
    struct picture *picture, const struct item *sent, const struct item *received)
{
    int row = picture->row_of[sent->lane], to = picture->row_of[received->lane];
    bool down = to >= row;
    double height = (to - row) * picture->pitch - (down ? picture->bar : -picture->bar);

    if (row >= 0 && to >= 0)
        put_line(picture, sent, MESSAGE, to, down, height, received->time,
            picture->chart->names[received->lane]);
}

/* Draws states first, so that lines are on top; notes last, which have what space is left. */
static void put_items(struct picture *picture)
{
    const struct chart *chart = picture->chart;

    FOR_ITEMS (item, chart)
        if (item->kind == STATE)
            put_bar(picture, item);
    FOR_ITEMS (item, chart)
        if (item->kind == SENT && item->partner < 0)
            put_lost(picture, item);
    FOR_ITEMS (item, chart)
        if (item->kind == RECEIVED && item->partner >= 0)
            put_message(picture, &chart->items[item->partner], item);
        else if (item->kind == RECEIVED)
            put_mark(picture, item);
    FOR_ITEMS (item, chart)
        if (item->kind == NOTE)
            put_mark(picture, item);
}

static void put_axis(const struct picture *picture, double bottom)
{
    int64_t length = picture->chart->length, step = axis_step(length, 8);
    char text[32];

    for (int64_t at = 0; at <= length; at += step) {
        double x = x_of(picture, at);
        (void)fprintf(picture->out, "<path class='grid' d='M%.1f %dV%.1f'/>", x, TOP, bottom);
        format_time(at, length, text, sizeof text);
        put_text(picture->out, "tick", x, bottom + 28, text);
    }
}

static void put_names(const struct picture *picture)
{
    const char *class = picture->pitch < LINE_HEIGHT ? "end small" : "end";

    for (int lane = 0; lane < picture->chart->lanes; lane++)
        if (picture->row_of[lane] >= 0)
            put_text(picture->out, class, LEFT_EDGE - 14, y_of(picture, picture->row_of[lane]) + 7,
                picture->chart->names[lane]);
}

static void put_sign(const struct picture *picture, int look, double x, double y, const char *words)
{
    (void)fprintf(picture->out, "<path class='%s' transform='translate(%.0f %.0f)' d='%s'/>",
        looks[look].class, x, y, looks[look].sign);
    put_text(picture->out, "", x + 46, y + 7, words);
}

/* Draws two columns from Y on, states and lines, and below them what is missing in the picture. */
static void put_legend(const struct picture *picture, double y, int left_out)
{
    const struct chart *chart = picture->chart;
    int states = 0, lines = 0;
    char text[100];

    for (int look = RUNNING; look < MARK; look++)
        if (picture->drawn[look] > 0) {
            (void)describe_state(chart, (enum state)look, text, sizeof text);
            put_sign(picture, look, LEFT_EDGE, y + states * 34, text);
            states++;
        }
    for (int look = MARK; look < LOOKS; look++)
        if (picture->drawn[look] > 0) {
            put_sign(picture, look, 1150, y + lines * 34, looks[look].words);
            lines++;
        }
    (void)fprintf(picture->out, "<text x='%d' y='%.1f'>", LEFT_EDGE, y + 112);
    if (left_out > 0)
        (void)fprintf(picture->out, "%d more lanes are not shown. ", left_out);
    if (picture->covered > 0)
        (void)fprintf(picture->out, "Marks hidden behind others: %d. ", picture->covered);
    if (chart->dropped > 0)
        (void)fprintf(picture->out, "%ld events found the recorder full.", chart->dropped);
    (void)fputs("</text>\n", picture->out);
}

void svg_write(const struct chart *chart, FILE *out)
{
    int *row_of = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *row_of));
    int left_out, rows = chart_rows(chart, row_of, &left_out);
    double pitch = rows > 3 ? (double)HEIGHT / rows : 190, bottom = TOP + rows * pitch;
    struct picture picture = {.chart = chart, .out = out, .row_of = row_of, .pitch = pitch};
    char text[100];

    picture.bar = pitch < 80 ? 0.7 * pitch : 56;
    picture.min_width = 2 + (double)(chart->count / 1000); /* of very many only some are shown */
    (void)fprintf(out,
        "<svg xmlns='http://www.w3.org/2000/svg' role='img' viewBox='0 0 %d %.0f'><title>", WIDTH,
        bottom + 180);
    put_xml(out, chart->title.program);
    (void)fprintf(out, "</title>\n%s", head);
    put_text(out, "big", 40, 56, chart->title.program);
    describe_measure(chart, text, sizeof text);
    put_text(out, "big end", RIGHT_EDGE, 56, text);
    put_axis(&picture, bottom);
    put_names(&picture);
    put_items(&picture);
    put_legend(&picture, bottom + 64, left_out);
    (void)fputs("</svg>\n", out);
    free(row_of);
}
