/* SPDX-License-Identifier: MIT */
#include "common/views/screen.h"
#include "common/base/check.h"
#include "common/base/text.h"
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

static const char *value_of(const char *variable)
{
    const char *value = getenv(variable);
    return value ? value : "";
}

void screen_measure(struct screen *screen, int descriptor)
{
    int width = 0, limit = atoi(value_of("COLUMNS"));
    struct winsize size;

    screen->height = 0;
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0) {
        width = size.ws_col;
        screen->height = size.ws_row;
    }
    if (limit > 0 && (width == 0 || limit < width))
        width = limit;
    screen->width = width > 0 && width <= MAX_COLUMNS ? width : 80;
}

static bool wants_color(int descriptor, int when)
{
    const char *term = value_of("TERM"), *force = value_of("CLICOLOR_FORCE");

    if (when != COLOR_AUTO)
        return when == COLOR_ALWAYS;
    if (*value_of("NO_COLOR"))
        return false;
    if (*force && strcmp(force, "0") != 0)
        return true;
    return isatty(descriptor) && *term && strcmp(term, "dumb") != 0;
}

struct screen screen_of(int descriptor, int when)
{
    (void)setlocale(LC_CTYPE, "");
    struct screen screen = {
        .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0, .color = wants_color(descriptor, when)};
    screen_measure(&screen, descriptor);
    return screen;
}

struct row row_begin(const struct screen *screen)
{
    struct cell *cells = CHECK_NOT(NULL, calloc((size_t)screen->width + 1, sizeof *cells));

    for (int column = 0; column < screen->width; column++)
        cells[column].text[0] = ' ';
    return (struct row){screen, cells};
}

/* Returns what is shown for CHARACTER on a screen that has ASCII only. */
static char ascii_of(wchar_t character)
{
    static const struct {
        wchar_t character;
        char ascii;
    } known[] = {{0x2026 /* ellipsis */, '>'}, {0xb5 /* micro */, 'u'}, {0xb7 /* dot */, '.'},
        {0x2592 /* shades */, '='}, {0x2591, ':'}, {0x2588 /* block */, '#'},
        {0x258f /* thin bar */, '|'}, {0x2502 /* lines */, '|'}, {0x2500, '-'},
        {0x25b6 /* right */, '>'}, {0x25c0 /* left */, '<'}, {0x2717 /* cross */, 'x'},
        {0x2713 /* check mark */, '+'}, {0x2248 /* about */, '~'}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].character == character)
            return known[i].ascii;
    return '?';
}

/* Reads a character of TEXT, which it moves on, into CELL. Returns how many columns it takes: 0 if
 * it is not shown, as an accent on what is before it. */
static int read_character(const struct screen *screen, const char **text, struct cell *cell)
{
    wchar_t character;
    int decoded = utf8_decode(*text, strlen(*text), &character);
    int size = decoded > 0 ? decoded : 1;
    int columns = size > 1 && screen->utf8 ? wcwidth(character) : 1;

    if (size > 1 && !screen->utf8)
        (void)snprintf(cell->text, sizeof cell->text, "%c", ascii_of(character));
    else
        (void)snprintf(cell->text, sizeof cell->text, "%.*s", size, *text);
    *text += size;
    return columns > 0 ? columns : 0;
}

/* Puts a character of so many COLUMNS there, if there is space before LIMIT. */
static bool put_cell(struct row *row, int column, int limit, const struct cell *cell, int columns)
{
    if (column + columns > limit)
        return false;
    row->cells[column] = *cell;
    if (columns == 2)
        row->cells[column + 1].text[0] = '\0'; /* its second half */
    return true;
}

static int limit_of(const struct row *row, int limit)
{
    return limit < row->screen->width ? limit : row->screen->width;
}

int row_put(struct row *row, int column, int limit, const char *text)
{
    int end = limit_of(row, limit);
    struct cell cell = {.color = PLAIN};

    while (*text) {
        int columns = read_character(row->screen, &text, &cell);
        if (columns > 0 && !put_cell(row, column, end, &cell, columns))
            break;
        column += columns;
    }
    return column;
}

static int columns_until(const struct screen *screen, const char *text, const char *end)
{
    struct cell cell;
    int columns = 0;

    while (text < end)
        columns += read_character(screen, &text, &cell);
    return columns;
}

int columns_of(const struct screen *screen, const char *text)
{
    return columns_until(screen, text, text + strlen(text));
}

const char *row_words(struct row *row, int *column, int start, int limit, const char *text)
{
    int end = limit_of(row, limit);
    struct cell cell = {.color = PLAIN};

    while (*text) {
        size_t blanks = strspn(text, " ");
        const char *word_end = text + blanks + strcspn(text + blanks, " ");
        int columns = columns_until(row->screen, text, word_end);
        if (*column > start && *column + columns > end)
            return text + blanks;
        for (const char *next = text; text < word_end; text = next) {
            columns = read_character(row->screen, &next, &cell);
            bool fits = columns == 0 || put_cell(row, *column, end, &cell, columns);
            if (!fits && *column > start)
                return text;
            *column += columns;
        }
    }
    return text;
}

