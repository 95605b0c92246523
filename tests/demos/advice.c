/* SPDX-License-Identifier: MIT */
/* What a failed call's message advises fits what that call's error means. Each
 * call fails once, by strace(1); without it, or without its permission, the
 * test is skipped.
 */
#define _GNU_SOURCE /* F_OFD_SETLK, where there is one */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The first call whose line in strace's log has CALL in it, as in "openat(" or
 * "F_SETLK, ", is to fail with each of ERRORS in turn. Then the run has to end
 * with a message: WHAT failed, the reason, and this ADVICE.
 */
static const struct fault {
    const char *demo, *option, *call;
    int errors[4];
    const char *what, *advice;
} faults[] = {
/* demo_semaphore as it is on macOS */
#define NAMED  "tests/unkind/demo_semaphore"
#define IN_SHM "openat(AT_FDCWD, \"/dev/shm/"
#define FILES  "; raise the limit on open files (ulimit -n)"
#define MEMORY "; close some programs or raise the limit (ulimit -v) ("
#define NO_SHM                                                                                     \
    "; needs a /dev/shm that you can write to (mount -t tmpfs none /dev/shm) "                     \
    "("
#define FULL_SHM                                                                                   \
    "; the shared memory is full: make room in /dev/shm, or let root enlarge "                     \
    "it ("
#define ROOM   "; make room (see df) and try again\n"
#define NO_TMP "; set TMPDIR, by default /tmp, to a folder that you can write to ("
    {"demo_pipe", NULL, "pipe2(", {EMFILE}, "pipe", FILES " ("},
    {"demo_pipe", NULL, "pipe2(", {ENFILE}, "pipe",
        "; close some programs, since the whole system has too many open "
        "files ("},
    {"demo_pipe", NULL, "CLONE_CHILD_SETTID", {EAGAIN}, "fork",
        "; end some processes or raise their limit (ulimit -u) ("},
    {"demo_pipe", NULL, "CLONE_CHILD_SETTID", {ENOMEM}, "fork", MEMORY},
    {"demo_semaphore", NULL, "CLONE_THREAD", {EAGAIN}, "pthread_create",
        "; end some processes or raise the limit on them (ulimit -u) or on "
        "memory (ulimit -v) ("},
    {NAMED, NULL, IN_SHM, {ENOENT, EACCES, EROFS}, "sem_open", NO_SHM},
    {NAMED, NULL, IN_SHM, {ENOSPC}, "sem_open", FULL_SHM},
    {"demo_shm", NULL, IN_SHM, {EACCES}, "shm_open", NO_SHM},
    {"demo_shm", NULL, "fallocate(", {ENOSPC}, "posix_fallocate", FULL_SHM},
    {"demo_shm", NULL, "ftruncate(", {EFBIG}, "ftruncate",
        "; raise the limit on the size of files (ulimit -f) ("},
    {"demo_shm", NULL, "MAP_SHARED|MAP_ANONYMOUS, ", {ENOMEM}, "mmap", MEMORY},
    {"demo_shm", NULL, "MAP_SHARED|MAP_ANONYMOUS, ", {EAGAIN}, "mmap",
        "; raise the limit on locked memory (ulimit -l) ("},
    {"demo_mqueue", "--api=posix", "mq_open(", {ENOSYS, EACCES, EPERM}, "mq_open",
        "; this system does not allow POSIX queues, so use --api=sysv ("},
    {"demo_mqueue", "--api=posix", "mq_open(", {EMFILE}, "mq_open",
        FILES " or in queues (ulimit -q) ("},
    {"demo_mqueue", "--api=posix", "mq_open(", {ENOSPC}, "mq_open",
        "; remove queues (rm /dev/mqueue/NAME) that nobody uses ("},
    {"demo_mqueue", "--api=sysv", "msgget(", {ENOSYS, EPERM}, "msgget",
        "; this system does not allow System V queues, so use --api=posix ("},
    {"demo_mqueue", "--api=sysv", "msgget(", {ENOSPC}, "msgget",
        "; remove queues (ipcs -q, ipcrm -q ID) that nobody uses ("},
    {"demo_mqueue", "--api=sysv", "msgsnd(", {EINVAL}, "msgsnd",
        "; let root raise kernel.msgmax ("},
    {"demo_mqueue", "--api=sysv", "msgsnd(", {EIDRM}, "msgsnd",
        "; another program removed the queue, so try again ("},
    {"demo_file", NULL, "F_SETLK, ", {ENOLCK, EOPNOTSUPP, EINVAL}, "cannot lock names.txt",
        "; its file system may have no locks, so choose a --file on a local "
        "disk\n"},
    {"demo_file", NULL, "F_SETLKW, ", {ENOLCK}, "fcntl",
        "; the file system may have no locks, so use a file on a local disk ("},
    {"demo_file", NULL, "\"names.txt\", O_", {EMFILE}, "open names.txt", FILES "\n"},
    {"demo_file", NULL, "\"names.txt\", O_", {EROFS}, "open names.txt",
        "; choose another with --file\n"},
    {"demo_file", NULL, "\"names.txt\", O_", {ENOSPC}, "open names.txt", ROOM},
    {"demo_file", NULL, "left name", {ENOSPC}, "write to standard output", ROOM},
    {"demo_pipe", "--named", "/demo_pipe-", {EACCES, ENOENT}, "mkdtemp", NO_TMP},
    {"demo_pipe", "--named", "/demo_pipe-", {ENOSPC}, "mkdtemp",
        "; make room (see df) or set TMPDIR to another folder ("},
    {"demo_pipe", "--named", "S_IFIFO", {EPERM}, "mkfifo", NO_TMP},
    {"demo_socket", "--port=0", "socket(", {EAFNOSUPPORT}, "socket",
        "; this system does not allow IPv4 sockets ("},
    {"demo_socket", "--port=0", "bind(", {EADDRNOTAVAIL}, "port 0 on 127.0.0.1",
        "; let root start the interface (ip link set lo up)\n"},
    {"demo_socket", "--port=0", "bind(", {EADDRINUSE}, "port 0 on 127.0.0.1",
        "; try again when other programs have ended\n"},
    {"demo_socket", "--port=0", "bind(", {EACCES}, "port 0 on 127.0.0.1",
        "; this system does not allow servers\n"},
    {"demo_socket", "--port=80", "bind(", {EACCES}, "port 80 on 127.0.0.1",
        "; ports below 1024 need root, so use --port=1024 or higher\n"},
    {"demo_socket", "--port=0", "connect(", {EADDRNOTAVAIL}, "",
        "; no port is free, so try again in a minute ("},
    {"demo_socket", "--port=0", "connect(", {ENETUNREACH}, "",
        "; let root start the interface (ip link set lo up) ("},
    {"demo_semaphore", "--svg=view", "\"view\", O_WRONLY", {EMFILE}, "cannot write view",
        FILES "\n"},
    {"demo_semaphore", "--svg=view", "\"view\", O_WRONLY", {EACCES}, "cannot write view",
        "; choose another file\n"}};

