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
 * At the | the new numbers end: 2, 3, and 4 are from before the update.
 *
 * Guarantee: every snapshot shown is one that the writer published.
 * --broken leaves out the mutex in the reader. Then the writer pauses in the
 * middle of its first update until a snapshot is shown: every run has the bug.
 */
#include <pthread.h>
#include <sys/mman.h>

#include "common/demo.h" /* CHECK, CHECK_PTHREAD: end the run if a call fails */
#include "demos/parts/shm.h" /* and <fcntl.h>, <unistd.h> */

struct memory {
    pthread_mutex_t mutex;              /* guards the numbers */
    struct number numbers[MAX_NUMBERS]; /* each knows which update it is from */
};
static struct memory *memory;               /* each process maps it by itself */
static struct number snapshot[MAX_NUMBERS]; /* the reader's own copy */

static void create_memory(void)
{
    int fd = CHECK(shm_open(memory_name, O_RDWR | O_CREAT | O_EXCL, 0600));

    CHECK(ftruncate(fd, sizeof *memory)); /* it begins with size 0 */
    reserve(fd); /* ends the run if the system has not that much memory */
    memory = CHECK_NOT(MAP_FAILED,
        mmap(NULL, sizeof *memory, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    CHECK(close(fd));                  /* the memory stays, at this pointer */
    init_shared_mutex(&memory->mutex); /* with PTHREAD_PROCESS_SHARED */
    for (int i = 0; i < settings.values; i++)
        memory->numbers[i].value = i; /* until the first update */
}

static void open_memory(void)
{
    wait_for_writer(); /* until it has called create_memory() */
    int fd = CHECK(shm_open(memory_name, O_RDWR, 0600));
    memory = CHECK_NOT(MAP_FAILED,
        mmap(NULL, sizeof *memory, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    CHECK(close(fd));
    CHECK(shm_unlink(memory_name)); /* both have it now: the name can go */
}

static void writer(int id)
{
    create_memory();
    while (next_turn(WRITER)) { /* sleeps; false at the end of the run */
        CHECK_PTHREAD(pthread_mutex_lock(&memory->mutex));
        for (int i = 0; i < settings.values; i++) {
            memory->numbers[i] = next_number();
            pause_halfway(i); /* in the first update: the reader comes now */
        }
        CHECK_PTHREAD(pthread_mutex_unlock(&memory->mutex));
    }
    CHECK(munmap(memory, sizeof *memory));
}

static void reader(int id)
{
    open_memory();
    while (next_turn(READER)) { /* sleeps; false at the end of the run */
        CHECK_PTHREAD(pthread_mutex_lock(&memory->mutex));
        for (int i = 0; i < settings.values; i++) {
            snapshot[i] = memory->numbers[i];
            pause_halfway(i); /* does nothing without --window */
        }
        CHECK_PTHREAD(pthread_mutex_unlock(&memory->mutex));
        show(snapshot);
    }
    CHECK(munmap(memory, sizeof *memory));
}

/* WRONG: does not lock the mutex, so it copies in the middle of an update. */
static void broken_reader(int id)
{
    open_memory();
    while (next_turn(READER)) { /* sleeps; false at the end of the run */
        for (int i = 0; i < settings.values; i++) {
            snapshot[i] = memory->numbers[i];
            pause_halfway(i); /* does nothing without --window */
        }
        show(snapshot);
    }
    CHECK(munmap(memory, sizeof *memory));
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
    end_in_time();
    return check_snapshots();
}
