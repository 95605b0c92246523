/* SPDX-License-Identifier: MIT */
#include "common/views/screen.h"
#include "common/check.h"
#include "common/text.h"
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

struct screen screen_of_output(int when)
{
    const char *term = value_of("TERM"), *force = value_of("CLICOLOR_FORCE");
    int limit = atoi(value_of("COLUMNS"));
    struct screen screen = {.width = 0};
    struct winsize size;

    (void)setlocale(LC_CTYPE, "");
    screen.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        screen.width = size.ws_col;
    if (limit > 0 && (screen.width == 0 || limit < screen.width))
        screen.width = limit;
    if (screen.width == 0 || screen.width > MOST_COLUMNS)
        screen.width = 80;
    bool forced = *force && strcmp(force, "0") != 0;
    bool terminal = isatty(STDOUT_FILENO) && *term && strcmp(term, "dumb") != 0;
    screen.colour = when != COLOR_AUTO      ? when == COLOR_ALWAYS
                    : *value_of("NO_COLOR") ? false
                                            : forced || terminal;
    return screen;
}

struct row row_begin(const struct screen *screen)
{
    struct cell *cells = CHECK_NOT(NULL, calloc((size_t)screen->width + 1, sizeof *cells));
    return (struct row){screen, cells};
}

int row_put(struct row *row, int column, int limit, const char *text)
{
    bool utf8 = row->screen->utf8;
    wchar_t character;

    limit = limit < row->screen->width ? limit : row->screen->width;
    for (int size; *text && column < limit; text += size) {
        size = utf8_decode(text, strlen(text), &character);
        size = size > 0 ? size : 1;
        int columns = size > 1 && utf8 ? wcwidth(character) : 1;
        char *cell = row->cells[column].text;
        if (columns <= 0) /* an accent on what stands before it: left out */
            continue;
        const char *instead = NULL;
        if (column + columns > limit || (column + columns == limit && text[size]))
            instead = utf8 ? "…" : ">";
        else if (size > 1 && !utf8) /* microseconds, the ellipsis, others */
            instead = character == 0xb5 ? "u" : character == 0x2026 ? ">" : "?";
        (void)snprintf(cell, 8, "%.*s", instead ? 7 : size, instead ? instead : text);
        if (columns == 2 && column + 1 < limit) /* its second half */
            row->cells[column + 1].text[0] = '\1';
        column += columns;
    }
    return column < limit ? column : limit;
}

/* The Okabe-Ito colours, as near as 256 colours come. */
enum { PLAIN, ORANGE = 172, GREEN = 36, BLUE = 32, PURPLE = 169 };

void row_sign(struct row *row, int column, int sign)
{
    static const struct {
        const char *utf8, *ascii;
        int colour;
    } signs[] = {{" ", " ", PLAIN}, {"·", ".", PLAIN}, {"▒", "=", BLUE}, {"░", ":", ORANGE},
        {"█", "#", GREEN}, {"─", "-", PURPLE}, {"▶", ">", PURPLE}, {"◀", "<", PURPLE}};

    if (column < row->screen->width) {
        struct cell *cell = &row->cells[column];
        (void)snprintf(cell->text, sizeof cell->text, "%s",
            row->screen->utf8 ? signs[sign].utf8 : signs[sign].ascii);
        cell->colour = row->screen->colour ? signs[sign].colour : PLAIN;
    }
}

void row_end(struct row *row, FILE *out, const char *end)
{
    int used = row->screen->width, colour = PLAIN;

    while (used > 0 && strchr(" ", row->cells[used - 1].text[0]))
        used--;
    for (const struct cell *cell = row->cells; cell <= row->cells + used; cell++) {
        int next = cell == row->cells + used ? PLAIN : cell->colour;
        if (next != colour)
            (void)fprintf(out, next == PLAIN ? "\033[0m" : "\033[38;5;%dm", next);
        colour = next;
        if (cell < row->cells + used && cell->text[0] != '\1')
            (void)fputs(cell->text[0] ? cell->text : " ", out);
    }
    (void)fputs(end, out);
    free(row->cells);
}
