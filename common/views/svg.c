/* SPDX-License-Identifier: MIT */
#include "common/views/charts.h"
#include "common/base/check.h"
#include "common/views/words.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_COLUMN = 1600 }; /* of the paper */
static const int PAPER_HEIGHT = 900, MARGIN = 40, STRIP = 116, ROW_HEIGHT = 38;

/* Writes what was run, and what came of it. Returns how far down that goes. */
static double put_title(const struct picture *picture)
{
    static const struct {
        const char *class, *words;
    } badges[] = {{"held", "✓ HELD"}, {"red", "✗ VIOLATED"}, {"unknown", "? CANNOT TELL"}};
    const struct title *title = &picture->chart->title;
    FILE *out = picture->paper.out;
    const char *words = badges[title->verdict].words;
    double width = text_width(&said_font, words) + 60, x = MARGIN + width + 20;
    int letters = (int)((PAPER_WIDTH - MARGIN - x) / said_font.letter);
    char text[200], measure[100];

    (void)snprintf(text, sizeof text, "%s%s", title->program, title->broken ? " --broken" : "");
    put_text(out, "big", MARGIN, 66, text);
    describe_measure(picture->chart, measure, sizeof measure);
    (void)snprintf(text, sizeof text, "%s · seed %u", measure, (unsigned)title->seed);
    put_text(out, "soft end", PAPER_WIDTH - MARGIN, 62, text);
    (void)fprintf(out, "<rect class='%s' x='%d' y='92' width='%.0f' height='56' rx='8'/>",
        badges[title->verdict].class, MARGIN, width);
    put_text(out, "said mid on-red", MARGIN + width / 2, 132, words);
    int lines = put_lines(out, "said", x, 132, 44, letters, title->sentence);
    double y = 104 + 44 * (lines > 1 ? lines : 1);
    (void)snprintf(text, sizeof text, "left out: %s", title->left_out ? title->left_out : "");
    return title->left_out ? y + 36 * put_lines(out, "key", x, y + 32, 36, 75, text) : y;
}

/* Finds where all is to be: names on the left, and lanes as high as the screen allows. */
static void lay_out(struct picture *picture, double top)
{
    const struct chart *chart = picture->chart;
    double strip = chart->most_inside > 0 ? STRIP : 0;
    double below = 34 + 2 * ROW_HEIGHT + (chart->by_events ? ROW_HEIGHT : 0);
    double space = PAPER_HEIGHT - top - 36 - strip - below, least = picture->rows > 20 ? 22 : 28;
    int more = 0;

    picture->left = 150;
    picture->list_rows = 1 + (picture->rows + 4) / 5; /* the less high rows are */
    for (int lane = 0; lane < chart->lanes; lane++) {
        double width = MARGIN + text_width(&name_font, chart->names[lane]) + 24;
        if (picture->lanes[lane].row < 0)
            continue;
        if (width > picture->left)
            picture->left = width;
        picture->lanes[lane].row += more;
        more += picture->lanes[lane].is_list ? picture->list_rows - 1 : 0;
    }
    picture->rows = picture->rows + more > 2 ? picture->rows + more : 2;
    picture->pitch = space / picture->rows > least ? space / picture->rows : least;
    bool is_narrow = picture->pitch < 70;
    picture->top = top + 36;
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
        int row = picture->lanes[lane].row;
        if (row < 0)
            continue;
        double y = y_of(picture, row);
        (void)fprintf(picture->paper.out, "<path class='grid' d='M%.0f %.1fH%d'/>", picture->left,
            y, RIGHT_EDGE);
        put_text(
            picture->paper.out, class, picture->left - 24, y + 10, picture->chart->names[lane]);
    }
}

/* Marks times: on an axis of events those of as many moments as there is space for. */
static void put_axis(const struct picture *picture)
{
    const struct chart *chart = picture->chart;
    int64_t step = axis_step(chart->length, 8);
    long count = chart->by_events ? chart->moment_count : (long)(chart->length / step + 1);
    double used = 0;
    char text[32], last[32] = "";

    for (long i = 0; i < count; i++) {
        int64_t time = chart->by_events ? chart->moments[i] : i * step;
        double at = (double)i / (double)count;
        if (!chart->by_events)
            at = (double)time / (double)(chart->length > 0 ? chart->length : 1);
        format_time(time, chart->by_events ? time : chart->length, text, sizeof text);
        double x = x_of(picture, at), half = text_width(&plain, text) / 2;
        if (x - half < used || strcmp(text, last) == 0)
            continue;
        (void)fprintf(picture->paper.out, "<path class='grid' d='M%.1f %.0fV%.0f'/>", x,
            picture->top, picture->bottom);
        put_text(picture->paper.out, "tick", x, picture->bottom + 34, text);
        used = x + half + 12;
        (void)snprintf(last, sizeof last, "%s", text);
    }
}

