/* SPDX-License-Identifier: MIT */
#include "demos/parts/pipe_traffic.h"
#include <string.h>

#include "common/demo.h"
#include "demos/parts/pipe_filters.h"

enum { MAX_PIECES = 16384 }; /* of a pipe; the recorder has no space for more */

/* What was written into the pipe of filter ID, in memory that all share. */
static struct pipe_traffic {
    struct piece {
        long end;           /* how many bytes there are up to its end */
        char text[CUT_OFF]; /* a byte more than is recorded: so it is cut off */
        int length;
    } pieces[MAX_PIECES];
    atomic_int count;
} * traffic; /* FILTERS of them; the first is unused: main has no lane */

void traffic_init(void)
{
    traffic = shared_alloc(FILTERS * sizeof *traffic); /* no page is touched */
}

/* Returns how long the first piece of LENGTH bytes of text is. */
static size_t piece_length(const char *text, size_t length)
{
    const char *newline = memchr(text, '\n', length);
    return newline ? (size_t)(newline - text) + 1 : length;
}

static void record_piece(
    enum event_kind kind, const char *role, const char *text, size_t length)
{
    bool is_line = length > 0 && text[length - 1] == '\n';
    int shown = (int)(is_line ? length - 1 : length);

    RECORD(OWN_LANE, kind, IDLE, role, 0,
        shown > 0 ? "%.*s" : "(end of sentence)", shown, text);
}

/* Keeps a piece for the reader, before it can arrive there. */
static void keep_piece(
    struct pipe_traffic *into, long end, const char *text, size_t length)
{
    int index = into->count;

    if (index == MAX_PIECES)
        return;
    struct piece *piece = &into->pieces[index];
    piece->end = end;
    piece->length =
        (int)(length < sizeof piece->text ? length : sizeof piece->text);
    memcpy(piece->text, text, (size_t)piece->length);
    atomic_store(&into->count, index + 1);
}

void record_leaving(int id, const char *to, const char *text, size_t length)
{
    static long written;
    size_t size;

    if (recorder == NULL)
        return;
    for (size_t at = 0; at < length; at += size) {
        size = piece_length(text + at, length - at);
        written += (long)size;
        keep_piece(&traffic[id + 1], written, text + at, size);
        record_piece(SENT, to, text + at, size);
    }
}

void record_arrived(int id, const char *from, const char *text, size_t length)
{
    static long arrived;
    static int next;
    size_t size;

    if (recorder == NULL)
        return;
    arrived += (long)length;
    for (size_t at = 0; id == 0 && at < length; at += size) {
        size = piece_length(text + at, length - at);
        record_piece(RECEIVED, NULL, text + at, size);
    }
    for (; id > 0 && next < traffic[id].count; next++) {
        const struct piece *piece = &traffic[id].pieces[next];
        if (piece->end > arrived)
            break;
        record_piece(RECEIVED, from, piece->text, (size_t)piece->length);
    }
}
