/* SPDX-License-Identifier: MIT */
/* shared - a message through shared memory and through a locked file
 *
 * Memory and files tell nobody that something is there. So the message goes
 * into a box of the receiver's, and a second mechanism wakes him: a semaphore,
 * a condition, a lock that he waits for.
 */
#include <pthread.h>
#include <semaphore.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/run/names.h"
#include "common/base/memory.h"
#include "demos/bench/mechanisms.h"

void *open_nameless_semaphore(unsigned value)
{
    char name[NAME_SIZE];

    unique_name(name);
    sem_t *semaphore = CHECK_NOT(SEM_FAILED, sem_open(name, O_CREAT | O_EXCL, 0600, value));
    CHECK(sem_unlink(name));
    name_is_gone();
    return semaphore;
}

int open_nameless_file(void)
{
    const char *folder = getenv("TMPDIR");
    char path[4200];

    (void)snprintf(path, sizeof path, "%s/demo-bench-XXXXXX", folder && *folder ? folder : "/tmp");
    sigset_t before = hold_signals();
    int file = CHECK(mkstemp(path)); /* mode 0600, and new for certain */
    if (unlink(path) == -1)
        CHECK(unlink(path));
    release_signals(before);
    return file;
}

/* Shared memory with semaphores: one for each side counts the messages in its
 * box, which are none or one.
 */
struct counted_box {
    sem_t *full;
    struct {
        size_t size;
        char bytes[MAX_SIZE];
    } * memory;
};

static const char *open_counted(void *context, size_t size)
{
    struct counted_box *boxes = context;

    for (enum side side = PING; side < SIDES; side++) {
        boxes[side].full = open_nameless_semaphore(0);
        boxes[side].memory = shared_alloc(sizeof *boxes[side].memory);
    }
    return NULL;
}

static void send_counted(void *context, enum side side, const void *message, size_t size)
{
    struct counted_box *box = (struct counted_box *)context + !side;

    box->memory->size = size;
    memcpy(box->memory->bytes, message, size);
    CHECK(sem_post(box->full));
}

static size_t receive_counted(void *context, enum side side, void *message, size_t size)
{
    struct counted_box *box = (struct counted_box *)context + side;

    CHECK(sem_wait(box->full));
    memcpy(message, box->memory->bytes, box->memory->size);
    return box->memory->size;
}

static struct counted_box counted_boxes[SIDES];
struct channel semaphore_channel = {
    0, counted_boxes, open_counted, NULL, send_counted, receive_counted};

/* Shared memory with mutex and condition: a box is a monitor. */
struct monitor_box {
    pthread_mutex_t mutex;
    pthread_cond_t filled; /* wakes its owner */
    size_t size;           /* guarded by the mutex; 0: it is empty */
    char bytes[MAX_SIZE];  /* guarded, too */
};

static const char *open_monitors(void *context, size_t size)
{
    struct monitor_box **boxes = context;
    pthread_mutexattr_t of_mutex;
    pthread_condattr_t of_condition;

    *boxes = shared_alloc(SIDES * sizeof **boxes);
    CHECK_PTHREAD(pthread_mutexattr_init(&of_mutex));
    CHECK_PTHREAD(pthread_mutexattr_setpshared(&of_mutex, PTHREAD_PROCESS_SHARED));
    CHECK_PTHREAD(pthread_condattr_init(&of_condition));
    CHECK_PTHREAD(pthread_condattr_setpshared(&of_condition, PTHREAD_PROCESS_SHARED));
    for (enum side side = PING; side < SIDES; side++) {
        struct monitor_box *box = *boxes + side;
        CHECK_PTHREAD(pthread_mutex_init(&box->mutex, &of_mutex));
        CHECK_PTHREAD(pthread_cond_init(&box->filled, &of_condition));
    }
    return NULL;
}

/* The box is empty: nobody sends twice without an answer. */
static void send_monitor(void *context, enum side side, const void *message, size_t size)
{
    struct monitor_box *box = *(struct monitor_box **)context + !side;

    CHECK_PTHREAD(pthread_mutex_lock(&box->mutex));
    box->size = size;
    memcpy(box->bytes, message, size);
    CHECK_PTHREAD(pthread_cond_signal(&box->filled));
    CHECK_PTHREAD(pthread_mutex_unlock(&box->mutex));
}

static size_t receive_monitor(void *context, enum side side, void *message, size_t size)
{
    struct monitor_box *box = *(struct monitor_box **)context + side;

    CHECK_PTHREAD(pthread_mutex_lock(&box->mutex));
    while (box->size == 0)
        CHECK_PTHREAD(pthread_cond_wait(&box->filled, &box->mutex));
    size = box->size;
    memcpy(message, box->bytes, size);
    box->size = 0;
    CHECK_PTHREAD(pthread_mutex_unlock(&box->mutex));
    return size;
}

static struct monitor_box *monitor_boxes;
struct channel condition_channel = {
    0, &monitor_boxes, open_monitors, NULL, send_monitor, receive_monitor};

/* File with fcntl locks. Who waits for a lock is woken when it is given back:
 * that can carry a turn from one to the other, without any polling, if there
 * are three of them in a ring. Message number n is sent with lock n mod 3 held,
 * and then that lock is given back; the receiver waits for it, and keeps it. So
 * the sender of n always holds
 *   lock n, which it gives back when the message is there, and
 *   lock n - 1 (the same as n + 2), which came with the message before,
 * and the receiver holds lock n + 1, with which it will answer. Each waits for
 * what the other has, until he sends; nobody waits while the other does, too.
 */
struct ring {
    int file;
    int message; /* its number: each side counts those it sent and received */
};

enum { LOCKS = 3 };

static void set_lock(const struct ring *ring, int lock, short type)
{
    struct flock byte = {.l_type = type, .l_whence = SEEK_SET, .l_start = lock % LOCKS, .l_len = 1};

    CHECK(fcntl(ring->file, F_SETLKW, &byte));
}

static const char *open_ring(void *context, size_t size)
{
    ((struct ring *)context)->file = open_nameless_file();
    return NULL;
}

/* Locks belong to a process and are not inherited. */
static void join_ring(void *context, enum side side, pid_t other)
{
    const struct ring *ring = context;

    if (side == PING) {
        set_lock(ring, 0, F_WRLCK);
        set_lock(ring, 2, F_WRLCK);
    } else
        set_lock(ring, 1, F_WRLCK);
}

static void send_ring(void *context, enum side side, const void *message, size_t size)
{
    struct ring *ring = context;

    CHECK(pwrite(ring->file, message, size, side * MAX_SIZE));
    set_lock(ring, ring->message, F_UNLCK);
    ring->message = (ring->message + 1) % LOCKS;
}

static size_t receive_ring(void *context, enum side side, void *message, size_t size)
{
    struct ring *ring = context;

    set_lock(ring, ring->message, F_WRLCK);
    ring->message = (ring->message + 1) % LOCKS;
    return (size_t)CHECK(pread(ring->file, message, size, !side * MAX_SIZE));
}

static struct ring file_ring;
struct channel file_channel = {0, &file_ring, open_ring, join_ring, send_ring, receive_ring};
