/* SPDX-License-Identifier: MIT */
/* demo_shm as a whole program: what its snapshots look like, and what is torn
 */
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

enum { MAX_VALUES = 64 };

struct snapshot {
    int values[MAX_VALUES];
    int mark; /* so many stand before the |, or 0 */
};

static void assert_verdict(const char *err, const char *verdict)
{
    const char *line = strstr(err, verdict);

    assert_non_null(line);
    assert_non_null(strstr(line, "seed 42)\n"));
}

/* Reads a line of COUNT numbers as the listing prints them, at most one comma
 * being a | instead. Returns where the next line begins.
 */
static const char *read_snapshot(
    const char *line, int count, struct snapshot *snapshot)
{
    assert_int_equal(*line++, '[');
    snapshot->mark = 0;
    for (int i = 0; i < count; i++) {
        char *end;
        assert_int_in_range(*line, '0', '9');
        snapshot->values[i] = (int)strtol(line, &end, 10);
        assert_int_in_range(snapshot->values[i], 0, 100);
        if (strncmp(end, " | ", 3) == 0 && i < count - 1) {
            assert_int_equal(snapshot->mark, 0);
            snapshot->mark = i + 1;
        } else if (i < count - 1)
            assert_memory_equal(end, ", ", 2);
        else
            assert_memory_equal(end, "]\n", 2);
        line = end + (snapshot->mark == i + 1 ? 3 : 2);
    }
    return line;
}

/* Reads all of OUT: nothing in it may be torn. */
static void assert_whole(const char *out, int count)
{
    struct snapshot snapshot;

    for (const char *line = out; *line;) {
        line = read_snapshot(line, count, &snapshot);
        assert_int_equal(snapshot.mark, 0);
    }
}

/* One snapshot each 2 s for 10 s, ten times as fast. A busy machine may show
 * less; and just one more, if it began before the clock did.
 */
static void test_listing(void **state)
{
    struct result result = RUN("demo_shm", "--speed=10", "--seed=42");

    (void)state;
    assert_int_equal(result.status, 0);
    assert_int_in_range(count_lines(result.out), 1, 6);
    assert_whole(result.out, 5);
    assert_verdict(result.err, "demo_shm: guarantee held: ");
    assert_int_equal(count_lines(result.err), 1);
    free_result(&result);
    assert_nothing_left();
}

static void test_number_of_values(void **state)
{
    static const struct {
        const char *option;
        int count;
    } cases[] = {{"--values=1", 1}, {"--values=2", 2}, {"--values=64", 64}};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct result result =
            RUN("demo_shm", "--speed=100", "--show=0.1", cases[i].option);
        assert_int_equal(result.status, 0);
        assert_true(count_lines(result.out) >= 1);
        assert_whole(result.out, cases[i].count);
        free_result(&result);
    }
    assert_nothing_left();
}

/* Both would rest far longer than the test waits: the end wakes them. */
static void test_ends_at_once(void **state)
{
    struct result result =
        RUN("demo_shm", "--duration=0.2", "--update=3600", "--show=3600");

    (void)state;
    assert_int_equal(result.status, 0);
    assert_whole(result.out, 5);
    assert_true(count_lines(result.out) <= 1);
    free_result(&result);
    assert_nothing_left();
}

/* The evidence does not come from the verdict: with one update only, there are
 * the initial numbers, and the new ones that a correct run with the same seed
 * shows in the end. A torn snapshot begins with new and ends with initial ones.
 */
static void test_broken(void **state)
{
    static const char *const options[] = {
        "--seed=42", "--duration=1", "--update=3600", "--show=0.05"};
    struct result correct =
        RUN("demo_shm", options[0], options[1], options[2], options[3]);
    struct result broken = RUN(
        "demo_shm", "--broken", options[0], options[1], options[2], options[3]);
    struct snapshot published = {0}, snapshot;
    int torn = 0, reported = 0;

    (void)state;
    assert_int_equal(correct.status, 0);
    for (const char *line = correct.out; *line;)
        line = read_snapshot(line, 5, &published);
    assert_int_equal(broken.status, 4);
    for (const char *line = broken.out; *line;) {
        line = read_snapshot(line, 5, &snapshot);
        for (int i = 0; i < 5 && snapshot.mark > 0; i++)
            assert_int_equal(snapshot.values[i],
                i < snapshot.mark ? published.values[i] : i);
        torn += snapshot.mark > 0;
    }
    assert_true(torn > 0);
    assert_verdict(broken.err, "demo_shm: guarantee VIOLATED: ");
    assert_int_equal(
        sscanf(strstr(broken.err, "VIOLATED"), "VIOLATED: %d of ", &reported),
        1);
    assert_int_equal(torn, reported);
    free_result(&correct);
    free_result(&broken);
    assert_nothing_left();
}

/* The bug shows at any speed, in two numbers as in 64. */
static void test_broken_always(void **state)
{
    static const char *const options[][2] = {{"--speed=10"}, {"--speed=1000"},
        {"--speed=1000", "--values=2"}, {"--speed=1000", "--values=64"}};

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct result result =
            RUN("demo_shm", "--broken", options[i][0], options[i][1]);
        assert_int_equal(result.status, 4);
        assert_true(count_text(result.out, " | ") > 0);
        free_result(&result);
    }
    assert_nothing_left();
}

/* However late the reader starts, the two meet. strace(1) makes the run's first
 * process wait before its third fork, which is that of the reader.
 */
static void test_late_reader(void **state)
{
    const char *const command[] = {"/usr/bin/env", "strace", "-qq", "-o",
        "/dev/null", "-e", "inject=?clone,?fork:delay_enter=1500000:when=3",
        built("demo_shm"), "--broken", "--speed=1000", NULL};
    const char *const try[] = {
        "/usr/bin/env", "strace", "-o", "/dev/null", "true", NULL};
    struct result tried = run_program(try, NULL, 0);

    (void)state;
    bool has_strace = tried.status == 0;
    free_result(&tried);
    if (!has_strace)
        skip();
    struct result result = run_program(command, NULL, 0);
    assert_int_equal(result.status, 4);
    free_result(&result);
    assert_nothing_left();
}

static void test_wrong_usage(void **state)
{
    static const char *const wrong[][2] = {{"--values=0"}, {"--values=65"},
        {"--values=2.5"}, {"--duration=0"}, {"--duration=3600.1"},
        {"--duration=nan"}, {"--update=0"}, {"--update=-1"}, {"--update=3601"},
        {"--show=0.0"}, {"--show=inf"}, {"--show=1e1"}, {"--show="},
        {"--broken", "--values=1"}};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct result result = RUN("demo_shm", wrong[i][0], wrong[i][1]);
        if (result.status != 2)
            fail_msg("%s: status %d", wrong[i][0], result.status);
        assert_int_equal(result.out_size, 0);
        assert_int_equal(count_lines(result.err), 1);
        free_result(&result);
    }
}

#define TEST(function)                                                         \
    cmocka_unit_test_setup_teardown(function, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_listing),
        TEST(test_number_of_values), TEST(test_ends_at_once), TEST(test_broken),
        TEST(test_broken_always), TEST(test_late_reader),
        TEST(test_wrong_usage)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
