/* SPDX-License-Identifier: MIT */
/* demo_semaphore - a semaphore lets only a few threads use a resource at a time
 *
 * A semaphore is a counter: waiting subtracts 1 or sleeps at 0, posting adds 1.
 *
 *   $ ./demo_semaphore --workers=3 --slots=2
 *   2 starting critical section
 *   1 starting critical section
 *   2 finished critical section
 *   0 starting critical section
 *   0 finished critical section
 *   1 finished critical section
 *        HELD  at most 2 of 3 workers were inside at once, 2 slots (seed 22643)
 *   $ ./demo_semaphore --workers=3 --slots=2 --broken
 *   2 starting critical section
 *   1 starting critical section
 *   0 starting critical section
 *   1 finished critical section
 *   2 finished critical section
 *   0 finished critical section
 *    VIOLATED  3 workers were inside at once, but there are only 2 slots
 * Guarantee: never more workers inside than slots. --broken leaves out sem_wait
 * and sem_post. A worker stays in until all are in: every run shows overload.
 */
#include <fcntl.h>
#include <semaphore.h>

#include "common/demo.h" /* CHECK(call) ends the run if the call fails */
#include "demos/parts/about.h"
#include "demos/parts/random.h"

static struct {
    int workers, slots;
    double hold; /* seconds: the longest time that a worker stays inside */
} settings = {.workers = 10, .slots = 3, .hold = 3};

static sem_t *free_slots;       /* its value is the number of free slots */
static struct inside inside;    /* counts the workers inside, for the verdict */
static struct latch all_inside; /* for the window in use_resource() */
static int64_t hold_time(int id);

/* The critical section: only a few workers may be in here at a time. */
static void use_resource(int id)
{
    count_in(&inside);
    say("%d starting critical section", id);
    let_others_come(&all_inside); /* window: they get in here, or wait */
    sleep_ns(hold_time(id));
    say("%d finished critical section", id);
    count_out(&inside);
}

static void worker(int id)
{
    CHECK(sem_wait(free_slots)); /* sleeps while it is 0; subtracts 1 */
    use_resource(id);
    CHECK(sem_post(free_slots)); /* adds 1; wakes a worker that sleeps */
}

/* WRONG: no worker waits for a slot. */
static void broken_worker(int id)
{
    use_resource(id);
}

/* Creates a semaphore whose first value is VALUE. Threads could do without a
 * name (sem_init), but not on macOS. Once it is open, its name can go.
 */
static sem_t *create_semaphore(int value)
{
    char name[NAME_SIZE];

    unique_name(name);
    sem_t *created = CHECK_NOT(
        SEM_FAILED, sem_open(name, O_CREAT | O_EXCL, 0600, (unsigned)value));
    CHECK(sem_unlink(name));
    name_is_gone();
    return created;
}

/* ---- The mechanism ends here. Below: set-up, the check, options. ---- */

/* Returns a whole number of seconds, drawn at random. If the longest time is
 * less than one second, it is that time or nothing.
 */
static int64_t hold_time(int id)
{
    const int64_t min = 200000; /* nanoseconds, at any --speed: can be seen */
    struct rng rng = rng_init((unsigned)id);
    int steps = settings.hold < 1 ? 1 : (int)settings.hold;
    int step = rng_range(&rng, 0, steps);

    return min + scaled_ns(step * settings.hold / steps);
}

static const struct option_spec options[] = {
    OPTION_INT("workers", &settings.workers, 1, 10000,
        "threads that use the resource"),
    OPTION_INT("slots", &settings.slots, 1, 10000,
        "how many of them may use it at a time"),
    OPTION_SECONDS("hold", &settings.hold, 3600,
        "the longest time that one uses it, drawn at random"),
    {0}};

int main(int argc, char **argv)
{
    read_command_line(&semaphore_demo, options, argc, argv);
    if (run.broken && settings.workers <= settings.slots)
        usage_error("--broken needs more workers than slots");

    free_slots = create_semaphore(settings.slots);
    inside.limit = settings.slots; /* the views mark more */
    window_init(&all_inside, settings.workers);
    for (int i = 0; i < settings.workers; i++)
        add_thread("worker", i, run.broken ? broken_worker : worker);
    run_actors(settings.hold * (1 + settings.workers / settings.slots));
    CHECK(sem_close(free_slots));

    int peak = inside.peak;
    const char *slots = settings.slots == 1 ? "slot" : "slots";
    if (peak > settings.slots)
        return verdict(false,
            "%d workers were inside at once, but there %s only %d %s", peak,
            settings.slots == 1 ? "is" : "are", settings.slots, slots);
    return verdict(true, "at most %d of %d workers were inside at once, %d %s",
        peak, settings.workers, settings.slots, slots);
}
