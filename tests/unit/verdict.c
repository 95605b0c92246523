/* SPDX-License-Identifier: MIT */
/* verdict: one line in a pipe, and a block with a badge on a terminal */
#include "tests/support/unit.h"
#include "common/demo.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct demo demo = {.name = "demo_unit",
    .shows = "It shows.",
    .guarantee = "It holds.",
    .no_guarantee = "the rest.",
    .broken = "it breaks.",
    .bug = "one line is not one message",
    .left_out = "pthread_mutex_lock and pthread_mutex_unlock in writer()",
    .wrong = "broken_writer()",
    .source = "nowhere"};
static const struct option_spec no_options[] = {{0}};

struct judgement {
    bool held, broken;
    const char *text, *shown;
    int status, width; /* WIDTH: of the terminal; 0 for a pipe */
    const char *option, *variable;
};
static void begin_run(const struct judgement *judgement)
{
    char *words[5] = {"./demo_unit", "--seed=48213"};
    int count = 2;

    if (judgement->broken)
        words[count++] = "--broken";
    if (judgement->option)
        words[count++] = (char *)(uintptr_t)judgement->option;
    (void)read_command_line(&demo, no_options, count, words);
}

static int judge(const void *context)
{
    const struct judgement *judgement = context;

    begin_run(judgement);
    int status = verdict(judgement->held, "%s", judgement->text);
    return fcntl(STDOUT_FILENO, F_GETFD) == -1 ? status : 99; /* not closed */
}

TEST(lines)
{
    static const struct judgement judgements[] = {
        {true, false, "all 3 lines are intact",
            "held: all 3 lines are intact (seed 48213)\n", 0, 0, NULL, NULL},
        {false, false, "1 line is torn",
            "VIOLATED: 1 line is torn (seed 48213)\n", 4, 0, NULL, NULL},
        {true, true, "all is well", "held: all is well (seed 48213)\n", 0, 0,
            NULL, NULL},
        {false, true, "1 line is torn",
            "VIOLATED: 1 line is torn (seed 48213)\n"
            "demo_unit: bug: one line is not one message; left out: "
            "pthread_mutex_lock and pthread_mutex_unlock in writer()\n",
            4, 0, NULL, NULL},
        /* color is for terminals, even if asked for */
        {true, false, "it held", "held: it held (seed 48213)\n", 0, 0,
            "--color=always", NULL}};
    char shown[256];

    for (size_t i = 0; i < COUNT(judgements); i++) {
        (void)snprintf(shown, sizeof shown, "demo_unit: guarantee %s",
            judgements[i].shown);
        struct outcome outcome =
            expect(judgements[i].status, "demo", judge, &judgements[i]);
        assert_string_equal(outcome.err, shown);
        assert_string_equal(outcome.out, "");
    }
}

/* The same with standard error on a terminal; what that shows is written to
 * standard output, which verdict() closes.
 */
static int judge_on_terminal(const void *context)
{
    const struct judgement *judgement = context;
    struct winsize size = {
        .ws_row = 24, .ws_col = (unsigned short)judgement->width};
    int out = CHECK(dup(STDOUT_FILENO));
    int keyboard = CHECK(posix_openpt(O_RDWR | O_NOCTTY));
    char shown[4000];

    CHECK(grantpt(keyboard));
    CHECK(unlockpt(keyboard));
    int screen = CHECK(open(ptsname(keyboard), O_RDWR | O_NOCTTY));
    CHECK(ioctl(screen, TIOCSWINSZ, &size));
    if (judgement->variable)
        (void)putenv((char *)(uintptr_t)judgement->variable);
    begin_run(judgement);
    CHECK(dup2(screen, STDERR_FILENO));
    int status = verdict(judgement->held, "%s", judgement->text);
    (void)close(screen);
    (void)close(STDERR_FILENO);
    for (ssize_t length; /* until nobody has it open: Linux says EIO */
         (length = read(keyboard, shown, sizeof shown)) > 0;)
        for (ssize_t i = 0; i < length; i++)
            if (shown[i] != '\r') /* the terminal's own */
                CHECK(write(out, &shown[i], 1));
    return status;
}

