/* SPDX-License-Identifier: MIT */
/* demo_pipe as a whole program, and as a filter for all kinds of text */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/program.h"

/* Text with its length: there may be a NUL in it. */
#define BYTES(text) text, sizeof(text) - 1

static const char *const ways[] = {"--seed=42", "--named"};
enum { WAYS = 2 };

static void assert_verdict(const char *err, const char *verdict)
{
    const char *line = strstr(err, verdict);

    assert_non_null(line);
    assert_non_null(strstr(line, "seed 42)\n"));
}

static void assert_folder_empty(void)
{
    DIR *folder = opendir(".");
    int count = 0;

    assert_non_null(folder);
    while (readdir(folder))
        count++;
    (void)closedir(folder);
    assert_int_equal(count, 2); /* . and .. */
}

static void assert_run(struct result *result, const char *expected, size_t size)
{
    assert_int_equal(result->status, 0);
    if (result->out_size != size || memcmp(result->out, expected, size) != 0)
        fail_msg("%zu bytes expected, %zu came: %.200s", size, result->out_size,
            result->out);
    assert_non_null(
        strstr(result->err, "demo_pipe: guarantee held: 4 of 4 filters "));
    free_result(result);
    assert_folder_empty();
}

/* As standard input, by pipes and by FIFOs. */
static void assert_stream(const char *input, size_t input_size,
    const char *expected, size_t expected_size)
{
    for (int i = 0; i < WAYS; i++) {
        struct result result = run_program(
            (const char *const[]){built("demo_pipe"), ways[i], "-", NULL},
            input, input_size);
        assert_run(&result, expected, expected_size);
    }
}

static void test_listing(void **state)
{
    struct result result = RUN("demo_pipe", "--seed=42");

    (void)state;
    assert_verdict(result.err, "demo_pipe: guarantee held: ");
    assert_int_equal(count_lines(result.err), 1);
    assert_run(&result, BYTES("makeThisSentenceCamelcase\n"));
    result = RUN("demo_pipe", "--seed=42", "--named");
    assert_run(&result, BYTES("makeThisSentenceCamelcase\n"));
    assert_nothing_left();
}

static void test_words(void **state)
{
    static const struct {
        const char *words[3], *result;
    } cases[] = {{{"make", "it", "so"}, "makeItSo\n"}, {{"X"}, "x\n"},
        {{"one sentence", "in two"}, "oneSentenceInTwo\n"},
        {{"\u00e9lan", "vital"}, "\u00e9lanVital\n"},
        /* and one without case; about the sharp s C libraries differ */
        {{"\u00c9LAN", "\u00e9l\u00c9", "\u05d0"},
            "\u00e9lan\u00c9l\u00e9\u05d0\n"},
        {{"\u03a9mega", "\u0436\u0416", "\u20ac\U0001f600"},
            "\u03c9mega\u0416\u0436\u20ac\U0001f600\n"},
        {{"a\x1b[0m", "\x7f", "\x01"}, "a\\x1b[0m\\x7f\\x01\n"},
        {{"a\xff\xfe", "\xc0\xaf"}, "a\\xff\\xfe\\xc0\\xaf\n"},
        {{"\xc2\x9b", "\xe2\x82"}, "\\xc2\\x9b\\xe2\\x82\n"},
        {{"3x", "x3"}, "3xX3\n"}, {{"--", "--named"}, "--named\n"}};

    (void)state;
    for (size_t i = 0; i < WAYS * sizeof cases / sizeof *cases; i++) {
        const char *const *words = cases[i / WAYS].words;
        struct result result =
            RUN("demo_pipe", ways[i % WAYS], words[0], words[1], words[2]);
        assert_run(
            &result, cases[i / WAYS].result, strlen(cases[i / WAYS].result));
    }
    assert_nothing_left();
}