/* Draws how many are inside in steps from Y upward: of each number the part between FROM and TO.
 * MOST has the largest one for each unit of the paper's width. */
static void put_steps(const struct picture *picture, const char *class, const int *most, double y,
    double unit, int from, int to)
{
    int begin = (int)picture->left;

    (void)fprintf(picture->paper.out, "<path class='%s' d='M0 0", class);
    for (int x = begin; x <= RIGHT_EDGE; x++) {
        int number = most[begin] < to ? most[begin] : to;
        if (x < RIGHT_EDGE && most[x] == most[begin])
            continue;
        if (number > from)
            (void)fprintf(picture->paper.out, "M%d %.1fh%dv-%.1fh-%dz", begin, y - from * unit,
                x - begin, (number - from) * unit, x - begin);
        begin = x;
    }
    (void)fputs("'/>\n", picture->paper.out);
}

/* Draws below the lanes how many are inside at once, and what is beyond the limit. */
static void put_strip(struct picture *picture)
{
    const struct chart *chart = picture->chart;
    FILE *out = picture->paper.out;
    int most[MAX_COLUMN] = {0}, peak = chart->most_inside;
    double bottom = picture->bottom - 4, top = picture->bottom - STRIP + 30;
    double unit = (bottom - top) / (peak > chart->limit ? peak : chart->limit);
    double limit = bottom - chart->limit * unit;
    int x = (int)picture->left; /* where the first item is */
    char text[64];

    FOR_ITEMS (item, chart) {
        for (; x < (int)x_of(picture, item->at); x++)
            most[x] = item[-1].inside > most[x] ? item[-1].inside : most[x];
        most[x] = item->inside > most[x] ? item->inside : most[x];
    }
    put_steps(picture, "inside", most, bottom, unit, 0, chart->limit);
    (void)fprintf(
        out, "<path class='limit' d='M%.0f %.1fH%d'/>\n", picture->left, limit, RIGHT_EDGE + 20);
    (void)snprintf(text, sizeof text, "limit %d", chart->limit);
    put_text(out, "end", picture->left - 24, limit + 8, text);
    put_text(out, "end b", picture->left - 24, limit > bottom - 40 ? limit - 24 : bottom, "inside");
    if (peak > chart->limit)
        put_steps(picture, "red", most, bottom, unit, chart->limit, peak);
}

/* Says where most are too many inside. */
static void put_peak(struct picture *picture)
{
    int peak = picture->chart->most_inside, limit = picture->chart->limit;
    double top = picture->bottom - STRIP + 30;
    const struct item *item = picture->chart->items;
    char text[64];

    if (peak <= limit)
        return;
    while (item->inside < peak)
        item++;
    double x = x_of(picture, item->at);
    (void)snprintf(text, sizeof text, "✗ %d at once: %d too many", peak, peak - limit);
    bool has_space = x + text_width(&strong, text) < PAPER_WIDTH - 10;
    (void)fprintf(
        picture->paper.out, "<path class='flaw' d='M%.0f %.0fV%.0f'/>", x, top - 26, top + 10);
    put_text(picture->paper.out, has_space ? "label wrong" : "label wrong end",
        has_space ? x + 8 : x - 8, top - 6, text);
}

/* Writes to TEXT what the states of LOOK are, each once: "inside, reading". */
static void list_states(const struct chart *chart, int look, char *text, size_t size)
{
    char word[4 * TEXT_SIZE + 8];
    size_t used = (size_t)snprintf(text, size, ", ");

    FOR_ITEMS (item, chart) {
        bool is_listed =
            item->kind == STATE && (int)item->state == look && (look == INSIDE || !item->is_wrong);
        if (look == RUNNING && item->next->at - item->at < 1.0 / PAPER_WIDTH)
            continue; /* it is not to be seen */
        (void)snprintf(word, sizeof word, ", %s, ", item->text);
        if (is_listed && used + strlen(word) < size && !strstr(text, word))
            used += (size_t)snprintf(text + used, size - used, "%s", word + 2);
    }
    text[used > 2 ? used - 2 : 2] = '\0';
}

