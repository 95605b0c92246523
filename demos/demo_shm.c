/* SPDX-License-Identifier: MIT */
/* demo_shm - a monitor watches numbers in memory that a writer changes
 *
 * Guarantee: every snapshot shown is one that the writer published.
 * --broken leaves out the lock around update and snapshot: torn snapshots.
 * Read writer() and monitor() first, then share_board().
 */
#include <sys/mman.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/gate.h"
#include "common/names.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include "common/random.h"
#include "common/record/recorder.h"
#include "demos/about.h"
#include "demos/numbers.h"

enum { MOST_VALUES = 64, HISTORY = 1024, NAP = 1000000, WINDOW = 1000000000 };

static struct {
    int values;
    double duration, update, show; /* seconds */
} settings;

/* What writer and monitor share. */
struct board {
    pthread_mutex_t mutex;
    int values[MOST_VALUES]; /* guarded */
    atomic_bool active;      /* when it turns false, both stop */
    struct gate start;
    struct gate over;             /* opens then, too: it ends their pauses */
    struct gate half_done, taken; /* knocks from one to the other */
    /* The evidence: the newest publications, and what was seen of them. */
    int history[HISTORY][MOST_VALUES];
    atomic_long published; /* the number of the newest one */
    long shown, torn;      /* counted by the monitor */
};

static void writer(int number, void *context)
{
    struct board *board = context;
    struct draw draw = draw_start((unsigned)number);

    gate_let_go(&board->over);
    gate_pass(&board->start);
    do {
        long next = board->published + 1;
        int *values = board->history[next % HISTORY];
        for (int i = 0; i < settings.values; i++) { /* each one changes */
            values[i] = draw_between(&draw, 0, 99);
            values[i] += values[i] >= board->values[i];
        }
        board->published = next;

        record_state(WAITING, "waiting for the lock");
        if (!run.broken)
            CHECK_RETURNED(pthread_mutex_lock(&board->mutex));
        record_state(INSIDE, "inside");
        for (int i = 0; i < settings.values; i++) {
            if (i == settings.values / 2) { /* the window: now the monitor */
                if (next == 1)
                    gate_knock(&board->half_done);
                (void)gate_await_knock(
                    &board->taken, run.broken && next == 1 ? WINDOW : NAP);
            }
            board->values[i] = values[i];
        }
        record_state(IDLE, "resting");
        if (!run.broken)
            CHECK_RETURNED(pthread_mutex_unlock(&board->mutex));
        (void)gate_await_knock(&board->over, clock_scaled(settings.update));
    } while (board->active);
}

/* Whether the first COUNT of VALUES are of one publication, and the others of
 * the one before. In a whole snapshot COUNT is all.
 */
static bool is_joined(const struct board *board, const int *values, int count)
{
    size_t head = (size_t)count * sizeof *values;
    size_t tail = (size_t)settings.values * sizeof *values - head;

    for (long i = board->published, n = 1; i >= 0 && n < HISTORY; i--, n++) {
        const int *older = board->history[(i + HISTORY - 1) % HISTORY];
        if (memcmp(values, board->history[i % HISTORY], head) == 0 &&
            memcmp(values + count, older + count, tail) == 0)
            return true;
    }
    return false;
}

static void monitor(int number, void *context)
{
    struct board *board = context;
    int snapshot[MOST_VALUES];

    (void)number;
    gate_let_go(&board->over);
    gate_pass(&board->start);
    do {
        record_state(WAITING, "waiting for the lock");
        if (!run.broken)
            CHECK_RETURNED(pthread_mutex_lock(&board->mutex));
        else if (board->shown == 0)
            (void)gate_await_knock(&board->half_done, WINDOW);
        record_state(INSIDE, "inside");
        memcpy(snapshot, board->values, sizeof snapshot);
        int mark = settings.values;
        while (mark > 0 && !is_joined(board, snapshot, mark))
            mark--;
        record_state(IDLE, "resting");
        if (!run.broken)
            CHECK_RETURNED(pthread_mutex_unlock(&board->mutex));
        else if (board->shown == 0)
            gate_knock(&board->taken);

        say_numbers("", snapshot, settings.values, mark % settings.values);
        board->torn += mark < settings.values;
        board->shown++;
        (void)gate_await_knock(&board->over, clock_scaled(settings.show));
    } while (board->active);
}

/* Without this a writer is killed (SIGBUS) when it first touches memory that
 * the system has promised, but does not have.
 */
static void reserve(int memory, size_t size)
{
#if HAVE_POSIX_FALLOCATE
    int error = EINTR;

    while (error == EINTR)
        error = posix_fallocate(memory, 0, (off_t)size);
    if (error == ENOSPC || error == ENOMEM) /* others: it cannot be asked */
        fail_call("posix_fallocate", error, __FILE__, __LINE__);
#else
    (void)memory;
    (void)size;
#endif
}

static struct board *share_board(void)
{
    char name[NAME_SIZE];
    pthread_mutexattr_t shared;

    make_name(name);
    sigset_t before = hold_signals();
    int memory = CHECK(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600));
    if (shm_unlink(name) == -1)
        CHECK(shm_unlink(name));
    release_signals(before);
    CHECK(ftruncate(memory, sizeof(struct board)));
    reserve(memory, sizeof(struct board));
    struct board *board =
        CHECK_NOT(MAP_FAILED, mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE,
                                  MAP_SHARED, memory, 0));
    CHECK_ONCE(close(memory));
    CHECK_RETURNED(pthread_mutexattr_init(&shared));
    CHECK_RETURNED(
        pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED));
    CHECK_RETURNED(pthread_mutex_init(&board->mutex, &shared));
    return board;
}

static const struct option_row options[] = {
    {"values", "N", WHOLE, &settings.values, 1, MOST_VALUES, "5",
        "how many numbers are shared"},
    {"duration", "SECONDS", POSITIVE, &settings.duration, 0, 3600, "10",
        "how long the run takes"},
    {"update", "SECONDS", POSITIVE, &settings.update, 0, 3600, "1",
        "how long the writer rests between its updates"},
    {"show", "SECONDS", POSITIVE, &settings.show, 0, 3600, "2",
        "how long the monitor rests between its snapshots"},
    {0}};

int main(int argc, char **argv)
{
    demo_start(&shm_demo, options, argc, argv);
    if (run.broken && settings.values == 1)
        usage_error("one number cannot be torn; use --values=2 or more");

    struct board *board = share_board();
    watchdog_start(settings.duration);
    for (int i = 0; i < settings.values; i++)
        board->history[0][i] = board->values[i] = i;
    board->active = true;
    board->start = gate_create();
    board->over = gate_create();
    board->half_done = gate_create();
    board->taken = gate_create();
    (void)start_process("writer", 0, writer, board);
    (void)start_process("monitor", 0, monitor, board);
    gate_let_go(&board->start);
    (void)reap_process(0, clock_scaled(settings.duration), 0); /* just waits */
    board->active = false;
    gate_let_go(&board->over);
    join_processes(0);

    bool held = board->torn == 0;
    return verdict(held, "%ld of %ld snapshots are %s",
        held ? board->shown : board->torn, board->shown,
        held ? "whole" : "torn");
}
