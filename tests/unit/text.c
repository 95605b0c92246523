/* SPDX-License-Identifier: MIT */
/* text: UTF-8, and showing bytes that came from outside */
#include "tests/support/test.h"
#include "common/base/text.h"
#include "demos/parts/input.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    } cases[] = {{"", NULL}, {"ping", NULL}, {" ~!", NULL}, {"back\\slash", NULL},
        {"\u00e9lan", NULL}, {"\u00a0", NULL}, {"\u20ac", NULL}, {"\U0001f600", NULL},
        /* what is not seen itself, but hides or reorders what is */
        {"\u00ad", "\\xc2\\xad"}, {"\u061c", "\\xd8\\x9c"}, {"\u180e", "\\xe1\\xa0\\x8e"},
        {"\u200b", "\\xe2\\x80\\x8b"}, {"\u200f", "\\xe2\\x80\\x8f"}, {"\u2028", "\\xe2\\x80\\xa8"},
        {"a\u202eb", "a\\xe2\\x80\\xaeb"}, {"\u2060", "\\xe2\\x81\\xa0"},
        {"\u206f", "\\xe2\\x81\\xaf"}, {"\ufeff", "\\xef\\xbb\\xbf"}, {"\ufff9", "\\xef\\xbf\\xb9"},
        {"\U000e0041", "\\xf3\\xa0\\x81\\x81"},
        /* their neighbors */
        {"\u00ac\u00ae\u061b\u2010\u2027\u202f\u205f\u2070", NULL},
        {"\ufefe\ufffd\U000e0100 e\u0301 \u2764\ufe0f", NULL},
        /* the first and the last control characters */
        {"\x01\x1f", "\\x01\\x1f"}, {"\x7f", "\\x7f"}, {"\xc2\x80", "\\xc2\\x80"},
        {"\xc2\x9f", "\\xc2\\x9f"},
        /* the first and the last of each length, and around the surrogates */
        {"\xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf", NULL},
        {"\xee\x80\x80 \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", NULL},
        /* no characters: cut off, overlong, surrogates, beyond Unicode */
        {"\xf0\x9f\x98", "\\xf0\\x9f\\x98"}, {"\xf4\x8f", "\\xf4\\x8f"},
        {"\xe2x\x82", "\\xe2x\\x82"}, {"\xbf", "\\xbf"}, {"\xf0\x9f\xc3\xa9", "\\xf0\\x9f\xc3\xa9"},
        {"\xc0\x80", "\\xc0\\x80"}, {"\xc1\xbf", "\\xc1\\xbf"}, {"\xe0\x9f\xbf", "\\xe0\\x9f\\xbf"},
        {"\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf"}, {"\xed\xbf\xbf", "\\xed\\xbf\\xbf"},
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, {"\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80"},
        {"\xfe", "\\xfe"}, {"\xff", "\\xff"}, {"a\x80z", "a\\x80z"}, {"\xc3", "\\xc3"},
        {"\xe2\x82", "\\xe2\\x82"}, {"\xc3x", "\\xc3x"}, {"\xc3\xc3\xa9", "\\xc3\xc3\xa9"},
        {"\xc0\xaf", "\\xc0\\xaf"}, {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        {"\xe0\x80\x8a", "\\xe0\\x80\\x8a"}, /* an overlong newline */
        {"\x1b[2J\r\n", "\\x1b[2J\\x0d\\n"}};

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_escaped(cases[i].bytes, strlen(cases[i].bytes),
            cases[i].shown ? cases[i].shown : cases[i].bytes);
    assert_escaped("a\0b", 3, "a\\x00b");
}

TEST(cut_between_characters)
{
    static const struct {
        const char *text;
        size_t max, prefix;
    } cases[] = {{"", 0, 0}, {"abc", 3, 3}, {"abc", 2, 2}, {"a\u20ac", 4, 4}, {"a\u20ac", 3, 1},
        {"\u20ac", 2, 0}, {"\x80\x80", 1, 1}, {"\x80\x80\x80\x80\x80\x80", 5, 5}};
    char text[1000] = "";

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(utf8_prefix(cases[i].text, cases[i].max), cases[i].prefix);
    assert_string_equal(escaped("a\t"), "a\\x09");
    for (int i = 0; i < 300; i++)
        (void)strcat(text, "\u20ac");
    assert_int_equal(strlen(escaped(text)), 198 + 3);
    assert_string_equal(escaped(text) + 195, "\u20ac...");
    memset(text, 1, 999);
    assert_int_equal(strlen(escaped(text)), 4 * 200 + 3);
}
