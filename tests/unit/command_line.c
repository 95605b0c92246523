/* SPDX-License-Identifier: MIT */
/* demo: the command line as a whole, --help, and a process put in order */
#include "tests/support/unit.h"
#include "common/demo.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool flag;
static int whole = 10, word = 1, count = NOT_GIVEN;
static double seconds = 2.5;
static const char *text = "mu", *file = "log.txt", *other;

static const struct option_spec table[] = {
    OPTION_FLAG("flag", &flag, "be other"),
    OPTION_INT("whole", &whole, 1, 100, "so many"),
    OPTION_INT("count", &count, 1, 9, "without a default"),
    OPTION_SECONDS("seconds", &seconds, 3600, "so long"),
    OPTION_TEXT("text", &text, 10, "say TEXT"),
    OPTION_FILE("file", &file, "append to FILE"),
    OPTION_FILE("other", &other, "read FILE"),
    OPTION_ENUM("choice", "WORD", &word, "red green", "the color"), {0}};

static const struct demo demo = {.name = "demo_unit",
    .operands = "[WORD...]",
    .shows = "It shows.",
    .guarantee = "It holds.",
    .no_guarantee = "the rest.",
    .broken = "it breaks.",
    .bug = "a bug",
    .left_out = "a call",
    .wrong = "broken_actor()",
    .examples = {{"demo_unit", "try"}, {"demo_unit", "it"}, {"demo_unit", ""}},
    .source = "nowhere"};
static struct demo without_operands;

static int show_settings(const struct demo *started, const char *const *line)
{
    char *arguments[16] = {"./demo_unit"};
    int words = 1;

    for (; line[words - 1]; words++)
        arguments[words] = (char *)(uintptr_t)line[words - 1];
    int first = read_command_line(started, table, words, arguments);
    say("flag=%d whole=%d text=%s operands=%d", flag, whole, text,
        words - first);
    return 0;
}

static int settings(const void *line)
{
    return show_settings(&demo, line);
}

static int settings_without_operands(const void *line)
{
    without_operands = demo;
    without_operands.operands = NULL;
    return show_settings(&without_operands, line);
}

#define LINE(...) ((const char *const[]){__VA_ARGS__, NULL})

TEST(refused_lines)
{
    static const struct {
        const char *line[3], *message;
    } refused[] = {
        {{"--no-such"},
            "--no-such is an unknown or ambiguous option; see --help\n"},
        {{"--flag", "--nix=3"}, "--nix=3 is an unknown or ambiguous option; "},
        {{"--s=1"}, "--s=1 is an unknown or ambiguous option; "},
        {{"-x"}, "-x is an unknown or ambiguous option; "},
        {{"-xy"}, "-xy is an unknown or ambiguous option; "},
        {{"-5", "word"}, "-5 is an unknown or ambiguous option; "},
        {{"--x\x1b[2J"}, "--x\\x1b[2J is an unknown or ambiguous option; "},
        {{"--whole"}, "--whole needs a value; see --help\n"},
        {{"--flag", "--text"}, "--text needs a value; "},
        {{"--flag=yes"}, "--flag=yes takes no value; see --help\n"},
        {{"--help=me"}, "--help=me takes no value; "}};
    char message[128];

    for (size_t i = 0; i < COUNT(refused); i++) {
        (void)snprintf(
            message, sizeof message, "demo_unit: %s", refused[i].message);
        struct outcome outcome = expect(2, message, settings, refused[i].line);
        assert_string_equal(outcome.out, "");
    }
}

/* The lines of --help are there only if the demo has something to say. */
static int help_of_another(const void *status_1)
{
    static struct demo other_demo;

    other_demo = demo;
    other_demo.operands = NULL;
    other_demo.status_1 = status_1;
    other_demo.status_3 = status_1 ? "or it rained" : NULL;
    return show_settings(&other_demo, (const char *const[]){"--help", NULL});
}

