/* SPDX-License-Identifier: MIT */
/* demo_pipe as a whole program, and as a filter for all kinds of text */
#include "tests/support/test.h"

#include <glob.h>
#include <signal.h>
#include <unistd.h>

/* Text with its length: there may be a NUL in it. */
#define BYTES(text) text, sizeof(text) - 1

#define ENDED "^demo_pipe: guarantee held: 4 of 4 filters [^\n]*seed [0-9]+\\)\n$"

/* The filters are connected by pipes, and by FIFOs. */
static const char *const ways[] = {"--seed=42", "--named"};

/* The FIFOs lose their names as soon as all have opened them. */
static void assert_folder_empty(void)
{
    glob_t found;

    assert_int_equal(glob("*", 0, NULL, &found), GLOB_NOMATCH);
}

static void assert_run(const struct result *result, const char *expected, size_t size)
{
    assert_result(result, 0, ENDED, "demo_pipe");
    if (result->out_size != size || memcmp(result->out, expected, size) != 0)
        fail_msg("%zu bytes expected, %zu came: %.200s", size, result->out_size, result->out);
}

static void assert_stream(
    const char *input, size_t input_size, const char *expected, size_t expected_size)
{
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct result result = run_program(
            (const char *const[]){built("demo_pipe"), ways[i], "-", NULL}, input, input_size);
        assert_run(&result, expected, expected_size);
        assert_folder_empty();
    }
}

TEST(words)
{
    static const struct {
        const char *words[3], *result;
    } cases[] = {{{NULL}, "makeThisSentenceCamelcase\n"}, {{"make", "it", "so"}, "makeItSo\n"},
        {{"X"}, "x\n"}, {{"one sentence", "in two"}, "oneSentenceInTwo\n"},
        {{"\u00e9lan", "vital"}, "\u00e9lanVital\n"},
        /* and one without case; about the sharp s C libraries differ */
        {{"\u00c9LAN", "\u00e9l\u00c9", "\u05d0"}, "\u00e9lan\u00c9l\u00e9\u05d0\n"},
        {{"\u03a9mega", "\u0436\u0416", "\u20ac\U0001f600"},
            "\u03c9mega\u0416\u0436\u20ac\U0001f600\n"},
        {{"a\x1b[0m", "\x7f", "\x01"}, "a\\x1b[0m\\x7f\\x01\n"},
        {{"a\xff\xfe", "\xc0\xaf"}, "a\\xff\\xfe\\xc0\\xaf\n"},
        {{"\xc2\x9b", "\xe2\x82"}, "\\xc2\\x9b\\xe2\\x82\n"}, {{"3x", "x3"}, "3xX3\n"},
        {{"--", "--named"}, "--named\n"}};

    for (size_t i = 0; i < COUNT(ways) * COUNT(cases); i++) {
        const char *const *words = cases[i / COUNT(ways)].words;
        const char *expected = cases[i / COUNT(ways)].result;
        struct result result =
            RUN("demo_pipe", ways[i % COUNT(ways)], words[0], words[1], words[2]);
        assert_run(&result, expected, strlen(expected));
    }
    assert_folder_empty();
}

/* The beginning of a word gets title case, which is not always upper case; and
 * one letter becomes one letter, so that a last sigma is like any other.
 * Characters that hide or reorder text come out as control characters do.
 */
TEST(lines)
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
        {BYTES("make it "), BYTES("makeIt\n")}, {BYTES("a\0b c\n\0\n"), BYTES("a\\x00bC\n\\x00\n")},
        {BYTES("a \x1b[0m\xff\n"), BYTES("a\\x1b[0m\\xff\n")},
        {BYTES("caf\xc3"), BYTES("caf\\xc3\n")}, /* cut off */
        {BYTES("x \u01c6ungla \u10e5\u10d0 \u039f\u0394\u039f\u03a3\n"
               "x \u01c4X \u01c5X \u01c7x \u01cax \u01f3x\n"
               "\u01c4X \u01c6 \u1fb3\n"),
            BYTES("x\u01c5ungla\u10e5\u10d0\u039f\u03b4\u03bf\u03c3\n"
                  "x\u01c5x\u01c5x\u01c8x\u01cbx\u01f2x\n"
                  "\u01c6x\u01c5\u1fbc\n")},
        {BYTES("\ufeffa b\u202ec\u200bd\n\u2066\n"),
            BYTES("\\xef\\xbb\\xbfaB\\xe2\\x80\\xaec\\xe2\\x80\\x8bd\n"
                  "\\xe2\\x81\\xa6\n")}};

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_stream(cases[i].input, cases[i].input_size, cases[i].result, cases[i].result_size);
}

