/* SPDX-License-Identifier: MIT */
/* demo_mqueue as a whole program, with both kinds of queue */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/program.h"

#define MOST  "9223372036854775807"
#define LEAST "-9223372036854775808"

/* The second one is not everywhere. */
static const char *const apis[] = {"--api=sysv", "--api=posix"};
#define APIS (HAVE_MQUEUE && !is_unkind() ? 2 : 1)

static void assert_verdict(const char *err, const char *verdict)
{
    const char *line = strstr(err, verdict);

    assert_non_null(line);
    assert_non_null(strstr(line, "seed 42)\n"));
}

static void test_listing(void **state)
{
    struct result result = RUN("demo_mqueue", "--seed=42");

    (void)state;
    assert_int_equal(result.status, 0);
    assert_string_equal(result.out, "7\n");
    assert_verdict(result.err, "demo_mqueue: guarantee held: 1 of 1 ");
    free_result(&result);
    assert_nothing_left();
}

/* Where there are no POSIX queues, it takes the others, and says so. */
static void test_standard(void **state)
{
    static const char sysv[] = "demo_mqueue: the queues are System V queues\n";
    struct result result = RUN("demo_mqueue");

    (void)state;
    assert_int_equal(result.status, 0);
    assert_int_equal(strncmp(result.err, sysv, strlen(sysv)) == 0, APIS == 1);
    assert_int_equal(count_lines(result.err), APIS == 1 ? 2 : 1);
    free_result(&result);
    result = RUN("demo_mqueue", "--api=posix");
    if (is_unkind() && HAVE_MQUEUE) {
        assert_int_equal(result.status, 3);
        assert_non_null(strstr(result.err, "use --api=sysv"));
    } else
        assert_int_equal(result.status, HAVE_MQUEUE ? 0 : 2);
    free_result(&result);
    assert_nothing_left();
}

static void test_functions(void **state)
{
    static const struct {
        const char *words[3], *answer;
    } cases[] = {{{"add", "3", "4"}, "7"}, {{"add", MOST, LEAST}, "-1"},
        {{"add", MOST, "1"}, "overflow"}, {{"add", LEAST, "-1"}, "overflow"},
        {{"sub", "-5", "3"}, "-8"}, {{"sub", "-1", LEAST}, MOST},
        {{"sub", "0", LEAST}, "overflow"}, {{"mul", "-6", "7"}, "-42"},
        {{"mul", "-1", MOST}, "-" MOST}, {{"mul", LEAST, "-1"}, "overflow"},
        {{"mul", "4294967296", "2147483648"}, "overflow"},
        {{"div", "7", "2"}, "3"}, {{"div", "-7", "2"}, "-3"},
        {{"div", LEAST, "1"}, LEAST}, {{"div", LEAST, "-1"}, "overflow"},
        {{"div", MOST, "-1"}, "-" MOST},
        {{"div", "1", "0"}, "division by zero"}, {{"pow", "0", "0"}, "1"},
        {{"pow", "0", MOST}, "0"}, {{"pow", "1", MOST}, "1"},
        {{"pow", "-1", MOST}, "-1"},
        {{"pow", "-1", "9223372036854775806"}, "1"},
        {{"pow", "3", "39"}, "4052555153018976267"},
        {{"pow", "3", "40"}, "overflow"}, {{"pow", "-2", "63"}, LEAST},
        {{"pow", "2", "63"}, "overflow"}, {{"pow", "-2", "64"}, "overflow"},
        {{"pow", "2", MOST}, "overflow"}, {{"pow", LEAST, "1"}, LEAST},
        {{"gcd", "12", "18"}, "6"}, {{"gcd", "-12", "18"}, "6"},
        {{"gcd", "0", "0"}, "0"}, {{"gcd", "0", "-5"}, "5"},
        {{"gcd", LEAST, "-1"}, "1"}, {{"gcd", "-1", LEAST}, "1"},
        {{"gcd", LEAST, "6"}, "2"}, {{"gcd", LEAST, "0"}, "overflow"},
        {{"gcd", LEAST, LEAST}, "overflow"}, {{"fib", "0"}, "0"},
        {{"fib", "1"}, "1"}, {{"fib", "10"}, "55"},
        {{"fib", "92"}, "7540113804746346429"}};

    (void)state;
    size_t count = (size_t)APIS;
    for (size_t i = 0; i < count * sizeof cases / sizeof *cases; i++) {
        const char *const *words = cases[i / count].words;
        const char *answer = cases[i / count].answer;
        struct result result =
            RUN("demo_mqueue", apis[i % count], words[0], words[1], words[2]);
        bool error = *answer == 'o' || *answer == 'd';
        const char *shown = strstr(error ? result.err : result.out, answer);
        if (result.status != (error ? 3 : 0) || !shown ||
            shown[strlen(answer)] != '\n')
            fail_msg("%s %s %s: status %d, %s%s", words[0], words[1],
                words[2] ? words[2] : "", result.status, result.out,
                result.err);
        assert_int_equal(count_lines(result.out), error ? 0 : 1);
        assert_true(error || shown == result.out);
        free_result(&result);
    }
    assert_nothing_left();
}

