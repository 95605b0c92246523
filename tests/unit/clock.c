/* SPDX-License-Identifier: MIT */
/* clock: pauses that no signal cuts short. How --speed shortens them: all.c. */
#include "tests/support/test.h"
#include "common/base/clock.h"
#include <signal.h>
#include <sys/time.h>

static volatile sig_atomic_t interruptions;

static void count_interruption(int signal_number)
{
    interruptions++;
}

/* A signal handler must neither cut the pause short nor begin it again. */
static int pause_with_signals(const void *context)
{
    const struct sigaction action = {.sa_handler = count_interruption};
    const struct itimerval often = {{0, 2000}, {0, 2000}};
    int64_t before = clock_now();

    CHECK(sigaction(SIGALRM, &action, NULL));
    CHECK(setitimer(ITIMER_REAL, &often, NULL));
    sleep_ns(100000000);
    int64_t took = clock_now() - before; /* if begun again it hardly ever ends */
    sleep_ns(0);
    sleep_ns(-1000000000000000); /* too late already: returns */
    return interruptions > 0 && took >= 100000000 && took < 5000000000 ? 0 : 1;
}

TEST(pause_goes_on_after_signals)
{
    (void)expect(0, "", pause_with_signals, NULL);
}
