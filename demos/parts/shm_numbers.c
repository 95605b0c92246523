/* SPDX-License-Identifier: MIT */
/* shm_numbers - the numbers of demo_shm, and what the reader saw of them */
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "demos/parts/shm.h"
#include "common/demo.h"
#include "demos/parts/cleanup.h"
#include "demos/parts/numbers.h"
#include "demos/parts/random.h"

struct settings settings = {
    .values = 5, .duration = 10, .update = 1, .show = 2};
struct stage *stage;
char memory_name[NAME_SIZE];

enum { MOMENT = 2000000 }; /* nanoseconds: a busy machine needs some */

void stage_init(void)
{
    stage = shared_alloc(sizeof *stage);
    latch_init(&stage->writer_is_halfway, 1);
    latch_init(&stage->reader_is_here, 1);
    latch_init(&stage->over, 1);
}

/* Called by the cleanup process. As a rule the reader has unlinked it. */
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

/* Before the first update each number is its own place: so a student sees which
 * ones a torn snapshot has from then.
 */
static void begin(struct numbers *numbers, struct rng *rng)
{
    for (int i = 0; i < settings.values; i++)
        numbers->all[i].value = i;
    *rng = rng_init(0);
}

void update(struct numbers *numbers, long publication)
{
    static struct rng rng;

    if (publication == 1)
        begin(numbers, &rng);
    record_state(INSIDE, "updating");
    for (int i = 0; i < settings.values; i++) {
        if (i == settings.values / 2 && publication == 1) {
            latch_count_down(&stage->writer_is_halfway);
            latch_wait(&stage->reader_is_here);
            sleep_ns(run.window ? SHORT_WINDOW : MOMENT);
        }
        numbers->all[i].value = rng_range(&rng, 0, 100);
        numbers->all[i].publication = publication;
    }
    record_state(RUNNING, "running");
}

void copy(struct numbers *to, const struct numbers *from)
{
    const size_t half = (size_t)settings.values / 2, size = sizeof *to->all;

    record_state(INSIDE, "copying");
    memcpy(to->all, from->all, half * size);
    if (run.window)
        sleep_ns(SHORT_WINDOW);
    memcpy(to->all + half, from->all + half, (MAX_NUMBERS - half) * size);
    record_state(RUNNING, "running");
}

bool rest(double seconds)
{
    static bool has_begun; /* in each process: no rest before the first turn */

    if (has_begun)
        return !latch_wait_for(&stage->over, scaled_ns(seconds));
    has_begun = true;
    return true;
}

void show(const struct numbers *snapshot)
{
    const struct number *numbers = snapshot->all;
    int values[MAX_NUMBERS] = {0}, mark = 0;

    for (int i = settings.values - 1; i >= 0; i--) {
        values[i] = numbers[i].value;
        if (i > 0 && numbers[i].publication != numbers[i - 1].publication)
            mark = i;
    }
    say_numbers(values, settings.values, mark, "%s", "");
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

void wait_for_halfway(void)
{
    while (!latch_wait_for(&stage->writer_is_halfway, WINDOW / 10))
        (void)wait_for_actors(0);
}

void end_in_time(void)
{
    while (!latch_wait_for(&stage->reader_is_here, WINDOW / 10))
        (void)wait_for_actors(0);
    cleanup_now(); /* the name has gone */
    if (!wait_for_actors(scaled_ns(settings.duration)))
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