static void test_wrong_usage(void **state)
{
    static const char *const wrong[][4] = {{"frob", "1", "2"}, {"ad", "1", "2"},
        {""}, {"add"}, {"add", "1"}, {"add", "1", "2", "3"}, {"add", "1", "x"},
        {"add", "1", ""}, {"add", "1", "2x"}, {"add", "1", " 2"},
        {"add", "1", "1.5"}, {"add", "0x1", "2"}, {"add", MOST "0", "1"},
        {"add", "9223372036854775808", "0"},
        {"sub", "-9223372036854775809", "0"}, {"pow", "2", "-1"}, {"fib", "93"},
        {"fib", "-1"}, {"fib", "1", "2"}, {"fib"}, {"-", "add"},
        {"--broken", "-"}, {"--broken", "--clients=1"}, {"--clients=0"},
        {"--broken", "pow", "2", "10"}, {"--broken", "fib", "9"},
        {"--clients=101"}, {"--api=none"}, {"--api="}};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct result result = RUN(
            "demo_mqueue", wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3]);
        if (result.status != 2)
            fail_msg("%s %s: status %d", wrong[i][0],
                wrong[i][1] ? wrong[i][1] : "", result.status);
        assert_int_equal(result.out_size, 0);
        assert_int_equal(count_lines(result.err), 1);
        free_result(&result);
    }
}

/* As many as there may be: each gets the answer. */
static void test_clients(void **state)
{
    (void)state;
    for (int i = 0; i < APIS; i++) {
        struct result result = RUN("demo_mqueue", apis[i], "--clients=100",
            "--seed=42", "sub", "-5", "3");
        assert_int_equal(result.status, 0);
        assert_int_equal(count_text(result.out, "-8\n"), 100);
        assert_int_equal(result.out_size, 300);
        assert_verdict(result.err, "demo_mqueue: guarantee held: 100 of 100 ");
        free_result(&result);
    }
    assert_nothing_left();
}

/* Three clients say what they asked and what they got: it has to be wrong for
 * one at least, and then the answer of another.
 */
static void test_broken(void **state)
{
    static const struct {
        const char *request, *answer;
    } asked[] = {{"add 3 4", "7"}, {"mul 6 7", "42"}, {"pow 2 10", "1024"}};

    (void)state;
    for (int i = 0; i < APIS; i++) {
        struct result result =
            RUN("demo_mqueue", "--broken", "--seed=42", apis[i]);
        int lines = 0, right = 0;
        char line[64];
        for (int k = 0; k < 9; k++) {
            (void)snprintf(line, sizeof line, " asked %s and got %s\n",
                asked[k / 3].request, asked[k % 3].answer);
            int count = count_text(result.out, line);
            lines += count;
            right += k / 3 == k % 3 ? count : 0;
        }
        assert_int_equal(result.status, 4);
        assert_int_equal(lines, 3);
        assert_int_equal(count_lines(result.out), 3);
        assert_true(right < 3);
        assert_verdict(result.err, "demo_mqueue: guarantee VIOLATED: ");
        free_result(&result);
    }
    assert_nothing_left();
}

/* With as many clients as there may be, too, each asks something else: whoever
 * got another's answer got a wrong one.
 */
