/* SPDX-License-Identifier: MIT */
/* named_semaphore - sem_init() and its kin for a system that has only named
 * ones
 *
 * On macOS sem_init() always fails. So there demo_semaphore opens a semaphore
 * by a name, which goes at once. tests/CMakeLists.txt builds it so on Linux,
 * too.
 */
#pragma once

#include "common/base/check.h"
#include "demos/parts/unique_name.h"
#include <fcntl.h>
#include <semaphore.h>

struct named_semaphore {
    sem_t *opened;
};

static inline int init_named(
    struct named_semaphore *semaphore, int shared, unsigned value)
{
    char name[NAME_SIZE];

    (void)shared; /* it could be; it is for threads here */
    unique_name(name);
    semaphore->opened =
        CHECK_NOT(SEM_FAILED, sem_open(name, O_CREAT | O_EXCL, 0600, value));
    CHECK(sem_unlink(name));
    name_is_gone();
    return 0;
}

/* The names of the standard, as demo_semaphore.c and a lab use them. */
#define sem_t                              struct named_semaphore
#define sem_init(semaphore, shared, value) init_named(semaphore, shared, value)
#define sem_wait(semaphore)                sem_wait((semaphore)->opened)
#define sem_trywait(semaphore)             sem_trywait((semaphore)->opened)
#define sem_post(semaphore)                sem_post((semaphore)->opened)
#define sem_destroy(semaphore)             sem_close((semaphore)->opened)
