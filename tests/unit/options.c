/* SPDX-License-Identifier: MIT */
/* options: which values each kind of option takes */
#include "tests/support/unit.h"
#include "common/demo.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool flag;
static int whole = 10, choice;
static double seconds = 2.5, positive = 2;
static const char *text = "mu", *file;

static const struct option_spec table[] = {
    OPTION_FLAG("flag", &flag, "be other"),
    OPTION_INT("whole", &whole, 1, 100, "so many"),
    OPTION_SECONDS("seconds", &seconds, 3600, "so long"),
    OPTION_POSITIVE("positive", &positive, 3600, "longer"),
    OPTION_TEXT("text", &text, 10, "say TEXT"),
    OPTION_FILE("file", &file, "read FILE"),
    OPTION_ENUM("choice", "WORD", &choice, "red green blue", "the color"), {0}};

static const struct demo demo = {.name = "demo_unit", .operands = "[WORD...]"};

static int settings(const void *line)
{
    const char *const *words = line;
    char *arguments[16] = {"./demo_unit"};
    int count = 1;

    for (; words[count - 1]; count++)
        arguments[count] = (char *)(uintptr_t)words[count - 1];
    (void)read_command_line(&demo, table, count, arguments);
    say("flag=%d whole=%d seconds=%g positive=%g text=%s choice=%d broken=%d "
        "file=%s speed=%g timeout=%d",
        flag, whole, seconds, positive, text, choice, run.broken,
        file ? file : "(none)", run.speed, run.timeout);
    say("seed=%" PRIu32, run.seed);
    return 0;
}

#define LINE(...) ((const char *const[]){__VA_ARGS__, NULL})

TEST(defaults)
{
    struct outcome outcome = expect(0, "", settings, LINE(NULL));
    assert_says(outcome.out,
        "flag=0 whole=10 seconds=2.5 positive=2 text=mu choice=0 broken=0 "
        "file=(none) speed=1 timeout=0\n");
    const char *first = strstr(outcome.out, "seed=");
    bool differs = false;
    for (int i = 0; i < 5; i++) {
        struct outcome other = expect(0, "", settings, LINE(NULL));
        const char *seed = strstr(other.out, "seed=");
        assert_int_in_range(atol(seed + 5), 1, 99999); /* to be typed again */
        differs = differs || strcmp(first, seed) != 0;
    }
    assert_true(differs);
}

TEST(accepted)
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
        {"--text= ~\xc2\xa0", "text= ~\xc2\xa0 "}, {"--file=a b", "file=a b "},
        {"--choice=red", "choice=0 "}, {"--choice=green", "choice=1 "},
        {"--choice=blue", "choice=2 "}, {"--speed=0.1", "speed=0.1 "},
        {"--speed=1000", "speed=1000 "}, {"--timeout=1", "timeout=1\n"},
        {"--timeout=3600", "timeout=3600\n"}, {"--seed=0", "seed=0\n"},
        {"--seed=4294967295", "seed=4294967295\n"}};

    for (size_t i = 0; i < COUNT(accepted); i++) {
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
    const char *name, const char *value, const char *must)
{
    char argument[128], message[128];

    (void)snprintf(argument, sizeof argument, "--%s=%s", name, value);
    (void)snprintf(message, sizeof message, ": must %s\n", must);
    struct outcome outcome = expect(2, message, settings, LINE(argument));
    (void)snprintf(message, sizeof message, "demo_unit: --%s=", name);
    assert_memory_equal(outcome.err, message, strlen(message));
    assert_int_equal(strlen(strchr(outcome.err, '\n')), 1); /* one line */
    assert_string_equal(outcome.out, "");
}

TEST(refused_values)
{
    static const struct {
        const char *name, *must, *beyond[8];
    } refused[] = {
        {"whole", "be a whole number from 1 to 100",
            {"0", "101", "1.0", "4294967297", "18446744073709551617"}},
        {"seed", "be a whole number from 0 to 4294967295",
            {"4294967296", "1.0", "18446744073709551616"}},
        {"timeout", "be a whole number from 1 to 3600", {"0", "3601", "1.5"}},
        {"seconds", "be 0 to 3600", {"3600.1", "3601"}},
        {"positive", "be above 0, up to 3600", {"0", "0.0", "3600.1"}},
        {"speed", "be 0.1 to 1000", {"0", "0.09", "1000.1"}}};
    char huge[60] = "";

    memset(huge, '9', sizeof huge - 1);
    for (size_t i = 0; i < COUNT(refused); i++) {
        for (const char *const *value = refused[i].beyond; *value; value++)
            assert_refused(refused[i].name, *value, refused[i].must);
        for (size_t k = 0; k < COUNT(no_numbers); k++)
            assert_refused(refused[i].name, no_numbers[k], refused[i].must);
        assert_refused(refused[i].name, huge, refused[i].must);
    }
    assert_refused("text", "", "be 1 to 10 bytes");
    assert_refused("text", "0123456789a", "be 1 to 10 bytes");
    assert_refused("file", "", "be 1 to 4095 bytes");
    static const char *const controls[] = {"\x01", "a\tb", "a\nb", "\x1f",
        "\x7f", "\xc2\x80", "\xc2\x9b", "\xc2\x9f"};
    for (size_t i = 0; i < COUNT(controls); i++) {
        assert_refused("text", controls[i], "not have control characters");
        assert_refused("file", controls[i], "not have control characters");
    }
    static const char *const words[] = {
        "", "gre", "greens", "Red", "red green", "red ", " ", "0"};
    for (size_t i = 0; i < COUNT(words); i++)
        assert_refused("choice", words[i], "be one of red green blue");
}
