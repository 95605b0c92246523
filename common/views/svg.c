/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include "common/check.h"
#include <stdlib.h>
#include <string.h>

/* In units of the picture: it is as wide as a 16:9 screen of 900. */
static const int WIDTH = 1600, FROM = 200, TO = 1550, TOP = 90, ROWS = 630, LINE_HEIGHT = 24,
                 LETTER = 11;
enum { LABELS = MOST_CHART_LANES, BARS, STUBS, MARKS, USED };
enum { MARK = INSIDE + 1, MESSAGE, LOST, LOOKS }; /* beside the styles */

/* Without colour height, hatching and lightness tell the states apart; Okabe and Ito's colours. */
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
static const struct {
    const char *class, *sign, *words; /* the last two in the legend */
} looks[] = {{"", "", ""}, {"idle", "", ""}, {"running", "M0-10h34v20H0z", ""},
    {"waiting", "M0-10h34v20H0z", ""}, {"inside", "M0-14h34v28H0z", ""},
    {"note", "M20-5v10", "printed"}, {"sent", "M0 0h34", "message"},
    {"lost", "M0 0h26", "message that nobody received"}};

struct picture {
    const struct recording *recording;
    FILE *out;
    int *row_of, covered, drawn[LOOKS];  /* COVERED by others, and so not drawn */
    double pitch, bar, least;            /* from row to row; a bar's height, and its least width */
    double used[MOST_CHART_LANES][USED]; /* of a row: up to where there are arrows to row 0, ... */
};

static double x_of(const struct picture *picture, int64_t time)
{
    return FROM + (double)time / (double)(picture->recording->length + 1) * (TO - FROM);
}

/* TEXT as XML 1.0 wants it, which has no U+FFFE and U+FFFF. Valid until the eighth next call. */
static const char *xml(const char *text)
{
    static char kept[8][1024];
    static unsigned turn;
    char *start = kept[turn++ % 8], *to = start;

    for (*to = '\0'; *text && (to < start + 1000 || (*text & 0xc0) == 0x80); text++) {
        bool none = strncmp(text, "\xef\xbf", 2) == 0 && (text[2] & 0x3e) == 0x3e;
        to += sprintf(to, none || strchr("<>&", *text) ? "&#%d;" : "%c", none ? 0xfffd : *text);
        text += none ? 2 : 0;
    }
    return start;
}

static const char *when(int64_t time, int64_t scale)
{
    char text[32];

    describe_time(time, scale, text, sizeof text);
    return xml(text);
}

static void put_text(FILE *out, const char *class, double x, double y, const char *text)
{
    static const char form[] = "<text class='%s' x='%.1f' y='%.1f'>%s</text>\n";
    (void)fprintf(out, form, class, x, y, xml(text));
}

/* Puts TEXT to the right of a line that leaves ROW at X, Y, up or DOWN, if there is room before
 * the next row and beside the other labels. */
static void put_label(
    struct picture *picture, int row, double x, double y, bool down, double slope, const char *text)
{
    double width = LETTER * (double)(strlen(text) + 1), height = down ? LINE_HEIGHT : -8;
    double from = x + slope * height + 8, *used = &picture->used[down ? row : row - 1][LABELS];

    from = from + width < WIDTH ? from : from - width - 8;
    if (from < *used || LINE_HEIGHT > picture->pitch - picture->bar)
        return;
    *used = from + width;
    put_text(picture->out, "label", from, y + height, text);
}

/* A bar, which is never too short to be seen: it rather moves those after it a little. Or a line:
 * to where the message was RECEIVED, a stub if it was not, or a mark where a note was made. */
static void put_item(struct picture *picture, const struct item *item, const struct item *received)
{
    const struct recording *recording = picture->recording;
    bool bar = item->kind == STATE;
    int look = bar ? (int)item->style : received ? MESSAGE : item->kind == SENT ? LOST : MARK;
    int other = look < MESSAGE ? NO_LANE : received ? received->lane : item->other;
    int row = picture->row_of[item->lane], down;
    int to = picture->row_of[other < recording->lanes ? other : recording->lanes];
    int64_t until = received ? received->time : bar ? item->until : item->time;
    const char *target = other == NO_LANE          ? ""
                         : received || !item->each ? recording->names[other]
                                                   : "all";

    if (row < 0 || (received && to < 0) || (bar && (look == GONE || until == item->time)))
        return;
    double least = picture->least, height = picture->bar, gap = picture->pitch - height;
    double x = x_of(picture, item->time), y = TOP + (row + 0.5) * picture->pitch,
           end = x_of(picture, until);
    double *used = &picture->used[row][received ? to : bar ? BARS : look == LOST ? STUBS : MARKS];
    double at = bar ? x : end, from = at > *used ? at : *used;
    bool is_wide = bar && end > from + least;
    if (from > at + (bar ? 6 : 0) && !is_wide) {
        picture->covered++;
        return;
    }
    *used = is_wide ? end : from + least;
    picture->drawn[look]++;
    down = to >= 0 && to < row ? -1 : 1;
    if (bar) {
        height *= look == INSIDE ? 1 : look == IDLE ? 0.05 : 0.7;
        x = from, end = *used - from, y -= height / 2;
    } else {
        y += down * height / 2;
        height = received ? (to - row) * picture->pitch - down * height
                          : down * (look == LOST ? 0.6 * gap : 8);
        x = look == MARK ? from : x, end = look == MARK ? from : end;
        put_label(picture, row, x, y, down > 0, (end - x) / height, item->text);
    }
    (void)fprintf(picture->out, "<g><title>%s%s%s: %s\n%s", xml(recording->names[item->lane]),
        *target ? " to " : "", xml(target), xml(item->text),
        when(item->time, recording->length / 100));
    if (until > item->time)
        (void)fprintf(picture->out, " – %s (%s)", when(until, recording->length / 100),
            when(until - item->time, until - item->time));
    (void)fprintf(picture->out,
        bar ? "</title><rect class='%s' x='%.1f' y='%.1f' width='%.1f' height='%.1f'/></g>\n"
            : "</title><line class='%s' x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f'/></g>\n",
        looks[look].class, x, y, end, bar ? height : y + height);
}

