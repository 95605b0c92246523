/* SPDX-License-Identifier: MIT */
/* fuzz text: what is shown is UTF-8 without control characters */
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "demos/parts/input.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;

    for (int keep = 0; keep <= 1; keep++) {
        char *shown = malloc(4 * size + 1);
        must(shown != NULL);
        size_t used = escape(bytes, size, shown, keep);
        must(used <= 4 * size);
        shown[used] = '\0';
        must_be_clean(shown, used, keep);
        free(shown);
    }
    char *text = malloc(size + 1), *shown = escape_dup(bytes, size);
    must(text != NULL);
    if (size > 0)
        memcpy(text, bytes, size);
    text[size] = '\0';
    const char *brief = escaped(text);
    size_t length = strlen(brief);
    must_be_clean(brief, length, false);
    if (strlen(text) > 200)
        must(length > 3 && strcmp(brief + length - 3, "...") == 0);
    else if (strlen(text) == size)
        must(strcmp(brief, shown) == 0);
    free(text);
    free(shown);
    return 0;
}
