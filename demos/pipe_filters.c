/* SPDX-License-Identifier: MIT */
#include "demos/pipe_filters.h"

#include <errno.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>
#include <unistd.h>

#include "common/check.h"
#include "common/text.h"

/* Sentences, a line each -> words, a line each. */
size_t split(struct position *at, const char *text, size_t length, char *result,
    size_t *kept, bool at_end)
{
    size_t used = 0;

    *kept = 0;
    for (size_t i = 0; i < length; i++) {
        bool blank = text[i] == ' ' || text[i] == '\t' || text[i] == '\r';
        if (!blank && text[i] != '\n')
            result[used++] = text[i];
        else if (at->in_word)
            result[used++] = '\n'; /* ends the word */
        if (text[i] == '\n')
            result[used++] = '\n'; /* ends the sentence */
        at->in_word = !blank && text[i] != '\n';
        at->in_sentence = text[i] != '\n';
    }
    if (at_end && at->in_word)
        result[used++] = '\n';
    if (at_end && at->in_sentence) /* the last line may lack its newline */
        result[used++] = '\n';
    return used;
}

/* Words -> sentences without blanks. */
size_t merge(struct position *at, const char *text, size_t length, char *result,
    size_t *kept, bool at_end)
{
    size_t used = 0;

    (void)at_end;
    *kept = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '\n' || !at->in_word)
            result[used++] = text[i];
        at->in_word = text[i] != '\n';
    }
    return used;
}

/* towupper(3p) knows the letters of the world in a UTF-8 locale only. */
static void know_letters(void)
{
    static bool known;

    if (!known && !setlocale(LC_CTYPE, "C.UTF-8") &&
        !setlocale(LC_CTYPE, "en_US.UTF-8"))
        (void)setlocale(LC_CTYPE, "");
    known = true;
}

typedef wint_t case_function(wint_t);

static wint_t same(wint_t character)
{
    return character;
}

/* The capital letter at the beginning of a word. That is the upper case but for
 * two kinds, which towupper(3p) cannot know: two letters in one character, as
 * U+01C6, have a third form, of which only the first is large; and modern
 * Georgian has capital letters for whole words only.
 */
static wint_t title_case(wint_t character)
{
    static const struct {
        wint_t upper, title, lower;
    } pairs[] = {{0x1c4, 0x1c5, 0x1c6}, {0x1c7, 0x1c8, 0x1c9},
        {0x1ca, 0x1cb, 0x1cc}, {0x1f1, 0x1f2, 0x1f3}};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (character >= pairs[i].upper && character <= pairs[i].lower)
            return pairs[i].title;
    if (character >= 0x10d0 && character <= 0x10ff)
        return character;
    return towupper(character);
}

/* Applies FIRST to the first character of each line and REST to the others.
 * What is not UTF-8 passes as it is.
 */
static size_t recase(struct position *at, const char *text, size_t length,
    char *result, size_t *kept, bool at_end, case_function *first,
    case_function *rest)
{
    size_t used = 0, i = 0;
    mbstate_t state = {0};
    wchar_t character;

    while (i < length) {
        case_function *change = at->in_word ? rest : first;
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x80) { /* a shortcut: most letters are ASCII */
            if (change == title_case && byte >= 'a' && byte <= 'z')
                byte ^= 0x20;
            if (change == towlower && byte >= 'A' && byte <= 'Z')
                byte ^= 0x20;
            result[used++] = (char)byte;
            at->in_word = byte != '\n';
            i++;
            continue;
        }
        know_letters();
        int size = utf8_decode(text + i, length - i, &character);
        if (size == 0 && !at_end)
            break;
        size_t wrote = (size_t)-1;
        if (size > 0)
            wrote = wcrtomb(
                result + used, (wchar_t)change((wint_t)character), &state);
        if (wrote == (size_t)-1) { /* no UTF-8, or there is no such locale */
            wrote = size > 0 ? (size_t)size : 1;
            memcpy(result + used, text + i, wrote);
            memset(&state, 0, sizeof state);
        }
        used += wrote;
        i += size > 0 ? (size_t)size : 1;
        at->in_word = true;
    }
    *kept = length - i;
    return used;
}

size_t capitalize(struct position *at, const char *text, size_t length,
    char *result, size_t *kept, bool at_end)
{
    return recase(at, text, length, result, kept, at_end, title_case, towlower);
}

/* The last filter: what it writes is shown, so it is escaped. */
size_t decapitalize(struct position *at, const char *text, size_t length,
    char *result, size_t *kept, bool at_end)
{
    static char changed[4 * 65536];
    size_t used =
        recase(at, text, length, changed, kept, at_end, towlower, same);

    return escape(changed, used, result, true);
}

void record_lines(
    enum event_kind kind, const char *role, const char *text, ssize_t length)
{
    static struct {
        char text[CUT_OFF]; /* one byte more than is kept: so it is cut off */
        int used;
    } lines[2], *line; /* what has begun, of input and of output */

    line = &lines[kind == SENT];
    for (const char *end = text + length; recorder && text < end; text++)
        if (*text != '\n') {
            if (line->used < CUT_OFF)
                line->text[line->used++] = *text;
        } else {
            RECORD(OWN_LANE, kind, IDLE, role, 0,
                line->used > 0 ? "%.*s" : "(end of sentence)", line->used,
                line->text);
            line->used = 0;
        }
}

void feed(int pipe, const char *text)
{
    while (*text) {
        ssize_t written = AGAIN(write(pipe, text, strlen(text)));
        if (written == -1 && errno == EPIPE)
            return;
        if (written == -1)
            fail_call("write", errno, __FILE__, __LINE__);
        text += written;
    }
}
