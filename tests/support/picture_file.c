/* SPDX-License-Identifier: MIT */
#include "tests/support/picture_file.h"
#include "tests/support/program.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_TEXTS = 2000 };

struct text {
    double left, right, top, bottom;
    const char *words; /* as it stands there, up to the next < */
};
static struct text texts[MAX_TEXTS];
static int text_count;

static char style[8192]; /* of the picture that is looked at */

/* Copies to VALUE what the style says last of PROPERTY for CLASS, on a DARK page or a light one.
 * Returns false if it says nothing. (Regular expressions take minutes under AddressSanitizer.) */
static bool find_style(bool dark, const char *class, const char *property, char value[40])
{
    const char *dark_style = strstr(style, "@media(");
    size_t length = strlen(property);
    bool is_there = false;

    for (const char *at = style; (at = strstr(at, class)) && (dark || at < dark_style); at++) {
        if (!strchr(">},{", at[-1]) || !strchr(",{", at[strlen(class)]))
            continue;
        for (const char *part = strchr(at, '{'); *part != '}'; part += 1 + strcspn(part + 1, ";}"))
            if (strncmp(part + 1, property, length) == 0 && part[1 + length] == ':') {
                const char *words = part + length + 2;
                (void)snprintf(value, 40, "%.*s", (int)strcspn(words, ";}"), words);
                is_there = true;
            }
    }
    return is_there;
}

static double lightness(const char *color)
{
    static const double shares[] = {0.2126, 0.7152, 0.0722};
    unsigned channels[3];
    double all = 0;
    bool is_short = strlen(color) == 4;

    if (sscanf(color, is_short ? "#%1x%1x%1x" : "#%2x%2x%2x", &channels[0], &channels[1],
            &channels[2]) != 3)
        fail_msg("%s is no color", color);
    for (int i = 0; i < 3; i++) {
        double part = channels[i] / (is_short ? 15.0 : 255.0);
        part = part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
        all += shares[i] * part;
    }
    return all;
}

static void check_contrasts(void)
{
    static const struct {
        const char *class, *property, *behind;
        double least;
    } pairs[] = {{"text", "fill", ".page", 4.5}, {".soft", "fill", ".page", 4.5},
        {".wrong", "fill", ".page", 4.5}, {"text", "fill", ".running", 4.5},
        {".on-inside", "fill", ".inside", 4.5}, {".on-red", "fill", ".red", 4.5},
        {".on-red", "fill", ".held", 4.5}, {".on-red", "fill", ".unknown", 4.5},
        {".idle", "fill", ".page", 3}, {".running", "stroke", ".page", 3},
        {".waiting", "stroke", ".page", 3}, {".inside", "fill", ".page", 3},
        {".red", "fill", ".page", 3}, {".note", "stroke", ".page", 3},
        {".sent", "stroke", ".page", 3}, {".unread", "stroke", ".page", 3},
        {".lost", "stroke", ".page", 3}, {".bad", "stroke", ".page", 3},
        {".cross", "stroke", ".page", 3}, {".flaw", "stroke", ".page", 3},
        {".limit", "stroke", ".page", 3}, {".tip", "fill", ".page", 3},
        {".redtip", "fill", ".page", 3}, {".new", "fill", ".page", 3}};
    char color[40], page[40];

    for (size_t i = 0; i < 2 * sizeof pairs / sizeof *pairs; i++) {
        const char *class = pairs[i / 2].class;
        bool dark = i % 2 == 1;
        assert_true(find_style(dark, class, pairs[i / 2].property, color));
        assert_true(find_style(dark, pairs[i / 2].behind, "fill", page));
        double one = lightness(color) + 0.05, other = lightness(page) + 0.05;
        double contrast = one > other ? one / other : other / one;
        if (contrast < pairs[i / 2].least)
            fail_msg("%s: %s %s on %s has a contrast of %.2f", dark ? "dark" : "light", class,
                color, page, contrast);
    }
}

/* How many letters there are up to the next <, if a reference is one. */
static int count_letters(const char *words)
{
    int letters = 0;

    for (; *words != '<'; words++) {
        if (*words == '&')
            words = strchr(words, ';');
        letters += ((unsigned char)*words & 0xc0) != 0x80;
    }
    return letters;
}

