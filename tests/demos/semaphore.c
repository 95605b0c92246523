/* SPDX-License-Identifier: MIT */
/* demo_semaphore as a whole program */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/program.h"

enum { MAX_WORKERS = 10000 };

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
        (void)snprintf(expected, sizeof expected, "%d %s critical section\n",
            number, event);
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
    const char *at = strstr(err, text);

    assert_non_null(at);
    return atoi(at + strlen(text));
}

static void test_listing(void **state)
{
    struct result result = RUN("demo_semaphore", "--speed=1000", "--seed=42");
    int most = max_inside(result.out, 10);

    (void)state;
    assert_int_equal(result.status, 0);
    assert_int_in_range(most, 1, 3);
    assert_int_in_range(number_after(result.err, "held: at most "), most, 3);
    assert_matches(
        result.err, "^demo_semaphore: guarantee held: [^\n]*seed 42\\)\n$");
    free_result(&result);
    assert_nothing_left();
}

static void test_seed_is_shown(void **state)
{
    struct result result = RUN("demo_semaphore", "--speed=1000");

    (void)state;
    assert_matches(result.err, "^[^\n]*seed [0-9]+\\)\n$");
    free_result(&result);
}

/* One slot makes it a mutex; and it holds for many workers, too. */
static void test_slots(void **state)
{
    static const struct {
        const char *workers, *slots;
        int worker_count, slot_count;
    } cases[] = {{"--workers=20", "--slots=1", 20, 1},
        {"--workers=2", "--slots=10000", 2, 2},
        {"--workers=1000", "--slots=7", 1000, 7}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result result = RUN("demo_semaphore", cases[i].workers,
            cases[i].slots, "--hold=0", "--speed=1000");
        assert_int_equal(result.status, 0);
        assert_int_in_range(max_inside(result.out, cases[i].worker_count), 1,
            cases[i].slot_count);
        free_result(&result);
    }
    assert_nothing_left();
}

static void test_broken(void **state)
{
    static const struct {
        const char *workers, *slots;
        int worker_count, slot_count;
    } cases[] = {{"--workers=10", "--slots=3", 10, 3},
        {"--workers=500", "--slots=5", 500, 5}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result result = RUN("demo_semaphore", "--broken", "--speed=1000",
            cases[i].workers, cases[i].slots);
        int count = cases[i].worker_count;
        int most = max_inside(result.out, count);

        assert_int_equal(result.status, 4);
        assert_true(most > cases[i].slot_count);
        assert_int_in_range(
            number_after(result.err, "VIOLATED: "), most, count);
        assert_matches(result.err,
            "^demo_semaphore: guarantee VIOLATED: [^\n]*seed [0-9]+\\)\n"
            "demo_semaphore: bug: overload; left out: [^\n]+\n$");
        free_result(&result);
    }
    assert_nothing_left();
}

static void test_limits(void **state)
{
    static const char *const accepted[][2] = {{"--workers=1"}, {"--slots=1"},
        {"--slots=10000"}, {"--hold=0"}, {"--hold=0.5"},
        {"--hold=3600", "--workers=1"}};

    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        struct result result = RUN(
            "demo_semaphore", "--speed=1000", accepted[i][0], accepted[i][1]);
        assert_int_equal(result.status, 0);
        free_result(&result);
    }
    /* so many threads are accepted, but not every system lets them start */
    struct result result = RUN("demo_semaphore", "--workers=10000",
        "--slots=10000", "--hold=0", "--speed=1000");
    assert_int_not_equal(result.status, 2);
    if (result.status == 0)
        (void)max_inside(result.out, MAX_WORKERS);
    free_result(&result);
}

static void test_wrong_usage(void **state)
{
    static const char *const refused[][2] = {{"--workers=0"},
        {"--workers=10001"}, {"--workers=-1"}, {"--workers="},
        {"--workers=1.5"}, {"--slots=0"}, {"--slots=10001"}, {"--slots=x"},
        {"--hold=-1"}, {"--hold=3600.5"}, {"--hold=nan"}, {"--hold"},
        {"--broken", "--slots=10"}, {"--broken", "--workers=3"},
        {"--broken", "--workers=1"}, {"operand"}, {"--", "operand"}};

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_refused("demo_semaphore", refused[i][0], refused[i][1]);
    }
    assert_nothing_left();
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_listing),
        TEST(test_seed_is_shown), TEST(test_slots), TEST(test_broken),
        TEST(test_limits), TEST(test_wrong_usage)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
