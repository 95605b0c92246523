/* SPDX-License-Identifier: MIT */
/* demo_condvar as a whole program */
#include "tests/support/test.h"

#include "demos/parts/random.h"

enum { MAX_NUMBERS = 100000 };

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
        assert_int_in_range(number, 0, 100);
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

/* In ten runs both happens: a 22 among the first 100 numbers, or none. Which of
 * them is known from a longer run with the same draws; and these differ from
 * seed to seed.
 */
TEST(listing)
{
    static struct list longer, list;
    int found = 0, last = 0;

    for (int seed = 1; seed <= 10; seed++) {
        struct result long_run = expect_run(
            0, HELD("condvar"), "demo_condvar --seed=%d --count=3000", seed);
        struct result result =
            expect_run(0, HELD("condvar"), "demo_condvar --seed=%d", seed);
        char verdict[64];

        assert_int_equal(*read_list(long_run.out, 22, &longer), '\0');
        assert_int_not_equal(longer.lucky_at, last);
        last = longer.lucky_at;
        if (longer.lucky_at > 100) {
            assert_string_equal(result.out, "No lucky number 22 this time.\n");
            continue;
        }
        assert_int_equal(*read_list(result.out, 22, &list), '\0');
        assert_int_equal(list.lucky_at, longer.lucky_at);
        assert_true(list.count <= 100);
        assert_same_draws(&list, &longer);
        (void)snprintf(
            verdict, sizeof verdict, "which was draw %d (", list.lucky_at);
        assert_non_null(strstr(result.err, verdict));
        found++;
    }
    assert_int_in_range(found, 1, 9);
}

/* Each of them is woken and prints what it sees. */
TEST(consumers)
{
    static struct list first, list;
    struct result result = expect_run(0, HELD("condvar"),
        "demo_condvar --consumers=100 --count=3000 --seed=1");

    assert_int_equal(count_lines(result.out), 100);
    const char *rest = read_list(result.out, 22, &first);
    for (int i = 1; i < 100; i++) {
        rest = read_list(rest, 22, &list);
        assert_same_draws(&list, &first);
    }
    result = expect_run(
        0, HELD("condvar"), "demo_condvar --consumers=100 --lucky=1000000");
    assert_int_equal(
        count_text(result.out, "No lucky number 1000000 this time.\n"), 100);
    assert_int_equal(count_lines(result.out), 100);
    (void)expect_run(
        0, HELD("condvar"), "demo_condvar --max=1000000 --count=100000");
    result = expect_run(
        0, HELD("condvar"), "demo_condvar --lucky=0 --max=0 --count=1");
    assert_string_equal(result.out, "Lucky number 0 found! [0]\n");
}

/* The consumer sleeps through it: nothing is reported, though it was drawn. */
TEST(broken)
{
    static const char *const options[] = {"--count=100", "--consumers=20",
        "--count=1", "--count=100000", "--lucky=100", "--lucky=0 --max=0"};

    for (size_t i = 0; i < COUNT(options); i++) {
        struct result result = expect_run(4, VIOLATED("condvar", "lost wakeup"),
            "demo_condvar --broken %s", options[i]);
        assert_int_equal(count_text(result.out, "found"), 0);
        assert_matches(result.err, "VIOLATED: [^\n]*which was draw [0-9]+ \\(");
    }
    REFUSED("demo_condvar", "--broken --lucky=101", "-- operand");
}

/* The lucky number is the last of many, so that all consumers fall asleep
 * first. On a system of tests/unkind some of them wake up for nothing.
 */
TEST(lucky_at_last)
{
    int last = 0;

    for (run.seed = 1; run.seed <= 5; run.seed++) {
        struct rng rng = rng_init(0);
        for (int i = 0; i < 20000; i++)
            last = rng_range(&rng, 0, 1000000);
        struct result result = expect_run(0, HELD("condvar"),
            "demo_condvar --seed=%u --lucky=%d --count=20000 --max=1000000 "
            "--consumers=20",
            (unsigned)run.seed, last);
        assert_int_equal(count_text(result.out, "found! ["), 20);
    }
}
