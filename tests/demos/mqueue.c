/* SPDX-License-Identifier: MIT */
/* demo_mqueue as a whole program, with both kinds of queue */
#include "tests/support/test.h"

#include <inttypes.h>
#include <signal.h>

#define MOST  "9223372036854775807"
#define LEAST "-9223372036854775808"

/* Where the queues are System V queues unasked, that is said first. */
#define ANSWERED(of) "demo_mqueue: guarantee held: " of " [^\n]*seed [0-9]+\\)\n$"

/* FOR_APIS(api): the second one is not everywhere. */
static const char *const apis[] = {"--api=sysv", "--api=posix", NULL};
#define FOR_APIS(api) for (const char *const *at = apis, *api = *at; api; api = next_api(&at))

static const char *next_api(const char *const **at)
{
    ++*at;
    return HAVE_MQUEUE && !is_unkind() ? **at : NULL;
}

/* Where there are no POSIX queues, it takes the others, and says so. */
TEST(listing)
{
    static const char sysv[] = "demo_mqueue: the queues are System V queues\n";
    bool lacks_posix = !HAVE_MQUEUE || is_unkind();
    struct result result = expect_run(0, ANSWERED("1 of 1"), "demo_mqueue");

    assert_string_equal(result.out, "7\n");
    assert_int_equal(count_text(result.err, sysv), lacks_posix);
    assert_int_equal(count_lines(result.err), lacks_posix ? 2 : 1);
    if (!HAVE_MQUEUE)
        (void)expect_run(2, "", "demo_mqueue --api=posix");
    else if (is_unkind())
        (void)expect_run(3, "use --api=sysv", "demo_mqueue --api=posix");
}

TEST(functions)
{
    static const struct {
        const char *request, *answer;
    } cases[] = {{"add 3 4", "7"}, {"add " MOST " " LEAST, "-1"}, {"add " MOST " 1", "overflow"},
        {"add " LEAST " -1", "overflow"}, {"sub -5 3", "-8"}, {"sub -1 " LEAST, MOST},
        {"sub 0 " LEAST, "overflow"}, {"mul -6 7", "-42"}, {"mul -1 " MOST, "-" MOST},
        {"mul " LEAST " -1", "overflow"}, {"mul 4294967296 2147483648", "overflow"},
        {"div 7 2", "3"}, {"div -7 2", "-3"}, {"div " LEAST " 1", LEAST},
        {"div " LEAST " -1", "overflow"}, {"div " MOST " -1", "-" MOST},
        {"div 1 0", "division by zero"}, {"pow 0 0", "1"}, {"pow 0 " MOST, "0"},
        {"pow 1 " MOST, "1"}, {"pow -1 " MOST, "-1"}, {"pow -1 9223372036854775806", "1"},
        {"pow 3 39", "4052555153018976267"}, {"pow 3 40", "overflow"}, {"pow -2 63", LEAST},
        {"pow 2 63", "overflow"}, {"pow -2 64", "overflow"}, {"pow 2 " MOST, "overflow"},
        {"pow " LEAST " 1", LEAST}, {"gcd 12 18", "6"}, {"gcd -12 18", "6"}, {"gcd 0 0", "0"},
        {"gcd 0 -5", "5"}, {"gcd " LEAST " -1", "1"}, {"gcd -1 " LEAST, "1"},
        {"gcd " LEAST " 6", "2"}, {"gcd " LEAST " 0", "overflow"},
        {"gcd " LEAST " " LEAST, "overflow"}, {"fib 0", "0"}, {"fib 1", "1"}, {"fib 10", "55"},
        {"fib 92", "7540113804746346429"}};
    char expected[64];

    FOR_APIS(api)
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *answer = cases[i].answer;
        bool error = *answer == 'o' || *answer == 'd';
        struct result result = expect_run(error ? 3 : 0, error ? answer : ANSWERED("1 of 1"),
            "demo_mqueue %s %s", api, cases[i].request);
        (void)snprintf(expected, sizeof expected, "%s\n", answer);
        assert_string_equal(result.out, error ? "" : expected);
    }
}

