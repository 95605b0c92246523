/* SPDX-License-Identifier: MIT */
/* demo_condvar - a monitor wakes the consumers when a lucky number is there
 *
 * Guarantee: a lucky number is reported if and only if one was produced.
 * --broken leaves out the lock between test and wait: a lost wakeup.
 * Read consumer() first, then producer().
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/check.h"
#include "common/gate.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include "common/random.h"

enum { MOST_CONSUMERS = 100, BOUND = 1000 /* ms: no window lasts longer */ };

static struct {
    int count, lucky, most, consumers;
} settings;

/* A monitor: data, the lock that guards it, and a condition to wait for a
 * change of it. Two fields are atomic for the broken consumer's sake, which
 * looks at them without the lock.
 */
struct monitor {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int *numbers, count; /* guarded: what was produced */
    int lucky_at;        /* guarded: the lucky one came as number .., or 0 */
    atomic_bool lucky, done; /* guarded: it is there; production is over */

    struct gate start;
    struct gate tested; /* with --broken a consumer knocks after its test */
    struct gate over;   /* the producer lets go when production is over */
};

struct consumer {
    struct monitor *monitor;
    pthread_t thread;
    bool found, slept_through; /* the evidence */
};

static void *producer(void *context)
{
    struct monitor *monitor = context;
    struct draw draw = draw_start(0), position = draw_start(1);
    /* with --broken there is certainly something to miss */
    int sure = run.broken ? draw_between(&position, 0, settings.count - 1) : -1;

    gate_wait(&monitor->start);
    for (int i = 0; run.broken && i < settings.consumers; i++)
        (void)gate_await_knock(&monitor->tested, BOUND);
    for (int i = 0; i < settings.count; i++) {
        int number = draw_between(&draw, 0, settings.most);
        if (i == sure)
            number = settings.lucky;
        CHECK_RETURNED(pthread_mutex_lock(&monitor->mutex));
        monitor->numbers[monitor->count++] = number;
        if (number == settings.lucky) {
            if (monitor->lucky_at == 0)
                monitor->lucky_at = monitor->count;
            atomic_store(&monitor->lucky, true);
            CHECK_RETURNED(pthread_cond_broadcast(&monitor->changed));
        }
        CHECK_RETURNED(pthread_mutex_unlock(&monitor->mutex));
    }
    CHECK_RETURNED(pthread_mutex_lock(&monitor->mutex));
    atomic_store(&monitor->done, true);
    CHECK_RETURNED(pthread_cond_broadcast(&monitor->changed));
    CHECK_RETURNED(pthread_mutex_unlock(&monitor->mutex));
    gate_let_go(&monitor->over);
    return NULL;
}

/* The predicate: is there a reason to stop waiting? */
static bool worth_a_look(struct monitor *monitor)
{
    return atomic_load(&monitor->lucky) || atomic_load(&monitor->done);
}

/* What happens without the lock: between the test that just failed and the
 * wait, all is produced and the last wakeup sent. Only a bound ends the sleep.
 * Returns whether it slept through a number that was there before.
 */
static bool sleep_late(struct monitor *monitor)
{
    struct timespec bound;
    int error = 0;

    gate_knock(&monitor->tested);
    (void)gate_await_knock(&monitor->over, BOUND); /* the window */

    CHECK_RETURNED(pthread_mutex_lock(&monitor->mutex));
    int before = monitor->count;
    CHECK(clock_gettime(CLOCK_REALTIME, &bound));
    bound.tv_nsec += 100000000;
    bound.tv_sec += bound.tv_nsec / 1000000000;
    bound.tv_nsec %= 1000000000;
    while (error == 0)
        error =
            pthread_cond_timedwait(&monitor->changed, &monitor->mutex, &bound);
    bool missed = monitor->lucky_at > 0 && monitor->lucky_at <= before;
    CHECK_RETURNED(pthread_mutex_unlock(&monitor->mutex));
    return error == ETIMEDOUT && missed;
}