static void test_lines(void **state)
{
    static const struct {
        const char *input;
        size_t input_size;
        const char *result;
        size_t result_size;
    } cases[] = {{BYTES(""), BYTES("")}, {BYTES("\n"), BYTES("\n")},
        {BYTES("Make it\n\n\nso what\n"), BYTES("makeIt\n\n\nsoWhat\n")},
        {BYTES(" \t \nx\n"), BYTES("\nx\n")},
        {BYTES("  make\t it \r\nso\r\n"), BYTES("makeIt\nso\n")},
        {BYTES("make it\nso"), BYTES("makeIt\nso\n")}, /* no newline */
        {BYTES("make it "), BYTES("makeIt\n")},
        {BYTES("a\0b c\n\0\n"), BYTES("a\\x00bC\n\\x00\n")},
        {BYTES("a \x1b[0m\xff\n"), BYTES("a\\x1b[0m\\xff\n")},
        {BYTES("caf\xc3"), BYTES("caf\\xc3\n")}}; /* cut off */

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_stream(cases[i].input, cases[i].input_size, cases[i].result,
            cases[i].result_size);
    assert_nothing_left();
}

/* The beginning of a word gets title case, which is not always upper case; and
 * one letter becomes one letter, so that a last sigma is like any other.
 */
static void test_title_case(void **state)
{
    (void)state;
    assert_stream(BYTES("x \u01c6ungla \u10e5\u10d0 \u039f\u0394\u039f\u03a3\n"
                        "x \u01c4X \u01c5X \u01c7x \u01cax \u01f3x\n"
                        "\u01c4X \u01c6 \u1fb3\n"),
        BYTES("x\u01c5ungla\u10e5\u10d0\u039f\u03b4\u03bf\u03c3\n"
              "x\u01c5x\u01c5x\u01c8x\u01cbx\u01f2x\n"
              "\u01c6x\u01c5\u1fbc\n"));
}

/* Characters that hide or reorder text come out as control characters do. */
static void test_hidden_characters(void **state)
{
    (void)state;
    assert_stream(BYTES("\ufeffa b\u202ec\u200bd\n\u2066\n"),
        BYTES("\\xef\\xbb\\xbfaB\\xe2\\x80\\xaec\\xe2\\x80\\x8bd\n"
              "\\xe2\\x81\\xa6\n"));
}