static const char *const color_codes[] = {[BLUE] = "38;5;32",
    [ORANGE] = "38;5;172",
    [GREEN] = "38;5;36",
    [PURPLE] = "38;5;169",
    [GOOD] = "1;38;5;36",
    [RED] = "1;31" /* the terminal's own, which suits its background */};

void row_color(struct row *row, int from, int to, enum color color)
{
    for (int column = from; column < to && column < row->screen->width; column++)
        row->cells[column].color = row->screen->color ? color : PLAIN;
}

void row_sign(struct row *row, int column, int sign)
{
    static const struct {
        const char *text;
        enum color color;
    } signs[] = {{" ", PLAIN}, {"·", PLAIN}, {"▒", BLUE}, {"░", ORANGE}, {"█", GREEN},
        {"─", PURPLE}, {"▶", PURPLE}, {"◀", PURPLE}, {"▏", PLAIN}, {"│", PLAIN}, {"≈", PLAIN},
        {"✓", GOOD}, {"✗", RED}};

    if (column >= row->screen->width)
        return;
    (void)row_put(row, column, column + 1, signs[sign].text);
    row_color(row, column, column + 1, signs[sign].color);
}

void row_digit(struct row *row, int column, int number, enum color color)
{
    const char digit[2] = {number < 10 ? (char)('0' + number) : '+', '\0'};

    (void)row_put(row, column, column + 1, digit);
    row_color(row, column, column + 1, color);
}

bool row_is_blank(const struct row *row, int from, int to)
{
    for (int column = from < 0 ? 0 : from; column < to && column < row->screen->width; column++)
        if (strcmp(row->cells[column].text, " ") != 0)
            return false;
    return true;
}

static void change_color(enum color from, enum color to, FILE *out)
{
    if (to != from && from != PLAIN)
        (void)fputs("\033[0m", out);
    if (to != from && to != PLAIN)
        (void)fprintf(out, "\033[%sm", color_codes[to]);
}

void row_end(struct row *row, FILE *out)
{
    int used = row->screen->width;
    enum color color = PLAIN;

    while (used > 0 && strcmp(row->cells[used - 1].text, " ") == 0)
        used--;
    for (const struct cell *cell = row->cells; cell < row->cells + used; cell++) {
        change_color(color, cell->color, out);
        color = cell->color;
        (void)fputs(cell->text, out);
    }
    change_color(color, PLAIN, out);
    (void)fputc('\n', out);
    free(row->cells);
}

void flow_begin(struct flow *flow, const struct screen *screen, int indent, FILE *out)
{
    enum { MIN_WIDTH = 9 }; /* so that it goes on */
    int most = screen->width > MIN_WIDTH ? screen->width - MIN_WIDTH : 0;
    int column = indent < most ? indent : most;

    *flow = (struct flow){.out = out, .indent = column, .column = column, .rows = 1};
    flow->row = row_begin(screen);
}

static void flow_break(struct flow *flow)
{
    const struct screen *screen = flow->row.screen;

    row_end(&flow->row, flow->out);
    flow->row = row_begin(screen);
    flow->column = flow->indent;
    flow->rows++;
}

/* Where a row ends: the last column stays free, after which some terminals begin a new row. */
static int limit_of_flow(const struct flow *flow)
{
    return flow->row.screen->width - 1;
}

void flow_words(struct flow *flow, enum color color, const char *text)
{
    while (*text) {
        int from = flow->column;
        text = row_words(&flow->row, &flow->column, flow->indent, limit_of_flow(flow), text);
        row_color(&flow->row, from, flow->column, color);
        if (*text)
            flow_break(flow);
    }
}

/* Leaves a GAP; goes on in the next row if fewer COLUMNS are left. */
static void leave_gap(struct flow *flow, int gap, int columns)
{
    if (flow->column == flow->indent)
        return;
    flow->column += gap;
    if (flow->column + columns > limit_of_flow(flow))
        flow_break(flow);
}

void flow_whole(struct flow *flow, int gap, enum color color, const char *text)
{
    leave_gap(flow, gap, columns_of(flow->row.screen, text));
    flow_words(flow, color, text);
}

void flow_sign(struct flow *flow, int gap, int sign, enum color color, const char *text)
{
    leave_gap(flow, gap, 2 + columns_of(flow->row.screen, text));
    row_sign(&flow->row, flow->column, sign);
    flow->column += 2;
    flow_words(flow, color, text);
}

int flow_end(struct flow *flow)
{
    row_end(&flow->row, flow->out);
    return flow->rows;
}

void block_row(const struct screen *screen, const char *label, enum color color, const char *text,
    const char *last, FILE *out)
{
    enum { INDENT = 11 };
    struct flow flow;
    flow_begin(&flow, screen, INDENT, out);
    int end = flow.indent - 2, column = end - (int)strlen(label);

    if (column < 0)
        column = 0;
    row_color(&flow.row, column, row_put(&flow.row, column, flow.indent, label), color);
    flow_words(&flow, PLAIN, text);
    if (*last)
        flow_whole(&flow, 1, PLAIN, last);
    (void)flow_end(&flow);
}
