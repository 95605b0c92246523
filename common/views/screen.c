/* SPDX-License-Identifier: MIT */
#include "common/views/screen.h"
#include "common/base/text.h"
#include <langinfo.h>
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
    int limit = atoi(value_of("COLUMNS"));
    struct winsize size = {0};

    (void)ioctl(descriptor, TIOCGWINSZ, &size); /* it may be no terminal */
    screen->height = size.ws_row;
    screen->width = size.ws_col;
    if (limit > 0 && (screen->width == 0 || limit < screen->width))
        screen->width = limit;
    if (screen->width == 0 || screen->width > MAX_COLUMNS)
        screen->width = 80;
    if (screen->width < MIN_COLUMNS)
        screen->width = MIN_COLUMNS;
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
    struct screen screen = {
        .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0, .color = wants_color(descriptor, when)};
    screen_measure(&screen, descriptor);
    return screen;
}

const char *const state_signs[] = {" ", "·", "▒", "░", "█"};

/* What ASCII has not, and what has a color of its own. */
static const struct {
    const char *text;
    char ascii;
    enum color color;
} signs[] = {{"·", '.', PLAIN}, {"▒", '=', BLUE}, {"░", ':', ORANGE}, {"█", '#', GREEN},
    {"─", '-', PURPLE}, {"▶", '>', PURPLE}, {"◀", '<', PURPLE}, {"▏", '|', PLAIN},
    {"≈", '~', PLAIN}, {"✓", '+', GOOD}, {"✗", 'x', RED}, {"…", '>', PLAIN}, {"µ", 'u', PLAIN},
    {"│", '|', PLAIN}, {NO_BREAK, ' ', PLAIN}};

/* Reads a character of TEXT, which it moves on, into CELL. Returns how many columns it takes: 0 if
 * it is not shown, as an accent on what is before it. */
static int read_character(const struct screen *screen, const char **text, struct cell *cell)
{
    wchar_t character = 0;
    int decoded = utf8_decode(*text, strlen(*text), &character);
    int size = decoded > 0 ? decoded : 1, columns = 1;
    char ascii = '?';

    (void)snprintf(cell->text, sizeof cell->text, "%.*s", size, *text);
    for (size_t i = 0; size > 1 && i < sizeof signs / sizeof *signs; i++)
        if (strcmp(signs[i].text, cell->text) == 0) {
            ascii = signs[i].ascii;
            cell->color = cell->color == PLAIN ? signs[i].color : cell->color;
        }
    if (size > 1 && screen->utf8 && strcmp(cell->text, NO_BREAK) != 0)
        columns = wcwidth(character);
    else if (size > 1)
        (void)snprintf(cell->text, sizeof cell->text, "%c", ascii);
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

int text_columns(const struct screen *screen, const char *text)
{
    return columns_until(screen, text, text + strlen(text));
}

void row_begin(struct row *row, const struct screen *screen)
{
    row->screen = screen;
    for (int column = 0; column < screen->width; column++)
        row->cells[column] = (struct cell){" ", PLAIN};
}

/* Puts there what is from TEXT to END, as far as it fits, and returns the rest. */
static const char *put_until(
    struct row *row, int *column, int limit, enum color color, const char *text, const char *end)
{
    if (limit > row->screen->width)
        limit = row->screen->width;
    for (const char *next = text; text < end; text = next) {
        struct cell cell = {.color = color};
        int columns = read_character(row->screen, &next, &cell);
        if (*column + columns > limit)
            break;
        if (columns > 0)
            row->cells[*column] = cell;
        if (columns == 2)
            row->cells[*column + 1].text[0] = '\0'; /* its second half */
        *column += columns;
    }
    return text;
}

int row_put(struct row *row, int column, int limit, enum color color, const char *text)
{
    (void)put_until(row, &column, limit, color, text, text + strlen(text));
    return column;
}

int row_words(struct row *row, int column, int limit, enum color color, const char **text)
{
    int start = column;

    while (**text) {
        const char *end = *text + strspn(*text, " ");
        end += strcspn(end, " ");
        bool fits = column + columns_until(row->screen, *text, end) <= limit;
        if (!fits && column > start)
            break;
        *text = put_until(row, &column, limit, color, *text, end);
        if (!fits)
            break; /* a word that is too long even for a row of its own */
    }
    *text += strspn(*text, " ");
    return column;
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

    while (used > 0 && row_is_blank(row, used - 1, used))
        used--;
    row->cells[used] = (struct cell){"\n", PLAIN};
    for (const struct cell *cell = row->cells; cell <= row->cells + used; cell++) {
        if (cell->color != color && row->screen->color)
            (void)fprintf(out, "%s%s", color != PLAIN ? "\033[0m" : "", codes[cell->color]);
        color = cell->color;
        (void)fputs(cell->text, out);
    }
}

int print_text(const struct screen *screen, FILE *out, int indent, const char *label,
    enum color label_color, const char *text, enum color color)
{
    int most = screen->width - MIN_COLUMNS, rows = 0;
    struct row row;

    if (indent > most)
        indent = most;
    do {
        row_begin(&row, screen);
        if (rows == 0)
            (void)row_put(&row, 0, indent, label_color, label);
        (void)row_words(&row, indent, screen->width - 1, color, &text);
        row_end(&row, out); /* its last column is free: some terminals begin another row after it */
        rows++;
    } while (*text);
    return rows;
}