/* Reads the element at TAG: place, and size by its classes. sscanf takes as long as its string. */
static struct text read_text(const char *tag, double *size)
{
    char start[256], classes[64], class[66], value[40], anchor[40] = "start";
    double x, y;
    const char *font;

    *size = 24;
    *classes = '\0';
    (void)snprintf(start, sizeof start, "%.*s", (int)strcspn(tag, ">"), tag);
    (void)sscanf(start, "<text class='%63[^']", classes);
    assert_int_equal(sscanf(strstr(start, "' x='"), "' x='%lf' y='%lf'", &x, &y), 2);
    for (char *next = strtok(classes, " "); next; next = strtok(NULL, " ")) {
        (void)snprintf(class, sizeof class, ".%s", next);
        if (find_style(false, class, "text-anchor", value))
            (void)snprintf(anchor, sizeof anchor, "%s", value);
        if (find_style(false, class, "font", value) && (font = strpbrk(value, "0123456789")))
            *size = strtod(font, NULL);
        if (find_style(false, class, "font-size", value))
            *size = strtod(value, NULL);
    }
    struct text text = {.words = strchr(tag, '>') + 1};
    double width = 0.6 * *size * count_letters(text.words);
    text.left = *anchor == 's' ? x : *anchor == 'e' ? x - width : x - width / 2;
    text.right = text.left + width - 1; /* places are rounded */
    text.top = y - 0.75 * *size;
    text.bottom = y + 0.2 * *size;
    return text;
}

static int length_of(const struct text *text)
{
    return (int)strcspn(text->words, "<");
}

static void check_texts(const char *picture)
{
    double width, height, size, least = count_text(picture, "class='lane") > 20 ? 18 : 24;

    assert_int_equal(
        sscanf(strstr(picture, "viewBox="), "viewBox='0 0 %lf %lf'", &width, &height), 2);
    text_count = 0;
    for (const char *tag = picture; (tag = strstr(tag, "<text ")); tag++) {
        assert_true(text_count < MAX_TEXTS);
        struct text *text = &texts[text_count++], *other = texts;
        *text = read_text(tag, &size);
        if (size < least || text->left < -1 || text->right > width || text->top < 0 ||
            text->bottom > height)
            fail_msg("%.*s: size %g, from %g, %g to %g, %g", length_of(text), text->words, size,
                text->left, text->top, text->right, text->bottom);
        for (; other < text; other++)
            if (text->left < other->right && other->left < text->right &&
                text->top < other->bottom && other->top < text->bottom)
                fail_msg("%.*s is on %.*s", length_of(text), text->words, length_of(other),
                    other->words);
    }
    assert_true(text_count >= 3);
}

/* No text is on the head of an arrow. */
static void check_heads(const char *picture)
{
    double y, end_x, end_y;

    for (const char *at = picture; (at = strstr(at, "<path class='")); at++) {
        bool is_arrow = strncmp(at + 13, "sent' d", 7) == 0 || strncmp(at + 13, "bad' d", 6) == 0;
        if (!is_arrow || sscanf(strchr(at, 'M'), "M%*f %lfL%lf %lf", &y, &end_x, &end_y) != 3)
            continue;
        double top = end_y > y ? end_y - 12 : end_y;
        for (struct text *text = texts; text < texts + text_count; text++)
            if (text->left < end_x + 4 && end_x - 4 < text->right && text->top < top + 12 &&
                top < text->bottom)
                fail_msg("%.*s is on the head of an arrow", length_of(text), text->words);
    }
}

void picture_check(const char *picture)
{
    int length = (int)(strstr(picture, "</style>") - picture);
    assert_in_range(length, 1, sizeof style - 1);
    (void)snprintf(style, sizeof style, "%.*s", length, picture);
    check_contrasts();
    check_texts(picture);
    check_heads(picture);
    assert_null(strstr(picture, "hidden"));
}

bool picture_has_mark(const char *picture)
{
    static const char *const marks[] = {
        "'lost'", "'bad'", "'cross'", "'bar red'", "'red strip'", "'label wrong", "'on-red'"};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        char class[32];
        (void)snprintf(class, sizeof class, "class=%s", marks[i]);
        if (strstr(picture, class))
            return true;
    }
    return false;
}
