/* SPDX-License-Identifier: MIT */
/* demo_pipe - four filters, connected by pipes, turn sentences into camelCase
 *
 * Guarantee: every filter sees the end of its input, and the pipeline ends.
 * --broken leaves out the closing of unused ends: the end of file never comes.
 * Read filter() first, then keep_own_ends() and open_fifos().
 */
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/check.h"
#include "common/files.h"
#include "common/names.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include "common/record/recorder.h"
#include "common/transfer.h"
#include "demos/about.h"
#include "demos/keeper.h"
#include "demos/pipe_filters.h"

enum { FILTERS = 4, BLOCK = 65536, SILENCE = 200 /* milliseconds */ };
static filter_function *const filters[FILTERS] = {
    split, capitalize, merge, decapitalize};
static const char *const names[] = {
    "split", "capitalize", "merge", "decapitalize", NULL};
static bool named, streaming;

/* Shared by all processes. Pipe i leads to filter i. */
struct pipeline {
    int ends[FILTERS][2]; /* of each pipe: the read end and the write end */
    char folder[1000], fifos[FILTERS][1016]; /* --named: their paths */
    atomic_int opened; /* --named: how many filters have opened theirs */

    atomic_bool closed[FILTERS];  /* the writer of pipe i has closed its end */
    atomic_bool came_out;         /* the last filter has written something */
    atomic_bool saw_end[FILTERS]; /* the evidence */
};

/* After fork a process has both ends of all pipes. While anybody has a write
 * end open, its reader gets no end of file: so each closes what it can spare.
 */
static void keep_own_ends(const struct pipeline *line, int in, int out)
{
    for (int i = 0; i < FILTERS; i++)
        for (int end = 0; end < 2 && line->ends[i][end] > 0; end++)
            if (line->ends[i][end] != in && line->ends[i][end] != out)
                CHECK_ONCE(close(line->ends[i][end]));
}

/* Waits for input. Returns false if none can come any more and yet no end of
 * file is there, which is a contradiction: the writer has closed its end, and
 * poll(2) sees neither data nor the hang-up. So somebody else holds that end.
 * When a sentence has come out, all processes are past keep_own_ends().
 */
static bool await_input(const struct pipeline *line, int number, int in)
{
    struct pollfd input = {.fd = in, .events = POLLIN};

    while (CHECK(poll(&input, 1, streaming ? -1 : SILENCE)) == 0)
        if (line->closed[number] && line->came_out &&
            CHECK(poll(&input, 1, 0)) == 0)
            return false;
    return true;
}

static int remove_fifos(void *context)
{
    const struct pipeline *line = context;

    for (int i = 1; i < FILTERS; i++)
        if (unlink(line->fifos[i]) == -1 && errno != ENOENT)
            return -1;
    return rmdir(line->folder) == -1 && errno != ENOENT ? -1 : 0;
}

static void create_fifos(struct pipeline *line)
{
    const char *folder = getenv("TMPDIR");
    int length = snprintf(line->folder, sizeof line->folder,
        "%s/demo_pipe-XXXXXX", folder && *folder ? folder : "/tmp");

    if (length >= (int)sizeof line->folder)
        fail("TMPDIR: the path is too long; set it to a shorter one");
    sigset_t before = hold_signals();
    keeper_start(remove_fifos, line);
    CHECK_NOT(NULL, mkdtemp(line->folder)); /* nobody else gets in */
    for (int i = 1; i < FILTERS; i++) {
        (void)snprintf(
            line->fifos[i], sizeof line->fifos[i], "%s/%d", line->folder, i);
        CHECK(mkfifo(line->fifos[i], 0600));
    }
    release_signals(before);
}

/* Opening waits for the other side. When all have opened, the names go. */
static void open_fifos(struct pipeline *line, int number, int *in, int *out)
{
    if (number > 0)
        *in = CHECK(open(line->fifos[number], O_RDONLY));
    if (number + 1 < FILTERS)
        *out = CHECK(open(line->fifos[number + 1], O_WRONLY));
    if (atomic_fetch_add(&line->opened, 1) == FILTERS - 1)
        (void)remove_fifos(line);
}

static void filter(int number, void *context)
{
    static char text[BLOCK + 4], result[12 * BLOCK];
    struct pipeline *line = context;
    bool first = number == 0, last = number == FILTERS - 1;
    int in = first && streaming ? STDIN_FILENO : line->ends[number][0];
    int out = last ? STDOUT_FILENO : line->ends[number + 1][1];
    struct position position = {0};
    size_t kept = 0, length = 0;

    if (!run.broken)
        keep_own_ends(line, in, out);
    if (named)
        open_fifos(line, number, &in, &out);
    record_state(WAITING, "waiting");
    while (await_input(line, number, in)) {
        ssize_t got = CHECK(read_some(in, text + kept, BLOCK));
        record_lines(
            RECEIVED, first ? NULL : names[number - 1], text + kept, got);
        record_state(RUNNING, got == 0 ? "end of file" : "working");
        line->saw_end[number] = got == 0;
        length = kept + (size_t)got;
        size_t made =
            filters[number](&position, text, length, result, &kept, got == 0);
        if (!last)
            record_lines(SENT, names[number + 1], result, (ssize_t)made);
        write_all(out, result, made);
        if (last && made > 0)
            line->came_out = true;
        if (got == 0)
            break;
        record_state(WAITING, "waiting");
        memmove(text, text + length - kept, kept);
    }
    if (!line->saw_end[number])
        record_note("no end of file");
    CHECK_ONCE(close(out));
    if (!last)
        line->closed[number + 1] = true;
}

static const struct option_row options[] = {
    {"named", NULL, FLAG, &named, 0, 0, NULL,
        "connect the filters by named pipes (FIFOs)"},
    {0}};

int main(int argc, char **argv)
{
    static char *standard[] = {"Make", "this", "sentence", "camelCase", NULL};
    int first = demo_start(&pipe_demo, options, argc, argv), ended = 0;
    char **words = first < argc ? argv + first : standard;

    streaming = strcmp(words[0], "-") == 0;
    if (streaming && words[1])
        usage_error("- stands alone; see --help");
    if (streaming)
        check_input();
    if (run.broken && (streaming || named))
        usage_error("--broken wants unused ends; leave out --named and -");

    struct pipeline *line = share_memory(sizeof *line);
    watchdog_start(streaming ? -1 : 0);
    if (named)
        create_fifos(line);
    for (int i = 0; i < FILTERS; i++)
        if (i == 0 ? !streaming : !named)
            CHECK(pipe(line->ends[i]));
    for (int i = 0; i < FILTERS; i++)
        (void)start_process(names[i], i, filter, line);
    keep_own_ends(line, line->ends[0][1], -1);
    if (!streaming) {
        for (char **word = words; *word; word++) {
            feed(line->ends[0][1], *word);
            feed(line->ends[0][1], word[1] ? " " : "\n");
        }
        CHECK_ONCE(close(line->ends[0][1]));
        line->closed[0] = true;
    }
    join_processes(0);
    keeper_dismiss();
    for (int i = 0; i < FILTERS; i++)
        ended += line->saw_end[i];
    return verdict(ended == FILTERS, "%d of %d filters %s their input",
        ended == FILTERS ? ended : FILTERS - ended, FILTERS,
        ended == FILTERS ? "saw the end of" : "saw no end of");
}
