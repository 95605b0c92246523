/* SPDX-License-Identifier: MIT */
#include "tests/support/queues.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/msg.h>

enum { MOST = 1024 };

/* Those that may still be there. */
static int ids[MOST], count;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void forget_removed(void)
{
    struct msqid_ds about;
    int kept = 0;

    for (int i = 0; i < count; i++)
        if (msgctl(ids[i], IPC_STAT, &about) == 0)
            ids[kept++] = ids[i];
    count = kept;
}

int queues_create(int key, int flags)
{
    (void)pthread_mutex_lock(&mutex);
    int id = msgget(key, flags);
    if (id != -1 && count == MOST)
        forget_removed();
    if (id != -1 && count < MOST)
        ids[count++] = id;
    (void)pthread_mutex_unlock(&mutex);
    return id;
}

int queues_left(char *names, size_t room)
{
    size_t used = 0;

    (void)pthread_mutex_lock(&mutex);
    forget_removed();
    int left = count;
    for (int i = 0; i < count && names && used < room; i++)
        used += (size_t)snprintf(names + used, room - used, "System V queue %d\n", ids[i]);
    (void)pthread_mutex_unlock(&mutex);
    return left;
}

void queues_remove(void)
{
    (void)pthread_mutex_lock(&mutex);
    for (int i = 0; i < count; i++)
        (void)msgctl(ids[i], IPC_RMID, NULL);
    count = 0;
    (void)pthread_mutex_unlock(&mutex);
}

#if HAVE_SECCOMP
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The thread that answers has no filter, or it would ask itself. */
static void *answer(void *context)
{
    int *from = context, listener;

    if (read(*from, &listener, sizeof listener) != sizeof listener)
        return NULL;
    for (;;) {
        struct seccomp_notif asked = {0};
        struct seccomp_notif_resp reply = {0};
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == -1)
            continue; /* who asked was killed meanwhile */
        int id = queues_create((int)asked.data.args[0], (int)asked.data.args[1]);
        reply.id = asked.id;
        reply.val = id;
        if (id == -1) {
            reply.val = 0;
            reply.error = -errno;
        }
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply) == -1 && id != -1)
            (void)msgctl(id, IPC_RMID, NULL); /* it will ask again, if at all */
    }
}

static int listen_to_msgget(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_msgget, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog filter = {sizeof code / sizeof *code, code};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
        return -1;
    return (int)syscall(
        SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
}

bool queues_watch(void)
{
    static bool is_watching;
    static int ends[2];
    sigset_t all, before;
    pthread_t thread;

    if (is_watching)
        return true;
    if (pipe(ends) == -1)
        return false;
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    (void)sigfillset(&all); /* signals are for the test's own thread */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, NULL, answer, &ends[0]);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0)
        return false;
    int listener = listen_to_msgget();
    if (listener != -1)
        (void)fcntl(listener, F_SETFD, FD_CLOEXEC);
    bool sent = listener != -1 && write(ends[1], &listener, sizeof listener) == sizeof listener;
    (void)close(ends[1]); /* without a listener, the thread ends */
    is_watching = true;
    return sent;
}
#else
bool queues_watch(void)
{
    return false;
}
#endif
