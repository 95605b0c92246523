/* SPDX-License-Identifier: MIT */
/* matrix - makes each system call of each demo fail once, or a signal come in
 * it
 *
 * Usage: matrix BUILD_FOLDER [denied | killed] [DEMO]. Each call that a demo
 * makes from the start of its main() on, in any of its processes, fails at its
 * 1st, 2nd, 3rd, 5th and 8th use in the run (denied: at each use, as in a
 * sandbox, with EPERM and with ENOSYS). Then the run has to succeed, or to end
 * with status 3 and a message that names the call and the reason; if what is
 * denied is only a precaution, it has to succeed.
 *
 * Killed: at these uses the run gets SIGINT, SIGTERM or SIGHUP as by Ctrl-C, to
 * the whole group; or SIGKILL, to the parent or to a child alone. It has to end
 * of that, unless it was done already; when a child was killed, with status 3
 * and a message about it. A name that SIGKILL in the instant of set-up leaves
 * in the system is no failure, since nobody can prevent it; but it is counted.
 *
 * In each case nothing may be left. A line for each fault after which not all
 * is well. Exit status 0 if all was well, 77 if the kernel cannot do this.
 *
 * The kernel asks this program about each of the calls (seccomp_unotify(2)) and
 * takes its word: go on, or fail with that error. Read is_due() first.
 * By hand: strace -f -e inject=CALL:error=E:when=N, which counts the uses of
 * each process by itself, and from before main() on.
 */
#include "tests/support/process.h"
#include "tests/support/queues.h"
#include "tests/support/runs.h"

#include <dirent.h>
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
#include <sys/wait.h>
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
#define CALL(call, said, ...)                                                                      \
    {                                                                                              \
#call, SYS_##call, said,                                                                   \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
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

/* Or the run may be killed. */
static const struct way {
    const char *name;
    int signal;
    enum { GROUP, PARENT, CHILD } target;
} ways[] = {{"SIGINT to all", SIGINT, GROUP}, {"SIGTERM to all", SIGTERM, GROUP},
    {"SIGHUP to all", SIGHUP, GROUP}, {"SIGKILL to the parent", SIGKILL, PARENT},
    {"SIGKILL to a child", SIGKILL, CHILD}};
enum { WAYS = sizeof ways / sizeof *ways };

/* What is to happen in the USE-th use of calls[CALL], or in EACH_USE of it; or
 * with ALL, nothing: an error, or if there is a WAY, that.
 */
struct fault {
    int call, use, error;
    const struct way *way;
    bool in_main; /* the marker was seen: main() has begun */
    bool is_sent; /* there was somebody to kill */
    int uses[CALLS];
};

/* Shared by all workers. */
static struct totals {
    atomic_int faults, hangs, silent, leftovers, names;
} * totals;

static enum { ERRORS, DENIED, KILLED } mode;

/* "demo_pipe --named" */
static const char *title_of(const struct demo_run *run)
{
    static char title[96];

    (void)snprintf(
        title, sizeof title, "%s%s%s", run->program, *run->options ? " " : "", run->options);
    return title;
}

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
        code[i + 1] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i].number, (unsigned char)(CALLS - i), 0);
    code[CALLS + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[CALLS + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    int listener = (int)syscall(
        SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
    char byte = '!', room[CMSG_SPACE(sizeof listener)] = {0};
    struct iovec bytes = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
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
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    int listener = -1;

    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&message))
        memcpy(&listener, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof listener);
    return listener;
}

static bool is_wait(uint64_t futex_operation)
{
    int command = (int)futex_operation & FUTEX_CMD_MASK;

    return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET;
}

/* Whether this call is the one that is meant. */
static bool is_due(struct fault *fault, const struct seccomp_data *data)
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
        return false;
    /* That a message could not be written, no message can say; and waking
     * others cannot be interrupted.
     */
    if ((data->nr == SYS_write && data->args[0] == STDERR_FILENO) ||
        (data->nr == SYS_futex && !is_wait(data->args[1])))
        return false;
    fault->uses[call]++;
    return call == fault->call && (fault->use == EACH_USE || fault->uses[call] == fault->use);
}

/* Returns whether there was somebody to kill. */
static bool send_signal(const struct fault *fault, pid_t pid)
{
    pid_t children[MAX_CHILDREN], target = pid;
    int count = find_children(pid, children);

    if (fault->way->target == GROUP)
        target = -pid;
    if (fault->way->target == CHILD) {
        target = count > 0 ? children[(fault->use + fault->call) % count] : 0;
        if (target == 0 || process_state(target) == 'Z')
            return false;
    }
    return kill(target, fault->way->signal) == 0;
}

/* Answers the kernel's questions until all processes that it asks about have
 * ended, or BOUND is over. Returns whether the program has ended.
 */