static void test_broken_is_seen(void **state)
{
    (void)state;
    for (int i = 0; i < APIS; i++) {
        struct result result =
            RUN("demo_mqueue", "--broken", "--clients=100", apis[i]);
        const char *line = result.out;
        int wrong = 0, swapped = -1;

        assert_int_equal(count_lines(line), 100);
        for (int k = 0; k < 100; k++) {
            char function[8];
            int client = -1, a = 0, b = 0, answer = -1;
            assert_int_equal(
                sscanf(line, "client %d asked %7s %d %d and got %d\n", &client,
                    function, &a, &b, &answer),
                5);
            int right = strcmp(function, "add") == 0   ? a + b
                        : strcmp(function, "mul") == 0 ? a * b
                                                       : 1024;
            wrong += answer != right;
            line = strchr(line, '\n') + 1;
        }
        (void)sscanf(
            strstr(result.err, "VIOLATED: "), "VIOLATED: %d of 100 ", &swapped);
        assert_int_equal(wrong, swapped);
        free_result(&result);
    }
    assert_nothing_left();
}

static struct result run_stream(const char *api, const char *input, size_t size)
{
    return run_program((const char *const[]){built("demo_mqueue"), "--seed=42",
                           api, "-", NULL},
        input, size);
}

/* Many requests, answered in order. */
static void test_stream(void **state)
{
    enum { REQUESTS = 100000, LONGEST = 32 };
    char *input = malloc(REQUESTS * LONGEST), *in = input;
    char *expected = malloc(REQUESTS * LONGEST), *out = expected;

    (void)state;
    assert_true(input && expected);
    for (int i = 0; i < REQUESTS; i++) {
        int64_t other = i % 1000 - 500;
        static const char *const functions[] = {"add", "sub", "mul"};
        int64_t answers[] = {i + other, i - other, i * other};
        in += sprintf(in, "%s %d %" PRId64 "\n", functions[i % 3], i, other);
        out += sprintf(out, "%" PRId64 "\n", answers[i % 3]);
    }
    for (int i = 0; i < APIS; i++) {
        struct result result = run_stream(apis[i], input, (size_t)(in - input));
        assert_int_equal(result.status, 0);
        assert_true(strcmp(result.out, expected) == 0);
        assert_verdict(
            result.err, "demo_mqueue: guarantee held: 100000 of 100000 ");
        free_result(&result);
    }
    free(input);
    free(expected);
    assert_nothing_left();
}

/* Bad lines are reported with their number, and the rest goes on. */
static void test_bad_lines(void **state)
{
    static const char input[] = "add 1 2\n"
                                "nonsense\n"
                                "\tmul  2   3\r\n"
                                "div 1 0\n"
                                "add 1 \x1b[31m\n"
                                "\n"
                                "add 1 2\0\n"
                                "mul " MOST " 2\n"
                                "fib 92"; /* without a newline */
    static const int bad[] = {2, 4, 5, 7, 8};

    (void)state;
    for (int i = 0; i < APIS; i++) {
        struct result result = run_stream(apis[i], input, sizeof input - 1);
        assert_int_equal(result.status, 3);
        assert_string_equal(result.out, "3\n6\n7540113804746346429\n");
        assert_int_equal(count_text(result.err, "demo_mqueue: line "), 5);
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
            char line[32];
            (void)snprintf(line, sizeof line, ": line %d: ", bad[k]);
            assert_int_equal(count_text(result.err, line), 1);
        }
        assert_non_null(strstr(result.err, "\\x1b[31m"));
        assert_null(strchr(result.err, '\x1b'));
        free_result(&result);
    }
    assert_nothing_left();
}

/* Blank lines and a byte-order mark ask nothing. */
static void test_blank_lines(void **state)
{
    static const char input[] = "\xef\xbb\xbf"
                                "add 3 4\n"
                                "\n"
                                " \t \r\n"
                                "\r\n"
                                "add 1 1\r\n"
                                "\n";

    (void)state;
    for (int i = 0; i < APIS; i++) {
        struct result result = run_stream(apis[i], input, sizeof input - 1);
        assert_int_equal(result.status, 0);
        assert_string_equal(result.out, "7\n2\n");
        assert_verdict(result.err, "demo_mqueue: guarantee held: 2 of 2 ");
        free_result(&result);
    }
    assert_nothing_left();
}

