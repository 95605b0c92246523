/* SPDX-License-Identifier: MIT */
/* fuzz - what the targets share: each is called with many inputs */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <wchar.h>

#include "common/base/text.h"

/* The name that libFuzzer wants. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert(3p): that may be compiled away. */
static inline void must(bool holds)
{
    if (!holds)
        abort();
}

/* LENGTH bytes at TEXT are UTF-8 without control characters, and without what
 * hides or reorders others; KEEP_NEWLINES allows newlines.
 */
static inline void must_be_clean(
    const char *text, size_t length, bool keep_newlines)
{
    wchar_t character;

    for (size_t i = 0; i < length;) {
        int size = utf8_decode(text + i, length - i, &character);
        must(size > 0);
        must(character >= 0x20 || (keep_newlines && character == '\n'));
        must(character < 0x7f || character >= 0xa0);
        /* bidirectional controls, zero-width characters, a mark */
        must(character < 0x200b || character > 0x200f);
        must(character < 0x2028 || character > 0x202e);
        must(character < 0x2060 || character > 0x206f);
        must(character != 0x61c && character != 0xfeff);
        i += (size_t)size;
    }
}
