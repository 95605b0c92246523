/* SPDX-License-Identifier: MIT */
#include "demos/parts/pipe_traffic.h"
#include <stdatomic.h>
#include <string.h>

#include "common/demo.h"

/* The recorder has no space for more of a pipe. */
enum { MAX_PIECES = 16384 };

/* What was written into each pipe. */
static struct pipe_traffic {
    struct piece {
        long end;           /* how many bytes there are up to its end */
        char text[CUT_OFF]; /* a byte more than is recorded: so it is cut off */
        int length;         /* of the text, without its newline */
        bool is_line;       /* it had one */
    } pieces[MAX_PIECES];
    atomic_int count;
} * traffic;

void traffic_init(int pipes)
{
    if (recorder)
        traffic = shared_alloc((size_t)pipes * sizeof *traffic);
}

/* An empty line ends a sentence; but if the piece before it was no whole line,
 * this is the rest of it.
 */
static void record_piece(
    enum event_kind kind, const char *role, const struct piece *piece)
{
    static bool is_in_line[RECEIVED + 1]; /* what was sent, or received */
    const char *words = piece->text;
    int length = piece->length, blanks = 0;

    while (blanks < length && words[blanks] == ' ')
        blanks++;
    if (length == 0)
        words = is_in_line[kind] ? "(end of word)" : "(empty line)";
    else if (blanks == length)
        words = "(blank)";
    if (words != piece->text)
        length = (int)strlen(words);
    RECORD(OWN_LANE, kind, IDLE, role, 0, "%.*s", length, words);
    is_in_line[kind] = !piece->is_line;
}

/* Takes the first piece of LENGTH bytes of text, and returns how long it is. */
static size_t take_piece(const char *text, size_t length, struct piece *piece)
{
    const char *newline = memchr(text, '\n', length);
    size_t shown = newline ? (size_t)(newline - text) : length;

    piece->is_line = newline != NULL;
    piece->length = (int)(shown < CUT_OFF ? shown : CUT_OFF);
    memcpy(piece->text, text, (size_t)piece->length);
    return newline ? shown + 1 : shown;
}

void record_leaving(int id, const char *to, const char *text, size_t length)
{
    static long written;
    struct piece piece;

    if (recorder == NULL)
        return;
    for (size_t at = 0; at < length;) {
        struct pipe_traffic *into = &traffic[id + 1];
        int index = into->count;
        size_t size = take_piece(text + at, length - at, &piece);
        at += size;
        written += (long)size;
        piece.end = written;
        if (index < MAX_PIECES) { /* it is kept before it can arrive */
            into->pieces[index] = piece;
            atomic_store(&into->count, index + 1);
        }
        record_piece(SENT, to, &piece);
    }
}

void record_arrived(int id, const char *from, const char *text, size_t length)
{
    static long arrived;
    static int next;
    struct piece piece;

    if (recorder == NULL)
        return;
    arrived += (long)length;
    bool is_stream = id == 0 && traffic[0].count == 0; /* from outside */
    for (size_t at = 0; is_stream && at < length;) {
        at += take_piece(text + at, length - at, &piece);
        record_piece(RECEIVED, NULL, &piece);
    }
    const struct pipe_traffic *into = &traffic[id];
    for (; !is_stream && next < into->count; next++) {
        if (into->pieces[next].end > arrived)
            break;
        record_piece(RECEIVED, from, &into->pieces[next]);
    }
}
