/* SPDX-License-Identifier: MIT */
/* options: the command line as a whole, --help, and a process put in order */
#include "tests/support/forked.h"
#include "common/check.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool flag;
static int whole;
static const char *text;

static const struct option_row table[] = {
    {"flag", NULL, FLAG, &flag, 0, 0, NULL, "be other"},
    {"whole", "N", WHOLE, &whole, 1, 100, "10", "so many"},
    {"text", "TEXT", TEXT, &text, 1, 10, "mu", "say TEXT"}, {0}};

static const struct demo demo = {.name = "demo_unit",
    .operands = "[WORD...]",
    .shows = "It shows.",
    .guarantee = "It holds.",
    .broken = "it breaks.",
    .examples = {{"demo_unit", "try"}, {"demo_unit", "it"}, {"demo_unit", ""}},
    .source = "nowhere"};
static struct demo without_operands;

static int show_settings(const struct demo *started, const char *const *line)
{
    char *arguments[16] = {"./demo_unit"};
    int count = 1;

    for (; line[count - 1]; count++)
        arguments[count] = (char *)(uintptr_t)line[count - 1];
    int first = demo_start(started, table, count, arguments);
    say("flag=%d whole=%d text=%s operands=%d", flag, whole, text,
        count - first);
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

static void test_refused_lines(void **state)
{
    static const struct {
        const char *line[3], *message;
    } refused[] = {
        {{"--no-such"}, "unknown or ambiguous option --no-such; see --help\n"},
        {{"--flag", "--nix=3"}, "unknown or ambiguous option --nix=3; "},
        {{"--s=1"}, "unknown or ambiguous option --s=1; "},
        {{"-x"}, "unknown or ambiguous option -x; "},
        {{"-xy"}, "unknown or ambiguous option -xy; "},
        {{"-5", "word"}, "unknown or ambiguous option -5; "},
        {{"--x\x1b[2J"}, "unknown or ambiguous option --x\\x1b[2J; "},
        {{"--whole"}, "a value is missing after --whole; see --help\n"},
        {{"--flag", "--text"}, "a value is missing after --text; "},
        {{"--flag=yes"}, "no value belongs to --flag=yes; see --help\n"},
        {{"--help=me"}, "no value belongs to --help=me; "}};
    char message[128];

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        (void)snprintf(
            message, sizeof message, "demo_unit: %s", refused[i].message);
        struct outcome outcome = expect(2, message, settings, refused[i].line);
        assert_string_equal(outcome.out, "");
    }
}

/* Options stand before operands, so that "sub -5 3" works. */
static void test_operands(void **state)
{
    (void)state;
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
    (void)expect(2, "demo_unit: there is no operand a\\nb; see --help\n",
        settings_without_operands, LINE("--flag", "a\nb", "c"));
}

static void test_help_and_version(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", settings, LINE("--help"));
    static const char *const parts[] = {
        "Usage: demo_unit [OPTION...] [WORD...]\n", "It shows.",
        "The guarantee: It holds.", "With --broken it breaks.",
        "(a whole number from 1 to 100; default: 10)",
        "(1 to 10 bytes; default: mu)", "--seed=N", "--speed=X",
        "--timeout=SECONDS", "--broken", "--version",
        "Exit status:", "nowhere"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_says(outcome.out, parts[i]);
    assert_null(strstr(outcome.out, "flag=0"));
    outcome = expect(0, "", settings, LINE("--version"));
    assert_memory_equal(outcome.out, "demo_unit ", 10);
    assert_string_equal(strchr(outcome.out, '\n'), "\n");
    (void)expect(2, "demo_unit: unknown", settings, LINE("--help", "--nix"));
}

static int start_without_descriptors(const void *line)
{
    (void)close(STDIN_FILENO);
    (void)close(STDOUT_FILENO);
    return settings(line);
}

static void lie_there(int number, void *context)
{
    (void)number;
    (void)context;
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
    watchdog_start(-1);
    (void)start_process("worker", 0, lie_there, NULL);
    join_processes(0);
    return 0;
}

static void test_process_is_put_in_order(void **state)
{
    (void)state;
    (void)expect(3,
        "demo_unit: write to standard output: ", start_without_descriptors,
        LINE("--flag"));
    (void)expect(3,
        "demo_unit: write to standard output: ", start_without_descriptors,
        LINE("--help"));
    (void)expect(3, "demo_unit: still running after 1 s, ended; ",
        start_with_signals_changed, LINE("--timeout=1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refused_lines),
        cmocka_unit_test(test_operands),
        cmocka_unit_test(test_help_and_version),
        cmocka_unit_test(test_process_is_put_in_order)};

    run.demo = &demo;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
