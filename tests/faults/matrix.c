/* SPDX-License-Identifier: MIT */
/* matrix - makes each system call of each demo fail, or a signal come in it
 *
 * Usage: matrix BUILD_FOLDER [DEMO]. To each call that a demo makes from the start of its main()
 * on, in any of its processes, three things happen:
 *
 * It fails at its 1st, 2nd, 3rd, 5th or 8th use in the run. Then the run has to succeed, or to end
 * with status 3 and a message that names the call and the reason; it has to succeed if the call was
 * only interrupted (EINTR). It is denied, as in a sandbox: each use fails, with EPERM or ENOSYS.
 * The same; but if the call is only a precaution, the run has to succeed.
 *
 * The run is killed in it: SIGINT, SIGTERM or SIGHUP to the whole group, as by Ctrl-C; or SIGKILL,
 * to the parent or to a child alone. It has to end of that, unless it was done already; when a
 * child was killed, with status 3 and a message about it. SIGKILL in the instant of set-up may
 * leave a name in the system, since nobody can prevent it. But for that nothing may ever be left.
 *
 * Prints what each fault did after which not all is well. Exit status 0 if all was well, 77 if the
 * kernel cannot do this: it asks us about each of the calls (seccomp_unotify(2)), and takes the
 * word of decide(): read that first. By hand: strace -f -e inject=CALL:error=E:when=N, which counts
 * the uses of each process by itself, and from before main() on. */
#include "tests/support/process.h"
#include "tests/support/runs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BOUND = 15 /* seconds: a longer run hangs */, MOST = 5 /* failures: then it stops */ };

/* The calls, how they can fail, and what a message may call them: "a|b".
 *
 * Not here, as they cannot fail: exit, exit_group, getpid, getppid, gettid, alarm, rt_sigreturn,
 * restart_syscall, pause (always EINTR), brk (malloc then takes mmap), clock_gettime. Not here, as
 * the C library makes them for itself and takes no notice: set_robust_list, rseq, set_tid_address,
 * madvise. It waits by futex, too, and takes no error but a signal's from there. */
#define MEMORY     "mmap|malloc|alloc|pthread_create|open_memstream"
#define OPEN       "open"
#define REMOVE     "unlink|cannot remove"
#define CALL(call) #call, SYS_##call, true
/* No sandbox in which a program runs at all denies these; the C library ends the program itself; or
 * what the run has created cannot but stay. */
