/* SPDX-License-Identifier: MIT */
/* demo_condvar - a consumer sleeps until a producer has drawn a lucky number
 *
 * A condition variable lets a thread sleep until another thread says that
 * something has changed. Only the thread that has the mutex, a lock, may look
 * at the data or change them.
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
 * In some runs it is not, and the consumers say so.
 * --broken unlocks the mutex too early: after the test, before the sleep. Then
 * the consumer pauses there until the producer is done: every run shows the bug
 * (lost wakeup).
 */
#include <pthread.h>

#include "common/demo.h"       /* CHECK_PTHREAD ends the run if a call fails */
#include "demos/parts/lucky.h" /* settings: what the options say */

static struct {
    pthread_mutex_t mutex;  /* guards the fields below */
    pthread_cond_t changed; /* consumers sleep here until is_over is true */
    bool is_over; /* the lucky number has come, or no more numbers will */
    int count;    /* how many numbers have been drawn so far */
    int numbers[MAX_COUNT];
} shared = {
    .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void consumer(int id)
{
    CHECK_PTHREAD(pthread_mutex_lock(&shared.mutex));
    /* A loop: pthread_cond_wait may return although nothing has changed. */
    while (!shared.is_over) {
        /* unlocks and falls asleep in one step; locks again when woken */
        CHECK_PTHREAD(pthread_cond_wait(&shared.changed, &shared.mutex));
    }
    report(shared.numbers, shared.count);
    CHECK_PTHREAD(pthread_mutex_unlock(&shared.mutex));
}

/* WRONG: unlocks between test and sleep. */
static void broken_consumer(int id)
{
    CHECK_PTHREAD(pthread_mutex_lock(&shared.mutex));
    /* A loop: pthread_cond_wait may return although nothing has changed. */
    while (!shared.is_over) {
        CHECK_PTHREAD(pthread_mutex_unlock(&shared.mutex)); /* WRONG */
        let_producer_finish(); /* window: it broadcasts; nobody sleeps yet */
        /* WRONG: locks again, but does not test is_over again */
        CHECK_PTHREAD(pthread_mutex_lock(&shared.mutex));
        /* too late for the broadcast: only main wakes it, to end the run */
        CHECK_PTHREAD(pthread_cond_wait(&shared.changed, &shared.mutex));
    }
    report(shared.numbers, shared.count);
    CHECK_PTHREAD(pthread_mutex_unlock(&shared.mutex));
}

static void producer(int id)
{
    bool is_last = false;

    for (int i = 0; !is_last; i++) {
        int number = next_number(); /* the 1st call lets all consumers test */
        bool is_lucky = number == settings.lucky;

        is_last = is_lucky || i + 1 == settings.count;
        CHECK_PTHREAD(pthread_mutex_lock(&shared.mutex));
        shared.numbers[i] = number;
        shared.count = i + 1;
        if (is_last) {
            shared.is_over = true;
            /* wakes those that sleep now; a later sleeper is not woken */
            CHECK_PTHREAD(pthread_cond_broadcast(&shared.changed));
        }
        CHECK_PTHREAD(pthread_mutex_unlock(&shared.mutex));
    }
}

/* ---- The mechanism ends here. Below: options, set-up. ---- */

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

    lucky_init(&shared.mutex, &shared.changed, &shared.is_over);
    add_thread("producer", 0, producer);
    for (int i = 0; i < settings.consumers; i++)
        add_thread("consumer", i, run.broken ? broken_consumer : consumer);
    start_actors(0);
    if (run.broken || run.window)
        wake_sleepers(); /* so that a broken run ends, too; see lucky.h */
    wait_for_actors(FOREVER);
    CHECK_PTHREAD(pthread_cond_destroy(&shared.changed));
    CHECK_PTHREAD(pthread_mutex_destroy(&shared.mutex));
    return check_reports(shared.numbers, shared.count);
}
