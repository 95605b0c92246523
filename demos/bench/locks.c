/* SPDX-License-Identifier: MIT */
/* locks - taking a lock and giving it back
 *
 * The loops hold nothing but the two calls. Each lock is opened before the two
 * sides are forked; all of them lie in shared memory but the first mutex, which
 * only the threads of one process share.
 */
#include <pthread.h>
#include <semaphore.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/run/actors.h"
#include "common/base/memory.h"
#include "demos/bench/mechanisms.h"

/* A loop of two short calls that lies across two cache lines takes a processor
 * cycle longer, one in twenty.
 */
#define IN_ONE_LINE __attribute__((aligned(64)))

/* Each is opened by a function of its own, and used by the same one. */
static pthread_mutex_t private_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *mutex, *shared_mutex, *robust_mutex;

IN_ONE_LINE static void use_mutex(void *context, long times)
{
    pthread_mutex_t *used = *(pthread_mutex_t **)context;

    for (; times > 0; times--) {
        CHECK_PTHREAD(pthread_mutex_lock(used));
        CHECK_PTHREAD(pthread_mutex_unlock(used));
    }
}

static const char *open_mutex(void)
{
    mutex = &private_mutex;
    return NULL;
}

static pthread_mutex_t *share_mutex(bool robust)
{
    pthread_mutex_t *result = shared_alloc(sizeof(pthread_mutex_t));
    pthread_mutexattr_t attributes;

    CHECK_PTHREAD(pthread_mutexattr_init(&attributes));
    CHECK_PTHREAD(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
#if HAVE_ROBUST_MUTEX
    if (robust && pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) != 0)
        return NULL;
#endif
    CHECK_PTHREAD(pthread_mutex_init(result, &attributes));
    return result;
}

static const char *open_shared_mutex(void)
{
    shared_mutex = share_mutex(false);
    return NULL;
}

#if HAVE_ROBUST_MUTEX
static void die_with_mutex(int id)
{
    CHECK_PTHREAD(pthread_mutex_lock(robust_mutex));
}

/* An emulator may accept the attribute and not do what it says. So a process
 * dies with the mutex, and this one must then get it.
 */
static bool outlives_owner(void)
{
    add_process("probe", 0, die_with_mutex);
    launch_actors();
    (void)wait_for_actors(FOREVER);
    if (pthread_mutex_trylock(robust_mutex) != EOWNERDEAD)
        return false;
    CHECK_PTHREAD(pthread_mutex_consistent(robust_mutex));
    CHECK_PTHREAD(pthread_mutex_unlock(robust_mutex));
    return true;
}
#else
static bool outlives_owner(void)
{
    return false;
}
#endif

static const char *open_robust_mutex(void)
{
    robust_mutex = share_mutex(true);
    return robust_mutex && outlives_owner() ? NULL : "this platform has no robust mutexes";
}

static sem_t *semaphore;

static const char *open_semaphore(void)
{
    semaphore = open_nameless_semaphore(1);
    return NULL;
}

IN_ONE_LINE static void use_semaphore(void *context, long times)
{
    for (; times > 0; times--) {
        CHECK(sem_wait(semaphore));
        CHECK(sem_post(semaphore));
    }
}

static int file;

static const char *open_file(void)
{
    file = open_nameless_file();
    return NULL;
}

IN_ONE_LINE static void use_fcntl(void *context, long times)
{
    struct flock byte = {.l_whence = SEEK_SET, .l_len = 1};

    for (; times > 0; times--) {
        byte.l_type = F_WRLCK;
        CHECK(fcntl(file, F_SETLKW, &byte));
        byte.l_type = F_UNLCK;
        CHECK(fcntl(file, F_SETLKW, &byte));
    }
}

const struct lock mutex_lock = {true, &mutex, open_mutex, use_mutex};
const struct lock shared_mutex_lock = {false, &shared_mutex, open_shared_mutex, use_mutex};
const struct lock robust_mutex_lock = {false, &robust_mutex, open_robust_mutex, use_mutex};
const struct lock semaphore_lock = {false, NULL, open_semaphore, use_semaphore};
const struct lock fcntl_lock = {false, NULL, open_file, use_fcntl};
