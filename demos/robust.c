/* SPDX-License-Identifier: MIT */
#include "demos/robust.h"

#include "common/check.h"
#include "common/process.h"

#if HAVE_ROBUST_MUTEX
static void die_with_lock(int number, void *mutex)
{
    (void)number;
    CHECK_RETURNED(pthread_mutex_lock(mutex));
}
#endif

bool outlives_owner(pthread_mutex_t *mutex)
{
#if HAVE_ROBUST_MUTEX
    (void)start_process("probe", 0, die_with_lock, mutex);
    join_processes(0);
    if (pthread_mutex_trylock(mutex) == EOWNERDEAD) {
        CHECK_RETURNED(pthread_mutex_consistent(mutex));
        CHECK_RETURNED(pthread_mutex_unlock(mutex));
        return true;
    }
#else
    (void)mutex;
#endif
    return false;
}
