/* SPDX-License-Identifier: MIT */
/* demo_condvar - a consumer sleeps until a producer has drawn a lucky number
 *
 * A condition variable lets a thread sleep until another thread says that
 * something has changed. A mutex guards the data that both look at.
 *
 *   $ ./demo_condvar --max=30 --count=4 --seed=3
 *   Lucky number 22 found! [19, 27, 3, 22]
 *        HELD  1 of 1 consumers found the 22, which was draw 4 (seed 3)
 *
 *   $ ./demo_condvar --max=30 --count=4 --seed=3 --broken
 *   Lucky number 22 slept through!
 *    VIOLATED  1 of 1 consumers slept through the 22, which was draw 4
 *
 * Guarantee: all consumers report the lucky number, if and only if it is drawn.
 * --broken unlocks the mutex between test and sleep. The consumer pauses there
 * until the producer is done, so every run shows the bug (lost wakeup).
 */
#include <pthread.h>

#include "common/demo.h" /* CHECK_PTHREAD ends the run if a call fails */
#include "demos/parts/lucky.h"

static struct {
    int count, lucky, max, consumers;
} settings = {.count = 100, .lucky = 22, .max = 100, .consumers = 1};

static struct {
    pthread_mutex_t mutex;  /* guards the fields below */
    pthread_cond_t changed; /* consumers sleep here until a flag is set */
    bool lucky_came, production_over;
    int count, numbers[MAX_COUNT];
} shared = {
    .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* latch_wait() returns when each expected thread has counted the latch down. */
static struct latch all_have_locked, production_done;

static void consumer(int id)
{
    CHECK_PTHREAD(pthread_mutex_lock(&shared.mutex));
    latch_count_down(&all_have_locked); /* the producer must still lock */
    /* A loop: pthread_cond_wait may return although nothing has changed. */
    while (!shared.lucky_came && !shared.production_over) {
        note_sleep(id, shared.lucky_came); /* for the verdict */
        /* unlocks and falls asleep in one step; locks again when woken */
        CHECK_PTHREAD(pthread_cond_wait(&shared.changed, &shared.mutex));
    }
    report(id, shared.numbers, shared.count);
    CHECK_PTHREAD(pthread_mutex_unlock(&shared.mutex));
}

/* WRONG: between the test and the sleep, the mutex is free. */
static void broken_consumer(int id)
{
    CHECK_PTHREAD(pthread_mutex_lock(&shared.mutex));
    latch_count_down(&all_have_locked); /* the producer must still lock */
    /* A loop: pthread_cond_wait may return although nothing has changed. */
    while (!shared.lucky_came && !shared.production_over) {
        CHECK_PTHREAD(pthread_mutex_unlock(&shared.mutex)); /* WRONG */
        latch_wait(&production_done); /* window: all wakeups are sent now */
        CHECK_PTHREAD(pthread_mutex_lock(&shared.mutex)); /* WRONG: too late */
        note_sleep(id, shared.lucky_came);                /* for the verdict */
        /* WRONG: sleeps forever; main() wakes it only to end the run */
        CHECK_PTHREAD(pthread_cond_wait(&shared.changed, &shared.mutex));
    }
    report(id, shared.numbers, shared.count);
    CHECK_PTHREAD(pthread_mutex_unlock(&shared.mutex));
}

static void producer(int id)
{
    latch_wait(&all_have_locked); /* so that every run shows a sleep */
    for (int i = 0; i < settings.count; i++) {
        CHECK_PTHREAD(pthread_mutex_lock(&shared.mutex));
        shared.numbers[i] = next_number();
        shared.count = i + 1;
        if (shared.numbers[i] == settings.lucky && !shared.lucky_came) {
            shared.lucky_came = true;
            /* wakes the consumers that sleep now, and no others */
            CHECK_PTHREAD(pthread_cond_broadcast(&shared.changed));
        }
        CHECK_PTHREAD(pthread_mutex_unlock(&shared.mutex));
    }
    CHECK_PTHREAD(pthread_mutex_lock(&shared.mutex));
    shared.production_over = true;
    CHECK_PTHREAD(pthread_cond_broadcast(&shared.changed));
    CHECK_PTHREAD(pthread_mutex_unlock(&shared.mutex));
    latch_count_down(&production_done);
}

/* ---- The mechanism ends here. Below: set-up, the check, options. ---- */

/* Wakes the consumers that would sleep forever: only with --broken. */
static void wake_late_sleepers(void)
{
    latch_wait(&production_done);
    while (!all_have_reported(WINDOW / 10)) {
        CHECK_PTHREAD(pthread_mutex_lock(&shared.mutex));
        CHECK_PTHREAD(pthread_cond_broadcast(&shared.changed));
        CHECK_PTHREAD(pthread_mutex_unlock(&shared.mutex));
    }
}

/* Only with --window: wakes the consumers although nothing has changed, which
 * POSIX allows, until each goes to sleep again. Then the producer begins.
 */
static void wake_for_nothing(void)
{
    const int64_t moment = 1000000; /* nanoseconds */

    for (int i = 0; i < 500 && !all_sleep_again(moment); i++) {
        CHECK_PTHREAD(pthread_mutex_lock(&shared.mutex));
        CHECK_PTHREAD(pthread_cond_broadcast(&shared.changed));
        CHECK_PTHREAD(pthread_mutex_unlock(&shared.mutex));
    }
    latch_count_down(&all_have_locked);
}

static const struct option_spec options[] = {
    OPTION_INT("count", &settings.count, 1, MAX_COUNT, "how many numbers"),
    OPTION_INT("lucky", &settings.lucky, 0, MAX_NUMBER, "the lucky number"),
    OPTION_INT("max", &settings.max, 0, MAX_NUMBER, "numbers are 0 to N"),
    OPTION_INT("consumers", &settings.consumers, 1, MAX_CONSUMERS,
        "threads that wait for it"),
    {0}};

int main(int argc, char **argv)
{
    read_command_line(&condvar_demo, options, argc, argv);
    if (run.broken && settings.lucky > settings.max)
        usage_error("--broken needs a --lucky number up to --max");

    lucky_init(
        settings.lucky, settings.max, settings.count, settings.consumers);
    latch_init(&all_have_locked, settings.consumers + run.window);
    latch_init(&production_done, 1);
    add_thread("producer", 0, producer);
    for (int i = 0; i < settings.consumers; i++)
        add_thread("consumer", i, run.broken ? broken_consumer : consumer);
    start_actors(0);
    if (run.window)
        wake_for_nothing();
    if (run.broken)
        wake_late_sleepers();
    wait_for_actors(FOREVER);
    CHECK_PTHREAD(pthread_cond_destroy(&shared.changed));
    CHECK_PTHREAD(pthread_mutex_destroy(&shared.mutex));
    return check_reports(shared.numbers, shared.count);
}