#define BASIC(call) #call, SYS_##call, false
static const struct call {
    const char *name;
    long number;
    bool can_be_denied;
    const char *said;
    int errors[2];
} calls[] = {
    {CALL(accept), "accept", {EMFILE, EINTR}},
    {CALL(bind), "port|bind", {EACCES, ENOBUFS}},
    {CALL(clock_nanosleep), "nanosleep", {EINTR}},
    {CALL(clone), "fork|pthread_create", {EAGAIN, ENOMEM}},
    {CALL(clone3), "fork|pthread_create", {EAGAIN, ENOMEM}},
    /* not EINTR: then the file is closed, which is not so here (tests/unkind) */
    {BASIC(close), "close|write", {EIO}},
    {CALL(connect), "connect", {ECONNREFUSED}}, /* not EINTR: then it goes on (tests/unkind) */
    {CALL(fcntl), "fcntl|fdopen|cannot lock", {ENOLCK, EINTR}},
    {CALL(ftruncate), "ftruncate|cannot write", {EIO, EINTR}},
    {BASIC(futex), "", {EINTR}},
    {CALL(getrandom), "getentropy", {ENOSYS, EINTR}},
    {CALL(getsockname), "getsockname", {ENOBUFS}},
    {CALL(kill), "kill", {EPERM}},
    {CALL(listen), "listen", {EADDRINUSE}},
    {CALL(lseek), "lseek|fseek|getline", {EIO}},
    {CALL(mkdirat), "mkdtemp", {ENOSPC}},
    {CALL(mknodat), "mkfifo", {ENOSPC, EEXIST}},
    {BASIC(mmap), MEMORY, {ENOMEM, EAGAIN}},
    {BASIC(mprotect), MEMORY, {ENOMEM}},
    {CALL(mq_open), "mq_open", {EMFILE, ENOSPC}},
    {CALL(mq_timedreceive), "mq_receive", {EINTR, EBADMSG}},
    {CALL(mq_timedsend), "mq_send", {EINTR, ENOMEM}},
    {BASIC(mq_unlink), "mq_unlink", {EACCES}},
    {BASIC(msgctl), "msgctl|cannot remove", {EPERM}},
    {CALL(msgget), "msgget", {ENOSPC}},
    {CALL(msgrcv), "msgrcv", {EINTR, EIDRM}},
    {CALL(msgsnd), "msgsnd", {EINTR, ENOMEM}},
    {BASIC(munmap), "munmap", {ENOMEM}},
    {BASIC(newfstatat), "fstat|open|getline|cannot write", {EIO}},
    {BASIC(openat), OPEN, {EMFILE, EINTR}},
    {CALL(pipe2), "pipe", {EMFILE, ENFILE}},
    {CALL(ppoll), "poll", {EINTR, ENOMEM}},
    {CALL(prctl), "prctl", {EINVAL}},
    {CALL(pread64), "pread", {EIO, EINTR}},
    {CALL(prlimit64), "getrlimit|pthread_create", {EPERM}},
    {CALL(pselect6), "select", {EINTR, ENOMEM}},
    {BASIC(read), "read|getline", {EIO, EINTR}},
    {CALL(recvfrom), "recv", {ECONNRESET, EINTR}},
    {BASIC(rt_sigaction), "sigaction", {EINVAL}},
    {BASIC(rt_sigprocmask), "sigprocmask|pthread_sigmask|pthread_create", {EINVAL}},
    {CALL(sendto), "send|answer", {ECONNRESET, EINTR}},
    {CALL(setsid), "setsid", {EPERM}},
    {CALL(setsockopt), "setsockopt", {ENOMEM}},
    {CALL(shutdown), "shutdown", {ENOTCONN}},
    {CALL(socket), "socket", {EMFILE, ENOBUFS}},
    {BASIC(unlinkat), REMOVE, {EIO, EBUSY}},
    {BASIC(wait4), "waitpid", {EINTR, ECHILD}},
    {CALL(waitid), "waitid", {EINTR, ECHILD}},
    {BASIC(write), "write", {ENOSPC, EINTR}},
    {BASIC(writev), "write", {ENOSPC, EINTR}},
#ifdef SYS_open /* younger architectures have only those above */
    {BASIC(fstat), "fstat|open|cannot write", {EIO}},
    {CALL(mkdir), "mkdtemp", {ENOSPC}},
    {CALL(mknod), "mkfifo", {ENOSPC, EEXIST}},
    {CALL(nanosleep), "nanosleep", {EINTR}},
    {BASIC(open), OPEN, {EMFILE, EINTR}},
    {CALL(pipe), "pipe", {EMFILE, ENFILE}},
    {CALL(poll), "poll", {EINTR, ENOMEM}},
    {BASIC(rmdir), REMOVE, {EBUSY}},
    {BASIC(unlink), REMOVE, {EIO, EBUSY}},
#endif
};
enum { CALLS = sizeof calls / sizeof *calls, NONE = -1, EACH_USE = 0 };

/* Or the run may be killed. */
static const struct way {
    const char *name;
    int signal;
    enum { GROUP, PARENT, CHILD } target;
} ways[] = {{"SIGINT to all", SIGINT, GROUP}, {"SIGTERM to all", SIGTERM, GROUP},
    {"SIGHUP to all", SIGHUP, GROUP}, {"SIGKILL to the parent", SIGKILL, PARENT},
    {"SIGKILL to a child", SIGKILL, CHILD}};
enum { WAYS = sizeof ways / sizeof *ways };

/* What is to happen in the USE-th use of calls[CALL], or in EACH_USE of it: an error, or if there
 * is a WAY, that. */
static struct fault {
    int call, use, error;
    const struct way *way;
} fault;

/* Of this run: what decide() knows of it, and does. */
static atomic_bool is_watched, is_sent;       /* there was somebody to kill */
static atomic_int first_process, uses[CALLS]; /* since main() has begun */
static int queues[8];                         /* that it has created */
static atomic_int queue_count;

static int faults, failures;

/* Sends the signal. Returns whether there was somebody to get it. */
static bool send_signal(void)
{
    pid_t children[MAX_CHILDREN], target = first_process;
    int count = find_children(target, children);

    if (fault.way->target == GROUP)
        target = -target;
    if (fault.way->target == CHILD && count == 0)
        return false;
    if (fault.way->target == CHILD) /* one that has ended already takes no notice */
        target = children[(fault.use + fault.call) % count];
    return kill(target, fault.way->signal) == 0;
}

/* Whether the call is the run's, and of those that are counted. */
static bool is_counted(pid_t pid, const struct seccomp_data *data)
{
    int futex = (int)data->args[1] & FUTEX_CMD_MASK;

    if (!is_watched || pid == getpid())
        return false;
    /* The loader and the C library make their calls before main(), which begins by looking whether
     * the standard descriptors are open. */
    if (first_process == 0 && data->nr == SYS_fcntl && data->args[1] == F_GETFD)
        first_process = pid;
    if (first_process == 0)
        return false;
    /* That a message could not be written, no message can say; and waking others cannot be
     * interrupted. */
    if (data->nr == SYS_write && data->args[0] == STDERR_FILENO)
        return false;
    return data->nr != SYS_futex || futex == FUTEX_WAIT || futex == FUTEX_WAIT_BITSET;
}

