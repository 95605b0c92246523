/* SPDX-License-Identifier: MIT */
/* demo_semaphore - a resource that only a few threads may use at a time
 *
 * Guarantee: never more workers inside than there are slots.
 * --broken leaves out the semaphore: overload, more inside than slots.
 * Read worker() first.
 */
#include <semaphore.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/gate.h"
#include "common/names.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include "common/random.h"
#include "common/record/recorder.h"
#include "demos/about.h"

/* In nanoseconds, at any --speed: a worker stays inside no shorter than the
 * one, and the window never stands open longer than the other.
 */
enum { SHORTEST_HOLD = 200000, WINDOW = 1000000000 };

static struct {
    int workers, slots;
    double hold;
} settings;

struct resource {
    sem_t *free_slots; /* counts the slots that nobody uses */
    struct gate start;
    struct gate all_inside; /* --broken: opens when nobody is outside */
    atomic_int inside;      /* the evidence: how many workers use it now, */
    atomic_int peak;        /* and how many at most did so far */
};

struct worker {
    int number;
    double hold; /* seconds */
    struct resource *resource;
    pthread_t thread;
};

/* The window: without the semaphore nothing keeps the others out, and whoever
 * is inside stays there until all are.
 */
static void enter(struct resource *resource)
{
    int inside = atomic_fetch_add(&resource->inside, 1) + 1;
    int peak = atomic_load(&resource->peak);

    while (inside > peak &&
           !atomic_compare_exchange_weak(&resource->peak, &peak, inside))
        continue; /* peak is the larger one; after a failure it is read again */
    if (run.broken && inside == settings.workers)
        gate_let_go(&resource->all_inside);
    if (run.broken)
        (void)gate_await_knock(&resource->all_inside, WINDOW);
}

static void *worker(void *context)
{
    struct worker *me = context;
    struct resource *resource = me->resource;

    record_as("worker", me->number);
    gate_wait(&resource->start);
    record_state(WAITING, "waiting for a slot");
    if (!run.broken)
        CHECK(
            sem_wait(resource->free_slots)); /* waits while it is 0, takes 1 */
    record_state(INSIDE, "inside");

    enter(resource);
    say("%d starting critical section", me->number);
    pause_for(clock_scaled(me->hold) + SHORTEST_HOLD);
    say("%d finished critical section", me->number);
    atomic_fetch_sub(&resource->inside, 1);

    record_state(GONE, "done");
    if (!run.broken)
        CHECK(
            sem_post(resource->free_slots)); /* adds 1: wakes one that waits */
    return NULL;
}

/* Threads could share an unnamed semaphore (sem_init), but macOS has only named
 * ones. The name is gone before anybody uses the semaphore.
 */
static sem_t *create_semaphore(unsigned value)
{
    char name[NAME_SIZE];

    make_name(name);
    sigset_t before = hold_signals();
    sem_t *semaphore =
        AGAIN_NOT(SEM_FAILED, sem_open(name, O_CREAT | O_EXCL, 0600, value));
    int error = errno;
    if (sem_unlink(name) == -1 && semaphore != SEM_FAILED)
        CHECK(sem_unlink(name));
    if (semaphore == SEM_FAILED) /* which may have left the name */
        fail_call("sem_open", error, __FILE__, __LINE__);
    release_signals(before);
    return semaphore;
}

static void start_workers(struct worker *workers, struct resource *resource)
{
    pthread_attr_t attributes;
    /* Whole seconds from 0 to the longest, as in the listing; a longest hold
     * that is no whole number of seconds is divided in equal steps.
     */
    int steps = settings.hold < 1 ? 1 : (int)settings.hold;

    CHECK_RETURNED(pthread_attr_init(&attributes));
    CHECK_RETURNED(pthread_attr_setstacksize(&attributes, 256 * 1024));
    for (int i = 0; i < settings.workers; i++) {
        struct draw draw = draw_start((unsigned)i);
        double hold = draw_between(&draw, 0, steps) * settings.hold / steps;
        workers[i] = (struct worker){i, hold, resource, 0};
        CHECK_RETURNED(pthread_create(
            &workers[i].thread, &attributes, worker, &workers[i]));
    }
}

static const struct option_row options[] = {
    {"workers", "N", WHOLE, &settings.workers, 1, 10000, "10",
        "threads that want to use the resource"},
    {"slots", "N", WHOLE, &settings.slots, 1, 10000, "3",
        "how many of them may use it at a time"},
    {"hold", "SECONDS", SECONDS, &settings.hold, 0, 3600, "3",
        "the longest time that one uses it; the draw decides"},
    {0}};

int main(int argc, char **argv)
{
    demo_start(&semaphore_demo, options, argc, argv);
    if (run.broken && settings.workers <= settings.slots)
        usage_error("--broken shows nothing with %d workers and %d slots; use "
                    "more workers than slots",
            settings.workers, settings.slots);

    struct resource resource = {0};
    struct worker *workers =
        CHECK_NOT(NULL, calloc((size_t)settings.workers, sizeof *workers));
    watchdog_start(settings.hold * (1 + settings.workers / settings.slots));
    record_lanes("worker", settings.workers);
    resource.free_slots = create_semaphore((unsigned)settings.slots);
    resource.start = gate_create();
    resource.all_inside = gate_create();
    start_workers(workers, &resource);
    gate_let_go(&resource.start);
    for (int i = 0; i < settings.workers; i++)
        CHECK_RETURNED(pthread_join(workers[i].thread, NULL));
    (void)sem_close(resource.free_slots);
    free(workers);

    int peak = atomic_load(&resource.peak);
    if (peak > settings.slots)
        return verdict(false, "%d workers were inside at once, %d slots", peak,
            settings.slots);
    return verdict(true,
        "at most %d of %d workers were inside at once "
        "(%d slots)",
        peak, settings.workers, settings.slots);
}
