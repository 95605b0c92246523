/* SPDX-License-Identifier: MIT */
/* options: the command line, and a process put in order. What --help says, and
 * that each option takes that, and nothing else, is in tests/demos/all.txt.
 */
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

#define LINE(...) ((const char *const[]){__VA_ARGS__, NULL})

TEST(defaults)
{
    struct result first = expect(0, "", settings, LINE(NULL));
    bool differs = false;

    assert_says(first.out, "flag=0 whole=10 seconds=2.5 positive=2 text=mu choice=0 broken=0 "
                           "file=log.txt speed=1 timeout=0 operands=0 seed=");
    for (int i = 0; i < 5; i++) { /* to be typed again */
        struct result again = expect(0, "", settings, LINE(NULL));
        long seed = strtol(strstr(again.out, "seed=") + 5, NULL, 10);
        assert_int_in_range(seed, 1, 99999);
        differs = differs || strcmp(first.out, again.out) != 0;
    }
    assert_true(differs);
}

/* Options stand before operands, so that "sub -5 3" works; the last one counts.
 */
TEST(accepted)
{
    static const char *const accepted[][4] = {{"flag=1 ", "--flag"}, {"whole=7 ", "--whole=007"},
        {"whole=5 ", "--wh=5"}, {"whole=4 ", "--whole", "3", "--whole=4"},
        {"seconds=0.5 ", "--seconds=.5"}, {"seconds=1 ", "--seconds=1."},
        {"positive=3600 ", "--positive=3600.0"}, {"text=\xc3\xa9lan = ", "--text=\xc3\xa9lan ="},
        {"text= ~\xc2\xa0 ", "--text= ~\xc2\xa0"}, {"text=-x ", "--text", "-x"},
        {"file=a b ", "--file=a b"}, {"choice=1 ", "--choice=green"}, {"seed=0\n", "--seed=0"},
        {"seed=4294967295\n", "--seed=4294967295"}, {" operands=3 ", "sub", "-5", "--whole=4"},
        {" operands=1 ", "--flag", "--", "--whole=4"}, {" operands=1 ", "-"}};

    for (size_t i = 0; i < COUNT(accepted); i++) {
        const char *const *line = accepted[i];
        struct result outcome = expect(0, "", settings, LINE(line[1], line[2], line[3]));
        assert_says(outcome.out, line[0]);
    }
}

TEST(refused)
{
    static const char *const refused[][3] = {
        {"--nix=3 is an unknown or ambiguous option; ", "--flag", "--nix=3"},
        {"-xy is an unknown or ambiguous option; ", "-xy"},
        {"-5 is an unknown or ambiguous option; ", "-5", "word"},
        {"--x\\x1b[2J is an unknown or ambiguous option; ", "--x\x1b[2J"},
        {"--whole=4294967297: must be a whole number from 1 to 100\n", "--whole=4294967297"},
        {"--whole=5\\n: must be ", "--whole=5\n"}, {"--whole=\\x095: must be ", "--whole=\t5"},
        {"--seed=18446744073709551617: must be ", "--seed=18446744073709551617"},
        {"--seconds=-0: must be 0 to 3600\n", "--seconds=-0"},
        {"--positive=0.0: must be above 0, up to 3600\n", "--positive=0.0"},
        {"--choice=greens: must be ", "--choice=greens"},
        {"--text=a\\nb: must not have control characters\n", "--text=a\nb"},
        {"--file=\\x01: must not have control characters\n", "--file=\x01"},
        {"--file=\\xc2\\x80: must not have control ", "--file=\xc2\x80"},
        {"--file=\\xc2\\x9f: must not have control ", "--file=\xc2\x9f"}};
    char message[128];

    for (size_t i = 0; i < COUNT(refused); i++) {
        (void)snprintf(message, sizeof message, "demo_unit: %s", refused[i][0]);
        struct result outcome = expect(2, message, settings, LINE(refused[i][1], refused[i][2]));
        assert_string_equal(outcome.out, "");
    }
    demo.operands = NULL;
    (void)expect(0, "", settings, LINE("--flag"));
    (void)expect(2, "demo_unit: unexpected operand a\\nb; see --help\n", settings,
        LINE("--flag", "a\nb", "c"));
    demo.operands = "[WORD...]";
}

/* What a process may inherit from the one that starts it: without SIGALRM the
 * watchdog would be off, and without SIGCHLD no child could be waited for.
 */
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
