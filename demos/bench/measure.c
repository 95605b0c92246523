/* SPDX-License-Identifier: MIT */
/* measure - two processes go through all mechanisms together, round by round
 *
 * PING measures. PONG answers, or uses the same lock. Both walk through the
 * same list; at each mechanism they wait for each other, so that only one is at
 * work at a time. A round goes through all mechanisms: what disturbs the
 * machine for a while disturbs all of them alike.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/clock.h"
#include "common/run/latch.h"
#include "common/run/actors.h"
#include "demos/bench/mechanisms.h"

/* The clock's own time in a sample is at most one part of CLOCK_SHARE. Locks
 * are so short that they can have longer samples (in nanoseconds), and need
 * them: so the clock counts even less, and who has to wait for a contended lock
 * sleeps and is woken within one sample. Of these there are fewer.
 */
static const double CLOCK_SHARE = 100, LOCK_TIME = 20000, CONTENDED_TIME = 100000;
static const int MAX_TIMES = 1000000;
enum { HAMMERED = 10 };

/* A pipe: each ring is a byte, for the one who waits for it. */
struct bell {
    int read_end, write_end;
};

static struct bell create_bell(void)
{
    int ends[2];

    CHECK(pipe(ends));
    return (struct bell){ends[0], ends[1]};
}

static void ring(const struct bell *bell)
{
    CHECK(write(bell->write_end, "!", 1));
}

static void await_ring(const struct bell *bell)
{
    char byte;

    CHECK(read(bell->read_end, &byte, 1));
}

/* What the two sides share. */
static struct meeting {
    pid_t pids[SIDES]; /* set before the latch STARTED is down */
    struct latch started, joined;
    struct bell bells[SIDES], dismissed;
    atomic_long done; /* how many measurements; PONG uses a lock until then */

    /* The first message that was not what the other side has sent. */
    const struct mechanism *differed;
    enum side found_by;
    size_t length;
} * meeting;

static struct mechanism *all; /* in this order */
static int all_count;

/* A message's bytes follow from its number and its sender, all of them. */
static uint64_t next_number;
static uint64_t message[MAX_SIZE / 8], received[MAX_SIZE / 8];

static void fill(size_t size, enum side sender)
{
    uint64_t word = (2 * next_number + sender) * 0x9e3779b97f4a7c15;

    for (size_t i = 0; i < (size + 7) / 8; i++)
        message[i] = word + i * 0x0101010101010101;
}

/* Compares what was RECEIVED with the other side's message of this number. */
static void verify(const struct mechanism *mechanism, enum side side, size_t size, size_t length)
{
    fill(size, !side);
    if (length == size && memcmp(received, message, size) == 0)
        return;
    if (!meeting->differed) { /* and on it goes: neither side may wait in vain */
        meeting->found_by = side;
        meeting->length = length;
        meeting->differed = mechanism;
    }
}

/* TIMES round trips, for PING and for PONG. */
static void exchange(const struct mechanism *mechanism, enum side side, long times)
{
    const struct channel *channel = mechanism->channel;
    size_t size = size_of(mechanism), length;

    for (; times > 0; times--, next_number++) {
        if (side == PING) {
            fill(size, PING);
            channel->send(channel->context, PING, message, size);
        }
        length = channel->receive(channel->context, side, received, size);
        verify(mechanism, side, size, length);
        if (side == PONG) {
            fill(size, PONG);
            channel->send(channel->context, PONG, message, size);
        }
    }
}

/* The other user of a contended lock, while measurement number TURN lasts. */
static void hammer(const struct mechanism *mechanism, long turn)
{
    while (atomic_load(&meeting->done) == turn)
        mechanism->lock->lock_and_unlock(mechanism->lock->context, HAMMERED);
}

/* For the lock of one process: a second thread, which uses it, too, or only is
 * there. Without one the lock may be cheaper than it is for anybody who needs
 * it: glibc leaves out the atomic instructions. It is there for that lock only,
 * since file descriptors cost more in a process with threads.
 */
struct second {
    const struct mechanism *mechanism;
    long turn;
};

static void *run_second(void *context)
{
    const struct second *second = context;

    pin_to_core(PONG);
    ring(&meeting->bells[PING]);
    if (second->mechanism->contended)
        hammer(second->mechanism, second->turn);
    else
        await_ring(&meeting->dismissed);
    return NULL;
}

/* The smallest time that the clock can tell, or takes itself. */
static double clock_grain(void)
{
    int64_t grain = INT64_MAX, before = clock_now();

    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_now();
        if (now > before && now - before < grain)
            grain = now - before;
        before = now;
    }
    return grain == INT64_MAX ? 1e6 : (double)grain;
}

/* How many times one sample takes, so that the clock does not count; messages
 * in equal batches, since PONG expects that many in all.
 */
