/* SPDX-License-Identifier: MIT */
/* demo_shm - a reader shows numbers in memory that a writer keeps changing
 *
 * Shared memory belongs to several processes at once: what one of them writes,
 * the others see. It has no lock of its own, so it usually contains a mutex.
 * When both have opened it, its name can go; it stays until both have ended.
 *
 *   $ ./demo_shm --duration=1
 *   [50, 31, 31, 87, 72]
 *        HELD  1 of 1 snapshots are intact (seed 22179)
 *
 *   $ ./demo_shm --duration=1 --broken
 *   [17, 77 | 2, 3, 4]
 *    VIOLATED  1 of 1 snapshots are torn
 *
 * Guarantee: every snapshot shown is one that the writer published.
 * --broken leaves out the mutex in the reader. The writer pauses halfway in its
 * first update until the reader is there: every run shows a torn snapshot.
 */
#include <pthread.h>
#include <sys/mman.h>

#include "common/demo.h" /* CHECK, CHECK_PTHREAD: end the run if a call fails */
#include "demos/parts/shm.h" /* and <fcntl.h>, <unistd.h> */

static struct {
    pthread_mutex_t mutex;      /* guards the numbers */
    struct numbers numbers;     /* as the writer published them */
} * memory;                     /* the same for both processes */
static struct numbers snapshot; /* the reader's own copy */

static void open_memory(int flags)
{
    int object = CHECK(shm_open(memory_name, O_RDWR | flags, 0600));
    int access = PROT_READ | PROT_WRITE;

    if (flags & O_CREAT)
        CHECK(ftruncate(object, sizeof *memory)); /* new memory has size 0 */
    reserve(object); /* otherwise memory that is lacking kills the writer */
    memory = CHECK_NOT(
        MAP_FAILED, mmap(NULL, sizeof *memory, access, MAP_SHARED, object, 0));
    CHECK(close(object)); /* the memory stays, at this pointer */
}

static void writer(int id)
{
    open_memory(O_CREAT | O_EXCL);
    init_shared_mutex(&memory->mutex); /* with PTHREAD_PROCESS_SHARED */
    for (int publication = 1; rest(settings.update); publication++) {
        CHECK_PTHREAD(pthread_mutex_lock(&memory->mutex)); /* waits for it */
        update(&memory->numbers, publication); /* the window is halfway */
        CHECK_PTHREAD(pthread_mutex_unlock(&memory->mutex));
    }
}

static void reader(int id)
{
    open_memory(0);
    CHECK(shm_unlink(memory_name)); /* the name goes; the memory stays */
    while (rest(settings.show)) {   /* sleeps; false at the end of the run */
        latch_count_down(&stage->reader_is_here); /* and is about to lock */
        CHECK_PTHREAD(pthread_mutex_lock(&memory->mutex));
        copy(&snapshot, &memory->numbers); /* all of them */
        CHECK_PTHREAD(pthread_mutex_unlock(&memory->mutex));
        show(&snapshot);
    }
}

/* WRONG: does not lock the mutex, so it is not kept out. */
static void broken_reader(int id)
{
    open_memory(0);
    CHECK(shm_unlink(memory_name)); /* the name goes; the memory stays */
    while (rest(settings.show)) {
        copy(&snapshot, &memory->numbers);        /* all of them */
        latch_count_down(&stage->reader_is_here); /* window: it has looked */
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

    stage_init();
    name_memory();
    add_process("writer", 0, writer);
    start_actors(settings.duration);
    wait_for_halfway(); /* in the writer's first update: so the two meet */
    add_process("reader", 0, run.broken ? broken_reader : reader);
    launch_actors();
    end_in_time();
    return check_snapshots();
}