static const char violated[] =
    "\n VIOLATED  10 workers were inside at once, but there are only 3 slots\n"
    " left out  pthread_mutex_lock and pthread_mutex_unlock in writer()\n"
    "    where  broken_writer() in demos/demo_unit.c:\n"
    "           one line is not one message, seed 48213\n";
static const char held[] = "\n     HELD  all 3 lines are intact (seed 48213)\n";
static const char violation[] =
    "10 workers were inside at once, but there are only 3 slots";

TEST(block)
{
    static const char green[] =
        "\n     \033[1;38;5;36mHELD\033[0m  all 3 lines are intact "
        "(seed 48213)\n";
    static const char red[] =
        "\n \033[1;31mVIOLATED\033[0m  1 line is torn (seed 48213)\n";
    const struct judgement judgements[] = {
        {false, true, violation, violated, 4, 80, "--color=never", NULL},
        {false, true, violation, violated, 4, 80, NULL, "NO_COLOR=1"},
        {false, true, violation, violated, 4, 80, NULL, "TERM=dumb"},
        {true, false, "all 3 lines are intact", held, 0, 80, "--color=never",
            NULL},
        {true, false, "all 3 lines are intact", green, 0, 80, NULL, NULL},
        {true, true, "all 3 lines are intact", green, 0, 80, "--color=always",
            "NO_COLOR=1"},
        {false, false, "1 line is torn", red, 4, 80, NULL, NULL},
        {false, false, "1 line is torn", red, 4, 80, "--color=always",
            "TERM=dumb"}};

    for (size_t i = 0; i < COUNT(judgements); i++) {
        struct outcome outcome =
            expect(judgements[i].status, "", judge_on_terminal, &judgements[i]);
        assert_string_equal(outcome.out, judgements[i].shown);
    }
}

/* Copies SHOWN without what colors it. */
static void remove_colors(const char *shown, char *plain)
{
    for (; *shown; shown++)
        if (*shown == '\033')
            shown += strcspn(shown, "m");
        else
            *plain++ = *shown;
    *plain = '\0';
}

/* Copies the words in SHOWN, one blank between two, without the space that
 * only moves them.
 */
static void join_words(const char *shown, char *joined)
{
    while (*shown) {
        size_t length = strcspn(shown, " \n");
        memcpy(joined, shown, length);
        joined += length;
        if (length > 0)
            *joined++ = ' ';
        shown += length + strspn(shown + length, " \n");
    }
    *joined = '\0';
}

/* However narrow the terminal is: no row is wider, and all words are there.
 * The longest one is 23 bytes, so that it fits only from 36 columns on.
 */
TEST(width)
{
    char plain[8192], joined[8192], expected[8192];

    join_words(violated, expected);
    for (int width = 20; width < 140; width++)
        for (int color = 0; color < 2; color++) {
            const struct judgement judgement = {false, true, violation, "", 4,
                width, color ? "--color=always" : "--color=never", NULL};
            struct outcome outcome =
                expect(4, "", judge_on_terminal, &judgement);
            remove_colors(outcome.out, plain);
            for (const char *row = plain; *row;) {
                size_t length = strcspn(row, "\n");
                if (length > (size_t)width)
                    fail_msg("%d columns, but: %s", width, plain);
                row += length + 1;
            }
            join_words(plain, joined);
            if (width >= 36)
                assert_string_equal(joined, expected);
        }
}

static int verdict_without_output(const void *context)
{
    begin_run(context);
    (void)close(STDOUT_FILENO);
    return verdict(true, "all lines are intact");
}

TEST(output_that_is_lost)
{
    const struct judgement judgement = {.held = true};

    struct outcome outcome = expect(3,
        "demo_unit: write to standard output: ", verdict_without_output,
        &judgement);
    assert_memory_equal(outcome.err,
        "demo_unit: guarantee held: all lines are intact (seed 48213)\n", 61);
}

static int judge_not(const void *context)
{
    begin_run(context);
    return undecided("the machine was too busy");
}

TEST(undecided)
{
    const struct judgement judgement = {.broken = true};

    struct outcome outcome = expect(3, "demo", judge_not, &judgement);
    assert_string_equal(outcome.err,
        "demo_unit: cannot tell whether the guarantee held: the machine was "
        "too busy\n");
}