/* Returns the error that this use of CALL is to fail with, or 0. */
static int decide(int call)
{
    int use = atomic_fetch_add(&uses[call], 1) + 1;

    if (call != fault.call || (fault.use != EACH_USE && fault.use != use))
        return 0;
    if (fault.way && !is_sent)
        is_sent = send_signal();
    return fault.error;
}

static atomic_int listener; /* 0: not yet; -1: there is none */

/* Answers the kernel: by an error, or that the call may go on. A queue that a killed run leaves
 * cannot be told from others': so we create it instead of the run, and can remove it. When a
 * signal came before the answer, the call will be made again. */
static void *answer(void *nothing)
{
    (void)nothing;
    while (listener == 0)
        (void)sched_yield();
    while (listener != -1) {
        struct seccomp_notif asked = {0};
        int call = 0, queue = -1;
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == -1)
            continue; /* who asked was killed in the meantime */
        while (calls[call].number != asked.data.nr)
            call++;
        bool counts = is_counted((pid_t)asked.pid, &asked.data);
        struct seccomp_notif_resp reply = {.id = asked.id, .error = counts ? -decide(call) : 0};
        if (reply.error == 0 && calls[call].number == SYS_msgget) {
            queue = msgget((key_t)asked.data.args[0], (int)asked.data.args[1]);
            reply.error = queue == -1 ? -errno : 0;
            reply.val = queue == -1 ? 0 : queue;
            if (queue != -1)
                queues[queue_count++ % 8] = queue;
        } else if (reply.error == 0)
            reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply) == 0)
            continue;
        uses[call] -= counts;
        if (queue != -1)
            (void)msgctl(queue, IPC_RMID, NULL);
    }
    return NULL;
}

/* From now on the kernel asks about the calls of this thread and of all that it starts, but not of
 * the one that answers. Returns false where it cannot. */
