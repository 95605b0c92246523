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
#include "common/record/recorder.h"
#include "demos/about.h"
#include "demos/numbers.h"

enum { MOST_CONSUMERS = 100, WINDOW = 1000000000 /* ns: it lasts no longer */ };

static struct {
    int count, lucky, most, consumers;
} settings;

/* A monitor: data, the lock that guards it, and a condition to wait for its
 * change. Two fields are atomic only because the broken consumer looks at them
 * without the lock.
 */
struct monitor {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int *numbers, count;     /* guarded: what was produced */
    int lucky_at;            /* guarded: the first lucky one's place, or 0 */
    atomic_bool lucky, done; /* guarded: it is there; production is over */

    struct gate start;
    struct gate tested;   /* --broken: a consumer knocks after its test */
    struct gate over;     /* opens when production is over */
    atomic_int consumers; /* how many have begun */
    atomic_int found;     /* the evidence: how many consumers found it */
};

/* The predicate: is there a reason to stop waiting? */
static bool worth_a_look(struct monitor *monitor)
{
    return atomic_load(&monitor->lucky) || atomic_load(&monitor->done);
}

static void *producer(void *context)
{
    struct monitor *monitor = context;
    struct draw draw = draw_start(0), place = draw_start(1);
    /* with --broken there is certainly something to miss */
    int sure = run.broken ? draw_between(&place, 0, settings.count - 1) : -1;

    record_as("producer", 0);
    gate_wait(&monitor->start);
    record_state(RUNNING, "producing");
    for (int i = 0; run.broken && i < settings.consumers; i++)
        (void)gate_await_knock(&monitor->tested, WINDOW);
    for (int i = 0; i < settings.count; i++) {
        int number = draw_between(&draw, 0, settings.most);
        if (i == sure)
            number = settings.lucky;
        CHECK_RETURNED(pthread_mutex_lock(&monitor->mutex));
        monitor->numbers[monitor->count++] = number;
        bool first = number == settings.lucky && monitor->lucky_at == 0;
        bool last = monitor->count == settings.count;
        if (first) {
            monitor->lucky_at = monitor->count;
            atomic_store(&monitor->lucky, true);
        }
        if (last)
            atomic_store(&monitor->done, true);
        if (first || last) {
            record_sent("consumer", EACH, first ? "lucky" : "over");
            CHECK_RETURNED(pthread_cond_broadcast(&monitor->changed));
        }
        CHECK_RETURNED(pthread_mutex_unlock(&monitor->mutex));
    }
    record_state(GONE, "done");
    gate_let_go(&monitor->over);
    return NULL;
}

/* What can happen without the lock: between the test that failed and the wait,
 * all is produced and the last wakeup sent. Only the bound ends this sleep.
 * Returns whether a lucky number had been there before it began.
 */
static bool sleep_too_late(struct monitor *monitor)
{
    struct timespec bound;
    int error = 0;

    record_note("tested: not there");
    gate_knock(&monitor->tested);
    (void)gate_await_knock(&monitor->over, WINDOW); /* the window */
    CHECK_RETURNED(pthread_mutex_lock(&monitor->mutex));
    bool was_there = monitor->lucky_at > 0 && monitor->done;
    record_state(WAITING, "asleep, but too late");
    CHECK(clock_gettime(CLOCK_REALTIME, &bound));
    bound.tv_sec += bound.tv_nsec >= 900000000;
    bound.tv_nsec = (bound.tv_nsec + 100000000) % 1000000000;
    while (error == 0)
        error =
            pthread_cond_timedwait(&monitor->changed, &monitor->mutex, &bound);
    CHECK_RETURNED(pthread_mutex_unlock(&monitor->mutex));
    return error == ETIMEDOUT && was_there;
}

static void *consumer(void *context)
{
    struct monitor *monitor = context;
    char text[64];

    record_as("consumer", atomic_fetch_add(&monitor->consumers, 1));
    gate_wait(&monitor->start);
    if (!run.broken)
        CHECK_RETURNED(pthread_mutex_lock(&monitor->mutex));
    while (!worth_a_look(monitor))
        if (!run.broken) { /* unlocks and sleeps in one step */
            record_state(WAITING, "asleep");
            CHECK_RETURNED(
                pthread_cond_wait(&monitor->changed, &monitor->mutex));
            if (worth_a_look(monitor)) /* else it was woken for nothing */
                record_received(
                    "producer", 0, monitor->lucky_at ? "lucky" : "over");
        } else if (sleep_too_late(monitor)) {
            say("Lucky number %d slept through!", settings.lucky);
            return NULL;
        }
    record_state(INSIDE, "inside");
    if (run.broken)
        CHECK_RETURNED(pthread_mutex_lock(&monitor->mutex));
    (void)snprintf(
        text, sizeof text, "Lucky number %d found! ", settings.lucky);
    if (atomic_load(&monitor->lucky)) {
        say_numbers(text, monitor->numbers, monitor->count, 0);
        atomic_fetch_add(&monitor->found, 1);
    } else
        say("No lucky number %d this time.", settings.lucky);
    record_state(GONE, "done");
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

int main(int argc, char **argv)
{
    struct monitor monitor = {.mutex = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER};
    pthread_t producing, consuming[MOST_CONSUMERS];

    demo_start(&condvar_demo, options, argc, argv);
    if (run.broken && settings.lucky > settings.most)
        usage_error("--broken wants a lucky number that can come; use a "
                    "--lucky up to --max");
    watchdog_start(0);
    monitor.numbers = CHECK_NOT(
        NULL, calloc((size_t)settings.count, sizeof *monitor.numbers));
    monitor.start = gate_create();
    monitor.tested = gate_create();
    monitor.over = gate_create();
    record_lanes("producer", 1);
    record_lanes("consumer", settings.consumers);
    CHECK_RETURNED(pthread_create(&producing, NULL, producer, &monitor));
    for (int i = 0; i < settings.consumers; i++)
        CHECK_RETURNED(pthread_create(&consuming[i], NULL, consumer, &monitor));
    gate_let_go(&monitor.start);
    CHECK_RETURNED(pthread_join(producing, NULL));
    for (int i = 0; i < settings.consumers; i++)
        CHECK_RETURNED(pthread_join(consuming[i], NULL));
    free(monitor.numbers);

    int found = atomic_load(&monitor.found);
    if (monitor.lucky_at == 0)
        return verdict(found == 0,
            "no %d came, %d of %d consumers reported one", settings.lucky,
            found, settings.consumers);
    bool all = found == settings.consumers;
    return verdict(all,
        "%d of %d consumers %s the lucky number drawn as "
        "number %d",
        all ? found : settings.consumers - found, settings.consumers,
        all ? "found" : "slept through", monitor.lucky_at);
}