static bool supervise(int listener, struct program *program, struct fault *fault)
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
        if (!(question.revents & POLLIN) || ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == -1)
            continue;
        answer.id = asked.id;
        bool due = is_due(fault, &asked.data);
        if (due && fault->way && !fault->is_sent)
            fault->is_sent = send_signal(fault, program->pid);
        answer.error = due ? -fault->error : 0;
        if (answer.error == 0 && asked.data.nr == SYS_msgget) {
            /* in the demo's place, so that its queues are known */
            int id = queues_create((int)asked.data.args[0], (int)asked.data.args[1]);
            answer.error = id == -1 ? -errno : 0;
            answer.val = id == -1 ? 0 : id;
        } else if (answer.error == 0)
            answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        /* A signal came first: the call will be made again. */
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == -1)
            for (int i = 0; i < CALLS; i++)
                fault->uses[i] -= fault->in_main && calls[i].number == asked.data.nr;
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

/* That children die with their parent is only a precaution, and but for the
 * runs that kill nobody waits for a child that may not be killed.
 */
static bool is_precaution(const struct demo_run *run, long call)
{
    bool kills = strcmp(run->options, "--kill-writer") == 0 || strcmp(run->demo, "signal") == 0;

    return call == SYS_prctl || (call == SYS_kill && !kills);
}

/* What was wrong with the run: NULL, or a word. */
static const char *judge(
    const struct demo_run *run, const struct fault *fault, const struct result *result)
{
    if (fault->way && result->status == run->normal)
        return NULL; /* it was done already */
    if (fault->way && fault->way->target != CHILD)
        return result->status == 128 + fault->way->signal ? NULL : "wrong end";
    if (fault->way)
        return result->status == 3 &&
                       says_one_of(result->err, " was killed by signal 9|live view was stopped")
                   ? NULL
                   : "wrong end";
    if (result->status > 128)
        return "crash";
    if (result->status == 4 || strstr(result->err, "VIOLATED"))
        return "wrong verdict";
    if (result->status == run->normal && strstr(result->err, "guarantee held"))
        return NULL;
    if (result->status != 3)
        return "silent";
    if (fault->use == EACH_USE && is_precaution(run, calls[fault->call].number))
        return "needless end";
    /* no such child: that is what a live view leaves that was killed before */
    if (fault->error == ECHILD && strstr(result->err, "the live view was stopped"))
        return NULL;
    /* pthread_create(3) has one reason for all */
    bool says_why = strstr(result->err, strerror(fault->error)) ||
                    strstr(result->err, "pthread_create: Resource temporarily");
    if (says_why && says_one_of(result->err, calls[fault->call].said))
        return NULL;
    return "silent";
}

/* Starts RUN so that the kernel asks by the LISTENER about its calls. */
static struct program start(const struct demo_run *run, int speed, int *listener)
{
    int sockets[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == -1)
        exit(1);
    /* in the child lower descriptors are closed before listen_in() */
    int kept = fcntl(sockets[1], F_DUPFD_CLOEXEC, 100);
    (void)close(sockets[1]);
    struct program program =
        start_with(listen_in, &kept, "%s --speed=%d %s", run->program, speed, run->options);
    (void)close(kept);
    *listener = receive_listener(sockets[0]);
    (void)close(sockets[0]);
    if (*listener == -1) {
        (void)printf("no seccomp_unotify(2) here\n");
        exit(1);
    }
    return program;
}

/* Says what is left, after a while, and removes it; counts it as names or as
 * what may not be left, and returns how much that is.
 */
static int count_leftovers(const struct fault *fault)
{
    const char *left = await_leftovers();
    bool may_leave_names = fault->way && fault->way->signal == SIGKILL;
    int count = 0;

    for (const char *line = left; *line; line = strchr(line, '\n') + 1)
        if (may_leave_names && strncmp(line, "process ", 8) != 0)
            totals->names++;
        else
            count++;
    (void)printf("%s", left);
    if (*left)
        remove_leftovers();
    totals->leftovers += count;
    return count;
}

/* Does RUN with FAULT. Returns false if that did not happen, since the run made
 * fewer such calls this time; or if the machine was too busy to judge it, when
 * it MAY_REPEAT.
 */
static bool try_once(const struct demo_run *run, struct fault *fault, bool may_repeat)
{
    const int speed = fault->way && fault->use % 2 == 0 ? 20 : 1000;
    const char *wrong = "hang";
    int listener;
    struct program program = start(run, speed, &listener);
    bool ended = supervise(listener, &program, fault);
    const struct result *result = &program.so_far;
    bool happened =
        fault->call == ALL || fault->is_sent ||
        (!fault->way && fault->uses[fault->call] > 0 && fault->uses[fault->call] >= fault->use);

    if (ended)
        wrong = happened ? judge(run, fault, result) : NULL;
    else
        program_kill(&program);
    int left = count_leftovers(fault);
    (void)close(listener);
    if (wrong && ended && left == 0 && may_repeat &&
        strstr(result->err, "the machine was too busy, run it again"))
        happened = false;
    else {
        totals->hangs += !ended;
        totals->silent += wrong && ended;
        if (fault->call != ALL && (wrong || left > 0))
            (void)printf("%s: use %d of %s, %s: %s, status %d, %d left\n%s", title_of(run),
                fault->use, calls[fault->call].name,
                fault->way ? fault->way->name : strerror(fault->error), wrong ? wrong : "right",
                result->status, left, result->err);
    }
    (void)fflush(stdout);
    free(program.so_far.out);
    free(program.so_far.err);
    return happened;
}

