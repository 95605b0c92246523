/* SPDX-License-Identifier: MIT */
/* queues - a message through POSIX queue, System V queue, and queued signal */
#include <signal.h>
#include <sys/msg.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if HAVE_MQUEUE
#include <mqueue.h>
#endif

#include "common/base/check.h"
#include "common/run/names.h"
#include "common/base/memory.h"
#include "demos/parts/cleanup.h"
#include "demos/bench/mechanisms.h"

static const char not_here[] = "this system has none, or does not allow them";

/* Whether ERROR says that this system allows no such queue at all, or none for
 * messages of this size.
 */
static bool is_refused(int error)
{
    return error == ENOSYS || error == EACCES || error == EPERM || error == EINVAL;
}

/* POSIX: a queue for each side, for what it receives. */
#if HAVE_MQUEUE
static const char *open_posix(void *context, size_t size)
{
    mqd_t *queues = context;
    struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = (long)size};
    char name[NAME_SIZE];

    for (enum side side = PING; side < SIDES; side++) {
        unique_name(name);
        queues[side] = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
        if (queues[side] == (mqd_t)-1) {
            if (!is_refused(errno))
                die_call("mq_open", errno, __FILE__, __LINE__);
            name_is_gone();
            return not_here;
        }
        CHECK(mq_unlink(name)); /* the sides inherit the open queue */
        name_is_gone();
    }
    return NULL;
}

static void send_posix(void *context, enum side side, const void *message, size_t size)
{
    const mqd_t *queues = context;

    CHECK(mq_send(queues[!side], message, size, 0));
}

static size_t receive_posix(void *context, enum side side, void *message, size_t size)
{
    const mqd_t *queues = context;

    /* the queue knows where a message ends */
    return (size_t)CHECK(mq_receive(queues[side], message, MAX_SIZE, NULL));
}

static mqd_t posix_queues[SIDES];
struct channel posix_queue_channel = {0, posix_queues, open_posix, NULL, send_posix, receive_posix};
#endif

/* System V: one queue, where each side takes the messages of its type. */
struct typed_message {
    long type;
    char bytes[MAX_SIZE];
};

static int remove_queue(void *context)
{
    return *(int *)context == -1 ? 0 : msgctl(*(int *)context, IPC_RMID, NULL);
}

/* The cleanup process sees the queue's number in shared memory. */
static const char *open_sysv(void *context, size_t size)
{
    int **queue = context;
    sigset_t before = hold_signals();
    struct msqid_ds about;

    *queue = shared_alloc(sizeof **queue);
    **queue = -1;
    cleanup_start(remove_queue, *queue);
    **queue = msgget(IPC_PRIVATE, 0600);
    release_signals(before);
    if (**queue == -1 && is_refused(errno))
        return not_here;
    if (**queue == -1)
        die_call("msgget", errno, __FILE__, __LINE__);
    CHECK(msgctl(**queue, IPC_STAT, &about));
    if (about.msg_qbytes < size)
        die("a System V queue takes %lu bytes here, too few for a message of "
            "%zu; use a smaller --size",
            (unsigned long)about.msg_qbytes, size);
    return NULL;
}

static void send_sysv(void *context, enum side side, const void *message, size_t size)
{
    int *const *queue = context;
    struct typed_message typed;

    typed.type = !side + 1;
    memcpy(typed.bytes, message, size);
    CHECK(msgsnd(**queue, &typed, size, 0));
}

static size_t receive_sysv(void *context, enum side side, void *message, size_t size)
{
    int *const *queue = context;
    struct typed_message typed;

    ssize_t length = CHECK(msgrcv(**queue, &typed, MAX_SIZE, (long)side + 1, 0));
    memcpy(message, typed.bytes, (size_t)length);
    return (size_t)length;
}

static int *sysv_queue;
struct channel sysv_queue_channel = {0, &sysv_queue, open_sysv, NULL, send_sysv, receive_sysv};

/* A signal carries one int. It is blocked, so that it waits in the queue of the
 * process until that asks for it: no handler has to run.
 */
#if HAVE_SIGQUEUE
static const char *open_signal(void *context, size_t size)
{
    sigset_t awaited;

    (void)sigemptyset(&awaited);
    (void)sigaddset(&awaited, SIGRTMIN);
    CHECK(sigprocmask(SIG_BLOCK, &awaited, NULL)); /* inherited by the sides */
    return NULL;
}

static void join_signal(void *context, enum side side, pid_t other)
{
    *(pid_t *)context = other;
}

static void send_signal(void *context, enum side side, const void *message, size_t size)
{
    union sigval value = {0};

    memcpy(&value.sival_int, message, sizeof value.sival_int);
    CHECK(sigqueue(*(pid_t *)context, SIGRTMIN, value));
}

static size_t receive_signal(void *context, enum side side, void *message, size_t size)
{
    sigset_t awaited;
    siginfo_t info;

    (void)sigemptyset(&awaited);
    (void)sigaddset(&awaited, SIGRTMIN);
    do
        CHECK(sigwaitinfo(&awaited, &info));
    while (info.si_code != SI_QUEUE || info.si_pid != *(pid_t *)context);
    memcpy(message, &info.si_value.sival_int, sizeof info.si_value.sival_int);
    return sizeof info.si_value.sival_int;
}

static pid_t other_side;
struct channel signal_channel = {
    sizeof(int), &other_side, open_signal, join_signal, send_signal, receive_signal};
#endif

#if !HAVE_MQUEUE || !HAVE_SIGQUEUE
static const char *open_nothing(void *context, size_t size)
{
    return not_here;
}
#endif
#if !HAVE_MQUEUE
struct channel posix_queue_channel = {.open = open_nothing};
#endif
#if !HAVE_SIGQUEUE
struct channel signal_channel = {.only_size = sizeof(int), .open = open_nothing};
#endif
