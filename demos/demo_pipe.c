/* SPDX-License-Identifier: MIT */
/* demo_pipe - four filters, connected by pipes, turn a sentence into camelCase
 *
 * A pipe carries bytes from its write end to its read end. The reader sees
 * end-of-file when no process has the write end open any more.
 *
 *   $ ./demo_pipe Make this sentence camelCase
 *   makeThisSentenceCamelcase
 *        HELD  4 of 4 filters saw end-of-file (seed 8559)
 *
 *   $ ./demo_pipe --broken Make this sentence camelCase
 *   makeThisSentenceCamelcase
 *    VIOLATED  4 of 4 filters never saw end-of-file
 *
 * Guarantee: each filter sees end-of-file, and so the pipeline ends.
 * --broken leaves out close_unused_ends() in the filters. The sentence still
 * comes out. But then each filter waits for end-of-file, which never comes,
 * until the run notices and kills them.
 */
#include <string.h>
#include <unistd.h>

#include "common/demo.h" /* CHECK(call): its value; a failure ends the run */
#include "demos/parts/about.h"
#include "demos/parts/pipe_filters.h"

/* Pipe i leads to filter i:
 * main -0-> split -1-> capitalize -2-> merge -3-> decapitalize -> stdout
 * Each pipe has a read end [0] and a write end [1]. */
static int pipes[FILTERS][2];

/* Each filter is forked, and so has a copy of all ends. read returns 0 only
 * when nobody has the write end open any more, not even the reader itself. */
static void close_unused_ends(int used_in, int used_out)
{
    for (int i = 0; i < FILTERS; i++) {
        if (pipes[i][0] != used_in)
            CHECK(close(pipes[i][0]));
        if (pipes[i][1] != used_out)
            CHECK(close(pipes[i][1]));
    }
}

/* Reads until end-of-file, and writes what the filter makes of it; finally, for
 * 0 bytes, what it has kept back. */
static void copy_filtered(int id, int in, int out)
{
    static char text[BLOCK], result[RESULT_SIZE];
    ssize_t length;

    do {
        length = CHECK(read(in, text, BLOCK)); /* waits; 0: end-of-file */
        size_t made = apply_filter(id, text, length, result);
        write_result(out, result, made); /* write(2), until all is out */
    } while (length > 0);
    CHECK(close(out)); /* nobody else has it: now the next filter reads 0 */
}

static void filter(int id)
{
    int in = pipes[id][0], out = id < LAST ? pipes[id + 1][1] : STDOUT_FILENO;

    close_unused_ends(in, out);
    copy_filtered(id, in, out);
}

/* WRONG: keeps all ends open, so no pipe is ever without a write end. */
static void broken_filter(int id)
{
    int in = pipes[id][0], out = id < LAST ? pipes[id + 1][1] : STDOUT_FILENO;

    copy_filtered(id, in, out); /* its last read never returns */
}

static void start_filters(void)
{
    for (int i = 0; i < FILTERS; i++)
        CHECK(pipe(pipes[i])); /* before any fork: all inherit them */
    for (int i = 0; i < FILTERS; i++)
        add_process(filter_names[i], i, run.broken ? broken_filter : filter);
    start_actors(0); /* forks them, with copies of all ends; 0 s are planned */
}

static void feed_filters(char **words)
{
    close_unused_ends(NONE, pipes[0][1]); /* main only writes, into pipe 0 */
    write_words(pipes[0][1], words);      /* write(2), until all are out */
    CHECK(close(pipes[0][1])); /* now the first filter sees end-of-file */
}

/* ---- The mechanism ends here. Below: the check, options. ---- */

static bool named;
static const struct option_spec options[] = {
    OPTION_FLAG("named", &named, "connect the filters by named pipes (FIFOs)"),
    {0}};

int main(int argc, char **argv)
{
    static char *sentence[] = {"Make", "this", "sentence", "camelCase", NULL};
    int first = read_command_line(&pipe_demo, options, argc, argv);
    char **words = first < argc ? argv + first : sentence;

    if (named || strcmp(words[0], "-") == 0)
        return run_other_pipeline(named, words); /* in pipe_named.c */

    filters_init(words, &pipes[0][0]);
    start_filters();
    feed_filters(words);
    return check_ends();
}
