/* SPDX-License-Identifier: MIT */
/* unkind - a system as strict and as unhelpful as POSIX and macOS allow
 *
 * Usage: LD_PRELOAD=build/tests/libunkind.so UNKIND_SEED=7 build/demo_mutex
 *
 * Linux is kind: most calls do all that was asked. A program may rely on that without knowing it,
 * and then fails elsewhere. So this library stands between a demo and its C library and does what
 * POSIX.1 leaves open, and what macOS does. Beside each rule stands its source: "POSIX:" the page
 * of POSIX.1-2008, "xnu:" the file and function of macOS's kernel, "Libc:" and "libpthread:" those
 * of its libraries, "musl:" those of musl.
 *
 * Where POSIX lets a call fail now and then, chance decides. The seed is UNKIND_SEED. There are
 * rules for what the demos call, and for nothing else.
 *
 * Interrupted (EINTR) are calls for which there is a rule anyway, whether the demo's own handlers
 * have SA_RESTART or not. All others: tests/faults/matrix.c. */
#undef _FILE_OFFSET_BITS /* the functions under their own names */
#undef _FORTIFY_SOURCE   /* and not what the headers make of them */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ONE_IN = 4,   /* how often is "now and then" */
    ATOMIC = 512, /* PIPE_BUF: POSIX's least, and macOS's */
    PAGE = 16384, /* of Apple's processors */
    QUEUE_BYTES = 2048,
    PIPE_BYTES = 4096
};

/* The functions that stand behind the ones below. */
/* clang-format off */
#define FUNCTIONS(X) \
    X(accept) X(clock_gettime) X(close) X(connect) X(fcntl) X(ftruncate) \
    X(msgget) X(pipe) X(poll) X(pread) X(pthread_cond_wait) \
    X(read) X(recv) X(send) X(waitid) X(write)
/* clang-format on */

#define MEMBER(name) __typeof__(name) *name;
static struct {
    FUNCTIONS(MEMBER)
} real;

/* What chance decides. */
static uint64_t seed;
static atomic_uint_fast64_t drawn;

static uint64_t mixed(uint64_t bits) /* the steps of splitmix64 */
{
    bits += 0x9e3779b97f4a7c15;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
}

static uint64_t draw_below(uint64_t bound)
{
    return mixed(seed ^ mixed(atomic_fetch_add(&drawn, 1))) % bound;
}

static bool now_and_then(void)
{
    return draw_below(ONE_IN) == 0;
}

/* A child draws other numbers than its parent and its siblings. */
static void before_fork(void)
{
    (void)draw_below(1);
}

static void in_child(void)
{
    seed = mixed(seed ^ drawn);
}

__attribute__((constructor)) static void begin(void)
{
    const char *given = getenv("UNKIND_SEED");

#define FIND(name) *(void **)&real.name = dlsym(RTLD_NEXT, #name);
    FUNCTIONS(FIND)
#ifdef __GLIBC__
    /* dlsym(3) may take the oldest version: here, of another type of condition variable, which
     * pthread_cond_signal() does not know. */
    if (dlvsym(RTLD_NEXT, "pthread_cond_wait", "GLIBC_2.3.2"))
        *(void **)&real.pthread_cond_wait = dlvsym(RTLD_NEXT, "pthread_cond_wait", "GLIBC_2.3.2");
#endif
    seed = given ? strtoull(given, NULL, 10) : 0;
    (void)pthread_atfork(before_fork, NULL, in_child);
}

static int failed(int error)
{
    errno = error;
    return -1;
}

static bool interrupted(void)
{
    bool now = now_and_then();

    if (now)
        errno = EINTR;
    return now;
}

/* What is not there. Libc: no mq_open, posix_fallocate, prctl; libpthread: no robust mutexes. musl:
 * src/thread/pthread_mutexattr_setrobust.c returns an error on a kernel without them. */
#define ONLY(type, name, parameters, result)                                                       \
    type name parameters                                                                           \
    {                                                                                              \
        return result;                                                                             \
    }
ONLY(int, pthread_mutexattr_setrobust, (pthread_mutexattr_t * attributes, int robust), ENOTSUP)
ONLY(mqd_t, mq_open, (const char *name, int flags, ...), (mqd_t)failed(ENOSYS))
ONLY(int, mq_unlink, (const char *name), failed(ENOSYS))
ONLY(int, prctl, (int option, ...), failed(EINVAL))
/* POSIX: "not supported by the file system" */
ONLY(int, posix_fallocate, (int file, off_t begin_at, off_t length), EINVAL)

