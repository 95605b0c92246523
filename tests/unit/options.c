/* SPDX-License-Identifier: MIT */
/* options: which values each kind of option takes */
#include "tests/support/forked.h"
#include "common/check.h"
#include "common/options.h"
#include "common/output.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool flag;
static int whole, choice;
static double seconds, positive;
static const char *text;

static const struct option_row table[] = {
    {"flag", NULL, FLAG, &flag, 0, 0, NULL, "be other"},
    {"whole", "N", WHOLE, &whole, 1, 100, "10", "so many"},
    {"seconds", "S", SECONDS, &seconds, 0, 3600, "2.5", "so long"},
    {"positive", "S", POSITIVE, &positive, 0, 3600, "2", "longer"},
    {"text", "TEXT", TEXT, &text, 1, 10, "mu", "say TEXT"},
    {"choice", "WORD", CHOICE, &choice, 0, 0, "red green blue", "the colour"},
    {0}};

static const struct demo demo = {.name = "demo_unit", .operands = "[WORD...]"};

static int settings(const void *line)
{
    const char *const *words = line;
    char *arguments[16] = {"./demo_unit"};
    int count = 1;

    for (; words[count - 1]; count++)
        arguments[count] = (char *)(uintptr_t)words[count - 1];
    (void)demo_start(&demo, table, count, arguments);
    say("flag=%d whole=%d seconds=%g positive=%g text=%s choice=%d broken=%d "
        "speed=%g timeout=%d",
        flag, whole, seconds, positive, text, choice, run.broken, run.speed,
        run.timeout);
    say("seed=%" PRIu32, run.seed);
    return 0;
}

#define LINE(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_defaults(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", settings, LINE(NULL));
    assert_says(outcome.out,
        "flag=0 whole=10 seconds=2.5 positive=2 text=mu choice=0 broken=0 "
        "speed=1 timeout=0\n");
    struct outcome other = expect(0, "", settings, LINE(NULL));
    assert_string_not_equal(outcome.out, other.out); /* the seed differs */
}

static void test_accepted(void **state)
{
    static const char *const accepted[][2] = {{"--flag", "flag=1 "},
        {"--broken", "broken=1 "}, {"--whole=1", "whole=1 "},
        {"--whole=100", "whole=100 "}, {"--whole=007", "whole=7 "},
        {"--wh=5", "whole=5 "}, /* a prefix that is not ambiguous */
        {"--seconds=0", "seconds=0 "}, {"--seconds=3600", "seconds=3600 "},
        {"--seconds=.5", "seconds=0.5 "}, {"--seconds=1.", "seconds=1 "},
        {"--positive=0.001", "positive=0.001 "},
        {"--positive=3600.0", "positive=3600 "}, {"--text=x", "text=x "},
        {"--text=0123456789", "text=0123456789 "},
        {"--text=\xc3\xa9lan =", "text=\xc3\xa9lan = "},
        {"--choice=red", "choice=0 "}, {"--choice=green", "choice=1 "},
        {"--choice=blue", "choice=2 "}, {"--speed=0.1", "speed=0.1 "},
        {"--speed=1000", "speed=1000 "}, {"--timeout=1", "timeout=1\n"},
        {"--timeout=3600", "timeout=3600\n"}, {"--seed=0", "seed=0\n"},
        {"--seed=4294967295", "seed=4294967295\n"}};

    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        struct outcome outcome = expect(0, "", settings, LINE(accepted[i][0]));
        assert_says(outcome.out, accepted[i][1]);
    }
    struct outcome outcome = expect(0, "", settings,
        LINE("--whole", "3", "--text", "-x", "--whole=4", "--flag"));
    assert_says(outcome.out, "flag=1 whole=4 ");
    assert_says(outcome.out, "text=-x ");
}

/* What no option that wants a number takes. */
static const char *const no_numbers[] = {"", " ", "x", "5x", "5 ", " 5", "+5",
    "-5", "-0", "0x5", "5e0", "nan", "inf", "infinity", "1,5", "5-", ".", "..",
    "1.2.3", "5\n", "\t5", "99999999999999999999", "99999999999999999999.5"};

static void assert_refused(
    const char *name, const char *value, const char *wants)
{
    char argument[128], message[128];

    (void)snprintf(argument, sizeof argument, "--%s=%s", name, value);
    (void)snprintf(message, sizeof message, ": wants %s\n", wants);
    struct outcome outcome = expect(2, message, settings, LINE(argument));
    (void)snprintf(message, sizeof message, "demo_unit: --%s=", name);
    assert_memory_equal(outcome.err, message, strlen(message));
    assert_int_equal(strlen(strchr(outcome.err, '\n')), 1); /* one line */
    assert_string_equal(outcome.out, "");
}

static void test_refused_values(void **state)
{
    static const struct {
        const char *name, *wants, *beyond[8];
    } refused[] = {
        {"whole", "a whole number from 1 to 100",
            {"0", "101", "1.0", "4294967297", "18446744073709551617"}},
        {"seed", "a whole number from 0 to 4294967295",
            {"4294967296", "1.0", "18446744073709551616"}},
        {"timeout", "a whole number from 1 to 3600", {"0", "3601", "1.5"}},
        {"seconds", "0 to 3600", {"3600.1", "3601"}},
        {"positive", "above 0, up to 3600", {"0", "0.0", "3600.1"}},
        {"speed", "0.1 to 1000", {"0", "0.09", "1000.1"}}};
    char huge[60] = "";

    (void)state;
    memset(huge, '9', sizeof huge - 1);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        for (const char *const *value = refused[i].beyond; *value; value++)
            assert_refused(refused[i].name, *value, refused[i].wants);
        for (size_t k = 0; k < sizeof no_numbers / sizeof *no_numbers; k++)
            assert_refused(refused[i].name, no_numbers[k], refused[i].wants);
        assert_refused(refused[i].name, huge, refused[i].wants);
    }
    assert_refused("text", "", "1 to 10 bytes");
    assert_refused("text", "0123456789a", "1 to 10 bytes");
    assert_refused("text", "a\nb", "no control characters");
    assert_refused("text", "\xc2\x9b", "no control characters");
    static const char *const words[] = {
        "", "gre", "greens", "Red", "red green", "red ", " ", "0"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_refused("choice", words[i], "one of red green blue");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_accepted), cmocka_unit_test(test_refused_values)};

    run.demo = &demo;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
