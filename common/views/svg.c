/* SPDX-License-Identifier: MIT */
#include "common/base/check.h"
#include "common/views/charts.h"
#include "common/views/picture.h"
#include <stdlib.h>
#include <string.h>

static const int PAPER_HEIGHT = 900, MARGIN = 40, STRIP = 116, ROW_HEIGHT = 38;

/* Writes what was run, and what came of it. Returns how far down that goes. */
static double put_title(const struct picture *picture)
{
    static const struct {
        const char *class, *words;
    } badges[] = {{"held", "✓ HELD"}, {"red", "✗ VIOLATED"}, {"unknown", "? CANNOT TELL"}};
    const struct title *title = &picture->chart->title;
    FILE *out = picture->out;
    const char *words = badges[title->verdict].words;
    double width = text_width(SAID_LETTER, words) + 60, x = MARGIN + width + 20, y = 132;
    char text[200];

    (void)snprintf(text, sizeof text, "%s%s", title->program, title->broken ? " --broken" : "");
    put_text(out, "big", MARGIN, 66, text);
    (void)snprintf(text, sizeof text, "seed %u", (unsigned)title->seed);
    put_text(out, "soft end", PAPER_WIDTH - MARGIN, 62, text);
    (void)fprintf(out, "<rect class='%s' x='%d' y='92' width='%.0f' height='56' rx='8'/>",
        badges[title->verdict].class, MARGIN, width);
    put_text(out, "said mid on-red", MARGIN + width / 2, y, words);
    int lines = put_lines(
        out, "said", x, y, 44, (int)((PAPER_WIDTH - MARGIN - x) / SAID_LETTER), title->sentence);
    y += 44 * (lines > 1 ? lines - 1 : 0);
    (void)snprintf(text, sizeof text, "left out: %s", title->left_out ? title->left_out : "");
    if (title->left_out)
        y += 36 * put_lines(out, "key", x, y + 36, 36, 75, text);
    return y + 16;
}

/* Finds where all is to be: names on the left, and lanes as high as the screen allows. */
static void lay_out(struct picture *picture, double top)
{
    const struct chart *chart = picture->chart;
    double strip = chart->most_inside > 0 ? STRIP : 0, min = picture->rows > 20 ? 22 : 28;
    double below = 34 + (chart->by_events ? 3 : 2) * ROW_HEIGHT;

    picture->left = 150;
    for (int lane = 0; lane < chart->lanes; lane++) {
        double width = MARGIN + text_width(NAME_LETTER, chart->lane[lane].name) + 24;
        if (chart->lane[lane].has_events && width > picture->left)
            picture->left = width;
    }
    picture->top = top + 36;
    picture->pitch = (PAPER_HEIGHT - picture->top - strip - below) / picture->rows;
    if (picture->pitch < min)
        picture->pitch = min;
    bool is_narrow = picture->pitch < 70;
    picture->bar = is_narrow ? 0.8 * picture->pitch : 0.2 * picture->pitch + 22;
    picture->middle = is_narrow ? picture->pitch / 2 : picture->bar / 2 + 8;
    picture->bottom = picture->top + picture->rows * picture->pitch + strip;
}

static void put_names(const struct picture *picture)
{
    const char *class = "lane";

    if (picture->pitch < 36)
        class = picture->rows > 20 ? "lane l18" : "lane l24";
    for (int lane = 0; lane < picture->chart->lanes; lane++) {
        double y = y_of(picture, picture->chart->lane[lane].row);
        if (picture->chart->lane[lane].row < 0)
            continue;
        (void)fprintf(
            picture->out, "<path class='grid' d='M%.0f %.1fH%d'/>", picture->left, y, RIGHT_EDGE);
        put_text(picture->out, class, picture->left - 24, y + 10, picture->chart->lane[lane].name);
    }
}

/* Marks times: as many as there is space for. */
static void put_axis(const struct picture *picture)
{
    double used = 0;
    char last[32] = "";
    struct tick tick;

    for (long i = 0; chart_tick(picture->chart, 8, i, &tick); i++) {
        double x = x_of(picture, tick.at), half = text_width(PLAIN_LETTER, tick.text) / 2;
        if (x - half < used || strcmp(tick.text, last) == 0)
            continue;
        (void)fprintf(picture->out, "<path class='grid' d='M%.1f %.0fV%.0f'/>", x, picture->top,
            picture->bottom);
        put_text(picture->out, "tick", x, picture->bottom + 34, tick.text);
        used = x + half + 12;
        (void)snprintf(last, sizeof last, "%s", tick.text);
    }
}

/* Draws in steps, UNIT high each, how many are inside, beyond BASE, which is at Y. */
static void put_steps(
    const struct picture *picture, const char *class, double y, double unit, int base)
{
    enum { MAX_PARTS = 1600 }; /* one for each unit from the left to the right edge */
    int most[MAX_PARTS] = {0}, parts = (int)(RIGHT_EDGE - picture->left), level = base;

    chart_count_inside(picture->chart, parts, most);
    (void)fprintf(picture->out, "<path class='%s' d='M%.0f %.1f", class, picture->left, y);
    for (int i = 0; i < parts; i++) {
        int beyond = most[i] > base ? most[i] : base;
        if (beyond != level)
            (void)fprintf(
                picture->out, "H%.0fV%.1f", picture->left + i, y - (beyond - base) * unit);
        level = beyond;
    }
    (void)fprintf(picture->out, "H%dV%.1fz'/>\n", RIGHT_EDGE, y);
}

