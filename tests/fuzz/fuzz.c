/* SPDX-License-Identifier: MIT */
/* fuzz - what reads bytes from outside is called with many inputs: what is shown is UTF-8 without
 * control characters, the filters make the same of a text, however it is cut, and a request is
 * refused, or computed (what comes of that: tests/demos/mqueue.txt)
 *
 * libFuzzer makes inputs up (run.sh). Without it each file on the command line is one, so that what
 * was found once stays a test on every system. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "common/base/text.h"
#include "demos/parts/input.h"
#include "demos/parts/mqueue.h"
#include "demos/parts/pipe_filters.c" /* as it is: the filters are its own */

/* The name that libFuzzer wants. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert(3p): that may be compiled away. */
static void must(bool holds)
{
    if (!holds)
        abort();
}

/* A copy whose end is the input's, so that a look beyond it is seen. */
static char *copy_of(const void *bytes, size_t size)
{
    char *copy = malloc(size + !size);

    must(copy != NULL);
    if (size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

/* LENGTH bytes at TEXT are UTF-8 without control characters, and without what hides or reorders
 * others; KEEP_NEWLINES allows newlines. */
static void must_be_clean(const char *text, size_t length, bool keep_newlines)
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

/* LINE is the same, with a NUL after it. */
static void show_text(const char *bytes, size_t size, const char *line)
{
    char *shown = escape_dup(bytes, size);
    const char *brief = escaped(line);

    must_be_clean(brief, strlen(brief), false);
    must_be_clean(shown, strlen(shown), false);
    free(shown);
    for (int keep = 0; keep <= 1; keep++) {
        shown = malloc(4 * size + 1);
        must(shown != NULL);
        size_t used = escape(bytes, size, shown, keep);
        must(used <= 4 * size);
        must_be_clean(shown, used, keep);
        free(shown);
    }
}

struct text {
    char *bytes;
    size_t length;
};

/* Sends TEXT through FILTER in blocks whose lengths CUTS says; NULL: all at once. */
static struct text pass_through(
    filter_function *filter, struct text text, const uint8_t *cuts, size_t cut_count)
{
    struct text result = {malloc(12 * text.length + 64), 0};
    struct position at = {0};
    size_t done = 0, turn = 0;
    bool ended = false;

    must(result.bytes != NULL);
    while (!ended) {
        size_t left = text.length - done, more = left;
        if (cut_count > 0 && 1U + cuts[turn % cut_count] % 16U < left)
            more = 1U + cuts[turn % cut_count] % 16U;
        turn++;
        ended = more == 0;
        size_t length = at.kept + more;
        char *block = copy_of(text.bytes + done - at.kept, length);
        char *made = malloc(12 * length + !length + 8);
        must(made != NULL);
        done += more;
        size_t used = filter(&at, block, length, made, ended);
        must(at.kept <= 3 && at.kept <= length);
        must(used <= 12 * length + 2);
        memcpy(result.bytes + result.length, made, used);
        result.length += used;
        free(block);
        free(made);
    }
    must(at.kept == 0);
    return result;
}

/* The first bytes say where to cut, the rest is the text. */
static void filter_sentences(const uint8_t *data, size_t size)
{
    static filter_function *const functions[FILTERS] = {split, capitalize, merge, decapitalize};
    size_t cuts = size > 0 ? data[0] % 8U : 0;

    if (size < 1 + cuts || size > BLOCK / 12)
        return;
    size_t length = size - 1 - cuts;
    struct text whole = {copy_of(data + 1 + cuts, length), length};
    for (int i = 0; i < FILTERS; i++) {
        struct text once = pass_through(functions[i], whole, NULL, 0);
        struct text cut = pass_through(functions[i], whole, data + 1, cuts);
        must(once.length == cut.length);
        must(memcmp(once.bytes, cut.bytes, cut.length) == 0);
        free(cut.bytes);
        free(whole.bytes);
        whole = once;
    }
    must_be_clean(whole.bytes, whole.length, true);
    free(whole.bytes);
}

static void compute_request(char *line, size_t size)
{
    char *words[MAX_WORDS];
    struct message request;

    split_line(line, size, words);
    for (int i = 0; words[i]; i++)
        must(i < MAX_WORDS - 1 && *words[i]);
    const char *wrong = make_request(words, &request);
    must(!wrong || *wrong);
    if (wrong)
        return;
    must(memchr(request.text, '\0', sizeof request.text) != NULL);
    must(request.error == 0);
    compute_result(&request);
    must(request.error == 0 || request.error == EDOM || request.error == ERANGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *line = malloc(size + 1);

    must(line != NULL);
    if (size > 0)
        memcpy(line, data, size);
    line[size] = '\0';
    show_text((const char *)data, size, line);
    filter_sentences(data, size);
    compute_request(line, size);
    free(line);
    return 0;
}

#ifndef LIBFUZZER
int main(int argc, char **argv)
{
    static char bytes[1 << 20];

    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 3;
        }
        size_t size = fread(bytes, 1, sizeof bytes, file);
        (void)fclose(file);
        char *input = copy_of(bytes, size);
        (void)LLVMFuzzerTestOneInput((const uint8_t *)input, size);
        free(input);
    }
    (void)printf("%d inputs\n", argc - 1);
    return argc > 1 ? 0 : 2;
}
#endif
