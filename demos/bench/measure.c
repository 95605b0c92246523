/* SPDX-License-Identifier: MIT */
/* measure - two processes go through all mechanisms together, round by round
 *
 * PING measures. PONG answers, or uses the same lock. At each mechanism they wait for each other:
 * so only one mechanism is at work at a time. A round goes through all of them: what disturbs the
 * machine for a while disturbs all alike.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/run.h"
#include "common/run/actors.h"
#include "demos/bench/mechanisms.h"

/* On which cores the sides run. To wake a process on the same core is a switch. To wake it on
 * another one takes an interrupt, and longer still if that core is asleep. So a figure without a
 * placement means little. POSIX has no call for it: this is Linux's. */
static unsigned cores[SIDES];

#ifdef CPU_SET
/* Finds the first core that this process may use, and the last: the next is often a thread of it.
 */
bool can_pin(void)
{
    cpu_set_t allowed;

    if (sched_getaffinity(0, sizeof allowed, &allowed) == -1 ||
        sched_setaffinity(0, sizeof allowed, &allowed) == -1) /* a sandbox may deny it */
        return false;
    cores[PING] = 0;
    while (!CPU_ISSET(cores[PING], &allowed))
        cores[PING]++;
    cores[PONG] = CPU_SETSIZE - 1;
    while (!CPU_ISSET(cores[PONG], &allowed))
        cores[PONG]--;
    return true;
}

static void pin_to_core(enum side side)
{
    cpu_set_t set;

    if (settings.placement == FREE)
        return;
    CPU_ZERO(&set);
    CPU_SET(cores[side], &set);
    CHECK(sched_setaffinity(0, sizeof set, &set)); /* 0: the calling thread */
}
#else
bool can_pin(void)
{
    return false;
}

static void pin_to_core(enum side side)
{
}
#endif

const char *choose_cores(void)
{
    static char text[80];

    if (settings.placement == FREE)
        return "not pinned: the scheduler chooses the cores";
    if (!can_pin())
        die("this system cannot pin a process to a core; use --placement=free");
    if (settings.placement == CROSS && cores[PING] == cores[PONG])
        die("--placement=cross wants two cores, and there is but one for this program (see nproc "
            "and taskset); use --placement=same");
    if (settings.placement == SAME)
        cores[PONG] = cores[PING];
    (void)snprintf(
        text, sizeof text, "ping is pinned to core %u, pong to core %u", cores[PING], cores[PONG]);
    return text;
}

/* Pipes: each ring is a byte, for the side that waits for it. END is for PING's companion. */
enum { END = SIDES, BELLS };
static int bells[BELLS][2];

static void ring(int bell)
{
    CHECK(write(bells[bell][1], "!", 1));
}

static void await_ring(int bell)
{
    char byte;

    CHECK(read(bells[bell][0], &byte, 1));
}

/* What the two sides share. */
static struct meeting {
    atomic_bool is_measuring, has_differed;
} * meeting;

static struct mechanism *first, *end; /* of all mechanisms */

/* A message's bytes follow from its number and its sender, all of them. */
static uint64_t next_number;
static uint64_t message[MAX_SIZE / 8], received[MAX_SIZE / 8];

static void fill(size_t size, enum side sender)
{
    uint64_t word = (2 * next_number + sender) * 0x9e3779b97f4a7c15;

    for (size_t i = 0; i < (size + 7) / 8; i++)
        message[i] = word + i * 0x0101010101010101;
}

static void send_message(const struct mechanism *mechanism, enum side side)
{
    fill(mechanism->size, side);
    mechanism->way->send(mechanism->shared, side, message, mechanism->size);
}

/* Receives a message, and compares it with what the other side has sent. Both sides go on even if
 * it differs: neither may wait in vain. */
static void receive_message(const struct mechanism *mechanism, enum side side)
{
    size_t size = mechanism->size;
    size_t length = mechanism->way->receive(mechanism->shared, side, received, size);

    fill(size, !side);
    if (length == size && memcmp(received, message, size) == 0)
        return;
    if (!atomic_exchange(&meeting->has_differed, true))
        warn("payload differed: %s, at the side of %s (%zu bytes of %zu)", mechanism->name,
            side == PING ? "ping" : "pong", length, size);
}

/* TIMES round trips, for PING and for PONG. */
static void exchange(const struct mechanism *mechanism, enum side side, long times)
{
    for (; times > 0; times--) {
        if (side == PING)
            send_message(mechanism, PING);
        receive_message(mechanism, side);
        if (side == PONG)
            send_message(mechanism, PONG);
        next_number++;
    }
}

/* Returns how many nanoseconds it takes to use MECHANISM once: the mean over TIMES. */
static double time_use(const struct mechanism *mechanism, long times)
{
    int64_t begin = clock_now();

    if (mechanism->kind == MESSAGE)
        exchange(mechanism, PING, times);
    else
        mechanism->way->lock_and_unlock(mechanism->shared, times);
    return (double)(clock_now() - begin) / (double)times;
}

