/* SPDX-License-Identifier: MIT */
/* semaphore_resource - the resource of demo_semaphore, and how many used it */
#include "demos/parts/inside.h"
#include "demos/parts/random.h"
#include "demos/parts/semaphore.h"
#include "demos/parts/speed.h"
#include "demos/parts/window.h"

struct settings settings = {.workers = 10, .slots = 3, .hold = 3};

static struct inside inside;
static struct window all_inside;

void resource_init(void)
{
    inside.limit = settings.slots;
    window_init(&all_inside, settings.workers);
}

void say_starting(int id)
{
    count_in(&inside);
    say("%d starting critical section", id);
}

void say_finished(int id)
{
    say("%d finished critical section", id);
    count_out(&inside);
}

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

void hold(int id)
{
    let_others_come(&all_inside);
    sleep_ns(hold_time(id));
}

/* As if each worker stayed as long as it can, and they came in slot by slot. */
double longest_run(void)
{
    int turns = 1 + settings.workers / settings.slots;

    return settings.hold * turns;
}

int check_resource(void)
{
    int peak = inside.peak;
    const char *slots = settings.slots == 1 ? "slot" : "slots";

    if (peak > settings.slots)
        return verdict(false,
            "%d workers were inside at once, but there %s only %d %s", peak,
            settings.slots == 1 ? "is" : "are", settings.slots, slots);
    return verdict(true, "at most %d of %d workers were inside at once, %d %s",
        peak, settings.workers, settings.slots, slots);
}
