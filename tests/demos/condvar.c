/* SPDX-License-Identifier: MIT */
/* demo_condvar as a whole program */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "demos/parts/random.h"
#include "tests/support/program.h"

enum { MAX_NUMBERS = 100000 };

#define HELD "^demo_condvar: guarantee held: [^\n]*seed [0-9]+\\)\n$"

/* The numbers that a consumer saw; it may wake up some numbers late. */
struct list {
    int numbers[MAX_NUMBERS], count;
    int lucky_at; /* the place of the first lucky one, from 1 on; 0: none */
};

/* Reads "Lucky number 22 found! [5, 17, 22]\n" into LIST, returns what follows.
 * The lucky number has to be in the list.
 */
static const char *read_list(const char *line, int lucky, struct list *list)
{
    char start[64];
    const char *separator = "";

    (void)snprintf(start, sizeof start, "Lucky number %d found! [", lucky);
    assert_memory_equal(line, start, strlen(start));
    line += strlen(start);
    for (list->count = list->lucky_at = 0; *line != ']'; separator = ", ") {
        char *end;

        assert_memory_equal(line, separator, strlen(separator));
        line += strlen(separator);
        int number = (int)strtol(line, &end, 10);
        assert_true(end > line && list->count < MAX_NUMBERS);
        line = end;
        list->numbers[list->count++] = number;
        if (number == lucky && list->lucky_at == 0)
            list->lucky_at = list->count;
    }
    assert_memory_equal(line, "]\n", 2);
    assert_int_in_range(list->lucky_at, 1, list->count);
    return line + 2;
}

/* Two lists of the same draws: one may only be longer. */
static void assert_same_draws(const struct list *one, const struct list *other)
{
    int shorter = one->count < other->count ? one->count : other->count;

    assert_memory_equal(
        one->numbers, other->numbers, (size_t)shorter * sizeof one->numbers[0]);
}

static struct result run_with_seed(int seed, const char *count)
{
    char option[32];

    (void)snprintf(option, sizeof option, "--seed=%d", seed);
    return RUN("demo_condvar", option, count);
}

/* In ten runs both happens: a 22 among the first 100 numbers, or none. Which of
 * them is known from a longer run with the same draws.
 */
static void test_listing(void **state)
{
    static struct list longer, list;
    int found = 0;

    (void)state;
    for (int seed = 1; seed <= 10; seed++) {
        struct result long_run = run_with_seed(seed, "--count=3000");
        struct result result = run_with_seed(seed, "--count=100");
        char verdict[64];

        assert_int_equal(long_run.status, 0);
        assert_int_equal(*read_list(long_run.out, 22, &longer), '\0');
        assert_int_equal(result.status, 0);
        assert_matches(result.err, HELD);
        if (longer.lucky_at <= 100) {
            assert_int_equal(*read_list(result.out, 22, &list), '\0');
            assert_int_equal(list.lucky_at, longer.lucky_at);
            assert_same_draws(&list, &longer);
            (void)snprintf(
                verdict, sizeof verdict, "which was draw %d (", list.lucky_at);
            assert_non_null(strstr(result.err, verdict));
            found++;
        } else
            assert_string_equal(result.out, "No lucky number 22 this time.\n");
        free_result(&long_run);
        free_result(&result);
    }
    assert_int_in_range(found, 1, 9);
    assert_nothing_left();
}

/* Without any option. */
static void test_defaults(void **state)
{
    static struct list list;
    struct result result = RUN("demo_condvar");

    (void)state;
    assert_int_equal(result.status, 0);
    assert_matches(result.err, HELD);
    if (strcmp(result.out, "No lucky number 22 this time.\n") != 0) {
        assert_int_equal(*read_list(result.out, 22, &list), '\0');
        assert_int_in_range(list.count, 1, 100);
        for (int i = 0; i < list.count; i++)
            assert_int_in_range(list.numbers[i], 0, 100);
    }
    free_result(&result);
    assert_nothing_left();
}

static void test_seed(void **state)
{
    static struct list first, again, another;
    struct result runs[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        runs[i] = run_with_seed(i < 2 ? 1000 : 1001, "--count=3000");
        (void)read_list(runs[i].out, 22,
            i == 0   ? &first
            : i == 1 ? &again
                     : &another);
    }
    assert_string_equal(runs[0].err, runs[1].err);
    assert_non_null(strstr(runs[0].err, "seed 1000)\n"));
    assert_same_draws(&first, &again);
    assert_int_not_equal(first.lucky_at, another.lucky_at);
    for (int i = 0; i < 3; i++)
        free_result(&runs[i]);
}

