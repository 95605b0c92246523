/* SPDX-License-Identifier: MIT */
#include "common/base/text.h"
#include <stdio.h>
#include <string.h>

int utf8_decode(const char *bytes, size_t length, wchar_t *character)
{
    static const long min[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)bytes[0];
    int size = 1 + (first >= 0xc2) + (first >= 0xe0) + (first >= 0xf0);

    *character = (wchar_t)first;
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return -1;
    long decoded = first & (0x7f >> size);
    for (int i = 1; i < size; i++) {
        if ((size_t)i == length)
            return 0;
        if (((unsigned char)bytes[i] & 0xc0) != 0x80)
            return -1;
        decoded = decoded << 6 | ((unsigned char)bytes[i] & 0x3f);
    }
    if (decoded < min[size] || decoded > 0x10ffff || (decoded >= 0xd800 && decoded <= 0xdfff))
        return -1;
    *character = (wchar_t)decoded;
    return size;
}

/* Whether CHARACTER could do something to the terminal, or make a text look like another one:
 * control characters (C0, DEL, C1), and what is not seen but hides or reorders text, as soft
 * hyphens, tags, bidirectional controls, and joiners, without which some emoji fall apart. */
static bool is_hidden(wchar_t character)
{
    static const wchar_t hidden[][2] = {{0, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c},
        {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff},
        {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};

    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (character >= hidden[i][0] && character <= hidden[i][1])
            return true;
    return false;
}

size_t escape(const char *bytes, size_t length, char *shown, bool keep_newlines)
{
    size_t used = 0, i = 0;
    wchar_t character;

    while (i < length) {
        bool is_kept = (bytes[i] >= ' ' && bytes[i] < 0x7f) || (keep_newlines && bytes[i] == '\n');
        int size = is_kept ? 1 : utf8_decode(bytes + i, length - i, &character);
        if (is_kept || (size > 0 && !is_hidden(character))) {
            for (; size > 0; size--)
                shown[used++] = bytes[i++];
        } else {
            const char *format = bytes[i] == '\n' ? "\\n" : "\\x%02x";
            used += (size_t)sprintf(shown + used, format, (unsigned)(unsigned char)bytes[i]);
            i++;
        }
    }
    return used;
}

size_t utf8_prefix(const char *text, size_t max)
{
    size_t length = strnlen(text, max + 1);

    for (size_t back = 0; length > max && back < 4 && back <= max; back++)
        if ((text[max - back] & 0xc0) != 0x80) /* here a character begins, of at most 4 bytes */
            return max - back;
    return length < max ? length : max;
}

const char *escaped(const char *text)
{
    static char shown[4 * 200 + sizeof "..."];
    size_t length = utf8_prefix(text, 200);
    size_t used = escape(text, length, shown, false);

    (void)snprintf(shown + used, sizeof "...", "%s", text[length] ? "..." : "");
    return shown;
}
