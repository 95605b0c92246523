/* SPDX-License-Identifier: MIT */
/* demo_condvar as a whole program */
#include "tests/support/test.h"

#include "demos/parts/random.h"

/* The place of the 22 in a line "Lucky number 22 found! [5, 17, 22]\n", from 1
 * on. A consumer may wake up some numbers late.
 */
static int place_of_22(const char *line)
{
    int place = 1;

    assert_matches(line, "^Lucky number 22 found! "
                         "\\[((100|[1-9]?[0-9]), )*22(, (100|[1-9]?[0-9]))*\\]\n");
    for (const char *at = strchr(line, '['); atoi(at + 1) != 22; place++)
        at = strchr(at + 1, ' ');
    return place;
}

/* Two such lines are of the same draws: one may only be longer. */
static void assert_same_draws(const char *one, const char *other)
{
    size_t length = strcspn(one, "]"), length_of_other = strcspn(other, "]");

    assert_memory_equal(one, other, length < length_of_other ? length : length_of_other);
}

/* In ten runs both happens: a 22 among the first 100 numbers, or none. Which of
 * them is known from a longer run with the same draws; and these differ from
 * seed to seed.
 */
TEST(listing)
{
    int found = 0, last = 0;

    for (int seed = 1; seed <= 10; seed++) {
        struct result longer =
            expect_run(0, HELD("condvar"), "demo_condvar --seed=%d --count=3000", seed);
        struct result result = expect_run(0, HELD("condvar"), "demo_condvar --seed=%d", seed);
        int place = place_of_22(longer.out);
        char verdict[64];

        assert_int_equal(count_lines(longer.out), 1);
        assert_int_not_equal(place, last);
        last = place;
        if (place > 100) {
            assert_string_equal(result.out, "No lucky number 22 this time.\n");
            continue;
        }
        assert_int_equal(count_lines(result.out), 1);
        assert_int_equal(place_of_22(result.out), place);
        assert_true(count_text(result.out, ",") < 100);
        assert_same_draws(result.out, longer.out);
        (void)snprintf(verdict, sizeof verdict, "which was draw %d (", place);
        assert_non_null(strstr(result.err, verdict));
        found++;
    }
    assert_int_in_range(found, 1, 9);
}

/* Each of them is woken and prints what it sees. */
TEST(consumers)
{
    struct result result =
        expect_run(0, HELD("condvar"), "demo_condvar --consumers=100 --count=3000 --seed=1");

    assert_int_equal(count_lines(result.out), 100);
    for (const char *line = result.out; *line; line = strchr(line, '\n') + 1) {
        (void)place_of_22(line);
        assert_same_draws(line, result.out);
    }
    result = expect_run(0, HELD("condvar"), "demo_condvar --consumers=100 --lucky=1000000");
    assert_int_equal(count_text(result.out, "No lucky number 1000000 this time.\n"), 100);
    assert_int_equal(count_lines(result.out), 100);
    (void)expect_run(0, HELD("condvar"), "demo_condvar --max=1000000 --count=100000");
    result = expect_run(0, HELD("condvar"), "demo_condvar --lucky=0 --max=0 --count=1");
    assert_string_equal(result.out, "Lucky number 0 found! [0]\n");
}

/* The consumer sleeps through it: nothing is reported, though it was drawn. */
TEST(broken)
{
    static const char *const options[] = {"--count=100", "--consumers=20", "--count=1",
        "--count=100000", "--lucky=100", "--lucky=0 --max=0"};

    for (size_t i = 0; i < COUNT(options); i++) {
        struct result result = expect_run(
            4, VIOLATED("condvar", "lost wakeup"), "demo_condvar --broken %s", options[i]);
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