/* Time and threads */

/* Libc: gen/clock_gettime.c, clock_gettime(): these two in microseconds. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result = real.clock_gettime(clock, time);

    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC))
        time->tv_nsec -= time->tv_nsec % 1000;
    return result;
}

/* POSIX: pthread_cond_wait, "spurious wakeups ... may occur"; libpthread: src/pthread_cond.c, where
 * an interrupted wait becomes one. */
int pthread_cond_wait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex)
{
    if (!now_and_then())
        return real.pthread_cond_wait(condition, mutex);
    int error = pthread_mutex_unlock(mutex);
    if (error != 0)
        return error;
    (void)sched_yield();
    return pthread_mutex_lock(mutex);
}

static bool is_shm(int file)
{
    static const char shm[] = "/dev/shm/demo-";
    char link[64], path[sizeof shm];

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    return readlink(link, path, strlen(shm)) == (ssize_t)strlen(shm) &&
           memcmp(path, shm, strlen(shm)) == 0;
}

/* xnu: bsd/kern/posix_shm.c, pshm_truncate(): once in the life of the object, in whole pages.
 * POSIX: ftruncate, EINTR. */
int ftruncate(int file, off_t length)
{
    struct stat about;

    if (interrupted())
        return -1;
    if (is_shm(file)) {
        if (fstat(file, &about) == 0 && about.st_size > 0)
            return failed(EINVAL);
        length = (length + PAGE - 1) / PAGE * PAGE;
    }
    return real.ftruncate(file, length);
}

/* Files, pipes, and sockets */

/* How many of SIZE bytes a call takes this time. POSIX: read, recv: what an interrupted one has
 * read by then; so of terminals, too, but of those a line is one piece. */
static size_t some_of(size_t size, bool whole)
{
    if (size < 2 || whole || draw_below(2) == 0)
        return size;
    return draw_below(4) == 0 ? 1 : 1 + draw_below(size);
}

/* POSIX: write: what an interrupted one has written by then; but up to PIPE_BUF bytes go into a
 * pipe all at once. */
static bool is_written_whole(int file, size_t size)
{
    struct stat about;

    if (fstat(file, &about) == -1)
        return true;
    return S_ISCHR(about.st_mode) || (S_ISFIFO(about.st_mode) && size <= ATOMIC);
}

/* Whether a call that reads or writes FILE fails at once. xnu: bsd/kern/posix_shm.c, pshmops:
 * fo_no_read, fo_no_write. */
static bool fails_at_once(int file)
{
    if (!is_shm(file))
        return interrupted();
    errno = ENXIO;
    return true;
}

ssize_t read(int file, void *bytes, size_t size)
{
    return fails_at_once(file) ? -1 : real.read(file, bytes, some_of(size, isatty(file)));
}

ssize_t pread(int file, void *bytes, size_t size, off_t offset)
{
    return fails_at_once(file) ? -1 : real.pread(file, bytes, some_of(size, false), offset);
}

ssize_t write(int file, const void *bytes, size_t size)
{
    if (fails_at_once(file))
        return -1;
    return real.write(file, bytes, some_of(size, is_written_whole(file, size)));
}

ssize_t recv(int file, void *bytes, size_t size, int flags)
{
    bool whole = flags & (MSG_PEEK | MSG_WAITALL);

    return interrupted() ? -1 : real.recv(file, bytes, some_of(size, whole), flags);
}

ssize_t send(int file, const void *bytes, size_t size, int flags)
{
    return interrupted() ? -1 : real.send(file, bytes, some_of(size, false), flags);
}

/* xnu: bsd/kern/sys_pipe.c, pipesize_blocks: where memory is scarce, a pipe takes less than its
 * usual 16 KB. */
int pipe(int ends[2])
{
    int result = real.pipe(ends);

    if (result == 0)
        (void)real.fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);
    return result;
}

/* POSIX: close, EINTR: "the state of fildes is unspecified". Here it is closed, as on macOS and
 * Linux. */
int close(int file)
{
    int result = real.close(file);

    return result == 0 && interrupted() ? -1 : result;
}

