/* SPDX-License-Identifier: MIT */
/* alone - a program without options, views and front door runs actors, too
 *
 * It is linked from common/base and common/run only (tests/CMakeLists.txt).
 */
#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/run.h"
#include "common/run/actors.h"
#include "common/run/inside.h"
#include "common/run/latch.h"
#include "common/run/output.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { THREADS = 4, PROCESSES = 3 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct inside inside;
static struct latch *all_are_here;
static atomic_int *arrived; /* shared with the processes */

static void use_alone(int id)
{
    CHECK_PTHREAD(pthread_mutex_lock(&mutex));
    count_in(&inside);
    count_out(&inside);
    CHECK_PTHREAD(pthread_mutex_unlock(&mutex));
    atomic_fetch_add(arrived, 1);
    latch_count_down(all_are_here);
    latch_wait(all_are_here);
}

static void wait_for_others(int id)
{
    atomic_fetch_add(arrived, 1);
    latch_count_down(all_are_here);
    latch_wait(all_are_here);
}

static void run_forever(int id)
{
    for (;;)
        (void)pause();
}

int main(void)
{
    program_name = "alone";
    run.broken = false;
    normalize_process();
    watchdog_set(0);
    arrived = shared_alloc(sizeof *arrived);
    all_are_here = shared_alloc(sizeof *all_are_here);
    latch_init(all_are_here, THREADS + PROCESSES);
    for (int i = 0; i < THREADS; i++)
        add_thread("thread", i, use_alone);
    for (int i = 0; i < PROCESSES; i++)
        add_process("process", i, wait_for_others);
    add_daemon("daemon", 0, run_forever);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    if (*arrived != THREADS + PROCESSES || inside.peak != 1)
        die("%d actors arrived, at most %d were inside", *arrived, inside.peak);
    say("%d actors arrived, one inside at a time", *arrived);
    close_output();
    return EXIT_HELD;
}