TEST(help_without_what_is_not_its_own)
{
    struct outcome outcome = expect(0, "", help_of_another, NULL);
    assert_says(outcome.out, "Usage: demo_unit [OPTION...]\n");
    assert_null(strstr(outcome.out, "\n  1  "));
    assert_null(strstr(outcome.out, "it rained"));
    outcome = expect(0, "", help_of_another, "it was killed");
    assert_says(outcome.out, "\n  1  it was killed\n  2  ");
    assert_says(outcome.out, "\n     or it rained\n  4  ");
}

/* Options stand before operands, so that "sub -5 3" works. */
TEST(operands)
{
    struct outcome outcome =
        expect(0, "", settings, LINE("--whole=3", "sub", "-5", "--whole=4"));
    assert_says(outcome.out, " whole=3 ");
    assert_says(outcome.out, " operands=3\n");
    outcome = expect(0, "", settings, LINE("--flag", "--", "--whole=4"));
    assert_says(outcome.out, " whole=10 ");
    assert_says(outcome.out, " operands=1\n");
    outcome = expect(0, "", settings, LINE("-"));
    assert_says(outcome.out, " operands=1\n");
    (void)expect(0, "", settings_without_operands, LINE("--flag"));
    (void)expect(2, "demo_unit: unexpected operand a\\nb; see --help\n",
        settings_without_operands, LINE("--flag", "a\nb", "c"));
}

TEST(help_and_version)
{
    struct outcome outcome = expect(0, "", settings, LINE("--help"));
    static const char *const parts[] = {
        "Usage: demo_unit [OPTION...] [WORD...]\n", "It shows.",
        "The guarantee: It holds.", "It does not guarantee the rest.",
        "With --broken it breaks.",
        /* a default is what the C initializer of the setting says */
        "--flag             be other\n  --whole=N",
        "(a whole number from 1 to 100; default: 10)",
        "(a whole number from 1 to 9)\n", "(0 to 3600; default: 2.5)",
        "(1 to 10 bytes; default: mu)",
        "append to FILE\n                     (default: log.txt)\n",
        "read FILE\n  --choice=WORD", "(one of red green)\n", "--seed=N",
        "--speed=X", "--timeout=SECONDS", "--broken", "--version",
        "Exit status:", "nowhere"};
    for (size_t i = 0; i < COUNT(parts); i++)
        assert_says(outcome.out, parts[i]);
    assert_null(strstr(outcome.out, "flag=0"));
    outcome = expect(0, "", settings, LINE("--version"));
    assert_memory_equal(outcome.out, "demo_unit ", 10);
    assert_string_equal(strchr(outcome.out, '\n'), "\n");
    (void)expect(
        2, "demo_unit: --nix is an unknown", settings, LINE("--help", "--nix"));
}

static int start_without_descriptors(const void *line)
{
    (void)close(STDIN_FILENO);
    (void)close(STDOUT_FILENO);
    return settings(line);
}

static void wait_forever(int id)
{
    for (;;)
        (void)pause();
}

/* What one may inherit from whoever starts it. */
static int start_with_signals_changed(const void *line)
{
    sigset_t all;

    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, NULL);
    (void)signal(SIGCHLD, SIG_IGN);
    (void)settings(line);
    pid_t child = CHECK(fork());
    if (child == 0)
        _exit(0);
    CHECK(waitpid(child, NULL, 0)); /* fails while SIGCHLD is ignored */
    watchdog_set(-1);
    add_process("worker", 0, wait_forever);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    return 0;
}

TEST(process_is_put_in_order)
{
    (void)expect(3,
        "demo_unit: write to standard output: ", start_without_descriptors,
        LINE("--flag"));
    (void)expect(3,
        "demo_unit: write to standard output: ", start_without_descriptors,
        LINE("--help"));
    (void)expect(3, "demo_unit: still running after 1 s, ended; ",
        start_with_signals_changed, LINE("--timeout=1"));
}
