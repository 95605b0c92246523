/* SPDX-License-Identifier: MIT */
/* locks - acquiring a lock and releasing it: the loops hold nothing but these two calls */
#include <pthread.h>
#include <semaphore.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/run.h"
#include "demos/bench/mechanisms.h"

/* A loop of two short calls that lies across two cache lines takes a processor cycle longer, one in
 * twenty. */
#define IN_ONE_LINE __attribute__((aligned(64)))

IN_ONE_LINE static void use_mutex(void *mutex, long times)
{
    for (; times > 0; times--) {
        CHECK_PTHREAD(pthread_mutex_lock(mutex));
        CHECK_PTHREAD(pthread_mutex_unlock(mutex));
    }
}

static void *create_mutex(bool is_shared, bool is_robust)
{
    pthread_mutex_t *mutex = shared_alloc(sizeof(pthread_mutex_t));
    pthread_mutexattr_t attributes;

    CHECK_PTHREAD(pthread_mutexattr_init(&attributes));
    if (is_shared)
        CHECK_PTHREAD(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
#if HAVE_ROBUST_MUTEX
    errno = is_robust ? pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) : 0;
    if (errno != 0)
        return NULL;
#endif
    CHECK_PTHREAD(pthread_mutex_init(mutex, &attributes));
    return mutex;
}

static void *open_mutex(size_t size)
{
    return create_mutex(false, false);
}

static void *open_shared_mutex(size_t size)
{
    return create_mutex(true, false);
}

static void *open_robust_mutex(size_t size)
{
    return HAVE_ROBUST_MUTEX ? create_mutex(true, true) : NULL;
}

const struct way mutex_way = {open_mutex, NULL, NULL, NULL, use_mutex};
const struct way shared_mutex_way = {open_shared_mutex, NULL, NULL, NULL, use_mutex};
const struct way robust_mutex_way = {open_robust_mutex, NULL, NULL, NULL, use_mutex};

IN_ONE_LINE static void use_semaphore(void *semaphore, long times)
{
    for (; times > 0; times--) {
        CHECK(sem_wait(semaphore));
        CHECK(sem_post(semaphore));
    }
}

static void *open_semaphore(size_t size)
{
    return open_nameless_semaphore(1);
}

const struct way semaphore_way = {open_semaphore, NULL, NULL, NULL, use_semaphore};

IN_ONE_LINE static void use_fcntl(void *stream, long times)
{
    int file = fileno(stream);
    struct flock byte = {.l_whence = SEEK_SET, .l_len = 1};

    for (; times > 0; times--) {
        byte.l_type = F_WRLCK;
        CHECK(fcntl(file, F_SETLKW, &byte));
        byte.l_type = F_UNLCK;
        CHECK(fcntl(file, F_SETLKW, &byte));
    }
}

static void *open_fcntl(size_t size)
{
    return CHECK_NOT(NULL, tmpfile());
}

const struct way fcntl_way = {open_fcntl, NULL, NULL, NULL, use_fcntl};
