/* SPDX-License-Identifier: MIT */
/* demo_semaphore - a semaphore counts free slots: threads wait while it is 0
 *
 *   $ ./demo_semaphore --workers=3 --slots=2
 *   0 starting critical section
 *   1 starting critical section
 *   0 finished critical section
 *   2 starting critical section
 *   2 finished critical section
 *   1 finished critical section
 *        HELD  at most 2 of 3 workers were inside at once, 2 slots (seed 89731)
 *
 *   $ ./demo_semaphore --workers=3 --slots=2 --broken
 *   0 starting critical section
 *   2 starting critical section
 *   1 starting critical section
 *   1 finished critical section
 *   0 finished critical section
 *   2 finished critical section
 *    VIOLATED  3 workers were inside at once, but there are only 2 slots
 *
 * Guarantee: never more workers inside than slots. --broken leaves out sem_wait
 * and sem_post. Then each stays until all are inside: the bug is overload.
 */
#include <semaphore.h>

#include "common/demo.h" /* CHECK(call) ends the run if the call fails */
#include "demos/parts/semaphore.h" /* settings: what the options say */

static sem_t free_slots; /* its value is the number of free slots */

/* At the beginning all slots are free. */
static void init_slots(void)
{
    /* 0: for the threads of this process; slots: its initial value */
    CHECK(sem_init(&free_slots, 0, (unsigned)settings.slots));
}

/* The critical section. Here up to settings.slots workers may be at once. */
static void use_resource(int id)
{
    say_starting(id);
    hold(id); /* stands for the work, which takes a while */
    say_finished(id);
}

static void worker(int id)
{
    CHECK(sem_wait(&free_slots)); /* sleeps while it is 0; then subtracts 1 */
    use_resource(id);
    CHECK(sem_post(&free_slots)); /* adds 1; wakes one sleeper, if any */
}

/* WRONG: no worker waits for a slot. */
static void broken_worker(int id)
{
    use_resource(id);
}

/* ---- The mechanism ends here. Below: options, set-up. ---- */

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

    init_slots();
    resource_init();
    for (int i = 0; i < settings.workers; i++)
        add_thread("worker", i, run.broken ? broken_worker : worker);
    run_actors(longest_run());
    CHECK(sem_destroy(&free_slots));
    return check_resource();
}
