/* SPDX-License-Identifier: MIT */
/* demo_semaphore as a whole program */
#include "tests/support/test.h"

enum { MAX_WORKERS = 1000 };

/* The evidence on standard output: most starts that were not finished yet. Each
 * worker has to start once and then to finish once.
 */
static int max_inside(const char *out, int workers)
{
    static const char *const events[] = {"starting", "finished"};
    char done[MAX_WORKERS] = {0}; /* how many events of each worker */
    int inside = 0, most = 0;

    for (const char *line = out; *line; line = strchr(line, '\n') + 1) {
        char event[16] = "", expected[64];
        int number = -1;

        (void)sscanf(line, "%d %15s", &number, event);
        assert_int_in_range(number, 0, workers - 1);
        assert_int_in_range(done[number], 0, 1);
        assert_string_equal(event, events[(int)done[number]]);
        (void)snprintf(expected, sizeof expected, "%d %s critical section\n", number, event);
        assert_memory_equal(line, expected, strlen(expected));
        inside += done[number]++ == 0 ? 1 : -1;
        most = inside > most ? inside : most;
    }
    assert_int_equal(inside, 0);
    assert_int_equal(count_lines(out), 2 * workers);
    return most;
}

/* The number in the verdict, which stands after TEXT. It counts a worker from
 * before its first line until after its last one: never less than the lines do.
 */
static int number_after(const char *err, const char *text)
{
    return atoi(strstr(err, text) + strlen(text));
}

/* One slot makes it a mutex; and it holds for many workers, too. */
TEST(held)
{
    static const struct {
        const char *options;
        int workers, slots;
    } cases[] = {{"", 10, 3}, {"--workers=20 --slots=1 --hold=0", 20, 1},
        {"--workers=2 --slots=10000 --hold=0", 2, 2},
        {"--workers=1000 --slots=7 --hold=0", 1000, 7}, {"--workers=1 --hold=3600", 1, 1},
        {"--hold=0.5", 10, 3}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct result result =
            expect_run(0, HELD("semaphore"), "demo_semaphore --speed=1000 %s", cases[i].options);
        int most = max_inside(result.out, cases[i].workers);
        assert_int_in_range(most, 1, cases[i].slots);
        assert_int_in_range(number_after(result.err, "held: at most "), most, cases[i].slots);
    }
}

TEST(broken)
{
    static const struct {
        int workers, slots;
    } cases[] = {{10, 3}, {500, 5}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        int workers = cases[i].workers;
        struct result result = expect_run(4, VIOLATED("semaphore", "overload"),
            "demo_semaphore --broken --speed=1000 --workers=%d --slots=%d", workers,
            cases[i].slots);
        int most = max_inside(result.out, workers);
        assert_true(most > cases[i].slots);
        assert_int_in_range(number_after(result.err, "VIOLATED: "), most, workers);
    }
    REFUSED("demo_semaphore", "--broken --slots=10", "--broken --workers=3", "--broken --workers=1",
        "-- operand");
}
