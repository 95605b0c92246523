/* SPDX-License-Identifier: MIT */
/* shm_numbers - the numbers of demo_shm, and what the reader saw of them */
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "demos/parts/shm.h"
#include "common/demo.h"
#include "demos/parts/calls.h"
#include "demos/parts/cleanup.h"
#include "demos/parts/numbers.h"
#include "demos/parts/random.h"
#include "demos/parts/speed.h"
#include "demos/parts/window.h"

struct settings settings = {
    .values = 5, .duration = 10, .update = 1, .show = 2};
char memory_name[NAME_SIZE];

enum { MOMENT = 2000000 }; /* nanoseconds: a busy machine needs some */

/* For the order in which writer and reader begin, and for the end of the run.
 */
static struct stage {
    struct latch writer_is_halfway; /* in its first update */
    struct latch reader_is_here;    /* it has opened the memory */
    struct latch first_is_shown;    /* the reader's first snapshot */
    struct latch over;              /* the run's time is up */
    atomic_bool reader_locks;       /* or is about to */
    long shown, torn;               /* counted by the reader */
} * stage;

static enum side own_side; /* of this process */

/* For the views, the reader is inside while it has the mutex. */
static void call_begins(const struct call_place *place)
{
    if (own_side == READER && is_call(place, "pthread_mutex_lock("))
        stage->reader_locks = true;
    if (own_side == READER && is_call(place, "pthread_mutex_unlock("))
        record_state(RUNNING, "running");
}

/* With --window: what a reader still does that has unlocked too early, it does
 * later, perhaps in the middle of an update.
 */
static void call_ends(const struct call_place *place)
{
    if (own_side != READER)
        return;
    if (is_call(place, "pthread_mutex_lock("))
        record_state(INSIDE, "copying");
    if (run.window && is_call(place, "pthread_mutex_unlock("))
        sleep_ns(SHORT_WINDOW);
}

void turns_init(void)
{
    static const struct call_watcher watcher = {call_begins, call_ends, NULL};

    call_watcher = &watcher;
    stage = shared_alloc(sizeof *stage);
    latch_init(&stage->writer_is_halfway, 1);
    latch_init(&stage->reader_is_here, 1);
    latch_init(&stage->first_is_shown, 1);
    latch_init(&stage->over, 1);
}

/* Called by the cleanup process. As a rule main has unlinked it. */
static int remove_name(void *name)
{
    return shm_unlink(name) == -1 && errno != ENOENT ? -1 : 0;
}

void name_memory(void)
{
    unique_name(memory_name);
    cleanup_start(remove_name, memory_name);
    name_is_gone(); /* from here on it is the cleanup process that removes it */
}

void reserve(int object)
{
#if HAVE_POSIX_FALLOCATE
    struct stat about;
    int error = EINTR;

    CHECK(fstat(object, &about));
    while (error == EINTR)
        error = posix_fallocate(object, 0, about.st_size);
    if (error == ENOSPC || error == ENOMEM) /* others: it cannot be asked */
        die_call("posix_fallocate", error, __FILE__, __LINE__);
#endif
}

void init_shared_mutex(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;

    CHECK_PTHREAD(pthread_mutexattr_init(&attributes));
    CHECK_PTHREAD(
        pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    CHECK_PTHREAD(pthread_mutex_init(mutex, &attributes));
    CHECK_PTHREAD(pthread_mutexattr_destroy(&attributes));
}

void wait_for_writer(void)
{
    latch_wait(&stage->writer_is_halfway);
}

bool next_turn(enum side side)
{
    static bool has_begun; /* in each process: no rest before the first turn */
    double rest = side == WRITER ? settings.update : settings.show;

    own_side = side;
    if (has_begun) {
        record_state(IDLE, "resting");
        bool is_over = latch_wait_for(&stage->over, scaled_ns(rest));
        record_state(RUNNING, "running");
        if (is_over)
            return false;
    }
    if (side == READER && !has_begun)
        latch_count_down(&stage->reader_is_here);
    has_begun = true;
    if (side == READER && run.broken)
        record_state(INSIDE, "copying"); /* it has no mutex that tells */
    return true;
}

struct update first_numbers(void)
{
    struct update first = {0};

    for (int i = 0; i < settings.values; i++)
        first.numbers[i].value = i;
    return first;
}

static long made; /* numbers so far */

void pause_halfway(int index)
{
    if (index != settings.values / 2)
        return;
    if (made < settings.values) { /* the first update */
        latch_count_down(&stage->writer_is_halfway);
        latch_wait(&stage->reader_is_here);
        pause_until(&stage->first_is_shown);
        /* a latch would wake the writer before the reader is in its lock */
        for (int i = 0; i < 100 && !run.broken && !stage->reader_locks; i++)
            sleep_ns(MOMENT);
        sleep_ns(MOMENT);
    } else if (run.window)
        sleep_ns(SHORT_WINDOW);
}

struct number next_number(void)
{
    static struct rng rng;
    long publication = 1 + made / settings.values;

    if (made == 0)
        rng = rng_init(0);
    if (made % settings.values == 0)
        record_state(INSIDE, "updating");
    made++;
    if (made % settings.values == 0)
        record_state(RUNNING, "running");
    return (struct number){rng_range(&rng, 0, 100), publication};
}

void show(const struct update *snapshot)
{
    const struct number *numbers = snapshot->numbers;
    int values[MAX_NUMBERS] = {0}, mark = 0;

    if (run.broken)
        record_state(RUNNING, "running");
    for (int i = settings.values - 1; i >= 0; i--) {
        values[i] = numbers[i].value;
        if (i > 0 && numbers[i].publication != numbers[i - 1].publication)
            mark = i;
    }
    say_numbers(values, settings.values, mark, "%s", "");
    latch_count_down(&stage->first_is_shown);
    stage->shown++;
    if (mark > 0) {
        bool begins_new =
            numbers[mark - 1].publication > numbers[mark].publication;
        stage->torn++;
        record_wrong(
            begins_new ? "torn: %d new, %d old" : "torn: %d old, %d new", mark,
            settings.values - mark);
    }
}

void wait_for_reader(void)
{
    while (!latch_wait_for(&stage->reader_is_here, NS_PER_SECOND / 10))
        (void)wait_for_actors(0); /* ends the run if one has failed */
}

void end_in_time(void)
{
    cleanup_now(); /* the name has gone */
    if (!wait_for_actors(clock_now() + scaled_ns(settings.duration)))
        latch_count_down(&stage->over);
    (void)wait_for_actors(FOREVER);
}

int check_snapshots(void)
{
    if (stage->torn > 0)
        return verdict(
            false, "%ld of %ld snapshots are torn", stage->torn, stage->shown);
    return verdict(
        true, "%ld of %ld snapshots are intact", stage->shown, stage->shown);
}