TEST(refused)
{
    assert_refused("demo_mqueue", "", NULL);
    assert_refused("demo_mqueue", "frob", NULL);
    REFUSED("demo_mqueue", "ad 1 2", "add", "add 1", "add 1 2 3", "add 1 x", "add 1 2x",
        "add 1 1.5", "add 0x1 2", "add 1 " MOST "0", "add 9223372036854775808 0",
        "sub -9223372036854775809 0", "pow 2 -1", "fib 93", "fib -1", "fib 1 2", "fib", "- add",
        "--broken -", "--broken --clients=1", "--broken pow 2 10", "--broken fib 9");
    struct result result = RUN("demo_mqueue", "add", "1", "");
    assert_int_equal(result.status, 2);
    result = RUN("demo_mqueue", "add", "1", " 2");
    assert_int_equal(result.status, 2);
}

/* As many as there may be: each gets the answer. Where each asks something
 * else, it says what; and the first one to ask receives last.
 */
TEST(clients)
{
    static const char *const lines[] = {
        "client 0 asked add 3 4 and got 7\n", "client 1 asked mul 6 7 and got 42\n"};

    FOR_APIS(api)
    {
        struct result result =
            expect_run(0, ANSWERED("100 of 100"), "demo_mqueue %s --clients=100 sub -5 3", api);
        assert_int_equal(count_text(result.out, "-8\n"), 100);
        assert_int_equal(result.out_size, 300);
        result = expect_run(0, ANSWERED("2 of 2"), "demo_mqueue %s --clients=2 --window", api);
        for (size_t i = 0; i < COUNT(lines); i++)
            assert_int_equal(count_text(result.out, lines[i]), 1);
        assert_int_equal(count_lines(result.out), 2);
    }
}