/* POSIX: fcntl: F_SETLKW is the one that EINTR belongs to, and F_SETLK fails with EACCES or EAGAIN.
 */
int fcntl(int file, int command, ...)
{
    va_list more;

    va_start(more, command);
    void *argument = va_arg(more, void *);
    va_end(more);
    if (command == F_SETLKW && interrupted())
        return -1;
    int result = real.fcntl(file, command, argument);
    if (result == -1 && command == F_SETLK && errno == EAGAIN)
        errno = EACCES;
    return result;
}

/* macOS's manual page poll(2): "does not support devices"; xnu: bsd/kern/sys_generic.c,
 * poll_nocancel(): POLLNVAL for what kevent refuses. POSIX: poll, EINTR, with SA_RESTART, too. */
int poll(struct pollfd *files, nfds_t count, int milliseconds)
{
    struct stat about;
    int devices = 0;

    if (interrupted())
        return -1;
    for (nfds_t i = 0; i < count; i++)
        devices += fstat(files[i].fd, &about) == 0 && S_ISCHR(about.st_mode);
    int ready = real.poll(files, count, devices > 0 ? 0 : milliseconds);
    for (nfds_t i = 0; i < count && devices > 0; i++) {
        if (fstat(files[i].fd, &about) == -1 || !S_ISCHR(about.st_mode))
            continue;
        ready += files[i].revents == 0;
        files[i].revents = POLLNVAL;
    }
    return ready;
}

/* xnu: bsd/kern/uipc_socket2.c, sonewconn: the new socket has so_state of the listener, and so
 * SS_NBIO, which is O_NONBLOCK; bsd/kern/uipc_syscalls.c, accept_nocancel(): ECONNABORTED. POSIX:
 * accept, EINTR and ECONNABORTED. */
int accept(int listener, struct sockaddr *restrict peer, socklen_t *restrict size)
{
    if (interrupted())
        return -1;
    if (draw_below(8) == 0)
        return failed(ECONNABORTED);
    int file = real.accept(listener, peer, size);
    int flags = real.fcntl(listener, F_GETFL);
    if (file != -1 && flags & O_NONBLOCK)
        (void)real.fcntl(file, F_SETFL, O_NONBLOCK);
    return file;
}

/* POSIX: connect: after EINTR the connection is established asynchronously; to ask once more is an
 * error. */
int connect(int file, const struct sockaddr *peer, socklen_t size)
{
    int flags = real.fcntl(file, F_GETFL);

    if (flags & O_NONBLOCK || !now_and_then())
        return real.connect(file, peer, size);
    (void)real.fcntl(file, F_SETFL, flags | O_NONBLOCK);
    int result = real.connect(file, peer, size);
    int error = result == 0 || errno == EINPROGRESS ? EINTR : errno;
    (void)real.fcntl(file, F_SETFL, flags);
    return failed(error);
}

/* Processes and queues */

/* xnu: bsd/kern/kern_exit.c, waitid_nocancel(): older ones put WEXITSTATUS of a killed child into
 * si_status, which is 0; with WNOHANG and no child the rest is left untouched. */
int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    siginfo_t found = {0};
    int result = real.waitid(type, id, &found, options);

    if (found.si_code == CLD_KILLED || found.si_code == CLD_DUMPED)
        found.si_status = 0;
    if (result == 0 && found.si_pid != 0)
        *info = found;
    return result;
}

/* xnu: bsd/sys/msg.h, MSGMNB, and bsd/kern/sysv_msg.c, msginfo. */
int msgget(key_t key, int flags)
{
    struct msqid_ds about;
    int queue = real.msgget(key, flags);

    if (queue != -1 && msgctl(queue, IPC_STAT, &about) == 0 && about.msg_qbytes > QUEUE_BYTES) {
        about.msg_qbytes = QUEUE_BYTES;
        (void)msgctl(queue, IPC_SET, &about);
    }
    return queue;
}

/* The names under which glibc's headers call the same. */
#ifdef __GLIBC__
#define SAME(other, name) extern __typeof__(name) other __attribute__((alias(#name)))
SAME(fcntl64, fcntl);
SAME(ftruncate64, ftruncate);
SAME(pread64, pread);
SAME(posix_fallocate64, posix_fallocate);
#endif
