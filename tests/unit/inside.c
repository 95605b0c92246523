/* SPDX-License-Identifier: MIT */
/* inside: how many were inside at most, whoever comes and goes at once */
#include "tests/support/forked.h"
#include "common/run/inside.h"
#include "common/run/latch.h"
#include <pthread.h>
#include <sys/mman.h>

enum { ACTORS = 8, TURNS = 20000 };

static struct inside inside;
static struct latch all_inside;

static void *stay_until_all_are(void *nothing)
{
    count_in(&inside);
    latch_count_down(&all_inside);
    latch_wait(&all_inside);
    count_out(&inside);
    return nothing;
}

static void *come_and_go(void *nothing)
{
    for (int i = 0; i < TURNS; i++) {
        count_in(&inside);
        count_out(&inside);
    }
    return nothing;
}

static void run_threads(void *(*function)(void *))
{
    pthread_t threads[ACTORS];

    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, function, NULL), 0);
    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void test_peak(void **state)
{
    latch_init(&all_inside, ACTORS);
    for (int i = 0; i < 3; i++) { /* one after the other */
        count_in(&inside);
        count_out(&inside);
    }
    assert_int_equal(inside.peak, 1);
    run_threads(stay_until_all_are);
    assert_int_equal(inside.peak, ACTORS);
    assert_int_equal(inside.now, 0);
    count_in(&inside);
    assert_int_equal(inside.now, 1);
    assert_int_equal(inside.peak, ACTORS); /* it stays */
    count_out(&inside);
}

static void test_many_changes(void **state)
{
    inside = (struct inside){0};
    run_threads(come_and_go);
    assert_int_equal(inside.now, 0);
    assert_int_in_range(inside.peak, 1, ACTORS);
}

static void test_states(void **state)
{
    recorder_start();
    record_as("actor", 0);
    count_in(&inside);
    count_out(&inside);
    assert_int_equal(recorder->next, 2);
    assert_int_equal(recorder->events[0].state, INSIDE);
    assert_int_equal(recorder->events[1].state, RUNNING);
    (void)munmap(recorder, sizeof *recorder);
    recorder = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_peak),
        cmocka_unit_test(test_many_changes), cmocka_unit_test(test_states)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