/* Prints the NAME of the first call in the log that has $CALL in its line, "PID
 * NAME(...", and the how many-th of this name it is in its process.
 */
static const char find_call[] =
    "awk '{ name = $2; sub(/\\(.*/, \"\", name); use = ++uses[$1, name] }"
    "    index($0, ENVIRON[\"CALL\"]) { print name, use; exit }' log";

static struct result run_traced(const struct fault *fault, const char *log, const char *expression)
{
    return run_program(
        (const char *const[]){"/usr/bin/env", "strace", "-f", "-qq", "-o", log, "-s64", "-e",
            expression, built(fault->demo), "--speed=1000", fault->option, NULL},
        NULL, 0);
}

TEST(advice_fits)
{
    char name[32], expression[128], message[256];
    int use = 0;

    if (!has_strace())
        skip();
    for (size_t i = 0; i < COUNT(faults) * COUNT(faults->errors); i++) {
        const struct fault *fault = &faults[i / COUNT(faults->errors)];
        int error = fault->errors[i % COUNT(faults->errors)];
        if (error == 0 || access(built(fault->demo), X_OK) != 0)
            continue; /* not everywhere there is one with a NAMED semaphore */
        (void)run_traced(fault, "log", "trace=all");
        assert_int_equal(setenv("CALL", fault->call, 1), 0);
        struct result found = run_script(find_call);
        if (sscanf(found.out, "%31s %d", name, &use) != 2)
            fail_msg("%s never makes %s", fault->demo, fault->call);
        (void)remove("names.txt");
        (void)snprintf(
            expression, sizeof expression, "inject=%s:error=%d:when=%d", name, error, use);
        (void)snprintf(
            message, sizeof message, "%s: %s%s", fault->what, strerror(error), fault->advice);
        struct result result = run_traced(fault, "/dev/null", expression);
        if (result.status != 3 || !strstr(result.err, message))
            fail_msg("%s %s, %s: status %d, not %s: %s", fault->demo,
                fault->option ? fault->option : "", expression, result.status, message, result.err);
        assert_nothing_left();
    }
}

/* A lock has no process to name if it belongs to an open file, or to a process
 * of another container.
 */
TEST(lock_of_no_process)
{
#ifdef F_OFD_SETLK
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int file = open("names.txt", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(fcntl(file, F_OFD_SETLK, &all), 0);
    (void)expect_run(3,
        "^demo_file: names.txt is in use by another run; wait for it, or "
        "choose another --file\n$",
        "demo_file");
    (void)close(file);
#else
    skip();
#endif
}

/* Its own message, and nothing that could not be removed. */
TEST(long_name_of_temporary_folder)
{
    struct result result =
        run_script("TMPDIR=/$(printf %%02000d 0) exec '%s' --named", built("demo_pipe"));

    assert_result(&result, 3,
        "^demo_pipe: TMPDIR: the path is too long; set it to a shorter one\n$", "--named");
}