/* A view shows the beginning of a long word, and whole characters of it. */
static void test_long_word_in_a_view(void **state)
{
    enum { KEPT = 51 /* bytes of an event's text */ };
    char word[KEPT + 8];

    (void)state;
    for (int before = KEPT - 3; before <= KEPT; before++) {
        memset(word, 'x', sizeof word);
        (void)strcpy(word + before, "\u20ac\u20ac");
        struct result result = RUN("demo_pipe", "--trace=t.json", word);
        char command[] = "exec cat t.json";
        assert_int_equal(result.status, 0);
        free_result(&result);
        result = run_program(
            (const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, 0);
        assert_non_null(strstr(result.out, "\u2026\""));
        assert_null(strstr(result.out, "\\x"));
        free_result(&result);
        assert_int_equal(remove("t.json"), 0);
    }
}

static void test_long_word(void **state)
{
    enum { SIZE = 1 << 20 };
    char *word = malloc(SIZE + 1), *expected = malloc(SIZE + 1);

    (void)state;
    assert_true(word && expected);
    memset(word, 'X', SIZE);
    memset(expected, 'x', SIZE);
    word[SIZE] = expected[SIZE] = '\n';
    assert_stream(word, SIZE + 1, expected, SIZE + 1);
    free(word);
    free(expected);
    assert_nothing_left();
}

/* Characters of 2, 3 and 4 bytes after 0 to 3 others: so they lie across the
 * boundaries of blocks, whatever their size. From a file, since it fills them.
 */
static void test_block_boundaries(void **state)
{
    static const struct {
        const char *upper, *lower;
    } letters[] = {{"\u00c9", "\u00e9"}, {"\u1ea0", "\u1ea1"},
        {"\U0001f600", "\U0001f600"}};
    enum { LETTERS = 100000 };
    static char input[4 * LETTERS + 8], expected[4 * LETTERS + 8];
    char command[4200];

    (void)state;
    (void)snprintf(
        command, sizeof command, "exec '%s' - < input", built("demo_pipe"));
    for (size_t i = 0; i < 3 * 4; i++) {
        size_t size = strlen(letters[i / 4].upper), used = i % 4;
        memset(input, 'x', used);
        memset(expected, 'x', used);
        for (int k = 0; k < LETTERS; k++, used += size) {
            memcpy(input + used, letters[i / 4].upper, size);
            memcpy(expected + used, letters[i / 4].lower, size);
        }
        input[used] = expected[used] = '\n';
        FILE *file = fopen("input", "w");
        assert_non_null(file);
        assert_int_equal(fwrite(input, 1, used + 1, file), used + 1);
        assert_int_equal(fclose(file), 0);
        struct result result = run_program(
            (const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, 0);
        assert_int_equal(remove("input"), 0);
        assert_run(&result, expected, used + 1);
    }
    assert_nothing_left();
}

/* Many lines give as many, each the right one. */
static void test_many_lines(void **state)
{
    static const char *const words[][3] = {/* as it comes, first, later */
        {"make", "make", "Make"}, {"THIS", "this", "This"},
        {"sEnTence", "sentence", "Sentence"}, {"x", "x", "X"},
        {"\u00e9lAN", "\u00e9lan", "\u00c9lan"}, {"7up", "7up", "7up"}};
    enum { LINES = 400000, KINDS = 6, LONGEST = 40 };
    char *input = malloc(LINES * LONGEST), *in = input;
    char *expected = malloc(LINES * LONGEST), *out = expected;

    (void)state;
    assert_true(input && expected);
    srand(42);
    for (int line = 0; line < LINES; line++) {
        int count = rand() % 4; /* of words: 0 gives an empty line */
        for (int i = 0; i < count; i++) {
            const char *const *word = words[rand() / 8 % KINDS];
            in = stpcpy(stpcpy(in, word[0]), i + 1 < count ? " " : "");
            out = stpcpy(out, word[i == 0 ? 1 : 2]);
        }
        *in++ = *out++ = '\n';
    }
    assert_stream(
        input, (size_t)(in - input), expected, (size_t)(out - expected));
    free(input);
    free(expected);
    assert_nothing_left();
}

/* A line that is typed is answered at once, before the next one. */
static void test_typed_lines(void **state)
{
    (void)state;
    for (int i = 0; i < WAYS; i++) {
        struct program program = program_start(
            (const char *const[]){built("demo_pipe"), ways[i], "-", NULL});
        program_write(&program, "Make it\n", 8);
        (void)program_await(&program, "makeIt\n", false);
        assert_folder_empty(); /* the FIFOs have lost their names by now */
        program_write(&program, "so what\n", 8);
        (void)program_await(&program, "soWhat\n", false);
        struct result result = program_finish(&program);
        assert_run(&result, BYTES("makeIt\nsoWhat\n"));
    }
    assert_nothing_left();
}

/* The sentence comes out, and yet somebody waits for its end. Status 4, not the
 * watchdog's 3: the pipeline itself has noticed.
 */
static void test_broken(void **state)
{
    struct result result = RUN("demo_pipe", "--broken", "--seed=42");

    (void)state;
    assert_int_equal(result.status, 4);
    assert_string_equal(result.out, "makeThisSentenceCamelcase\n");
    assert_verdict(result.err, "demo_pipe: guarantee VIOLATED: ");
    free_result(&result);
    assert_nothing_left();
}

static void test_wrong_usage(void **state)
{
    static const char *const wrong[][2] = {{"--broken", "-"},
        {"--broken", "--named"}, {"-", "word"}, {"--named=1"}, {"--name2"}};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct result result = RUN("demo_pipe", wrong[i][0], wrong[i][1]);
        if (result.status != 2)
            fail_msg("%s: status %d", wrong[i][0], result.status);
        assert_int_equal(result.out_size, 0);
        assert_int_equal(count_lines(result.err), 1);
        free_result(&result);
        assert_folder_empty();
    }
}

#define TEST(function)                                                         \
    cmocka_unit_test_setup_teardown(function, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_listing), TEST(test_words),
        TEST(test_lines), TEST(test_title_case), TEST(test_hidden_characters),
        TEST(test_long_word_in_a_view), TEST(test_long_word),
        TEST(test_block_boundaries), TEST(test_many_lines),
        TEST(test_typed_lines), TEST(test_broken), TEST(test_wrong_usage)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
