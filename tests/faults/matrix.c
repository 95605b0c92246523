/* SPDX-License-Identifier: MIT */
/* matrix - makes each system call of each demo fail once, and looks what comes
 *
 * Usage: matrix BUILD_FOLDER [denied | DEMO]. Each call that a demo makes from
 * the start of its main() on, in any of its processes, fails at its 1st, 2nd,
 * 3rd, 5th and 8th use in the run (denied: at each use, as in a sandbox, with
 * EPERM and with ENOSYS). Then the run has to succeed, or to end with status 3
 * and a message that names the call and the reason. A line for each fault after
 * which it does not. Exit status 0 if all was well, 77 if the kernel cannot do
 * this.
 *
 * The kernel asks this program about each of the calls (seccomp_unotify(2)) and
 * takes its word: go on, or fail with that error. Read decide() first.
 * By hand: strace -f -e inject=CALL:error=E:when=N, which counts the uses of
 * each process by itself, and from before main() on.
 */
#include "tests/faults/workers.h"
#include "tests/support/queues.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { AT_ONCE = 6, BOUND = 15 /* seconds: a longer run hangs */ };

/* The calls, how they can fail, and what a message may call them: "a|b".
 *
 * Not here, as they cannot fail: exit, exit_group, getpid, getppid, gettid,
 * alarm, rt_sigreturn, restart_syscall, pause (always EINTR), brk (malloc
 * then takes mmap), clock_gettime. Not here, as the C library makes them for
 * itself and takes no notice: set_robust_list, rseq, set_tid_address, madvise.
 * It waits by futex, too, and takes no error but a signal's from there.
 */
#define MEMORY "mmap|malloc|alloc|pthread_create|open_memstream"
#define OPEN   "open"
#define REMOVE "unlink|cannot remove"
#define CALL(call, said, ...)                                                  \
    {                                                                          \
#call, SYS_##call, said,                                               \
        {                                                                      \
            __VA_ARGS__                                                        \
        }                                                                      \
    }
static const struct call {
    const char *name;
    long number;
    const char *said;
    int errors[2];
} calls[] = {
    CALL(accept, "accept", EMFILE, EINTR),
    CALL(bind, "port|bind", EACCES, ENOBUFS),
    CALL(clock_nanosleep, "nanosleep", EINTR),
    CALL(clone, "fork|pthread_create", EAGAIN, ENOMEM),
    CALL(clone3, "fork|pthread_create", EAGAIN, ENOMEM),
    /* not EINTR: then the file is closed, which is not so here (tests/unkind)
     */
    CALL(close, "close|write", EIO),
    CALL(connect, "connect", ECONNREFUSED, EINTR),
    CALL(fcntl, "fcntl|fdopen|cannot lock", ENOLCK, EINTR),
    CALL(ftruncate, "ftruncate|cannot write", EIO, EINTR),
    CALL(futex, "", EINTR),
    CALL(getrandom, "getentropy", ENOSYS, EINTR),
    CALL(getsockname, "getsockname", ENOBUFS),
    CALL(kill, "kill", EPERM),
    CALL(listen, "listen", EADDRINUSE),
    CALL(lseek, "lseek|fseek|getline", EIO),
    CALL(mkdirat, "mkdtemp", ENOSPC),
    CALL(mknodat, "mkfifo", ENOSPC, EEXIST),
    CALL(mmap, MEMORY, ENOMEM, EAGAIN),
    CALL(mprotect, MEMORY, ENOMEM),
    CALL(mq_open, "mq_open", EMFILE, ENOSPC),
    CALL(mq_timedreceive, "mq_receive", EINTR, EBADMSG),
    CALL(mq_timedsend, "mq_send", EINTR, ENOMEM),
    CALL(mq_unlink, "mq_unlink", EACCES),
    CALL(msgctl, "msgctl|cannot remove", EPERM),
    CALL(msgget, "msgget", ENOSPC),
    CALL(msgrcv, "msgrcv", EINTR, EIDRM),
    CALL(msgsnd, "msgsnd", EINTR, ENOMEM),
    CALL(munmap, "munmap", ENOMEM),
    CALL(newfstatat, "fstat|open|getline|cannot write", EIO),
    CALL(openat, OPEN, EMFILE, EINTR),
    CALL(pipe2, "pipe", EMFILE, ENFILE),
    CALL(ppoll, "poll", EINTR, ENOMEM),
    CALL(prctl, "prctl", EINVAL),
    CALL(pread64, "pread", EIO, EINTR),
    CALL(prlimit64, "getrlimit|pthread_create", EPERM),
    CALL(pselect6, "select", EINTR, ENOMEM),
    CALL(read, "read|getline", EIO, EINTR),
    CALL(recvfrom, "recv", ECONNRESET, EINTR),
    CALL(rt_sigaction, "sigaction", EINVAL),
    CALL(rt_sigprocmask, "sigprocmask|pthread_sigmask|pthread_create", EINVAL),
    CALL(sendto, "send|answer", ECONNRESET, EINTR),
    CALL(setsid, "setsid", EPERM),
    CALL(setsockopt, "setsockopt", ENOMEM),
    CALL(shutdown, "shutdown", ENOTCONN),
    CALL(socket, "socket", EMFILE, ENOBUFS),
    CALL(unlinkat, REMOVE, EIO, EBUSY),
    CALL(wait4, "waitpid", EINTR, ECHILD),
    CALL(waitid, "waitid", EINTR, ECHILD),
    CALL(write, "write", ENOSPC, EINTR),
    CALL(writev, "write", ENOSPC, EINTR),
#ifdef SYS_open /* younger architectures have only those above */
    CALL(fstat, "fstat|open|cannot write", EIO),
    CALL(mkdir, "mkdtemp", ENOSPC),
    CALL(mknod, "mkfifo", ENOSPC, EEXIST),
    CALL(nanosleep, "nanosleep", EINTR),
    CALL(open, OPEN, EMFILE, EINTR),
    CALL(pipe, "pipe", EMFILE, ENFILE),
    CALL(poll, "poll", EINTR, ENOMEM),
    CALL(rmdir, REMOVE, EBUSY),
    CALL(unlink, REMOVE, EIO, EBUSY),
#endif
};
enum { CALLS = sizeof calls / sizeof *calls, ALL = -1, EACH_USE = 0 };

