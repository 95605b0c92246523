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

/* Signs, in the order of enum state and enum sign, and other characters that ASCII has not. */
static const struct {
    const char *text;
    char ascii;
    enum color color;
} signs[] = {{" ", ' ', PLAIN}, {"·", '.', PLAIN}, {"▒", '=', BLUE}, {"░", ':', ORANGE},
    {"█", '#', GREEN}, {"─", '-', PURPLE}, {"▶", '>', PURPLE}, {"◀", '<', PURPLE},
    {"▏", '|', PLAIN}, {"≈", '~', PLAIN}, {"✓", '+', GOOD}, {"✗", 'x', RED}, {"…", '>', PLAIN},
    {"µ", 'u', PLAIN}, {"│", '|', PLAIN}};

static char ascii_of(const char *character, size_t size)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strlen(signs[i].text) == size && memcmp(signs[i].text, character, size) == 0)
            return signs[i].ascii;
    return '?';
}

/* Reads a character of TEXT, which it moves on, into CELL. Returns how many columns it takes: 0 if
 * it is not shown, as an accent on what is before it. */
static int read_character(const struct screen *screen, const char **text, struct cell *cell)
{
    wchar_t character;
    int decoded = utf8_decode(*text, strlen(*text), &character);
    int size = decoded > 0 ? decoded : 1, columns = 1;

    (void)snprintf(cell->text, sizeof cell->text, "%.*s", size, *text);
    if (size > 1 && screen->utf8)
        columns = wcwidth(character);
    else if (size > 1)
        (void)snprintf(cell->text, sizeof cell->text, "%c", ascii_of(*text, (size_t)size));
    *text += size;
    return columns > 0 ? columns : 0;
}

static int columns_until(const struct screen *screen, const char *text, const char *end)
{
    struct cell cell = {.color = PLAIN};
    int columns = 0;

    while (text < end)
        columns += read_character(screen, &text, &cell);
    return columns;
}

int columns_of(const struct screen *screen, const char *text)
{
    return columns_until(screen, text, text + strlen(text));
}

struct row row_begin(const struct screen *screen)
{
    struct cell *cells = CHECK_NOT(NULL, calloc((size_t)screen->width + 1, sizeof *cells));

    for (int column = 0; column < screen->width; column++)
        cells[column].text[0] = ' ';
    return (struct row){screen, cells};
}

/* Puts as much of what is from TEXT to END there as fits before LIMIT, and moves COLUMN to where it
 * ends. Returns the rest. */
static const char *put_until(
    struct row *row, int *column, int limit, const char *text, const char *end)
{
    struct cell cell = {.color = PLAIN};

    for (const char *next = text; text < end; text = next) {
        int columns = read_character(row->screen, &next, &cell);
        if (*column + columns > limit || *column + columns > row->screen->width)
            break;
        if (columns > 0)
            row->cells[*column] = cell;
        if (columns == 2)
            row->cells[*column + 1].text[0] = '\0'; /* its second half */
        *column += columns;
    }
    return text;
}

int row_put(struct row *row, int column, int limit, const char *text)
{
    (void)put_until(row, &column, limit, text, text + strlen(text));
    return column;
}

void row_color(struct row *row, int from, int to, enum color color)
{
    for (int column = from; column < to && column < row->screen->width; column++)
        row->cells[column].color = row->screen->color ? color : PLAIN;
}

void row_sign(struct row *row, int column, int sign)
{
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

void row_end(struct row *row, FILE *out)
{
    /* RED is the terminal's own, which suits its background */
    static const char *const codes[] = {[PLAIN] = "",
        [BLUE] = "\033[38;5;32m",
        [ORANGE] = "\033[38;5;172m",
        [GREEN] = "\033[38;5;36m",
        [PURPLE] = "\033[38;5;169m",
        [GOOD] = "\033[1;38;5;36m",
        [RED] = "\033[1;31m"};
    enum color color = PLAIN;
    int used = row->screen->width;

    while (used > 0 && strcmp(row->cells[used - 1].text, " ") == 0)
        used--;
    row->cells[used] = (struct cell){"\n", PLAIN};
    for (const struct cell *cell = row->cells; cell <= row->cells + used; cell++) {
        if (cell->color != color)
            (void)fprintf(out, "%s%s", color != PLAIN ? "\033[0m" : "", codes[cell->color]);
        color = cell->color;
        (void)fputs(cell->text, out);
    }
    free(row->cells);
}

void flow_begin(struct flow *flow, const struct screen *screen, int indent, FILE *out)
{
    enum { MIN_WIDTH = 9 }; /* so that it goes on */
    int most = screen->width > MIN_WIDTH ? screen->width - MIN_WIDTH : 0;
    int column = indent < most ? indent : most;

    *flow = (struct flow){.row = row_begin(screen),
        .others = row_begin(screen),
        .out = out,
        .indent = column,
        .column = column,
        .limit = screen->width - 1};
}

void flow_break(struct flow *flow)
{
    size_t size = ((size_t)flow->row.screen->width + 1) * sizeof *flow->row.cells;

    row_end(&flow->row, flow->out);
    flow->row.cells = CHECK_NOT(NULL, malloc(size));
    memcpy(flow->row.cells, flow->others.cells, size);
    flow->column = flow->indent;
    flow->rows++;
}

void flow_words(struct flow *flow, enum color color, const char *text)
{
    while (*text) {
        const char *word = text + strspn(text, " "), *end = word + strcspn(word, " ");
        int from = flow->column, columns = columns_until(flow->row.screen, text, end);
        if (from > flow->indent && from + columns > flow->limit) {
            flow_break(flow);
            text = word;
            continue;
        }
        text = put_until(&flow->row, &flow->column, flow->limit, text, end);
        row_color(&flow->row, from, flow->column, color);
        if (text < end && flow->column > flow->indent)
            flow_break(flow); /* the word is too long even for a row of its own */
        else
            text = end; /* even if there is no space at all */
    }
}

void flow_part(struct flow *flow, int gap, int sign, enum color color, const char *text)
{
    int columns = columns_of(flow->row.screen, text) + (sign == NO_SIGN ? 0 : 2);

    if (flow->column > flow->indent)
        flow->column += gap;
    if (flow->column > flow->indent && flow->column + columns > flow->limit)
        flow_break(flow);
    if (sign != NO_SIGN) {
        row_sign(&flow->row, flow->column, sign);
        flow->column += 2;
    }
    flow_words(flow, color, text);
}

int flow_end(struct flow *flow)
{
    row_end(&flow->row, flow->out);
    free(flow->others.cells);
    return flow->rows + 1;
}

void block_row(const struct screen *screen, const char *label, enum color color, const char *text,
    const char *last, FILE *out)
{
    enum { INDENT = 11 };
    struct flow flow;

    flow_begin(&flow, screen, INDENT, out);
    int column = flow.indent - 2 - (int)strlen(label);
    if (column < 0)
        column = 0;
    row_color(&flow.row, column, row_put(&flow.row, column, flow.indent, label), color);
    flow_words(&flow, PLAIN, text);
    if (*last)
        flow_part(&flow, 1, NO_SIGN, PLAIN, last);
    (void)flow_end(&flow);
}