static int samples_of(const struct mechanism *mechanism)
{
    return mechanism->kind == MESSAGE ? TRIP_SAMPLES : LOCK_SAMPLES;
}

/* A sample of a lock takes so long that the clock does not count, and that a process that has to
 * wait for a contended lock sleeps and wakes up within it. */
static void take_samples(struct mechanism *mechanism, int round)
{
    static const double LOCK_TIME = 100000, LEAST = 1; /* nanoseconds */
    double *samples = mechanism->samples + round * samples_of(mechanism);
    long times = TRIPS;

    (void)time_use(mechanism, WARM_UP);
    if (mechanism->kind != MESSAGE) {
        double estimate = time_use(mechanism, WARM_UP);
        times = (long)(LOCK_TIME / (estimate > LEAST ? estimate : LEAST)) + 1;
    }
    for (int i = 0; i < samples_of(mechanism); i++)
        samples[i] = time_use(mechanism, times);
}

/* Is PING's companion while it measures: answers, or uses the lock, or only is there. */
static void accompany(const struct mechanism *mechanism)
{
    atomic_store(&meeting->is_measuring, true);
    ring(PING);
    if (mechanism->kind == MESSAGE)
        exchange(mechanism, PONG, WARM_UP + TRIP_SAMPLES * TRIPS);
    if (mechanism->kind == CONTENDED_LOCK)
        while (atomic_load(&meeting->is_measuring))
            mechanism->way->lock_and_unlock(mechanism->shared, 10);
    await_ring(END);
}

static void *run_second_thread(void *mechanism)
{
    pin_to_core(PONG);
    accompany(mechanism);
    return NULL;
}

/* The companion is PONG, and for a lock that only threads share a thread. In a process of one
 * thread glibc leaves out the atomic instructions, so that such a lock seems to cost less. But that
 * thread is there for that lock alone: beside threads file descriptors cost more. */
static void measure(struct mechanism *mechanism, int round)
{
    bool has_thread = mechanism->way == &mutex_way;
    pthread_t thread;

    if (has_thread)
        CHECK_PTHREAD(pthread_create(&thread, NULL, run_second_thread, mechanism));
    else
        ring(PONG);
    await_ring(PING);
    take_samples(mechanism, round);
    atomic_store(&meeting->is_measuring, false);
    ring(END);
    if (has_thread)
        CHECK_PTHREAD(pthread_join(thread, NULL));
}

/* The process of a side. When the two first meet, both have joined all mechanisms. */
static void run_side(int number)
{
    enum side side = number == PING ? PING : PONG;

    pin_to_core(side);
    for (struct mechanism *row = first; row < end; row++)
        if (row->is_measured && row->way->join)
            row->way->join(row->shared, side);
    for (int round = 0; round < settings.rounds; round++)
        for (struct mechanism *row = first; row < end; row++) {
            if (row->is_measured && side == PING)
                measure(row, round);
            if (row->is_measured && side == PONG && row->way != &mutex_way) {
                await_ring(PONG);
                accompany(row);
            }
        }
}

static void open_mechanism(struct mechanism *mechanism)
{
    errno = ENOSYS;
    if (mechanism->way->open)
        mechanism->shared = mechanism->way->open(mechanism->size);
    if (!mechanism->shared) {
        warn("%s is left out: this system has none, or does not allow them (%s)", mechanism->name,
            strerror(errno));
        mechanism->is_measured = false;
        mechanism->is_shown = false;
        return;
    }
    mechanism->samples =
        shared_alloc((size_t)settings.rounds * (size_t)samples_of(mechanism) * sizeof(double));
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* The median, the 99th percentile by the nearest rank, and the least. */
static void summarize(struct mechanism *mechanism)
{
    double *samples = mechanism->samples;
    int count = settings.rounds * samples_of(mechanism);

    qsort(samples, (size_t)count, sizeof *samples, by_value);
    mechanism->median = (samples[(count - 1) / 2] + samples[count / 2]) / 2;
    mechanism->p99 = samples[(99 * count + 99) / 100 - 1];
    mechanism->least = samples[0];
    mechanism->ratio = mechanism->median / first->median;
}

void measure_all(struct mechanism *mechanisms, int count)
{
    first = mechanisms;
    end = mechanisms + count;
    meeting = shared_alloc(sizeof *meeting);
    for (int bell = 0; bell < BELLS; bell++)
        CHECK(pipe(bells[bell]));
    for (struct mechanism *row = first; row < end; row++)
        if (row->is_measured)
            open_mechanism(row);
    add_process("ping", PING, run_side);
    add_process("pong", PONG, run_side);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    if (meeting->has_differed)
        exit(EXIT_VIOLATED);
    for (struct mechanism *row = first; row < end; row++)
        if (row->is_measured)
            summarize(row);
}