/* What a message shows of a line ends between two characters, and nothing in
 * it hides or reorders the rest: a mark in the middle, an override.
 */
static void test_lines_in_messages(void **state)
{
    char input[1000];

    (void)state;
    for (int i = 0; i < 4; i++) {
        char *in = input;
        for (int k = 0; k < i; k++)
            in = stpcpy(in, "x");
        for (int k = 0; k < 150; k++)
            in = stpcpy(in, "\u20ac");
        in = stpcpy(in, "\nadd 1 2\n\ufeff\u202e\n");
        struct result result = run_stream(apis[0], input, (size_t)(in - input));
        assert_int_equal(result.status, 3);
        assert_string_equal(result.out, "3\n");
        assert_non_null(strstr(result.err, "\u20ac...: "));
        assert_null(strstr(result.err, "\\xe2\\x82..."));
        assert_non_null(
            strstr(result.err, "line 3: \\xef\\xbb\\xbf\\xe2\\x80\\xae: "));
        free_result(&result);
    }
}

/* A line without an end does not fill the memory, and is not taken for what it
 * begins with.
 */
static void test_endless_line(void **state)
{
    char command[4400];

    (void)state;
    (void)snprintf(command, sizeof command,
        "{ printf 'add 3 4'; dd if=/dev/zero bs=1024 count=65536 2>/dev/null |"
        " tr '\\0' ' '; echo 5; } | '%s' -",
        built("demo_mqueue"));
    struct result result = run_program(
        (const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, 0);
    assert_int_equal(result.status, 3);
    assert_string_equal(result.out, "");
    assert_non_null(strstr(result.err, "line 1: add 3 4 "));
    assert_non_null(strstr(result.err, "...: the line is too long\n"));
#ifndef __SANITIZE_ADDRESS__ /* or it is this program, before exec(3) */
    assert_true(result.peak < 50000);
#endif
    free_result(&result);
}

static void test_empty_stream(void **state)
{
    (void)state;
    for (int i = 0; i < APIS; i++) {
        struct result result = run_stream(apis[i], "", 0);
        assert_int_equal(result.status, 0);
        assert_int_equal(result.out_size, 0);
        free_result(&result);
    }
    assert_nothing_left();
}

/* A folder can be opened, and not read. */
static void test_input_that_cannot_be_read(void **state)
{
    char command[8192];

    (void)state;
    for (int i = 0; i < APIS; i++) {
        (void)snprintf(command, sizeof command, "exec '%s' %s - </",
            built("demo_mqueue"), apis[i]);
        struct result result = run_program(
            (const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, 0);
        assert_int_equal(result.status, 3);
        assert_non_null(strstr(result.err, "read: Is a directory"));
        free_result(&result);
    }
    assert_nothing_left();
}

/* A line that is typed is answered at once, before the next one. */
static void test_typed_lines(void **state)
{
    (void)state;
    for (int i = 0; i < APIS; i++) {
        struct program program = program_start(
            (const char *const[]){built("demo_mqueue"), apis[i], "-", NULL});
        program_write(&program, "add 1 2\n", 8);
        (void)program_await(&program, "3\n", false);
        program_write(&program, "mul 6 7\n", 8);
        (void)program_await(&program, "42\n", false);
        struct result result = program_finish(&program);
        assert_int_equal(result.status, 0);
        assert_string_equal(result.out, "3\n42\n");
        free_result(&result);
    }
    assert_nothing_left();
}

#define TEST(function)                                                         \
    cmocka_unit_test_setup_teardown(function, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_listing), TEST(test_standard),
        TEST(test_functions), TEST(test_wrong_usage), TEST(test_clients),
        TEST(test_broken), TEST(test_broken_is_seen), TEST(test_stream),
        TEST(test_bad_lines), TEST(test_blank_lines),
        TEST(test_lines_in_messages), TEST(test_endless_line),
        TEST(test_empty_stream), TEST(test_input_that_cannot_be_read),
        TEST(test_typed_lines)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
