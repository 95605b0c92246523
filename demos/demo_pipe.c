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
 * --broken leaves out close_unused_ends() in the filters. They keep write ends
 * open, so every run shows the bug: end-of-file never comes.
 */
#include <string.h>
#include <unistd.h>

#include "common/demo.h" /* CHECK(call) ends the run if the call fails */
#include "demos/parts/about.h"
#include "demos/parts/pipe_filters.h"

/* main ->[0]-> split ->[1]-> capitalize ->[2]-> merge ->[3]-> decapitalize */
static int pipes[FILTERS][2]; /* each has a read end [0] and a write end [1] */

/* A forgotten write end delays end-of-file forever, even the reader's own. */
static void close_unused_ends(int in, int out)
{
    for (int i = 0; i < FILTERS; i++) {
        if (pipes[i][0] != in)
            CHECK(close(pipes[i][0]));
        if (pipes[i][1] != out)
            CHECK(close(pipes[i][1]));
    }
}

static void filter(int id)
{
    static char text[BLOCK], result[RESULT_SIZE];
    int in = pipes[id][0];
    int out = id < LAST ? pipes[id + 1][1] : STDOUT_FILENO;
    ssize_t length;

    close_unused_ends(in, out);
    do {
        length = CHECK(read(in, text, BLOCK)); /* waits; 0: end-of-file */
        size_t made = apply_filter(id, text, (size_t)length, result);
        write_result(out, result, made); /* write(2), until all is out */
    } while (length > 0);
    CHECK(close(out)); /* now the next filter sees end-of-file */
}

/* WRONG: keeps all ends open, so it has a write end of the pipe it reads. */
static void broken_filter(int id)
{
    static char text[BLOCK], result[RESULT_SIZE];
    int in = pipes[id][0];
    int out = id < LAST ? pipes[id + 1][1] : STDOUT_FILENO;
    ssize_t length;

    /* WRONG: close_unused_ends() is missing here */
    do {
        length = CHECK(read(in, text, BLOCK)); /* waits; never returns 0 */
        size_t made = apply_filter(id, text, (size_t)length, result);
        write_result(out, result, made); /* write(2), until all is out */
    } while (length > 0);
    CHECK(close(out));
}

static void run_pipeline(char **words)
{
    for (int i = 0; i < FILTERS; i++)
        CHECK(pipe(pipes[i]));
    for (int i = 0; i < FILTERS; i++)
        add_process(filter_names[i], i, run.broken ? broken_filter : filter);
    /* fork(2) once for each filter: the child has copies of all ends */
    start_actors(0);
    keep_for_verdict(pipes[0][0]);
    close_unused_ends(-1, pipes[0][1]);      /* main only writes, into pipe 0 */
    for (char **word = words; *word; word++) /* write(2) each of them */
        write_text(pipes[0][1], "%s%s", *word, word[1] ? " " : "\n");
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

    filters_init();
    run_pipeline(words);
    return check_ends();
}