static long times_for(const struct mechanism *mechanism, double estimate)
{
    static double grain;

    grain = grain > 0 ? grain : clock_grain();
    double time = mechanism->channel ? 0 : mechanism->contended ? CONTENDED_TIME : LOCK_TIME;
    time = time > grain * CLOCK_SHARE ? time : grain * CLOCK_SHARE;
    double least = time / (estimate > 0.1 ? estimate : 0.1);
    long times = least < MAX_TIMES ? (long)least + 1 : MAX_TIMES;
    if (!mechanism->channel)
        return times;
    times = times < SAMPLES ? times : SAMPLES;
    while (SAMPLES % times != 0)
        times++;
    return times;
}

static void use(const struct mechanism *mechanism, long times)
{
    if (mechanism->channel)
        exchange(mechanism, PING, times);
    else
        mechanism->lock->lock_and_unlock(mechanism->lock->context, times);
}

static void take_samples(struct mechanism *mechanism)
{
    struct samples *samples = mechanism->samples;
    int64_t begin = clock_now();

    use(mechanism, WARM_UP);
    double estimate = (double)(clock_now() - begin) / (double)WARM_UP;
    if (mechanism->least == 0 || estimate < mechanism->least)
        mechanism->least = estimate; /* the first time it was cold */
    long times = times_for(mechanism, mechanism->least);
    long count = mechanism->channel     ? SAMPLES / times
                 : mechanism->contended ? CONTENDED_SAMPLES
                                        : SAMPLES;
    begin = clock_now();
    for (long i = 0; i < count; i++) {
        use(mechanism, times);
        int64_t end = clock_now();
        samples->values[samples->count++] = (double)(end - begin) / (double)times;
        begin = end;
    }
}

/* PING's part. */
static void ping(struct mechanism *mechanism, long turn)
{
    struct second second = {mechanism, turn};
    bool has_second = mechanism->lock && mechanism->lock->within_process;
    pthread_t thread;

    ring(&meeting->bells[PONG]);
    await_ring(&meeting->bells[PING]);
    if (has_second) {
        CHECK_PTHREAD(pthread_create(&thread, NULL, run_second, &second));
        await_ring(&meeting->bells[PING]);
    }
    take_samples(mechanism);
    atomic_store(&meeting->done, turn + 1);
    if (has_second && !mechanism->contended)
        ring(&meeting->dismissed);
    if (has_second)
        CHECK_PTHREAD(pthread_join(thread, NULL));
}

static void pong(const struct mechanism *mechanism, long turn)
{
    await_ring(&meeting->bells[PONG]);
    ring(&meeting->bells[PING]);
    if (mechanism->channel)
        exchange(mechanism, PONG, WARM_UP + SAMPLES);
    else if (mechanism->contended && !mechanism->lock->within_process)
        hammer(mechanism, turn);
}

/* The process of SIDE. */
static void run_side(int number)
{
    enum side side = number == PING ? PING : PONG;
    long turn = 0;

    pin_to_core(side);
    meeting->pids[side] = getpid();
    latch_count_down(&meeting->started);
    latch_wait(&meeting->started);
    for (int i = 0; i < all_count; i++) {
        const struct channel *channel = all[i].channel;
        if (all[i].is_measured && channel && channel->join)
            channel->join(channel->context, side, meeting->pids[!side]);
    }
    latch_count_down(&meeting->joined);
    latch_wait(&meeting->joined);
    for (int round = 0; round < settings.rounds; round++)
        for (int i = 0; i < all_count; i++) {
            struct mechanism *mechanism = &all[i];
            if (mechanism->is_measured && side == PING)
                ping(mechanism, turn++);
            else if (mechanism->is_measured)
                pong(mechanism, turn++);
        }
}

static void open_all(struct mechanism *mechanisms, int count)
{
    size_t room = (size_t)settings.rounds * SAMPLES * sizeof(double);

    for (int i = 0; i < count; i++) {
        struct mechanism *mechanism = &mechanisms[i];
        if (!mechanism->is_measured)
            continue;
        struct channel *channel = mechanism->channel;
        bool is_open = !channel && i > 0 && /* by the one that is not contended */
                       mechanisms[i - 1].lock == mechanism->lock && mechanisms[i - 1].is_measured;
        const char *missing = channel   ? channel->open(channel->context, size_of(mechanism))
                              : is_open ? NULL
                                        : mechanism->lock->open();
        if (missing) {
            warn("%s is left out: %s", mechanism->name, missing);
            mechanism->is_measured = mechanism->is_shown = false;
            continue;
        }
        mechanism->samples = shared_alloc(sizeof(struct samples) + room);
    }
}

void measure_all(struct mechanism *mechanisms, int count)
{
    meeting = shared_alloc(sizeof *meeting);
    all = mechanisms;
    all_count = count;

    open_all(mechanisms, count);
    latch_init(&meeting->started, SIDES);
    latch_init(&meeting->joined, SIDES);
    meeting->dismissed = create_bell();
    for (enum side side = PING; side < SIDES; side++)
        meeting->bells[side] = create_bell();
    add_process("ping", PING, run_side);
    add_process("pong", PONG, run_side);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    if (meeting->differed) {
        warn("payload differed: %s, at the side of %s (%zu bytes of %zu)", meeting->differed->name,
            meeting->found_by == PING ? "ping" : "pong", meeting->length,
            size_of(meeting->differed));
        exit_once(EXIT_VIOLATED);
    }
}
