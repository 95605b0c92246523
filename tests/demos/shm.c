/* SPDX-License-Identifier: MIT */
/* demo_shm as a whole program: what its snapshots look like, and what is torn
 */
#include "tests/support/test.h"

#define VALUE "(100|[1-9]?[0-9])"

/* Each run's lines, the one of the listing first: one snapshot each 2 s for 10
 * s, ten times as fast. A busy machine may show less; and just one more, if it
 * began before the clock did. (Of many short rests more fit into a long end.)
 * In the last one both would rest far longer than the test waits: the end wakes
 * them.
 */
TEST(held)
{
    static const struct {
        const char *options;
        int values, least, most;
    } cases[] = {{"--speed=10", 5, 1, 6}, {"--speed=100 --show=0.1 --values=1", 1, 1, 1000},
        {"--speed=100 --show=0.1 --values=2", 2, 1, 1000},
        {"--speed=100 --show=0.1 --values=64", 64, 1, 1000},
        {"--duration=0.2 --update=3600 --show=3600", 5, 0, 1}};
    char pattern[80];

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct result result = expect_run(0, HELD("shm"), "demo_shm %s", cases[i].options);
        assert_int_in_range(count_lines(result.out), cases[i].least, cases[i].most);
        (void)snprintf(pattern, sizeof pattern, "^(\\[" VALUE "(, " VALUE "){%d}\\]\n)*$",
            cases[i].values - 1);
        assert_matches(result.out, pattern);
    }
}

/* The evidence does not come from the verdict: with one update only, there are
 * the initial numbers, and the new ones that a correct run with the same seed
 * shows in the end. A torn snapshot begins with new and ends with initial ones.
 */
TEST(broken)
{
    static const char options[] = "--seed=42 --duration=1 --update=3600 --show=0.05";
    struct result correct = expect_run(0, HELD("shm"), "demo_shm %s", options);
    struct result broken =
        expect_run(4, VIOLATED("shm", "torn snapshot"), "demo_shm --broken %s", options);
    const char *published = strrchr(correct.out, '[');
    static const char initial[] = "0, 1, 2, 3, 4]\n";
    int torn = 0, reported = 0;

    for (const char *line = broken.out; *line; line = strchr(line, '\n') + 1) {
        size_t length = strcspn(line, "|\n"), commas = 0;
        if (line[length] == '\n')
            continue;
        for (size_t i = 0; i < length; i++)
            commas += line[i] == ',';
        assert_memory_equal(line, published, length - 1);
        assert_int_equal(published[length - 1], ',');
        assert_memory_equal(
            line + length + 2, initial + 3 * (commas + 1), strlen(initial + 3 * (commas + 1)));
        torn++;
    }
    assert_true(torn > 0);
    (void)sscanf(strstr(broken.err, "VIOLATED"), "VIOLATED: %d of ", &reported);
    assert_int_equal(torn, reported);
}

/* The bug shows at any speed, in two numbers as in 64. */
TEST(broken_always)
{
    static const char *const options[] = {
        "--speed=10", "--speed=1000", "--speed=1000 --values=2", "--speed=1000 --values=64"};

    for (size_t i = 0; i < COUNT(options); i++) {
        struct result result =
            expect_run(4, VIOLATED("shm", "torn snapshot"), "demo_shm --broken %s", options[i]);
        assert_true(count_text(result.out, " | ") > 0);
    }
    REFUSED("demo_shm", "--broken --values=1", "operand");
}

/* With --window the writer pauses in each update, and the reader after it has
 * unlocked: what it still reads then is in the middle of one, in most runs.
 */
TEST(window)
{
    for (int i = 0; i < 5; i++)
        (void)expect_run(0, HELD("shm"), "demo_shm --window --speed=100");
}
