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
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int create_queue(int key, int flags)
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

static int (*is_to_fail)(int pid, const struct seccomp_data *data);
static void (*take_back_last)(void);
static atomic_int listener; /* 0: not yet; -1: there is none */

/* The thread that answers has no filter, or it would ask itself. */
static void *answer(void *nothing)
{
    (void)nothing;
    while (listener == 0)
        (void)sched_yield();
    while (listener != -1) {
        struct seccomp_notif asked = {0};
        struct seccomp_notif_resp reply = {0};
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == -1)
            continue; /* who asked was killed meanwhile */
        bool is_our_own = (pid_t)asked.pid == getpid();
        bool creates = asked.data.nr == SYS_msgget;
        int id = -1;
        int error = is_our_own || !is_to_fail ? 0 : is_to_fail((int)asked.pid, &asked.data);
        if (error == 0 && creates) {
            id = create_queue((int)asked.data.args[0], (int)asked.data.args[1]);
            error = id == -1 ? errno : 0;
        }
        reply.id = asked.id;
        reply.error = -error;
        reply.val = error == 0 && creates ? id : 0;
        reply.flags = error == 0 && !creates ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply) == 0)
            continue;
        if (id != -1)
            (void)msgctl(id, IPC_RMID, NULL);
        if (!is_our_own && take_back_last)
            take_back_last();
    }
    return NULL;
}

/* The kernel asks about msgget and these CALLS. */
static int listen_to(const long calls[], int size)
{
    struct sock_filter code[256] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    int next = 1;

    for (int i = -1; i < size; i++) {
        code[next++] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(i < 0 ? SYS_msgget : calls[i]), 0, 1);
        code[next++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    }
    code[next++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog filter = {(unsigned short)next, code};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
        return -1;
    return (int)syscall(
        SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
}

bool calls_watch(const long calls[], int size,
    int (*decide)(int pid, const struct seccomp_data *data), void (*take_back)(void))
{
    sigset_t all, before;
    pthread_t thread;

    if (listener != 0)
        return listener > 0;
    is_to_fail = decide;
    take_back_last = take_back;
    (void)sigfillset(&all); /* signals are for the test's own thread */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, NULL, answer, NULL);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    listener = error == 0 ? listen_to(calls, size) : -1;
    return listener > 0;
}

bool queues_watch(void)
{
    return calls_watch(NULL, 0, NULL, NULL);
}
#else
bool queues_watch(void)
{
    return false;
}
#endif
