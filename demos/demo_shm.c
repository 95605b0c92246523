/* SPDX-License-Identifier: MIT */
/* demo_shm - a reader shows numbers in memory that a writer keeps changing
 *
 * Shared memory belongs to several processes at once: what one of them writes,
 * the others see, even while it is still writing. So it usually contains a
 * mutex, a lock that only one of them can have at a time.
 *
 *   $ ./demo_shm --duration=1
 *   [50, 31, 31, 87, 72]
 *        HELD  1 of 1 snapshots are intact (seed 22179)
 *
 *   $ ./demo_shm --duration=1 --broken
 *   [61, 56 | 2, 3, 4]
 *    VIOLATED  1 of 1 snapshots are torn
 *
 * Left of the | is what is new. The memory began with 0, 1, 2, 3, 4.
 *
 * Guarantee: every snapshot shown is one complete update by the writer.
 * --broken leaves out the mutex in the reader. Then the writer pauses in the
 * middle of its first update until a snapshot is shown: so the bug shows.
 */
#include <sys/mman.h>

#include "common/demo.h"     /* CHECK...() ends the run if the call fails */
#include "demos/parts/shm.h" /* and <fcntl.h>, <pthread.h>, <unistd.h> */

static struct shared {
    pthread_mutex_t mutex;     /* guards the update */
    struct update update;      /* some numbers */
} * shared;                    /* set by map_memory(), in each process */
static struct update snapshot; /* the reader's own copy */

/* MAP_SHARED: what one process writes there, the others see. */
static void map_memory(int fd)
{
    shared = CHECK_NOT(MAP_FAILED,
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    CHECK(close(fd)); /* the memory stays mapped; only the descriptor goes */
}

static void writer(int id)
{
    int fd = CHECK(shm_open(memory_name, O_RDWR | O_CREAT | O_EXCL, 0600));

    CHECK(ftruncate(fd, sizeof *shared)); /* grows it from size 0 */
    reserve(fd); /* ends the run if the system has too little memory */
    map_memory(fd);
    init_shared_mutex(&shared->mutex); /* with PTHREAD_PROCESS_SHARED */
    shared->update = first_numbers();  /* 0, 1, 2, ... */
    while (next_turn(WRITER)) {        /* sleeps; false at the end of the run */
        CHECK_PTHREAD(pthread_mutex_lock(&shared->mutex));
        for (int i = 0; i < settings.values; i++) {
            pause_halfway(i); /* stands for slow work; the reader comes */
            shared->update.numbers[i] = next_number();
        }
        CHECK_PTHREAD(pthread_mutex_unlock(&shared->mutex));
    }
}

static void reader(int id)
{
    wait_for_writer(); /* until the mutex is there, and some numbers */
    map_memory(CHECK(shm_open(memory_name, O_RDWR, 0)));
    while (next_turn(READER)) { /* sleeps; false at the end of the run */
        CHECK_PTHREAD(pthread_mutex_lock(&shared->mutex));
        snapshot = shared->update; /* copies all numbers */
        CHECK_PTHREAD(pthread_mutex_unlock(&shared->mutex));
        show(&snapshot);
    }
}

/* WRONG: no lock, so it may copy in the middle of an update. */
static void broken_reader(int id)
{
    wait_for_writer(); /* until the mutex is there, and some numbers */
    map_memory(CHECK(shm_open(memory_name, O_RDWR, 0)));
    while (next_turn(READER)) {    /* sleeps; false at the end of the run */
        snapshot = shared->update; /* copies all numbers */
        show(&snapshot);
    }
}

/* ---- The mechanism ends here. Below: set-up, options. ---- */

static const struct option_spec options[] = {
    OPTION_INT("values", &settings.values, 1, MAX_NUMBERS,
        "how many numbers are shared"),
    OPTION_POSITIVE(
        "duration", &settings.duration, 3600, "how long the run takes"),
    OPTION_POSITIVE("update", &settings.update, 3600,
        "how long the writer rests between its updates"),
    OPTION_POSITIVE("show", &settings.show, 3600,
        "how long the reader rests between its snapshots"),
    {0}};

int main(int argc, char **argv)
{
    read_command_line(&shm_demo, options, argc, argv);
    if (run.broken && settings.values == 1)
        usage_error("--broken needs at least two values; use --values=2");

    turns_init();
    name_memory();
    add_process("writer", 0, writer);
    add_process("reader", 0, run.broken ? broken_reader : reader);
    start_actors(settings.duration);
    wait_for_reader();
    CHECK(shm_unlink(memory_name)); /* both have mapped it: the name can go */
    end_in_time();
    return check_snapshots();
}