static bool is_among(int number, const int *numbers, int count)
{
    for (int i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

/* Each client says what it asked and what it got: wrong for one at least, and
 * then the answer of another. With as many clients as there may be, too, each
 * asks something else, so the verdict counts all that are wrong.
 */
TEST(broken)
{
    static const int clients[] = {3, 100};
    int right[100], got[100];

    FOR_APIS(api)
    for (size_t i = 0; i < COUNT(clients); i++) {
        struct result result = expect_run(4,
            "demo_mqueue: guarantee VIOLATED: ", "demo_mqueue --broken %s --clients=%d", api,
            clients[i]);
        int count = 0, wrong = 0, swapped = -1;

        for (char *line = result.out; *line; line = strchr(line, '\n') + 1) {
            char function[8], end = ' ';
            int client = -1, a = 0, b = 0;
            (void)sscanf(line, "client %d asked %7s %d %d and got %d%c", &client, function, &a, &b,
                &got[count], &end);
            assert_int_equal(end, '\n');
            right[count] = strcmp(function, "add") == 0   ? a + b
                           : strcmp(function, "mul") == 0 ? a * b
                                                          : 1024;
            wrong += got[count] != right[count];
            assert_true(++count <= clients[i]);
        }
        assert_int_equal(count, clients[i]);
        for (int k = 0; k < count; k++)
            assert_true(is_among(got[k], right, count));
        (void)sscanf(strstr(result.err, "VIOLATED: "), "VIOLATED: %d of ", &swapped);
        assert_true(wrong > 0);
        assert_int_equal(wrong, swapped);
    }
    struct result result = run_words("demo_mqueue --broken");
    assert_int_equal(count_lines(result.out), 3); /* the default */
    assert_int_equal(count_text(result.out, " asked add 3 4 and got "), 1);
    assert_int_equal(count_text(result.out, " asked mul 6 7 and got "), 1);
    assert_int_equal(count_text(result.out, " asked pow 2 10 and got "), 1);
}

static struct result run_stream(const char *api, const char *input, size_t size)
{
    return run_program((const char *const[]){built("demo_mqueue"), api, "-", NULL}, input, size);
}

/* Many requests, answered in order. */
TEST(stream)
{
    enum { REQUESTS = 100000, LONGEST = 32 };
    static const char *const functions[] = {"add", "sub", "mul"};
    char *input = keep(malloc(REQUESTS * LONGEST)), *in = input;
    char *expected = keep(malloc(REQUESTS * LONGEST)), *out = expected;

    for (int i = 0; i < REQUESTS; i++) {
        int64_t other = i % 1000 - 500;
        int64_t answers[] = {i + other, i - other, i * other};
        in += sprintf(in, "%s %d %" PRId64 "\n", functions[i % 3], i, other);
        out += sprintf(out, "%" PRId64 "\n", answers[i % 3]);
    }
    FOR_APIS(api)
    {
        struct result result = run_stream(api, input, (size_t)(in - input));
        assert_result(&result, 0, ANSWERED("100000 of 100000"), "a stream");
        assert_true(strcmp(result.out, expected) == 0);
    }
}

/* What comes of a stream; bad lines are reported with their number, and the
 * rest goes on. Blank lines and a byte-order mark ask nothing.
 */
TEST(lines)
{
#define BYTES(text) text, sizeof(text) - 1
    static const struct {
        const char *input;
        size_t size;
        const char *out;
        int bad[6];
    } cases[] = {{BYTES(""), "", {0}},
        {BYTES("\xef\xbb\xbf"
               "add 3 4\n\n \t \r\n\r\nadd 1 1\r\n\n"),
            "7\n2\n", {0}},
        {BYTES("add 1 2\nnonsense\n\tmul  2   3\r\ndiv 1 0\n"
               "add 1 \x1b[31m\n\nadd 1 2\0\nmul " MOST " 2\n"
               "fib 92" /* without a newline */),
            "3\n6\n7540113804746346429\n", {2, 4, 5, 7, 8, 0}}};

    FOR_APIS(api)
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct result result = run_stream(api, cases[i].input, cases[i].size);
        int count = 0;
        for (const int *bad = cases[i].bad; *bad != 0; bad++, count++) {
            char line[32];
            (void)snprintf(line, sizeof line, ": line %d: ", *bad);
            assert_int_equal(count_text(result.err, line), 1);
        }
        assert_int_equal(result.status, count > 0 ? 3 : 0);
        assert_string_equal(result.out, cases[i].out);
        assert_int_equal(count_text(result.err, "demo_mqueue: line "), count);
        assert_null(strchr(result.err, '\x1b'));
        assert_int_equal(count_text(result.err, "\\x1b[31m") > 0, count > 0);
    }
}

/* A line without an end does not fill the memory, and is not taken for what it
 * begins with.
 */
TEST(endless_line)
{
    struct result result =
        run_script("{ printf 'add 3 4'; dd if=/dev/zero bs=1024 count=65536 2>/dev/null |"
                   " tr '\\0' ' '; echo 5; } | '%s' -",
            built("demo_mqueue"));

    assert_result(&result, 3, "line 1: add 3 4 [^\n]*\\.\\.\\.: the line is too long\n", "a line");
    assert_string_equal(result.out, "");
#ifndef __SANITIZE_ADDRESS__ /* or it is this program, before exec(3) */
    assert_true(result.peak < 50000);
#endif
}

/* A folder can be opened, and not read. */
TEST(input_that_cannot_be_read)
{
    FOR_APIS(api)
    {
        struct result result = run_script("exec '%s' %s - </", built("demo_mqueue"), api);
        assert_result(&result, 3, "read: Is a directory", api);
    }
}

/* A line that is typed is answered at once, before the next one; and a signal
 * may end the run, since the queues have no name any more.
 */
TEST(typed_lines)
{
    FOR_APIS(api)
    {
        struct program program = start_words("demo_mqueue %s -", api);
        program_write(&program, "add 1 2\n", 8);
        (void)program_await(&program, "3\n", false);
        program_write(&program, "mul 6 7\n", 8);
        (void)program_await(&program, "42\n", false);
        assert_int_equal(kill(program.pid, SIGTERM), 0);
        struct result result = program_finish(&program);
        assert_int_equal(result.status, 128 + SIGTERM);
        assert_string_equal(result.out, "3\n42\n");
    }
}
