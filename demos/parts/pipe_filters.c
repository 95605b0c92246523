/* SPDX-License-Identifier: MIT */
#include "demos/parts/pipe_filters.h"
#include "demos/parts/pipe_traffic.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>
#include <poll.h>
#include <unistd.h>

#include "common/demo.h"
#include "demos/parts/calls.h"

/* How far a filter has come in its text; all zero at the beginning. KEPT: how
 * many bytes at the end of that it wants to see again with what follows (part
 * of a UTF-8 character, at most 3).
 */
struct position {
    bool in_word, in_sentence;
    size_t kept;
};

/* Turns LENGTH bytes at TEXT into at most 12 times as many at RESULT and
 * returns how many. AT_END: nothing follows.
 */
typedef size_t filter_function(struct position *at, const char *text,
    size_t length, char *result, bool at_end);

/* Sentences, a line each -> words, a line each. */
static size_t split(struct position *at, const char *text, size_t length,
    char *result, bool at_end)
{
    size_t used = 0;

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
static size_t merge(struct position *at, const char *text, size_t length,
    char *result, bool at_end)
{
    size_t used = 0;

    (void)at_end;
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
    char *result, bool at_end, case_function *first, case_function *rest)
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
    at->kept = length - i;
    return used;
}

static size_t capitalize(struct position *at, const char *text, size_t length,
    char *result, bool at_end)
{
    return recase(at, text, length, result, at_end, title_case, towlower);
}

/* The last filter: what it writes is shown, so it is escaped. */
static size_t decapitalize(struct position *at, const char *text, size_t length,
    char *result, bool at_end)
{
    static char changed[4 * (BLOCK + 3)];
    size_t used = recase(at, text, length, changed, at_end, towlower, same);

    return escape(changed, used, result, true);
}

const char *const filter_names[] = {
    "split", "capitalize", "merge", "decapitalize", NULL};

struct filters *filters;

static const int *main_end; /* NULL: it is not watched */

/* One filter more, or less, is in read: main waits until all are. */
static void count_reading(int change)
{
    int reading = atomic_fetch_add(&filters->reading, change) + change;

    if (reading == FILTERS && filters->sentence_is_out.missing <= 0)
        latch_count_down(&filters->all_read);
}

/* A read end is copied before the first fork, when it is there; later that
 * would copy memory, too. The views show who closes a pipe that is in use.
 */
static void call_begins(const struct call_place *place)
{
    if (main_end && filters->watched_end == 0 &&
        strcmp(place->call, "fork()") == 0)
        filters->watched_end = CHECK(dup(*main_end));
    if (is_call(place, "close(out)") || is_call(place, "close(pipes[0][1])"))
        record_note("closes its write end");
    if (is_call(place, "read(in,"))
        count_reading(1);
}

static void call_ends(const struct call_place *place)
{
    if (is_call(place, "read(in,"))
        count_reading(-1);
}

static int count_newlines(char **words)
{
    int count = 0;

    for (; *words; words++)
        for (const char *byte = *words; *byte; byte++)
            count += *byte == '\n';
    return count;
}

void filters_init(char **words, const int *read_end)
{
    static const struct call_watcher watcher = {call_begins, call_ends, NULL};

    if (strcmp(words[0], "-") != 0)
        record_as("main", 0);
    filters = shared_alloc(sizeof *filters);
    main_end = read_end;
    call_watcher = &watcher;
    traffic_init(FILTERS);
    latch_init(&filters->sentence_is_out, 1 + count_newlines(words));
    latch_init(&filters->all_read, 1);
}

int filters_at_end(void)
{
    int count = 0;

    for (int i = 0; i < FILTERS; i++)
        if (filters->saw_end[i])
            count++;
    return count;
}

size_t apply_filter(int id, const char *text, ssize_t count, char *result)
{
    size_t length = (size_t)count;
    static filter_function *const functions[] = {
        split, capitalize, merge, decapitalize};
    static char joined[BLOCK + 3];
    static _Thread_local struct position at; /* of this filter */
    size_t kept = at.kept;                   /* at the beginning of JOINED */
    bool at_end = length == 0;

    record_arrived(id, id > 0 ? filter_names[id - 1] : "main", text, length);
    if (kept > 0) {
        memcpy(joined + kept, text, length);
        text = joined;
        length += kept;
    }
    size_t made = functions[id](&at, text, length, result, at_end);
    if (at.kept > 0)
        memmove(joined, text + length - at.kept, at.kept);
    if (id < LAST)
        record_leaving(id, filter_names[id + 1], result, made);
    if (at_end) {
        filters->saw_end[id] = true;
        record_note("end-of-file");
    }
    return made;
}

void write_result(int out, const char *text, size_t length)
{
    write_all(out, text, length);
    for (size_t i = 0; out == STDOUT_FILENO && i < length; i++)
        if (text[i] == '\n')
            latch_count_down(&filters->sentence_is_out);
}

void write_words(int write_end, char **words)
{
    struct pollfd space = {.fd = write_end, .events = POLLOUT};
    char block[PIPE_BUF]; /* if there is space, a pipe has so much of it */
    bool is_first = true; /* then the pipe is empty */
    size_t used = 0;

    record_state(RUNNING, "running");
    for (char **word = words; *word; word++) {
        size_t length = strlen(*word);
        for (size_t i = 0; i <= length; i++) {
            bool is_last = i == length && word[1] == NULL;
            block[used] = i < length ? (*word)[i] : ' ';
            if (is_last)
                block[used] = '\n';
            used++;
            if (used < sizeof block && !is_last)
                continue;
            while (!is_first && CHECK(poll(&space, 1, 100)) == 0)
                (void)wait_for_actors(0); /* ends the run if one has failed */
            record_leaving(-1, filter_names[0], block, used);
            if (!write_whole(write_end, block, used) && errno != EPIPE)
                die_call("write", errno, __FILE__, __LINE__);
            used = 0;
            is_first = false;
        }
    }
}

/* When the sentence is out, each filter has closed what it does not use, and
 * main has closed the only write end of the first pipe that is in use. If poll
 * does not report that the pipe has ended, a process has kept a write end: then
 * the first filter will wait forever, and all others with it.
 */
static bool can_end(void)
{
    struct pollfd end = {.fd = filters->watched_end, .events = POLLIN};

    (void)CHECK(poll(&end, 1, 0));
    return (end.revents & POLLHUP) != 0;
}

int check_ends(void)
{
    record_state(IDLE, "resting");
    while (!latch_wait_for(&filters->sentence_is_out, NS_PER_SECOND / 100))
        if (wait_for_actors(0)) /* ends the run if a filter has failed */
            break;
    if (can_end())
        (void)wait_for_actors(FOREVER);
    else { /* the views show in which call each one is */
        while (!latch_wait_for(&filters->all_read, NS_PER_SECOND / 10) &&
               !wait_for_actors(0)) /* ends the run if one has failed */
            continue;
        stop_processes();
    }
    for (int i = 0; i < FILTERS; i++)
        if (!filters->saw_end[i])
            record_wrong_of(filter_names[i], 0, "end-of-file never came");

    int ended = filters_at_end();
    if (ended < FILTERS)
        return verdict(false, "%d of %d filters never saw end-of-file",
            FILTERS - ended, FILTERS);
    return verdict(true, "%d of %d filters saw end-of-file", ended, FILTERS);
}