/* Draws below the lanes how many are inside at once, and what is beyond the limit: where that is
 * most, it is said. */
static void put_strip(struct picture *picture)
{
    const struct chart *chart = picture->chart;
    const struct item *item = chart->items;
    FILE *out = picture->out;
    int peak = chart->most_inside, limit = chart->limit;
    double bottom = picture->bottom - 4, top = picture->bottom - STRIP + 30;
    double unit = (bottom - top) / (peak > limit ? peak : limit), y = bottom - limit * unit;
    char text[64];

    put_steps(picture, "inside", bottom, unit, 0);
    (void)fprintf(
        out, "<path class='limit' d='M%.0f %.1fH%d'/>\n", picture->left, y, RIGHT_EDGE + 20);
    (void)snprintf(text, sizeof text, "limit %d", limit);
    put_text(out, "end", picture->left - 24, y + 8, text);
    put_text(out, "end b", picture->left - 24, y > bottom - 40 ? y - 24 : bottom, "inside");
    if (peak <= limit)
        return;
    put_steps(picture, "red", y, unit, limit);
    while (item->inside < peak)
        item++;
    double x = x_of(picture, item->at);
    (void)snprintf(text, sizeof text, "✗ %d at once: %d too many", peak, peak - limit);
    (void)fprintf(out, "<path class='flaw' d='M%.0f %.0fv36'/>", x, top - 26);
    if (!put_label(picture, true, false, text, x + 8, top - 6, 0))
        (void)put_label(picture, true, true, text, x - 8, top - 6, 0);
}

/* Draws the legend from Y on, in rows. Returns how far down that goes. */
static double put_legend(const struct picture *picture, double y)
{
    double x = picture->left;
    char states[WORDS_SIZE], text[SENTENCE_SIZE];

    for (int look = IDLE; look < LOOKS; look++) {
        *states = '\0';
        if (look <= INSIDE)
            describe_state(picture->chart, (enum state)look, states);
        (void)snprintf(text, sizeof text, "%s%.60s", looks[look].words, states);
        if (look == FAULTY && picture->chart->most_inside > 0)
            (void)snprintf(text, sizeof text, "too many inside");
        double width = text_width(PLAIN_LETTER, text) + 50;
        if (!picture->drawn[look] || !looks[look].sign || !*text)
            continue;
        if (x > picture->left && x + width > PAPER_WIDTH - MARGIN) {
            x = picture->left;
            y += ROW_HEIGHT;
        }
        (void)fprintf(picture->out, "<path class='%s' transform='translate(%.0f %.0f)' d='%s'/>",
            looks[look].class, x, y - 8, looks[look].sign);
        put_text(picture->out, "key", x + 50, y, text);
        x += width + 34;
    }
    return y + ROW_HEIGHT;
}

/* Writes from Y on what has a number in the picture, and what it lacks. Returns how far down that
 * goes. */
static double put_foot(const struct picture *picture, double y)
{
    const struct {
        long count;
        const char *words;
    } lacks[] = {{picture->chart->left_out, "Lanes that are not shown, but in --trace=FILE"},
        {picture->too_near,
            "Bars, lines, and marks too near to others to be shown, but in --trace=FILE"},
        {picture->chart->dropped, "Events that found the recorder full"},
        {picture->wordless, "Words that have no space here, but are in --trace=FILE"}};
    FILE *out = picture->out;
    char text[SENTENCE_SIZE + 16];

    if (picture->chart->by_events)
        y += ROW_HEIGHT * put_lines(out, "soft", picture->left, y, ROW_HEIGHT, 90,
                              "Each step to the right is one event; time may be left out (≈).");
    for (int i = 0; i < picture->numbers; i++) {
        (void)snprintf(text, sizeof text, "(%d) %s", i + 1, picture->numbered[i]);
        y += ROW_HEIGHT * put_lines(out, "number", picture->left, y, ROW_HEIGHT, 90, text);
    }
    for (size_t i = 0; i < sizeof lacks / sizeof *lacks; i++)
        if (lacks[i].count > 0) {
            (void)snprintf(text, sizeof text, "%s: %ld", lacks[i].words, lacks[i].count);
            put_text(out, "", picture->left, y, text);
            y += ROW_HEIGHT;
        }
    return y;
}

void svg_write(struct chart *chart, FILE *out)
{
    struct picture picture = {.chart = chart};

    picture.out = CHECK_NOT(NULL, open_memstream(&picture.body, &picture.length));
    chart_rows(chart, MAX_CHART_LANES);
    picture.rows = chart->rows < 2 ? 2 : chart->rows;
    lay_out(&picture, put_title(&picture));
    put_axis(&picture);
    put_names(&picture);
    if (chart->most_inside > 0)
        put_strip(&picture);
    put_items(&picture);
    double y = put_legend(&picture, picture.bottom + 34 + ROW_HEIGHT);
    y = put_foot(&picture, y);
    if (fclose(picture.out) == EOF)
        die_call("fclose", errno, __FILE__, __LINE__);
    (void)fprintf(out,
        "<svg xmlns='http://www.w3.org/2000/svg' role='img' viewBox='0 0 %d %.0f'><title>",
        PAPER_WIDTH, y);
    put_xml(out, chart->title.program);
    (void)fprintf(out, "</title>\n%s%s</svg>\n", paper_head, picture.body);
    free(picture.body);
    free(picture.taken);
}