/* Each of them is woken and prints what it sees. */
static void test_consumers(void **state)
{
    static struct list first, list;
    struct result result =
        RUN("demo_condvar", "--consumers=100", "--count=3000", "--seed=1");

    (void)state;
    assert_int_equal(result.status, 0);
    assert_matches(result.err, HELD);
    assert_int_equal(count_lines(result.out), 100);
    const char *rest = read_list(result.out, 22, &first);
    for (int i = 1; i < 100; i++) {
        rest = read_list(rest, 22, &list);
        assert_same_draws(&list, &first);
    }
    free_result(&result);

    result = RUN("demo_condvar", "--consumers=100", "--lucky=1000000");
    assert_int_equal(result.status, 0);
    assert_int_equal(
        count_text(result.out, "No lucky number 1000000 this time.\n"), 100);
    assert_int_equal(count_lines(result.out), 100);
    free_result(&result);
    assert_nothing_left();
}

static void test_limits(void **state)
{
    static const char *const accepted[][2] = {{"--count=1"},
        {"--count=100000", "--lucky=1000000"}, {"--lucky=0"},
        {"--max=1000000", "--count=100000"}, {"--consumers=1"}};

    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        struct result result =
            RUN("demo_condvar", accepted[i][0], accepted[i][1]);
        assert_int_equal(result.status, 0);
        free_result(&result);
    }
    struct result result =
        RUN("demo_condvar", "--lucky=0", "--max=0", "--count=1");
    assert_int_equal(result.status, 0);
    assert_string_equal(result.out, "Lucky number 0 found! [0]\n");
    free_result(&result);
}

/* The consumer sleeps through it: nothing is reported, though it was drawn. */
static void test_broken(void **state)
{
    static const char *const cases[][2] = {{"--count=100"}, {"--consumers=20"},
        {"--count=1"}, {"--count=100000"}, {"--lucky=100"},
        {"--lucky=0", "--max=0"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result result =
            RUN("demo_condvar", "--broken", cases[i][0], cases[i][1]);
        assert_int_equal(result.status, 4);
        assert_int_equal(count_text(result.out, "found"), 0);
        assert_matches(result.err,
            "^demo_condvar: guarantee VIOLATED: [^\n]*which was draw [0-9]+ "
            "\\(seed [0-9]+\\)\n"
            "demo_condvar: bug: lost wakeup; left out: [^\n]+\n$");
        free_result(&result);
    }
    assert_nothing_left();
}

static void test_wrong_usage(void **state)
{
    static const char *const refused[][2] = {{"--count=0"}, {"--count=100001"},
        {"--count=0x10"}, {"--lucky=-1"}, {"--lucky=1000001"}, {"--max=-1"},
        {"--max=1000001"}, {"--consumers=0"}, {"--consumers=101"},
        {"--consumers"}, {"--broken", "--lucky=101"}, {"operand"},
        {"--", "operand"}};

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_refused("demo_condvar", refused[i][0], refused[i][1]);
    }
    assert_nothing_left();
}

/* The lucky number is the last of many, so that all consumers fall asleep
 * first. On a system of tests/unkind some of them wake up for nothing.
 */
static void test_lucky_at_last(void **state)
{
    char lucky[32];
    int last = 0;

    (void)state;
    for (run.seed = 1; run.seed <= 5; run.seed++) {
        struct rng rng = rng_init(0);
        for (int i = 0; i < 20000; i++)
            last = rng_range(&rng, 0, 1000000);
        char seed[32];
        (void)snprintf(seed, sizeof seed, "--seed=%u", (unsigned)run.seed);
        (void)snprintf(lucky, sizeof lucky, "--lucky=%d", last);
        struct result result = RUN("demo_condvar", seed, lucky, "--count=20000",
            "--max=1000000", "--consumers=20");
        assert_int_equal(result.status, 0);
        assert_int_equal(count_text(result.out, "found! ["), 20);
        free_result(&result);
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_listing),
        TEST(test_lucky_at_last), TEST(test_defaults), TEST(test_seed),
        TEST(test_consumers), TEST(test_limits), TEST(test_broken),
        TEST(test_wrong_usage)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