static void put_legend(const struct picture *picture, double y, int left_out)
{
    const struct recording *recording = picture->recording;
    char text[100];

    for (int look = RUNNING, lines[2] = {0}; look < LOOKS; look++)
        if (picture->drawn[look] > 0) {
            double x = look < MARK ? FROM : 1150, down = y + lines[look < MARK]++ * 34;
            (void)fprintf(picture->out,
                "<path class='%s' transform='translate(%.0f %.0f)' d='%s'/>", looks[look].class, x,
                down, looks[look].sign);
            if (look < MARK)
                (void)describe_style(recording, (enum style)look, text, sizeof text);
            put_text(picture->out, "", x + 46, down + 7, look < MARK ? text : looks[look].words);
        }
    (void)fprintf(picture->out, "<text x='%d' y='%.1f'>", FROM, y + 112);
    if (left_out > 0)
        (void)fprintf(picture->out, "%d more lanes are not shown. ", left_out);
    if (picture->covered > 0)
        (void)fprintf(picture->out, "Marks hidden behind others: %d. ", picture->covered);
    if (recording->dropped > 0)
        (void)fprintf(picture->out, "%ld events found the recorder full.", recording->dropped);
    (void)fputs("</text>\n", picture->out);
}

void svg_write(const struct recording *recording, FILE *out)
{
    int *row_of = CHECK_NOT(NULL, calloc((size_t)recording->lanes + 1, sizeof *row_of));
    int left_out, rows = chart_rows(recording, row_of, &left_out);
    double pitch = rows > 3 ? (double)ROWS / rows : 190, bottom = TOP + rows * pitch;
    struct picture picture = {.recording = recording, .out = out, .row_of = row_of, .pitch = pitch};
    int64_t step = axis_step(recording->length, 8);
    char text[100];

    row_of[recording->lanes] = -1; /* for NO_LANE */
    picture.bar = pitch < 80 ? 0.7 * pitch : 56;
    picture.least = 2 + (double)(recording->count / 1000); /* of very many only some are shown */
    describe_measure(recording, text, sizeof text);
    (void)fprintf(out,
        "<svg xmlns='http://www.w3.org/2000/svg' role='img' viewBox='0 0 %d "
        "%.0f'><title>%s</title>\n%s",
        WIDTH, bottom + 180, xml(recording->name), head);
    put_text(out, "big", 40, 56, recording->name);
    put_text(out, "big end", TO, 56, text);
    for (int64_t at = 0; at <= recording->length; at += step) {
        double x = x_of(&picture, at);
        (void)fprintf(out, "<path class='grid' d='M%.1f %dV%.1f'/>", x, TOP, bottom);
        put_text(out, "tick", x, bottom + 28, when(at, recording->length));
    }
    for (int lane = 0; lane < recording->lanes; lane++)
        if (row_of[lane] >= 0)
            put_text(out, pitch < LINE_HEIGHT ? "end small" : "end", FROM - 14,
                TOP + (row_of[lane] + 0.5) * pitch + 7, recording->names[lane]);
    for (int turn = 0; turn < 4; turn++) /* states below all; notes have what room is left */
        FOR_ITEMS (item, recording) {
            static const enum event_kind turns[] = {STATE, SENT, RECEIVED, NOTE};
            const struct item *sent = item->partner < 0 ? NULL : &recording->items[item->partner];
            if (item->kind == turns[turn] && (item->kind != SENT || !sent))
                put_item(&picture, sent ? sent : item, sent ? item : NULL);
        }
    put_legend(&picture, bottom + 64, left_out);
    (void)fputs("</svg>\n", out);
    free(row_of);
}
