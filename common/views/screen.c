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

static int width_of(int descriptor)
{
    int width = 0, limit = atoi(value_of("COLUMNS"));
    struct winsize size;

    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (limit > 0 && (width == 0 || limit < width))
        width = limit;
    return width > 0 && width <= MAX_COLUMNS ? width : 80;
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
    bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    return (struct screen){width_of(descriptor), utf8, wants_color(descriptor, when)};
}

struct row row_begin(const struct screen *screen)
{
    struct cell *cells = CHECK_NOT(NULL, calloc((size_t)screen->width + 1, sizeof *cells));

    for (int column = 0; column < screen->width; column++)
        cells[column].text[0] = ' ';
    return (struct row){screen, cells};
}

static void set_text(struct cell *cell, const char *text)
{
    (void)snprintf(cell->text, sizeof cell->text, "%s", text);
}

/* Returns what is shown for CHARACTER on a screen that has ASCII only. */
static const char *ascii_of(wchar_t character)
{
    if (character == 0xb5) /* microseconds */
        return "u";
    return character == 0x2026 ? ">" : "?"; /* the ellipsis */
}

int row_put(struct row *row, int column, int limit, const char *text)
{
    bool utf8 = row->screen->utf8;
    int size, end = limit < row->screen->width ? limit : row->screen->width;
    wchar_t character;

    for (const char *next = text; *next && column < end; next += size) {
        int decoded = utf8_decode(next, strlen(next), &character);
        size = decoded > 0 ? decoded : 1;
        int columns = size > 1 && utf8 ? wcwidth(character) : 1;
        if (columns <= 0) /* an accent on what is before it: left out */
            continue;
        struct cell *cell = &row->cells[column];
        if (column + columns > end || (column + columns == end && next[size]))
            set_text(cell, utf8 ? "…" : ">");
        else if (size > 1 && !utf8)
            set_text(cell, ascii_of(character));
        else
            (void)snprintf(cell->text, sizeof cell->text, "%.*s", size, next);
        if (columns == 2 && column + 1 < end)
            set_text(cell + 1, ""); /* its second half */
        column += columns;
    }
    return column < end ? column : end;
}

/* The Okabe-Ito colors, as near as 256 colors come. */
enum { PLAIN, ORANGE = 172, GREEN = 36, BLUE = 32, PURPLE = 169 };

void row_sign(struct row *row, int column, int sign)
{
    static const struct {
        const char *utf8, *ascii;
        int color;
    } signs[] = {{" ", " ", PLAIN}, {"·", ".", PLAIN}, {"▒", "=", BLUE}, {"░", ":", ORANGE},
        {"█", "#", GREEN}, {"─", "-", PURPLE}, {"▶", ">", PURPLE}, {"◀", "<", PURPLE}};

    if (column >= row->screen->width)
        return;
    struct cell *cell = &row->cells[column];
    set_text(cell, row->screen->utf8 ? signs[sign].utf8 : signs[sign].ascii);
    cell->color = row->screen->color ? signs[sign].color : PLAIN;
}

static void change_color(int from, int to, FILE *out)
{
    if (to != from)
        (void)fprintf(out, to == PLAIN ? "\033[0m" : "\033[38;5;%dm", to);
}

void row_end(struct row *row, FILE *out, const char *end)
{
    int used = row->screen->width, color = PLAIN;

    while (used > 0 && strcmp(row->cells[used - 1].text, " ") == 0)
        used--;
    for (const struct cell *cell = row->cells; cell < row->cells + used; cell++) {
        change_color(color, cell->color, out);
        color = cell->color;
        (void)fputs(cell->text, out);
    }
    change_color(color, PLAIN, out);
    (void)fputs(end, out);
    free(row->cells);
}

enum { INDENT = 11 }; /* of a block's text: so wide is "left out", with blanks around */

/* Returns how many columns a block's text has: at least a few, so that it goes on. */
static int block_width(const struct screen *screen)
{
    int width = screen->width - INDENT - 1;
    return width < 8 ? 8 : width;
}

/* Prints LENGTH bytes after what ends at COLUMN, or on a row of their own. What is wider than a row
 * is broken anywhere. Returns where they end. */
static int print_word(
    const struct screen *screen, int column, const char *word, int length, FILE *out)
{
    int width = block_width(screen);

    if (column > INDENT && column + 1 + length > INDENT + width) {
        (void)fprintf(out, "\n%*s", INDENT, "");
        column = INDENT;
    }
    if (column > INDENT) {
        (void)fputc(' ', out);
        column++;
    }
    while (length > width) {
        int part = (int)utf8_prefix(word, (size_t)width);
        (void)fprintf(out, "%.*s\n%*s", part, word, INDENT, "");
        word += part;
        length -= part;
    }
    (void)fprintf(out, "%.*s", length, word);
    return column + length;
}

static int print_each_word(const struct screen *screen, int column, const char *text, FILE *out)
{
    while (*text) {
        int length = (int)strcspn(text, " ");
        column = print_word(screen, column, text, length, out);
        text += length + (text[length] == ' ');
    }
    return column;
}

/* Prints words, each row at INDENT; LAST is not broken if it fits on a row. */
static void print_words(const struct screen *screen, const char *text, const char *last, FILE *out)
{
    int column = print_each_word(screen, INDENT, text, out);
    int length = (int)strlen(last);

    if (length > block_width(screen))
        (void)print_each_word(screen, column, last, out);
    else if (length > 0)
        (void)print_word(screen, column, last, length, out);
    (void)fputc('\n', out);
}

void block_row(
    const struct screen *screen, const char *label, const char *text, const char *last, FILE *out)
{
    (void)fprintf(out, "%*s  ", INDENT - 2, label);
    print_words(screen, text, last, out);
}

void block_verdict(
    const struct screen *screen, bool held, const char *text, const char *last, FILE *out)
{
    const char *color = held ? "1;38;5;36" : "1;31"; /* green; red, the terminal's own */
    const char *badge = held ? "HELD" : "VIOLATED";
    int padding = INDENT - 2 - (int)strlen(badge);

    if (screen->color)
        (void)fprintf(out, "%*s\033[%sm%s\033[0m  ", padding, "", color, badge);
    else
        (void)fprintf(out, "%*s%s  ", padding, "", badge);
    print_words(screen, text, last, out);
}