/* What is to fail: the USE-th use of calls[CALL], or EACH_USE of it; or with
 * ALL, nothing.
 */
struct fault {
    int call, use, error;
    bool in_main; /* the marker was seen: main() has begun */
    int uses[CALLS];
    int repeated; /* so often, since the machine was too busy to judge a run */
};

/* Shared by all workers. */
static struct totals {
    atomic_int faults, hangs, silent, leftovers;
} * totals;

static bool is_denied;

/* In the demo's process: the kernel must ask about these calls from now on.
 * The descriptor by which it asks goes to the supervisor.
 */
static int listen_in(const void *context)
{
    const int *socket = context;
    struct sock_filter code[CALLS + 3] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    struct sock_fprog filter = {.len = CALLS + 3, .filter = code};

    for (int i = 0; i < CALLS; i++)
        code[i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
            (unsigned)calls[i].number, (unsigned char)(CALLS - i), 0);
    code[CALLS + 1] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[CALLS + 2] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
        SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
    char byte = '!', room[CMSG_SPACE(sizeof listener)] = {0};
    struct iovec bytes = {&byte, 1};
    struct msghdr message = {.msg_iov = &bytes,
        .msg_iovlen = 1,
        .msg_control = room,
        .msg_controllen = sizeof room};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof listener);
    memcpy(CMSG_DATA(header), &listener, sizeof listener);
    return listener != -1 && sendmsg(*socket, &message, 0) == 1 ? 0 : 127;
}

/* Returns -1 if none comes. */
static int receive_listener(int socket)
{
    char byte, room[CMSG_SPACE(sizeof(int))];
    struct iovec bytes = {&byte, 1};
    struct msghdr message = {.msg_iov = &bytes,
        .msg_iovlen = 1,
        .msg_control = room,
        .msg_controllen = sizeof room};
    int listener = -1;

    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) == 1 &&
        CMSG_FIRSTHDR(&message))
        memcpy(&listener, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof listener);
    return listener;
}

static bool is_wait(uint64_t futex_operation)
{
    int command = (int)futex_operation & FUTEX_CMD_MASK;

    return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET;
}

