/* SPDX-License-Identifier: MIT */
/* pipe_named - demo_pipe --named: pipes that have a name in the file system;
 * and demo_pipe -: sentences from standard input, one a line
 *
 *   $ ./demo_pipe --named Make this sentence camelCase
 *   makeThisSentenceCamelcase
 *        HELD  4 of 4 filters saw end-of-file (seed 99455)
 *
 *   $ printf 'two words\nand three more\n' | ./demo_pipe -
 *   twoWords
 *   andThreeMore
 *        HELD  4 of 4 filters saw end-of-file (seed 96138)
 *
 * Any process that knows the name of a FIFO can open it. So each filter opens
 * the ends that it uses, and inherits none of the FIFOs' that it has to close.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/demo.h" /* CHECK(call) ends the run if the call fails */
#include "demos/parts/cleanup.h"
#include "demos/parts/exclusive.h"
#include "demos/parts/input.h"
#include "demos/parts/pipe_filters.h"

enum { FOLDER_SIZE = 1000 };
enum { ANY_TIME = -1 }; /* a stream has no planned end */

static struct {
    char folder[FOLDER_SIZE];              /* where the FIFOs are */
    char paths[FILTERS][FOLDER_SIZE + 16]; /* FIFO i leads to filter i */
    atomic_int opened;                     /* how many filters have theirs */
} * shared; /* lies in memory that all processes share */

static bool is_named;
static int pipes[FILTERS + 1][2]; /* pipe i leads to filter i; or NONE */

static void close_others(int in, int out);
static void note_open(void);

/* A FIFO is a pipe with a name in the file system. */
static void create_fifos(void)
{
    for (int i = 1; i < FILTERS; i++)
        CHECK(mkfifo(shared->paths[i], 0600)); /* only this user may open it */
}

/* Opening a FIFO waits until another process opens its other end. */
static int open_input(int id)
{
    if (is_named && id > 0)
        return CHECK(open(shared->paths[id], O_RDONLY));
    return pipes[id][0];
}

static int open_output(int id)
{
    if (is_named && id < LAST)
        return CHECK(open(shared->paths[id + 1], O_WRONLY));
    return pipes[id + 1][1];
}

static void filter(int id)
{
    static char text[BLOCK], result[RESULT_SIZE];
    ssize_t length;

    close_others(pipes[id][0], pipes[id + 1][1]);
    int in = open_input(id), out = open_output(id);
    note_open(); /* when all are open, the names can go */
    do {
        length = CHECK(read_some(in, text, sizeof text)); /* 0: end-of-file */
        size_t made = apply_filter(id, text, length, result);
        write_result(out, result, made);
    } while (length > 0);
    CHECK(close(out)); /* now the next filter sees end-of-file */
}

/* ---- The mechanism ends here. Below: set-up. ---- */

static void close_others(int in, int out)
{
    for (int i = 0; i <= FILTERS; i++)
        for (int end = 0; end <= 1; end++) {
            int descriptor = pipes[i][end];
            bool is_ours = descriptor == in || descriptor == out;
            if (!is_ours && descriptor > STDERR_FILENO)
                CHECK(close(descriptor));
        }
}

/* Called by the cleanup process, however this process ends. */
static int remove_names(void *context)
{
    for (int i = 1; i < FILTERS; i++)
        if (unlink(shared->paths[i]) == -1 && errno != ENOENT)
            return -1;
    return rmdir(shared->folder) == -1 && errno != ENOENT ? -1 : 0;
}

static void note_open(void)
{
    int now_open = atomic_fetch_add(&shared->opened, 1) + 1;

    if (is_named && now_open == FILTERS)
        (void)remove_names(NULL); /* the FIFOs live while they are open */
}

static void make_names(void)
{
    const char *parent = getenv("TMPDIR");
    char folder[FOLDER_SIZE];
    int length = snprintf(folder, sizeof folder, "%s/demo_pipe-XXXXXX",
        parent && *parent ? parent : "/tmp");

    if (length >= FOLDER_SIZE)
        die("TMPDIR: the path is too long; set it to a shorter one");
    sigset_t before = hold_signals();
    cleanup_start(remove_names, NULL);
    CHECK_NOT(NULL, mkdtemp(folder)); /* no other user gets in */
    memcpy(shared->folder, folder, sizeof folder);
    for (int i = 1; i < FILTERS; i++)
        (void)snprintf(
            shared->paths[i], sizeof shared->paths[i], "%s/%d", folder, i);
    create_fifos();
    release_signals(before);
}

int run_other_pipeline(bool named, char **words)
{
    bool is_stream = strcmp(words[0], "-") == 0;

    if (is_stream && words[1])
        usage_error("unexpected operand %s after -", escaped(words[1]));
    if (run.broken)
        usage_error("--broken cannot be combined with --named or -");
    if (is_stream)
        check_input();
    is_named = named;
    filters_init(words, NULL);
    shared = shared_alloc(sizeof *shared);
    if (named)
        make_names();
    for (int i = 0; i <= FILTERS; i++) {
        pipes[i][0] = i == 0 ? STDIN_FILENO : NONE;
        pipes[i][1] = i == FILTERS ? STDOUT_FILENO : NONE;
        bool is_needed = i == 0 ? !is_stream : i < FILTERS && !named;
        if (is_needed)
            CHECK(pipe(pipes[i]));
    }
    for (int i = 0; i < FILTERS; i++)
        add_process(filter_names[i], i, filter);
    start_actors(is_stream ? ANY_TIME : 0);
    close_others(NONE, pipes[0][1]);
    if (!is_stream) {
        write_words(pipes[0][1], words);
        CHECK(close(pipes[0][1])); /* now the first filter sees end-of-file */
        record_state(IDLE, "resting");
    }
    (void)wait_for_actors(FOREVER);
    if (named)
        cleanup_now();
    return verdict(filters_at_end() == FILTERS,
        "%d of %d filters saw end-of-file", filters_at_end(), FILTERS);
}