/* Draws the legend from Y on, in rows. Returns how far down that goes. */
static double put_legend(const struct picture *picture, double y)
{
    double x = picture->left;
    char states[100], text[120];

    for (int look = IDLE; look < LOOKS; look++) {
        list_states(picture->chart, look, states, sizeof states);
        (void)snprintf(text, sizeof text, "%s%s", looks[look].words, states + 2);
        if (look == FAULTY && picture->chart->most_inside > 0)
            (void)snprintf(text, sizeof text, "too many inside");
        double width = text_width(&plain, text) + 50;
        if (!picture->drawn[look] || !looks[look].sign || !*text)
            continue;
        if (x > picture->left && x + width > PAPER_WIDTH - MARGIN) {
            x = picture->left;
            y += ROW_HEIGHT;
        }
        (void)fprintf(picture->paper.out,
            "<path class='%s' transform='translate(%.0f %.0f)' d='%s'/>", looks[look].class, x,
            y - 8, looks[look].sign);
        put_text(picture->paper.out, "key", x + 50, y, text);
        x += width + 34;
    }
    return y + ROW_HEIGHT;
}

/* Writes from Y on what has a number in the picture, and what it lacks. Returns how far down that
 * goes. */
static double put_foot(const struct picture *picture, double y, int left_out)
{
    const struct {
        long count;
        const char *words;
    } lacks[] = {{left_out, "Lanes that are not shown, but in --trace=FILE"},
        {picture->too_near, "Lines and marks too near to others to be shown, but in --trace=FILE"},
        {picture->chart->dropped, "Events that found the recorder full"},
        {picture->wordless, "Words that have no space here, but are in --trace=FILE"}};
    FILE *out = picture->paper.out;

    if (picture->chart->by_events) {
        put_text(out, "foot soft", picture->left, y,
            "Each step to the right is one event; ≈ leaves out a long time.");
        y += ROW_HEIGHT;
    }
    for (int i = 0; i < picture->numbers; i++) {
        (void)fprintf(out, "<text class='label' x='%.0f' y='%.0f'>%d: ", picture->left, y, i + 1);
        put_sentence(picture, picture->numbered[i].item, picture->numbered[i].text);
        (void)fputs("</text>\n", out);
        y += ROW_HEIGHT;
    }
    for (size_t i = 0; i < sizeof lacks / sizeof *lacks; i++)
        if (lacks[i].count > 0) {
            (void)fprintf(out, "<text class='foot' x='%.0f' y='%.0f'>%s: %ld</text>\n",
                picture->left, y, lacks[i].words, lacks[i].count);
            y += ROW_HEIGHT;
        }
    return y;
}

/* Gives each lane that is shown a row. Returns how many are not. */
static int find_rows(struct picture *picture)
{
    const struct chart *chart = picture->chart;
    int left_out, *row_of = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *row_of));

    picture->rows = chart_rows(chart, MAX_CHART_LANES, row_of, &left_out);
    picture->lanes = CHECK_NOT(NULL, calloc((size_t)chart->lanes + 1, sizeof *picture->lanes));
    for (int lane = 0; lane < chart->lanes; lane++)
        picture->lanes[lane] = (struct picture_lane){.row = row_of[lane], .is_list = true};
    FOR_ITEMS (item, chart)
        if (item->kind != NOTE && item->kind != FLAW)
            picture->lanes[item->lane].is_list = false;
    free(row_of);
    return left_out;
}

void svg_write(const struct chart *chart, FILE *out)
{
    struct picture picture = {.chart = chart};
    int left_out = find_rows(&picture);

    picture.wants_words = CHECK_NOT(NULL, calloc((size_t)chart->count + 1, sizeof(bool)));
    picture.paper.out = CHECK_NOT(NULL, open_memstream(&picture.body, &picture.size));
    lay_out(&picture, put_title(&picture));
    put_axis(&picture);
    put_names(&picture);
    if (chart->most_inside > 0)
        put_strip(&picture);
    put_items(&picture);
    put_peak(&picture);
    double height = put_legend(&picture, picture.bottom + 34 + ROW_HEIGHT);
    height = put_foot(&picture, height, left_out);
    if (fclose(picture.paper.out) == EOF)
        die_call("fclose", errno, __FILE__, __LINE__);
    /* how high the picture is, is known only now */
    (void)fprintf(out,
        "<svg xmlns='http://www.w3.org/2000/svg' role='img' viewBox='0 0 %d %.0f'><title>",
        PAPER_WIDTH, height);
    put_xml(out, chart->title.program);
    (void)fprintf(out, "</title>\n%s%s</svg>\n", paper_head, picture.body);
    free(picture.body);
    free(picture.lanes);
    free(picture.wants_words);
    free(picture.paper.taken);
}
