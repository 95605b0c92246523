/* SPDX-License-Identifier: MIT */
/* robust - whether robust mutexes do here what they promise */
#pragma once

#include <pthread.h>
#include <stdbool.h>

/* Whether a lock on MUTEX outlives its owner: a child process dies with it, and
 * then this one has to get EOWNERDEAD. An emulator may take the attribute and
 * not do that. Leaves the mutex free. Only from the main thread; may end the
 * run.
 */
bool outlives_owner(pthread_mutex_t *mutex);
