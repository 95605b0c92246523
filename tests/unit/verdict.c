/* SPDX-License-Identifier: MIT */
/* verdict: one line in a pipe, and a block with a badge on a terminal */
#include "tests/support/test.h"
#include "tests/support/terminal.h"
#include "common/demo.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

static const struct demo demo = {.name = "demo_unit",
    .bug = "one line is not one message",
    .left_out = "pthread_mutex_lock and pthread_mutex_unlock in writer()",
    .wrong = "broken_writer()"};
static const struct option_spec no_options[] = {{0}};

static const char intact[] = "all 3 lines are intact";
static const char overload[] = "10 workers were inside at once, but there are only 3 slots";
static const char red[] = "\n\033[1;31m VIOLATED\033[0m  1 line is torn (seed 48213)\n";
static const char block[] =
    "\n VIOLATED  10 workers were inside at once, but there are only 3 slots\n"
    " left out  pthread_mutex_lock and pthread_mutex_unlock in writer()\n"
    "    where  broken_writer() in demos/demo_unit.c: one line is not one message,\n"
    "           seed 48213\n";

struct judgement {
    bool held, broken;
    int width; /* of the terminal; 0: there is none */
    const char *text, *shown, *option, *variable;
};

static int judge(const void *context)
{
    const struct judgement *judgement = context;
    const struct winsize size = {.ws_col = (unsigned short)judgement->width};
    char *words[5] = {"./demo_unit", "--seed=48213"};
    int count = 2;

    if (judgement->broken)
        words[count++] = "--broken";
    if (judgement->option)
        words[count++] = (char *)(uintptr_t)judgement->option;
    if (judgement->variable)
        (void)putenv((char *)(uintptr_t)judgement->variable);
    if (judgement->width > 0)
        CHECK(ioctl(STDERR_FILENO, TIOCSWINSZ, &size));
    (void)read_command_line(&demo, no_options, count, words);
    int status = verdict(judgement->held, "%s", judgement->text);
    return fcntl(STDOUT_FILENO, F_GETFD) == -1 ? status : 99; /* it is closed */
}

/* Returns what a terminal shows; without one, what it wrote. */
static const char *show(const struct judgement *judgement)
{
    int status = judgement->held ? 0 : 4;

    if (judgement->width == 0) {
        struct result result = forked(judge, judgement);
        assert_int_equal(result.status, status);
        assert_string_equal(result.out, "");
        return result.err;
    }
    struct terminal terminal = terminal_with(judge, judgement);
    assert_int_equal(terminal_finish(&terminal), status);
    char *shown = terminal.program.so_far.out, *end = shown;
    for (const char *next = shown; *next; next++)
        if (*next != '\r') /* the terminal's own */
            *end++ = *next;
    *end = '\0';
    return shown;
}

TEST(verdicts)
{
    static const char green[] = "\n\033[1;38;5;36m     HELD\033[0m  all 3 lines are intact "
                                "(seed 48213)\n";
    static const char held[] = "demo_unit: guarantee held: all 3 lines are intact (seed 48213)\n";
    static const struct judgement judgements[] = {{true, false, 0, intact, held, NULL, NULL},
        {true, true, 0, intact, held, NULL, NULL},
        /* color is for terminals, even if asked for */
        {true, false, 0, intact, held, "--color=always", NULL},
        {false, false, 0, "1 line is torn",
            "demo_unit: guarantee VIOLATED: 1 line is torn (seed 48213)\n", NULL, NULL},
        {false, true, 0, "1 line is torn",
            "demo_unit: guarantee VIOLATED: 1 line is torn (seed 48213)\n"
            "demo_unit: bug: one line is not one message; left out: "
            "pthread_mutex_lock and pthread_mutex_unlock in writer()\n",
            NULL, NULL},
        {false, true, 80, overload, block, "--color=never", NULL},
        {false, true, 80, overload, block, NULL, "NO_COLOR=1"},
        {true, false, 80, intact, "\n     HELD  all 3 lines are intact (seed 48213)\n",
            "--color=never", NULL},
        {true, false, 80, intact, green, NULL, NULL},
        {true, true, 80, intact, green, "--color=always", "NO_COLOR=1"},
        {false, false, 80, "1 line is torn", red, NULL, NULL},
        {false, false, 80, "1 line is torn", red, "--color=always", "TERM=dumb"}};

    for (size_t i = 0; i < COUNT(judgements); i++)
        assert_string_equal(show(&judgements[i]), judgements[i].shown);
}

/* However narrow the terminal is: no row is wider, and all words are there. The longest one is 23
 * bytes, so that it fits only from 36 columns on. */
TEST(width)
{
    static const char *const colors[] = {"--color=never", "--color=always"};
    char words[sizeof block];

    for (int i = 2 * 20; i < 2 * 140; i++) {
        int width = i / 2, column = 0;
        const struct judgement judgement = {
            false, true, width, overload, NULL, colors[i % 2], NULL};
        const char *shown = show(&judgement);
        for (const char *next = shown; *next; next++) {
            if (*next == '\033')
                next += strcspn(next, "m");
            else
                column = *next == '\n' ? 0 : column + 1;
            if (column > width)
                fail_msg("%d columns, but: %s", width, shown);
        }
        (void)strcpy(words, block);
        const char *rest = shown;
        for (char *word = strtok(words, " \n"); word && width >= 36; word = strtok(NULL, " \n")) {
            rest = strstr(rest, word); /* in this order */
            assert_non_null(rest);
        }
    }
}