static void *consumer(void *context)
{
    struct consumer *me = context;
    struct monitor *monitor = me->monitor;

    gate_wait(&monitor->start);
    if (!run.broken)
        CHECK_RETURNED(pthread_mutex_lock(&monitor->mutex));
    while (!me->slept_through && !worth_a_look(monitor))
        if (run.broken)
            me->slept_through = sleep_late(monitor);
        else /* gives the lock back and sleeps in one step */
            CHECK_RETURNED(
                pthread_cond_wait(&monitor->changed, &monitor->mutex));
    if (run.broken)
        CHECK_RETURNED(pthread_mutex_lock(&monitor->mutex));

    me->found = atomic_load(&monitor->lucky) && !me->slept_through;
    if (me->found) {
        char text[64];
        (void)snprintf(text, sizeof text, "Lucky number %d found! ",
                       settings.lucky);
        say_numbers(text, monitor->numbers, monitor->count, 0);
    } else if (!me->slept_through)
        say("No lucky number %d this time.", settings.lucky);
    CHECK_RETURNED(pthread_mutex_unlock(&monitor->mutex));
    return NULL;
}

static const struct option_row options[] = {
    {"count", "N", WHOLE, &settings.count, 1, 100000, "100",
     "how many numbers are produced"},
    {"lucky", "N", WHOLE, &settings.lucky, 0, 1000000, "22",
     "the number to wait for"},
    {"max", "N", WHOLE, &settings.most, 0, 1000000, "100",
     "numbers are drawn from 0 to N"},
    {"consumers", "N", WHOLE, &settings.consumers, 1, MOST_CONSUMERS, "1",
     "threads that wait for the lucky number"},
    {0}};

static const struct demo demo = {
    .name = "demo_condvar",
    .shows = "A producer draws numbers; a consumer sleeps until the lucky one\n"
             "is there. Mutex and condition variable make a monitor.",
    .guarantee = "a lucky number is reported if and only if one was produced.",
    .broken = "the consumer tests without the lock; the number comes\n"
              "between its test and its sleep, and nobody wakes it: a lost "
              "wakeup.",
    .bug = "lost wakeup",
    .missing = "pthread_mutex_lock before the test and pthread_cond_wait with "
               "that lock, in consumer()",
    .options = options,
    .examples = {{"demo_condvar", "is there a 22 among 100 numbers?"},
                 {"demo_condvar --broken", "sleeping through it"},
                 {"demo_condvar --consumers=3", "all of them are woken"}},
    .source = "section 3.3, listing 3."};

int main(int argc, char **argv)
{
    struct monitor monitor = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                              .changed = PTHREAD_COND_INITIALIZER};
    struct consumer consumers[MOST_CONSUMERS] = {{0}};
    pthread_t producing;
    int found = 0, slept_through = 0;

    demo_start(&demo, argc, argv);
    if (run.broken && settings.lucky > settings.most)
        usage_error("--broken wants a lucky number that can be drawn; use a "
                    "--lucky up to --max");
    watchdog_start(0);
    monitor.numbers = CHECK_NOT(
        NULL, calloc((size_t)settings.count, sizeof *monitor.numbers));
    monitor.start = gate_create();
    if (run.broken) {
        monitor.tested = gate_create();
        monitor.over = gate_create();
    }
    CHECK_RETURNED(pthread_create(&producing, NULL, producer, &monitor));
    for (int i = 0; i < settings.consumers; i++) {
        consumers[i].monitor = &monitor;
        CHECK_RETURNED(pthread_create(&consumers[i].thread, NULL, consumer,
                                      &consumers[i]));
    }
    gate_let_go(&monitor.start);
    CHECK_RETURNED(pthread_join(producing, NULL));
    for (int i = 0; i < settings.consumers; i++) {
        CHECK_RETURNED(pthread_join(consumers[i].thread, NULL));
        found += consumers[i].found;
        slept_through += consumers[i].slept_through;
    }
    free(monitor.numbers);

    if (slept_through > 0)
        return verdict(false,
                       "%d of %d consumers slept through the lucky "
                       "number drawn as number %d",
                       slept_through, settings.consumers, monitor.lucky_at);
    if (monitor.lucky_at > 0)
        return verdict(found == settings.consumers,
                       "%d came as number %d, and %d of %d consumers found it",
                       settings.lucky, monitor.lucky_at, found,
                       settings.consumers);
    return verdict(found == 0,
                   "no %d was drawn, and %d of %d consumers "
                   "found one",
                   settings.lucky, found, settings.consumers);
}
