/* SPDX-License-Identifier: MIT */
/* text: UTF-8, and showing bytes that came from outside */
#include "tests/support/test.h"
#include "common/base/text.h"
#include "demos/parts/input.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *bytes;
    int size;       /* what utf8_decode() returns */
    long character; /* if that is above 0 */
} characters[] = {{"a", 1, 'a'}, {"\x7f", 1, 0x7f}, {"\xc2\x80", 2, 0x80},
    {"\xc3\xa9l", 2, 0xe9}, {"\xdf\xbf", 2, 0x7ff}, {"\xe0\xa0\x80", 3, 0x800},
    {"\xe2\x82\xac!", 3, 0x20ac}, {"\xed\x9f\xbf", 3, 0xd7ff},
    {"\xee\x80\x80", 3, 0xe000}, {"\xf0\x90\x80\x80", 4, 0x10000},
    {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
    /* the end within a character */
    {"\xc3", 0, 0}, {"\xe2\x82", 0, 0}, {"\xe2", 0, 0}, {"\xf0\x9f\x98", 0, 0},
    {"\xf4\x8f", 0, 0},
    /* a continuation without a start, and the other way round */
    {"\x80", -1, 0}, {"\xbf", -1, 0}, {"\xc3x", -1, 0}, {"\xe2\x82x", -1, 0},
    {"\xe2x\x82", -1, 0}, {"\xf0\x9f\xc3\xa9", -1, 0},
    /* overlong */
    {"\xc0\x80", -1, 0}, {"\xc1\xbf", -1, 0}, {"\xe0\x9f\xbf", -1, 0},
    {"\xf0\x8f\xbf\xbf", -1, 0},
    /* surrogates, beyond Unicode, never used */
    {"\xed\xa0\x80", -1, 0}, {"\xed\xbf\xbf", -1, 0},
    {"\xf4\x90\x80\x80", -1, 0}, {"\xf5\x80\x80\x80", -1, 0}, {"\xfe", -1, 0},
    {"\xff", -1, 0}};

TEST(utf8_decode)
{
    for (size_t i = 0; i < COUNT(characters); i++) {
        const char *bytes = characters[i].bytes;
        wchar_t character;
        int size = utf8_decode(bytes, strlen(bytes), &character);
        if (size != characters[i].size)
            print_error("character number %zu: ", i);
        assert_int_equal(size, characters[i].size);
        if (size > 0)
            assert_int_equal(character, characters[i].character);
    }
    wchar_t character = L'x';
    assert_int_equal(utf8_decode("", 1, &character), 1); /* a NUL */
    assert_int_equal(character, 0);
}

static void assert_escaped(const char *bytes, size_t length, const char *shown)
{
    char *text = escape_dup(bytes, length);

    assert_string_equal(text, shown);
    free(text);
}

TEST(escape)
{
    static const struct {
        const char *bytes, *shown; /* NULL: as it is */
    } cases[] = {{"", NULL}, {"ping", NULL}, {" ~!", NULL},
        {"back\\slash", NULL}, {"\u00e9lan", NULL}, {"\u00a0", NULL},
        {"\u20ac", NULL}, {"\U0001f600", NULL},
        /* what is not seen itself, but hides or reorders what is */
        {"\u00ad", "\\xc2\\xad"}, {"\u061c", "\\xd8\\x9c"},
        {"\u180e", "\\xe1\\xa0\\x8e"}, {"\u200b", "\\xe2\\x80\\x8b"},
        {"\u200f", "\\xe2\\x80\\x8f"}, {"\u2028", "\\xe2\\x80\\xa8"},
        {"a\u202eb", "a\\xe2\\x80\\xaeb"}, {"\u2060", "\\xe2\\x81\\xa0"},
        {"\u206f", "\\xe2\\x81\\xaf"}, {"\ufeff", "\\xef\\xbb\\xbf"},
        {"\ufff9", "\\xef\\xbf\\xb9"}, {"\U000e0041", "\\xf3\\xa0\\x81\\x81"},
        /* their neighbors */
        {"\u00ac\u00ae\u061b\u2010\u2027\u202f\u205f\u2070", NULL},
        {"\ufefe\ufffd\U000e0100 e\u0301 \u2764\ufe0f", NULL},
        /* the first and the last control characters */
        {"\x01\x1f", "\\x01\\x1f"}, {"\x7f", "\\x7f"},
        {"\xc2\x80", "\\xc2\\x80"}, {"\xc2\x9f", "\\xc2\\x9f"},
        /* no characters */
        {"\xff", "\\xff"}, {"a\x80z", "a\\x80z"}, {"\xc3", "\\xc3"},
        {"\xe2\x82", "\\xe2\\x82"}, {"\xc3x", "\\xc3x"},
        {"\xc3\xc3\xa9", "\\xc3\xc3\xa9"}, {"\xc0\xaf", "\\xc0\\xaf"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        {"\xe0\x80\x8a", "\\xe0\\x80\\x8a"}, /* an overlong newline */
        {"\x1b[2J\r\n", "\\x1b[2J\\x0d\\n"}};

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_escaped(cases[i].bytes, strlen(cases[i].bytes),
            cases[i].shown ? cases[i].shown : cases[i].bytes);
    assert_escaped("a\0b", 3, "a\\x00b");
}

TEST(escape_in_place)
{
    char shown[16];

    memset(shown, '#', sizeof shown);
    assert_int_equal(escape("a\nb\t", 4, shown, true), 7);
    assert_memory_equal(shown, "a\nb\\x09", 7);
    assert_int_equal(escape("\xe0\x80\x8a", 3, shown, true), 12);
    memset(shown, '#', sizeof shown);
    assert_int_equal(escape("\x01\x02\x03", 3, shown, false), 12);
    assert_memory_equal(shown, "\\x01\\x02\\x03", 12);
    assert_int_equal(shown[13], '#'); /* a NUL may stand before it */
    assert_int_equal(escape("", 0, shown, false), 0);
}

TEST(cut_between_characters)
{
    static const struct {
        const char *text;
        size_t max, prefix;
    } cases[] = {{"", 0, 0}, {"abc", 3, 3}, {"abc", 2, 2}, {"a\u20ac", 4, 4},
        {"a\u20ac", 3, 1}, {"\u20ac", 2, 0}, {"\x80\x80", 1, 1},
        {"\x80\x80\x80\x80\x80\x80", 5, 5}};
    char text[1000] = "";

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(
            utf8_prefix(cases[i].text, cases[i].max), cases[i].prefix);
    assert_string_equal(escaped("a\t"), "a\\x09");
    for (int i = 0; i < 300; i++)
        (void)strcat(text, "\u20ac");
    assert_int_equal(strlen(escaped(text)), 198 + 3);
    assert_string_equal(escaped(text) + 195, "\u20ac...");
    memset(text, 1, 999);
    assert_int_equal(strlen(escaped(text)), 4 * 200 + 3);
}
