/* SPDX-License-Identifier: MIT */
/* fuzz sentences: the filters make the same of a text, however it is cut */
#include <stdlib.h>
#include <string.h>

/* As it is: the filters are its own. */
#include "demos/parts/pipe_filters.c"
#include "tests/fuzz/fuzz.h"

struct text {
    char *bytes;
    size_t length;
};

/* Sends TEXT through FILTER in blocks whose lengths CUTS says; NULL: all at
 * once. The blocks are copied, so that a look beyond their ends is seen.
 */
static struct text pass_through(filter_function *filter, struct text text,
    const uint8_t *cuts, size_t cut_count)
{
    struct text result = {malloc(12 * text.length + 64), 0};
    struct position at = {0};
    size_t kept = 0, done = 0, turn = 0;
    bool ended = false;

    must(result.bytes != NULL);
    while (!ended) {
        size_t left = text.length - done, more = left;
        if (cut_count > 0 && 1U + cuts[turn % cut_count] % 16U < left)
            more = 1U + cuts[turn % cut_count] % 16U;
        turn++;
        ended = more == 0;
        size_t length = kept + more;
        char *block = malloc(length + !length);
        char *made = malloc(12 * length + !length + 8);
        must(block != NULL && made != NULL);
        memcpy(block, text.bytes + done - kept, length);
        done += more;
        size_t used = filter(&at, block, length, made, &kept, ended);
        must(kept <= 3 && kept <= length);
        must(used <= 12 * length + 2);
        memcpy(result.bytes + result.length, made, used);
        result.length += used;
        free(block);
        free(made);
    }
    must(kept == 0);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static filter_function *const functions[FILTERS] = {
        split, capitalize, merge, decapitalize};
    /* the first bytes say where to cut, the rest is the text */
    size_t cuts = size > 0 ? data[0] % 8U : 0;

    if (size < 1 + cuts || size > BLOCK / 12)
        return 0;
    struct text whole = {malloc(size), size - 1 - cuts}, cut;
    must(whole.bytes != NULL);
    memcpy(whole.bytes, data + 1 + cuts, whole.length);
    for (int i = 0; i < FILTERS; i++) {
        struct text once = pass_through(functions[i], whole, NULL, 0);
        cut = pass_through(functions[i], whole, data + 1, cuts);
        must(once.length == cut.length);
        must(memcmp(once.bytes, cut.bytes, cut.length) == 0);
        free(cut.bytes);
        free(whole.bytes);
        whole = once;
    }
    must_be_clean(whole.bytes, whole.length, true);
    free(whole.bytes);
    return 0;
}
