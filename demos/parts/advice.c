/* SPDX-License-Identifier: MIT */
/* advice - what helps when a call fails
 *
 * It stands here, since the rows name calls and options of the demos.
 */
#include "demos/parts/advice.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What an error means for these calls, by their manual pages, and what helps.
 * The first row that fits counts. Calls stand between spaces; "" is any call.
 */
enum { MAX_ERRORS = 6 };
static const struct {
    const char *calls;
    int errors[MAX_ERRORS];
    const char *text;
} rows[] = {
    {" mq_open ", {EMFILE},
        "; raise the limit on open files (ulimit -n) or in queues (ulimit -q)"},
    {"", {EMFILE}, "; raise the limit on open files (ulimit -n)"},
    {"", {ENFILE},
        "; close some programs, since the whole system has too many open "
        "files"},
    {" fork ", {EAGAIN},
        "; end some processes or raise their limit (ulimit -u)"},
    {" pthread_create ", {EAGAIN},
        "; end some processes or raise the limit on them (ulimit -u) or on "
        "memory (ulimit -v)"},
    {" mmap ", {EAGAIN}, "; raise the limit on locked memory (ulimit -l)"},
    {" mmap ", {ENODEV}, "; use a file on a local disk"},
    {" sigqueue ", {EAGAIN},
        "; raise the limit on waiting signals (ulimit -i)"},
    {"", {ENOMEM, ENOBUFS},
        "; close some programs or raise the limit (ulimit -v)"},
    {" mq_open ", {ENOSYS, EACCES, EPERM},
        "; this system does not allow POSIX queues, so use --api=sysv"},
    {" mq_open ", {EINVAL},
        "; let root raise fs.mqueue.msg_max to 10, msgsize_max to 128, or use "
        "--api=sysv"},
    {" msgget ", {ENOSYS, EACCES, EPERM},
        "; this system does not allow System V queues, so use --api=posix"},
    {" mq_open ", {ENOSPC},
        "; remove queues (rm /dev/mqueue/NAME) that nobody uses"},
    {" msgget ", {ENOSPC},
        "; remove queues (ipcs -q, ipcrm -q ID) that nobody uses"},
    {" msgsnd ", {EINVAL}, "; let root raise kernel.msgmax"},
    {" msgrcv msgsnd ", {EIDRM},
        "; another program removed the queue, so try again"},
    {" posix_fallocate sem_open shm_open ", {ENOSPC, EDQUOT},
        "; the shared memory is full: make room in /dev/shm, or let root "
        "enlarge it"},
    {" sem_open shm_open ", {EACCES, ENOENT, ENOSYS, ENOTDIR, EPERM, EROFS},
        "; needs a /dev/shm that you can write to (mount -t tmpfs none "
        "/dev/shm)"},
    {" mkdtemp mkfifo mkstemp ", {ENOSPC, EDQUOT},
        "; make room (see df) or set TMPDIR to another folder"},
    {" mkdtemp mkfifo mkstemp ",
        {EACCES, ENAMETOOLONG, ENOENT, ENOTDIR, EPERM, EROFS},
        "; set TMPDIR, by default /tmp, to a folder that you can write to"},
    {"", {ENOSPC, EDQUOT}, "; make room (see df) and try again"},
    {"", {EFBIG}, "; raise the limit on the size of files (ulimit -f)"},
    {" lseek ", {ESPIPE}, "; the file was replaced during the run"},
    {" fcntl ", {EINVAL, ENOLCK, EOPNOTSUPP},
        "; the file system may have no locks, so use a file on a local disk"},
    {" bind connect ", {EADDRINUSE, EADDRNOTAVAIL},
        "; no port is free, so try again in a minute"},
    {" connect ", {ECONNREFUSED}, "; is the server running?"},
    {" connect ", {ENETUNREACH},
        "; let root start the interface (ip link set lo up)"},
    {" socket ", {EACCES, EAFNOSUPPORT, EPERM},
        "; this system does not allow IPv4 sockets"},
};

const char *find_advice(const char *call, int error)
{
    char name[64];

    (void)snprintf(name, sizeof name, " %.*s ", (int)strcspn(call, "("), call);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int k = 0; k < MAX_ERRORS; k++)
            if (rows[i].errors[k] == error &&
                (!*rows[i].calls || strstr(rows[i].calls, name)))
                return rows[i].text;
    return "";
}
