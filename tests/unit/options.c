/* SPDX-License-Identifier: MIT */
/* options: the command line, and a process put in order. What --help says, and that each option
 * takes that, and nothing else, is in tests/demos/all.txt. */
#include "tests/support/test.h"
#include "common/base/run.h"
#include "common/demo.h"
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool flag;
static int whole = 10, choice;
static double seconds = 2.5, positive = 2;
static const char *text = "mu", *file = "log.txt";

static const struct option_spec table[] = {OPTION_FLAG("flag", &flag, "be other"),
    OPTION_INT("whole", &whole, 1, 100, "so many"),
    OPTION_SECONDS("seconds", &seconds, 3600, "so long"),
    OPTION_POSITIVE("positive", &positive, 3600, "longer"),
    OPTION_TEXT("text", &text, 10, "say TEXT"), OPTION_FILE("file", &file, "append to FILE"),
    OPTION_ENUM("choice", "WORD", &choice, "red green", "the color"), {0}};

static struct demo demo = {.name = "demo_unit", .operands = "[WORD...]"};

static int settings(const void *line)
{
    const char *const *words = line;
    char *arguments[16] = {"./demo_unit"};
    int words_count = 1;

    for (; words[words_count - 1]; words_count++)
        arguments[words_count] = (char *)(uintptr_t)words[words_count - 1];
    int first = read_command_line(&demo, table, words_count, arguments);
    say("flag=%d whole=%d seconds=%g positive=%g text=%s choice=%d broken=%d "
        "file=%s speed=%g timeout=%d operands=%d seed=%" PRIu32,
        flag, whole, seconds, positive, text, choice, run.broken, file, run.speed, run.timeout,
        words_count - first, run.seed);
    return 0;
}

TEST(defaults)
{
    static const char *const none[] = {NULL};
    struct result first = expect(0, "", settings, none);
    bool differs = false;

    assert_says(first.out, "flag=0 whole=10 seconds=2.5 positive=2 text=mu choice=0 broken=0 "
                           "file=log.txt speed=1 timeout=0 operands=0 seed=");
    for (int i = 0; i < 5; i++) { /* to be typed again */
        struct result again = expect(0, "", settings, none);
        long seed = strtol(strstr(again.out, "seed=") + 5, NULL, 10);
        assert_int_in_range(seed, 1, 99999);
        differs = differs || strcmp(first.out, again.out) != 0;
    }
    assert_true(differs);
}

/* What is taken, or what is said of what is not. Options stand before operands, so that "sub -5 3"
 * works; the last one counts. */
TEST(lines)
{
    static const struct {
        int status;
        const char *said, *words[4];
    } cases[] = {{0, "flag=1 ", {"--flag"}}, {0, "whole=7 ", {"--whole=007"}},
        {0, "whole=5 ", {"--wh=5"}}, {0, "whole=4 ", {"--whole", "3", "--whole=4"}},
        {0, "seconds=0.5 ", {"--seconds=.5"}}, {0, "seconds=1 ", {"--seconds=1."}},
        {0, "positive=3600 ", {"--positive=3600.0"}},
        {0, "text=\xc3\xa9lan = ", {"--text=\xc3\xa9lan ="}},
        {0, "text= ~\xc2\xa0 ", {"--text= ~\xc2\xa0"}}, {0, "text=-x ", {"--text", "-x"}},
        {0, "file=a b ", {"--file=a b"}}, {0, "choice=1 ", {"--choice=green"}},
        {0, "seed=4294967295\n", {"--seed=4294967295"}},
        {0, " operands=3 ", {"--", "sub", "-5", "--whole=4"}},
        {0, " operands=1 ", {"--flag", "--", "--whole=4"}}, {0, " operands=1 ", {"-"}},
        {2, "demo_unit: --whole=4 is among the words; ", {"--file", "--", "a", "--whole=4"}},
        {2, "demo_unit: -5 is an unknown or ambiguous option; ", {"-5", "word"}},
        {2, "demo_unit: --x\\x1b[2J is an unknown or ambiguous option; ", {"--x\x1b[2J"}},
        {2, "demo_unit: --whole=5\\n: must be a whole number from 1 to 100\n", {"--whole=5\n"}},
        {2, "demo_unit: --seconds=-0: must be 0 to 3600\n", {"--seconds=-0"}},
        {2, "demo_unit: --positive=0.0: must be above 0, up to 3600\n", {"--positive=0.0"}},
        {2, "demo_unit: --file=\\xc2\\x9f: must not have control characters\n",
            {"--file=\xc2\x9f"}}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        bool is_taken = cases[i].status == 0;
        struct result outcome =
            expect(cases[i].status, is_taken ? "" : cases[i].said, settings, cases[i].words);
        assert_says(outcome.out, is_taken ? cases[i].said : "");
    }
}

TEST(not_taken)
{
    static const char *const wrong[] = {"--whole=", "--whole= 1", "--whole=+1", "--whole=3x",
        "--whole=-1", "--whole=5.5", "--whole=0", "--whole=101", "--whole=99999999999999999999",
        "--seconds=1e3", "--seconds=nan", "--seconds=inf", "--seconds=0x10", "--seconds=1,5",
        "--seconds=1.5.5", "--seconds=.", "--seconds=3600.01", "--text=", "--text=12345678901",
        "--choice=", "--choice=red green", "--choice=Red"};

    for (size_t i = 0; i < COUNT(wrong); i++)
        (void)expect(2, ": must be ", settings, (const char *const[]){wrong[i], NULL});
}

/* What a process may inherit from the one that starts it: without SIGALRM the watchdog would be
 * off, and without SIGCHLD no child could be waited for. */
static int change_signals(const void *context)
{
    sigset_t all;

    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, NULL);
    (void)signal(SIGCHLD, SIG_IGN);
    return 0;
}

TEST(inherited_signals)
{
    struct program program = start_with(change_signals, NULL, "demo_file");

    assert_int_equal(program_finish(&program).status, 0);
    program = start_with(change_signals, NULL, "demo_file --late=3600 --timeout=1");
    struct result result = program_finish(&program);
    assert_result(&result, 3, "^demo_file: still running after 1 s, ended; ", "--timeout=1");
}