static bool watch_calls(void)
{
    struct sock_filter code[CALLS + 3] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    struct sock_fprog filter = {CALLS + 3, code};
    pthread_t thread;

    for (int i = 0; i < CALLS; i++)
        code[i + 1] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i].number, (unsigned char)(CALLS - i), 0);
    code[CALLS + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[CALLS + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
        pthread_create(&thread, NULL, answer, NULL) != 0)
        return false;
    listener = (int)syscall(
        SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
    return listener != -1;
}

/* That children die with their parent is only a precaution, and but for the runs that kill nobody
 * waits for a child that may not be killed. */
static bool is_precaution(const struct demo_run *run, long call)
{
    bool kills = strcmp(run->options, "--kill-writer") == 0 || strcmp(run->demo, "signal") == 0;

    return call == SYS_prctl || (call == SYS_kill && !kills);
}

/* What was wrong with the run: NULL, or a word. */
static const char *judge(const struct demo_run *run, const struct result *result)
{
    const struct call *call = &calls[fault.call];

    if (fault.way && result->status == run->normal)
        return NULL; /* it was done already */
    if (fault.way && fault.way->target != CHILD)
        return result->status == 128 + fault.way->signal ? NULL : "wrong end";
    bool blames = result->status == 3 && matches(result->err, " was killed by signal 9");
    if (fault.way)
        return blames ? NULL : "wrong end";
    if (result->status > 128)
        return "crash";
    if (result->status == 4 || strstr(result->err, "VIOLATED"))
        return "wrong verdict";
    if (result->status == run->normal && strstr(result->err, "guarantee held"))
        return NULL;
    if (result->status != 3)
        return "silent";
    if (fault.error == EINTR || (fault.use == EACH_USE && is_precaution(run, call->number)))
        return "needless end";
    /* pthread_create(3) has one reason for all */
    bool says_why = strstr(result->err, strerror(fault.error)) ||
                    strstr(result->err, "pthread_create: Resource temporarily");
    return says_why && matches(result->err, call->said) ? NULL : "silent";
}

/* Waits until nothing is left that must not be: names may be, if SIGKILL came. Returns whether
 * there is nothing then. */
static bool is_clean(void)
{
    bool may_leave_names = fault.way && fault.way->signal == SIGKILL;

    for (double end = now() + (int)BOUND; now() < end; nap(0.005)) {
        const char *left = find_leftovers();
        if (*left == '\0' || (may_leave_names && !strstr(left, "process ")))
            return true;
    }
    return false;
}

/* Does RUN with the fault. Returns false if that did not happen, since the run made fewer such
 * calls this time; or if the machine was too busy to judge it, when it MAY_REPEAT. */
static bool try_once(const struct demo_run *run, bool may_repeat)
{
    const int speed = fault.way && fault.use % 2 == 0 ? 20 : 1000;
    const char *wrong = NULL;

    first_process = 0;
    is_sent = false;
    queue_count = 0;
    for (int i = 0; i < CALLS; i++)
        uses[i] = 0;
    is_watched = true;
    struct program program = start_words("%s --speed=%d %s", run->program, speed, run->options);
    const struct result *result = &program.so_far;
    bool ended = program_ended(&program, BOUND);
    if (!ended)
        program_kill(&program);
    bool clean = is_clean();
    is_watched = false;

    bool happened = is_sent || (fault.call != NONE && !fault.way && uses[fault.call] > 0 &&
                                   uses[fault.call] >= fault.use);
    if (!ended)
        wrong = "hang";
    else if (happened)
        wrong = judge(run, result);
    if (wrong && clean && may_repeat && strstr(result->err, "the machine was too busy"))
        happened = false;
    else if (wrong || !clean) {
        failures++;
        (void)printf("%s %s: use %d of %s, %s: %s, status %d\n%s%s", run->program, run->options,
            fault.use, fault.call == NONE ? "nothing" : calls[fault.call].name,
            fault.way ? fault.way->name : strerror(fault.error), wrong ? wrong : "leftovers",
            result->status, result->err, find_leftovers());
        (void)fflush(stdout);
    }
    remove_leftovers();
    for (int i = 0; i < queue_count; i++)
        (void)msgctl(queues[i % 8], IPC_RMID, NULL);
    free(program.so_far.out);
    free(program.so_far.err);
    return happened;
}

static void try_fault(
    const struct demo_run *run, int call, int use, int error, const struct way *way)
{
    bool happened = false;

    fault = (struct fault){call, use, error, way};
    for (int tries = 0; tries < 4 && !happened && failures < MOST; tries++)
        happened = try_once(run, tries < 3);
    faults += happened;
}

static void try_call(const struct demo_run *run, int call, int most)
{
    static const int numbers[] = {1, 2, 3, 5, 8};

    for (int i = 0; i < 5 && numbers[i] <= most; i++) {
        for (int k = 0; k < 2 && calls[call].errors[k] != 0; k++)
            try_fault(run, call, numbers[i], calls[call].errors[k], NULL);
        try_fault(run, call, numbers[i], 0, &ways[(call + i) % WAYS]); /* they come in turn */
    }
    if (most > 0 && calls[call].can_be_denied) {
        try_fault(run, call, EACH_USE, EPERM, NULL);
        try_fault(run, call, EACH_USE, ENOSYS, NULL);
    }
}

/* In a folder of its own, where nothing may be in the end but its files. */
static void try_all(const struct demo_run *run)
{
    int counted[CALLS];

    scratch_enter();
    fault = (struct fault){.call = NONE};
    (void)try_once(run, false); /* which calls does it make? */
    for (int i = 0; i < CALLS; i++)
        counted[i] = uses[i];
    for (int call = 0; call < CALLS; call++)
        try_call(run, call, counted[call]);
    if (system("! ls -A | grep -vxE 'mutexfile.txt|names.txt|view'") != 0) {
        failures++;
        (void)printf("%s %s: more is left in its folder\n", run->program, run->options);
    }
    scratch_leave();
}

int main(int argc, char **argv)
{
    char *build = argc > 1 ? realpath(argv[1], NULL) : NULL;
    const char *only = argc > 2 ? argv[2] : "demo_";
    static const struct {
        const char *demo, *options;
    } watched[] = {{"semaphore", "--lanes"}, {"socket", "--port=0 --lanes"},
        {"condvar", "--trace=view --timeline"}, {"pipe", "--svg=view --color=always --lanes"}};

    if (!build) {
        (void)fprintf(stderr, "usage: matrix BUILD_FOLDER [DEMO]\n");
        return 2;
    }
    if (!watch_calls()) {
        (void)printf("skipped, the kernel cannot: seccomp_unotify(2)\n");
        return 77;
    }
    (void)setenv("DEMOS", build, 1);
    free(build);
    FOR_RUNS(run)
    if (strstr(run->program, only)) {
        try_all(run);
        for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
            struct demo_run other = *run;
            other.options = watched[i].options;
            if (is_plain(run) && strcmp(run->demo, watched[i].demo) == 0)
                try_all(&other);
        }
    }
    (void)printf("%d faults, %d wrong\n", faults, failures);
    return faults >= 50 && failures == 0 ? 0 : 1;
}
