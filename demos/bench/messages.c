/* SPDX-License-Identifier: MIT */
/* messages - how they are carried: by streams, queues, shared memory, and a file */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if HAVE_MQUEUE
#include <mqueue.h>
#endif

#include "common/base/check.h"
#include "common/base/run.h"
#include "common/run/names.h"
#include "demos/bench/mechanisms.h"
#include "demos/parts/cleanup.h"
#include "demos/parts/unique_name.h"

/* The first four are streams: they are written and read in the same way. Each side has its
 * descriptors; of a socket they are the same. */
struct stream {
    int in[SIDES], out[SIDES];
};

static void send_stream(void *shared, enum side side, const void *message, size_t size)
{
    const struct stream *stream = shared;

    for (size_t sent = 0; sent < size;)
        sent += (size_t)CHECK(write(stream->out[side], (const char *)message + sent, size - sent));
}

/* A stream knows no messages: it may give one in pieces. */
static size_t receive_stream(void *shared, enum side side, void *message, size_t size)
{
    const struct stream *stream = shared;
    size_t received = 0;

    while (received < size)
        received +=
            (size_t)CHECK(read(stream->in[side], (char *)message + received, size - received));
    return received;
}

static void *open_pipes(size_t size)
{
    struct stream *stream = shared_alloc(sizeof *stream);
    int ends[2];

    for (enum side side = PING; side < SIDES; side++) {
        CHECK(pipe(ends));
        stream->in[side] = ends[0];
        stream->out[!side] = ends[1];
    }
    return stream;
}

/* The read end of a FIFO comes first, and does not wait: a write end can only be opened when there
 * is a reader. */
static void *open_fifos(size_t size)
{
    struct stream *stream = shared_alloc(sizeof *stream);
    const char *folder = getenv("TMPDIR");
    char name[NAME_SIZE], path[4200];

    for (enum side side = PING; side < SIDES; side++) {
        unique_name(name);
        (void)snprintf(path, sizeof path, "%s%s", folder && *folder ? folder : "/tmp", name);
        CHECK(mkfifo(path, 0600));
        int in = open(path, O_RDONLY | O_NONBLOCK);
        int out = in == -1 ? -1 : open(path, O_WRONLY);
        int error = errno;
        CHECK(unlink(path));
        name_is_gone();
        if (out == -1)
            die_call("open", error, __FILE__, __LINE__);
        CHECK(fcntl(in, F_SETFL, 0)); /* from now on reading waits */
        stream->in[side] = in;
        stream->out[!side] = out;
    }
    return stream;
}

static void *use_sockets(int ping, int pong)
{
    struct stream *stream = shared_alloc(sizeof *stream);

    *stream = (struct stream){.in = {ping, pong}, .out = {ping, pong}};
    return stream;
}