/* Returns the error with which this call must fail, or 0. */
static int decide(struct fault *fault, const struct seccomp_data *data)
{
    int call = 0;

    while (calls[call].number != data->nr)
        call++;
    /* The loader and the C library make their calls before main(), which
     * begins by looking whether the standard descriptors are open.
     */
    if (data->nr == SYS_fcntl && data->args[1] == F_GETFD)
        fault->in_main = true;
    if (!fault->in_main)
        return 0;
    /* That a message could not be written, no message can say; and waking
     * others cannot be interrupted.
     */
    if ((data->nr == SYS_write && data->args[0] == STDERR_FILENO) ||
        (data->nr == SYS_futex && !is_wait(data->args[1])))
        return 0;
    fault->uses[call]++;
    bool is_meant = fault->use == EACH_USE || fault->uses[call] == fault->use;
    return call == fault->call && is_meant ? fault->error : 0;
}

/* In the demo's place, so that its queues are known. */
static void create_queue(
    const struct seccomp_data *data, struct seccomp_notif_resp *answer)
{
    int id = queues_create((int)data->args[0], (int)data->args[1]);

    if (id == -1)
        answer->error = -errno;
    else
        answer->val = id;
}

/* Answers the kernel's questions until all processes that it asks about have
 * ended, or BOUND is over. Returns whether the program has ended.
 */
static bool supervise(
    int listener, struct program *program, struct fault *fault)
{
    double end = now() + (double)BOUND;
    struct pollfd question = {.fd = listener, .events = POLLIN};
    bool ended = false;

    while (now() < end && !(question.revents & POLLHUP)) {
        struct seccomp_notif asked = {0};
        struct seccomp_notif_resp answer = {0};
        (void)poll(&question, 1, 20);
        if (!ended && program_ended(program, 0)) {
            ended = true;
            end = now() + 1; /* for what it leaves behind */
        }
        if (!(question.revents & POLLIN) ||
            ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == -1)
            continue;
        int error = decide(fault, &asked.data);
        answer.id = asked.id;
        answer.error = -error;
        if (error == 0 && asked.data.nr == SYS_msgget)
            create_queue(&asked.data, &answer);
        else if (error == 0)
            answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        /* A signal came first: the call will be made again. */
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == -1)
            for (int i = 0; i < CALLS; i++)
                fault->uses[i] -=
                    fault->in_main && calls[i].number == asked.data.nr;
    }
    /* on a busy machine its end is not seen at once */
    double left = end - now();
    return ended || program_ended(program, left > 0.1 ? left : 0.1);
}

/* Whether TEXT has one of WORDS, "a|b", in it. */
static bool says_one_of(const char *text, const char *words)
{
    char word[32];

    for (; *words; words += *words == '|') {
        size_t length = strcspn(words, "|");
        (void)snprintf(word, sizeof word, "%.*s", (int)length, words);
        if (strstr(text, word))
            return true;
        words += length;
    }
    return false;
}

/* What was wrong with the run: NULL, or a word. */
static const char *judge(const struct demo_run *run, const struct fault *fault,
    const struct result *result)
{
    if (result->status > 128)
        return "crash";
    if (result->status == 4 || strstr(result->err, "VIOLATED"))
        return "wrong verdict";
    if (result->status == run->normal && strstr(result->err, "guarantee held"))
        return NULL;
    if (result->status != 3)
        return "silent";
    /* no such child: that is what a live view leaves that was killed before */
    if (fault->error == ECHILD &&
        strstr(result->err, "the live view was stopped"))
        return NULL;
    /* pthread_create(3) has one reason for all */
    bool says_why = strstr(result->err, strerror(fault->error)) ||
                    strstr(result->err, "pthread_create: Resource temporarily");
    if (says_why && says_one_of(result->err, calls[fault->call].said))
        return NULL;
    return "silent";
}

/* Starts RUN so that the kernel asks by the LISTENER about its calls. */
static struct program start(const struct demo_run *run, int *listener)
{
    int sockets[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == -1)
        exit(1);
    /* in the child lower descriptors are closed before listen_in() */
    int kept = fcntl(sockets[1], F_DUPFD_CLOEXEC, 100);
    (void)close(sockets[1]);
    struct program program = start_with(
        listen_in, &kept, "%s --speed=1000 %s", run->program, run->options);
    (void)close(kept);
    *listener = receive_listener(sockets[0]);
    (void)close(sockets[0]);
    if (*listener == -1) {
        (void)printf("no seccomp_unotify(2) here\n");
        exit(1);
    }
    return program;
}