static void try_fault(const struct demo_run *run, const struct fault *fault)
{
    bool happened = false;

    for (int tries = 0; tries < 4 && !happened; tries++)
        happened = try_once(run,
            &(struct fault){
                .call = fault->call, .use = fault->use, .error = fault->error, .way = fault->way},
            tries < 3);
    totals->faults += happened;
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

static void deny(const struct demo_run *run, int call)
{
    if (!can_be_denied(calls[call].name))
        return;
    try_fault(run, &(struct fault){.call = call, .use = EACH_USE, .error = EPERM});
    try_fault(run, &(struct fault){.call = call, .use = EACH_USE, .error = ENOSYS});
}

static void try_uses(const struct demo_run *run, int call, int most)
{
    static const int uses[] = {1, 2, 3, 5, 8};
    struct fault fault = {.call = call};

    for (int i = 0; i < 5 && uses[i] <= most; i++) {
        fault.use = uses[i];
        if (mode == KILLED) { /* the ways come in turn */
            fault.way = &ways[(call + i) % WAYS];
            try_fault(run, &fault);
        }
        for (int k = 0; k < 2 && mode == ERRORS; k++) {
            fault.error = calls[call].errors[k];
            if (fault.error != 0)
                try_fault(run, &fault);
        }
    }
}

static void try_all(const struct demo_run *run)
{
    struct fault counted = {.call = ALL};

    (void)try_once(run, &counted, false); /* which calls does it make? */
    for (int call = 0; call < CALLS; call++)
        if (mode != DENIED)
            try_uses(run, call, counted.uses[call]);
        else if (counted.uses[call] > 0)
            deny(run, call);
}

/* Whether there is nothing in the current folder but what a run may leave. */
static bool is_folder_clean(void)
{
    static const char expected[] = " . .. mutexfile.txt names.txt view ";
    DIR *folder = opendir(".");
    char word[300];
    bool clean = true;

    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        (void)snprintf(word, sizeof word, " %s ", entry->d_name);
        if (strstr(expected, word))
            continue;
        (void)printf("left:%s\n", word);
        clean = false;
    }
    if (folder)
        (void)closedir(folder);
    return clean;
}

/* Tries all with each run whose title has ONLY in it (NULL: with all), each in
 * a process with a folder of its own, AT_ONCE of them at a time. Returns
 * whether nothing was in their folders but what a run may leave there.
 */
static bool try_all_runs(const char *only)
{
    int running = 0, status = 0;
    bool good = true;

    for (const struct demo_run *run = next_run(NULL); run || running > 0;) {
        bool is_wanted = run && (!only || strstr(title_of(run), only));
        if (!run || running == AT_ONCE) {
            good = wait(&status) > 0 && status == 0 && good;
            running--;
            continue;
        }
        (void)fflush(NULL); /* or the child would print it again */
        pid_t pid = is_wanted ? fork() : -1;
        if (pid == 0) {
            char *folder = scratch_enter();
            try_all(run);
            bool clean = is_folder_clean();
            scratch_leave(folder);
            exit(clean ? 0 : 1);
        }
        good = good && (pid > 0 || !is_wanted);
        running += pid > 0;
        run = next_run(run);
    }
    return good;
}

int main(int argc, char **argv)
{
    char *build = argc > 1 ? realpath(argv[1], NULL) : NULL;
    char **rest = argv + 2;

    totals = mmap(NULL, sizeof *totals, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!build || totals == MAP_FAILED) {
        (void)fprintf(stderr, "usage: matrix BUILD_FOLDER [denied | killed] [DEMO]\n");
        return 2;
    }
    if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &(struct seccomp_notif_sizes){0}) == -1) {
        (void)printf("skipped, the kernel cannot: seccomp_unotify(2)\n");
        return 77;
    }
    if (argc > 2 && strcmp(argv[2], "denied") == 0)
        mode = DENIED;
    if (argc > 2 && strcmp(argv[2], "killed") == 0)
        mode = KILLED;
    rest += mode != ERRORS;
    (void)setenv("DEMOS", build, 1);
    free(build);
    /* some are watched */
    add_run("semaphore", "--lanes");
    add_run("socket", "--port=0 --lanes");
    add_run("condvar", "--trace=view --timeline");
    add_run("pipe", "--svg=view --color=always --lanes");
    bool good = try_all_runs(argc > 2 ? *rest : NULL);
    (void)printf("%d faults, %d hangs, %d silent, %d leftovers; %d names left by "
                 "SIGKILL in the instant of set-up\n",
        totals->faults, totals->hangs, totals->silent, totals->leftovers, totals->names);
    bool enough = (argc > 2 && *rest) || totals->faults >= 300;
    return good && enough && totals->hangs + totals->silent + totals->leftovers == 0 ? 0 : 1;
}