static void *open_unix(size_t size)
{
    int ends[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    return use_sockets(ends[0], ends[1]);
}

/* A connection to ourselves: the system completes it before it is accepted. Nagle's algorithm is
 * off: it would hold back what is less than a segment. */
static void *open_tcp(size_t size)
{
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof server;
    const int on = 1;

    int listener = CHECK(socket(AF_INET, SOCK_STREAM, 0));
    CHECK(bind(listener, (struct sockaddr *)&server, length));
    CHECK(getsockname(listener, (struct sockaddr *)&server, &length));
    CHECK(listen(listener, 1));
    int ping = CHECK(socket(AF_INET, SOCK_STREAM, 0));
    CHECK(connect(ping, (struct sockaddr *)&server, length));
    int pong = CHECK(accept(listener, NULL, NULL));
    CHECK(close(listener));
    CHECK(setsockopt(ping, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    CHECK(setsockopt(pong, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    return use_sockets(ping, pong);
}

const struct way pipe_way = {open_pipes, send_stream, receive_stream, NULL, NULL};
const struct way fifo_way = {open_fifos, send_stream, receive_stream, NULL, NULL};
const struct way unix_way = {open_unix, send_stream, receive_stream, NULL, NULL};
const struct way tcp_way = {open_tcp, send_stream, receive_stream, NULL, NULL};

/* POSIX: a queue for each side, for what it receives. */
#if HAVE_MQUEUE
static mqd_t posix_queues[SIDES];

static void *open_posix(size_t size)
{
    struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = (long)size};
    char name[NAME_SIZE];

    for (enum side side = PING; side < SIDES; side++) {
        unique_name(name);
        posix_queues[side] = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
        if (posix_queues[side] != (mqd_t)-1)
            CHECK(mq_unlink(name));
        name_is_gone();
        if (posix_queues[side] == (mqd_t)-1)
            return NULL;
    }
    return posix_queues;
}

static void send_posix(void *shared, enum side side, const void *message, size_t size)
{
    CHECK(mq_send(posix_queues[!side], message, size, 0));
}

static size_t receive_posix(void *shared, enum side side, void *message, size_t size)
{
    return (size_t)CHECK(mq_receive(posix_queues[side], message, MAX_SIZE, NULL));
}

const struct way posix_queue_way = {open_posix, send_posix, receive_posix, NULL, NULL};
#else
const struct way posix_queue_way = {NULL, NULL, NULL, NULL, NULL};
#endif

/* System V: one queue, where each side takes the messages of its type. The cleanup process sees the
 * queue's number in shared memory. */
static int *sysv_queue;

struct typed_message {
    long type;
    char bytes[MAX_SIZE];
};

static int remove_queue(void *queue)
{
    return *sysv_queue == -1 ? 0 : msgctl(*sysv_queue, IPC_RMID, NULL);
}

static void *open_sysv(size_t size)
{
    struct msqid_ds about;

    sysv_queue = shared_alloc(sizeof *sysv_queue);
    *sysv_queue = -1;
    sigset_t before = hold_signals();
    cleanup_start(remove_queue, sysv_queue);
    *sysv_queue = msgget(IPC_PRIVATE, 0600);
    release_signals(before);
    if (*sysv_queue == -1)
        return NULL;
    CHECK(msgctl(*sysv_queue, IPC_STAT, &about));
    errno = EMSGSIZE; /* if a message does not fit in */
    return about.msg_qbytes < size ? NULL : sysv_queue;
}

static void send_sysv(void *shared, enum side side, const void *message, size_t size)
{
    struct typed_message typed = {.type = !side + 1};

    memcpy(typed.bytes, message, size);
    CHECK(msgsnd(*sysv_queue, &typed, size, 0));
}

static size_t receive_sysv(void *shared, enum side side, void *message, size_t size)
{
    struct typed_message typed;

    ssize_t length = CHECK(msgrcv(*sysv_queue, &typed, MAX_SIZE, (long)side + 1, 0));
    memcpy(message, typed.bytes, (size_t)length);
    return (size_t)length;
}

const struct way sysv_queue_way = {open_sysv, send_sysv, receive_sysv, NULL, NULL};

/* A signal carries one int. It is blocked, so that it waits in the queue of the process until that
 * asks for it: no handler has to run. */
#ifdef SIGRTMIN          /* not on macOS */
static pid_t *processes; /* of the sides */
static sigset_t awaited;

static void *open_signal(size_t size)
{
    (void)sigemptyset(&awaited);
    (void)sigaddset(&awaited, SIGRTMIN);
    CHECK(sigprocmask(SIG_BLOCK, &awaited, NULL)); /* inherited by the sides */
    processes = shared_alloc(SIDES * sizeof *processes);
    return processes;
}

static void join_signal(void *shared, enum side side)
{
    processes[side] = getpid();
}

static void send_signal(void *shared, enum side side, const void *message, size_t size)
{
    union sigval value = {0};

    memcpy(&value.sival_int, message, sizeof value.sival_int);
    CHECK(sigqueue(processes[!side], SIGRTMIN, value));
}

static size_t receive_signal(void *shared, enum side side, void *message, size_t size)
{
    siginfo_t info;

    CHECK(sigwaitinfo(&awaited, &info));
    memcpy(message, &info.si_value.sival_int, sizeof info.si_value.sival_int);
    return sizeof info.si_value.sival_int;
}

const struct way signal_way = {open_signal, send_signal, receive_signal, join_signal, NULL};
#else
const struct way signal_way = {NULL, NULL, NULL, NULL, NULL};
#endif

void *open_nameless_semaphore(unsigned value)
{
    char name[NAME_SIZE];

    unique_name(name);
    sem_t *semaphore = CHECK_NOT(SEM_FAILED, sem_open(name, O_CREAT | O_EXCL, 0600, value));
    CHECK(sem_unlink(name));
    name_is_gone();
    return semaphore;
}

/* Memory and files tell no process that something is there: a second mechanism has to wake the
 * receiver. Shared memory: each side has a box. No side sends twice without an answer, so its box
 * is empty or full. */
struct box {
    sem_t *full; /* counts that for the first mechanism; for the second a box is a monitor */
    pthread_mutex_t mutex;
    pthread_cond_t filled; /* wakes its owner */
    bool is_full;          /* guarded by the mutex */
    char bytes[MAX_SIZE];  /* guarded, too */
};

static void *open_boxes(size_t size)
{
    struct box *boxes = shared_alloc(SIDES * sizeof *boxes);
    pthread_mutexattr_t of_mutex;
    pthread_condattr_t of_condition;

    CHECK_PTHREAD(pthread_mutexattr_init(&of_mutex));
    CHECK_PTHREAD(pthread_mutexattr_setpshared(&of_mutex, PTHREAD_PROCESS_SHARED));
    CHECK_PTHREAD(pthread_condattr_init(&of_condition));
    CHECK_PTHREAD(pthread_condattr_setpshared(&of_condition, PTHREAD_PROCESS_SHARED));
    for (struct box *box = boxes; box < boxes + SIDES; box++) {
        box->full = open_nameless_semaphore(0);
        CHECK_PTHREAD(pthread_mutex_init(&box->mutex, &of_mutex));
        CHECK_PTHREAD(pthread_cond_init(&box->filled, &of_condition));
    }
    return boxes;
}

static void send_counted(void *shared, enum side side, const void *message, size_t size)
{
    struct box *box = (struct box *)shared + !side;

    memcpy(box->bytes, message, size);
    CHECK(sem_post(box->full));
}

static size_t receive_counted(void *shared, enum side side, void *message, size_t size)
{
    struct box *box = (struct box *)shared + side;

    CHECK(sem_wait(box->full));
    memcpy(message, box->bytes, size);
    return size;
}

const struct way shm_semaphore_way = {open_boxes, send_counted, receive_counted, NULL, NULL};

static void send_monitor(void *shared, enum side side, const void *message, size_t size)
{
    struct box *box = (struct box *)shared + !side;

    CHECK_PTHREAD(pthread_mutex_lock(&box->mutex));
    memcpy(box->bytes, message, size);
    box->is_full = true;
    CHECK_PTHREAD(pthread_cond_signal(&box->filled));
    CHECK_PTHREAD(pthread_mutex_unlock(&box->mutex));
}

static size_t receive_monitor(void *shared, enum side side, void *message, size_t size)
{
    struct box *box = (struct box *)shared + side;

    CHECK_PTHREAD(pthread_mutex_lock(&box->mutex));
    while (!box->is_full)
        CHECK_PTHREAD(pthread_cond_wait(&box->filled, &box->mutex));
    memcpy(message, box->bytes, size);
    box->is_full = false;
    CHECK_PTHREAD(pthread_mutex_unlock(&box->mutex));
    return size;
}

const struct way shm_condition_way = {open_boxes, send_monitor, receive_monitor, NULL, NULL};

/* File with fcntl locks. A process that waits for a lock wakes up when it is released. With three
 * of them in a ring, that carries a turn from one side to the other without any polling. The sender
 * of message number n holds lock n mod 3, and releases it when the message is there. The receiver
 * waits for it, and keeps it; it holds lock n + 1, with which it will answer. The sender keeps lock
 * n + 2 (the same as n - 1), which came with the message before. So they never wait both. */
enum { LOCKS = 3 };
static FILE *ring_file;
static int next_lock; /* of the message that this side sends or receives next */

static void set_lock(int lock, short type)
{
    struct flock byte = {.l_type = type, .l_whence = SEEK_SET, .l_start = lock, .l_len = 1};

    CHECK(fcntl(fileno(ring_file), F_SETLKW, &byte));
}

static void *open_ring(size_t size)
{
    ring_file = CHECK_NOT(NULL, tmpfile());
    return ring_file;
}

/* Locks belong to a process and are not inherited. */
static void join_ring(void *shared, enum side side)
{
    set_lock(side == PING ? 0 : 1, F_WRLCK);
    if (side == PING)
        set_lock(2, F_WRLCK);
}

static void send_ring(void *shared, enum side side, const void *message, size_t size)
{
    CHECK(pwrite(fileno(ring_file), message, size, side * MAX_SIZE));
    set_lock(next_lock, F_UNLCK);
    next_lock = (next_lock + 1) % LOCKS;
}

static size_t receive_ring(void *shared, enum side side, void *message, size_t size)
{
    set_lock(next_lock, F_WRLCK);
    next_lock = (next_lock + 1) % LOCKS;
    return (size_t)CHECK(pread(fileno(ring_file), message, size, !side * MAX_SIZE));
}

const struct way file_way = {open_ring, send_ring, receive_ring, join_ring, NULL};