/* Does RUN with FAULT. Returns false if the fault did not happen, since the
 * run made fewer such calls this time.
 */
static bool try(const struct demo_run *run, struct fault *fault)
{
    int names = 0, listener;
    const char *wrong = "hang";
    struct program program = start(run, &listener);
    bool ended = supervise(listener, &program, fault);
    const struct result *result = &program.so_far;
    bool happened =
        fault->call == ALL || (fault->uses[fault->call] > 0 &&
                                  fault->uses[fault->call] >= fault->use);

    if (ended)
        wrong = happened ? judge(run, fault, result) : NULL;
    else {
        program_kill(&program);
        totals->hangs++;
    }
    int left = count_leftovers(&names);
    (void)close(listener);
    if (wrong && ended && left == 0 && fault->repeated < 3 &&
        strstr(result->err, "the machine was too busy, run it again")) {
        struct fault again = {.call = fault->call,
            .use = fault->use,
            .error = fault->error,
            .repeated = fault->repeated + 1};
        free(program.so_far.out);
        free(program.so_far.err);
        return try(run, &again);
    }
    totals->leftovers += left;
    totals->silent += wrong && ended;
    if (fault->call != ALL && (wrong || left > 0))
        (void)printf("%s: use %d of %s fails, %s: %s, status %d, %d left\n%s",
            title_of(run), fault->use, calls[fault->call].name,
            strerror(fault->error), wrong ? wrong : "right", result->status,
            left, result->err);
    (void)fflush(stdout);
    free(program.so_far.out);
    free(program.so_far.err);
    return happened;
}

/* No sandbox in which a program runs at all denies these; the C library ends
 * the program itself; or what the run has created cannot but stay.
 */
static bool can_be_denied(const char *call)
{
    static const char never[] =
        " close fstat futex mmap mprotect mq_unlink msgctl munmap newfstatat "
        "open openat read rmdir rt_sigaction rt_sigprocmask unlink unlinkat "
        "wait4 write writev ";
    char word[32];

    (void)snprintf(word, sizeof word, " %s ", call);
    return !strstr(never, word);
}

static void deny_all(const struct demo_run *run, const struct fault *counted)
{
    static const int errors[] = {EPERM, ENOSYS};

    for (int call = 0; call < CALLS; call++)
        for (int i = 0; i < 2; i++) {
            struct fault fault = {
                .call = call, .use = EACH_USE, .error = errors[i]};
            if (counted->uses[call] > 0 && can_be_denied(calls[call].name) &&
                try(run, &fault))
                totals->faults++;
        }
}

static void try_all(const struct demo_run *run)
{
    static const int uses[] = {1, 2, 3, 5, 8};
    struct fault counted = {.call = ALL};

    (void)try(run, &counted); /* which calls does it make? */
    if (is_denied) {
        deny_all(run, &counted);
        return;
    }
    for (int call = 0; call < CALLS; call++)
        for (size_t i = 0; i < 2 * sizeof uses / sizeof *uses; i++) {
            struct fault fault = {.call = call,
                .use = uses[i / 2],
                .error = calls[call].errors[i % 2]};
            if (fault.error != 0 && fault.use <= counted.uses[call] &&
                try(run, &fault))
                totals->faults++;
        }
}

int main(int argc, char **argv)
{
    is_denied = argc > 2 && strcmp(argv[2], "denied") == 0;
    totals = mmap(NULL, sizeof *totals, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!workers_begin(argv[1]) || totals == MAP_FAILED) {
        (void)fprintf(stderr, "usage: matrix BUILD_FOLDER [denied | DEMO]\n");
        return 2;
    }
    if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0,
            &(struct seccomp_notif_sizes){0}) == -1) {
        (void)printf("skipped, the kernel cannot: seccomp_unotify(2)\n");
        return 77;
    }
    bool good =
        for_each_run(argc > 2 && !is_denied ? argv[2] : NULL, AT_ONCE, try_all);
    (void)printf("%d faults, %d hangs, %d silent, %d leftovers\n",
        totals->faults, totals->hangs, totals->silent, totals->leftovers);
    bool enough = argc > 2 || totals->faults >= 300;
    return good && enough &&
                   totals->hangs + totals->silent + totals->leftovers == 0
               ? 0
               : 1;
}