/* A view shows the beginning of a long word, and whole characters of it. The
 * sentence has one end, in whatever pieces it is written: two filters send it,
 * with two ends and an arrow for each.
 */
TEST(long_word_in_a_view)
{
    enum { KEPT = 51 /* bytes of an event's text */ };
    char word[KEPT + 8];

    for (int before = KEPT - 3; before <= KEPT; before++) {
        memset(word, 'x', sizeof word);
        (void)strcpy(word + before, "\u20ac\u20ac");
        (void)expect_run(0, ENDED, "demo_pipe --trace=t.json %s", word);
        const char *trace = load_file("t.json", NULL);
        assert_non_null(strstr(trace, "\u2026\""));
        assert_null(strstr(trace, "\\x"));
        assert_int_equal(count_text(trace, "(end of sentence)"), 2 * 4);
    }
}

TEST(long_word)
{
    enum { SIZE = 1 << 20 };
    char *word = keep(malloc(SIZE + 1)), *expected = keep(malloc(SIZE + 1));

    memset(word, 'X', SIZE);
    memset(expected, 'x', SIZE);
    word[SIZE] = expected[SIZE] = '\n';
    assert_stream(word, SIZE + 1, expected, SIZE + 1);
}

/* Many lines give as many, each the right one; and wherever a block ends, it is
 * within characters of 2, 3 and 4 bytes, too.
 */
TEST(many_lines)
{
    static const char *const words[][3] = {/* as it comes, first, later */
        {"make", "make", "Make"}, {"THIS", "this", "This"}, {"sEnTence", "sentence", "Sentence"},
        {"x", "x", "X"}, {"\u00e9lAN", "\u00e9lan", "\u00c9lan"}, {"7up", "7up", "7up"},
        {"\u1ea0b\U0001f600C", "\u1ea1b\U0001f600c", "\u1ea0b\U0001f600c"}};
    enum { LINES = 400000, LONGEST = 40 };
    char *input = keep(malloc(LINES * LONGEST)), *in = input;
    char *expected = keep(malloc(LINES * LONGEST)), *out = expected;

    srand(42);
    for (int line = 0; line < LINES; line++) {
        int count = rand() % 4; /* of words: 0 gives an empty line */
        for (int i = 0; i < count; i++) {
            const char *const *word = words[(size_t)rand() / 8 % COUNT(words)];
            in = stpcpy(stpcpy(in, word[0]), i + 1 < count ? " " : "");
            out = stpcpy(out, word[i == 0 ? 1 : 2]);
        }
        *in++ = *out++ = '\n';
    }
    assert_stream(input, (size_t)(in - input), expected, (size_t)(out - expected));
}

/* A line that is typed is answered at once, before the next one. */
TEST(typed_lines)
{
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct program program = start_words("demo_pipe %s -", ways[i]);
        program_write(&program, "Make it\n", 8);
        (void)program_await(&program, "makeIt\n", false);
        assert_folder_empty();
        program_write(&program, "so what\n", 8);
        (void)program_await(&program, "soWhat\n", false);
        struct result result = program_finish(&program);
        assert_run(&result, BYTES("makeIt\nsoWhat\n"));
    }
}

/* The sentence comes out, and yet somebody waits for its end. Status 4, not the
 * watchdog's 3: the pipeline itself has noticed.
 */
TEST(broken)
{
    struct result result = expect_run(4,
        VIOLATED("pipe", "end-of-file never "
                         "comes"),
        "demo_pipe --broken");

    assert_string_equal(result.out, "makeThisSentenceCamelcase\n");
    REFUSED("demo_pipe", "--broken -", "--broken --named", "- word", "--name2");
}
