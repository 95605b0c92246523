/* SPDX-License-Identifier: MIT */
/* clock: monotonic time, and pauses that --speed shortens */
#include "tests/support/forked.h"
#include "common/base/clock.h"
#include <signal.h>
#include <sys/time.h>

static volatile sig_atomic_t interruptions;

static void count_interruption(int signal_number)
{
    (void)signal_number;
    interruptions++;
}

static void test_never_set_back(void **state)
{
    int64_t before = clock_now();

    (void)state;
    assert_true(before > 0);
    for (int i = 0; i < 100000; i++) {
        int64_t now = clock_now();
        assert_true(now >= before);
        before = now;
    }
}

static void test_speed_divides(void **state)
{
    (void)state;

    assert_true(scaled_ns(2) == 2000000000);
    assert_true(scaled_ns(0) == 0);
    assert_true(scaled_ns(3600) == 3600000000000);
    run.speed = 1000;
    assert_true(scaled_ns(2.5) == 2500000);
    run.speed = 0.1;
    assert_true(scaled_ns(3600) == 36000000000000);
}

static void test_pause_lasts(void **state)
{
    int64_t before = clock_now();

    (void)state;
    sleep_ns(20000000);
    assert_true(clock_now() - before >= 20000000);
    sleep_ns(0);
    sleep_ns(-1000000000000000); /* too late already: returns */
}

static int pause_with_signals(const void *context)
{
    const struct sigaction action = {.sa_handler = count_interruption};
    const struct itimerval often = {{0, 2000}, {0, 2000}};
    int64_t before = clock_now();

    (void)context;
    CHECK(sigaction(SIGALRM, &action, NULL));
    CHECK(setitimer(ITIMER_REAL, &often, NULL));
    sleep_ns(100000000);
    return interruptions > 0 && clock_now() - before >= 100000000 ? 0 : 1;
}

/* A signal handler must neither cut the pause short nor begin it again. */
static void test_pause_goes_on_after_signals(void **state)
{
    (void)state;
    (void)expect(0, "", pause_with_signals, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_never_set_back),
        cmocka_unit_test(test_speed_divides),
        cmocka_unit_test(test_pause_lasts),
        cmocka_unit_test(test_pause_goes_on_after_signals)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
