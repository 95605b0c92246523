/* SPDX-License-Identifier: MIT */
#include "demos/parts/unique_name.h"
#include "common/base/check.h"
#include "common/run/names.h"
#include <inttypes.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>
#if HAVE_MQUEUE
#include <mqueue.h>
#endif

static struct {
    char name[NAME_SIZE]; /* empty: there is none */
    pid_t owner;
    sigset_t before;
} current;

/* Whatever it names: nothing else can have this name. */
static void remove_name(void)
{
    if (current.name[0] == '\0' || current.owner != getpid())
        return;
    (void)sem_unlink(current.name);
    (void)shm_unlink(current.name);
#if HAVE_MQUEUE
    (void)mq_unlink(current.name);
#endif
}

void unique_name(char name[NAME_SIZE])
{
    uint64_t bits;

    CHECK(getentropy(&bits, sizeof bits));
    (void)snprintf(
        name, NAME_SIZE, "/demo-%ld-%012" PRIx64, (long)getpid(), bits >> 16);
    if (current.owner == 0) /* the first one */
        (void)atexit(remove_name);
    current.before = hold_signals();
    current.owner = getpid();
    memcpy(current.name, name, NAME_SIZE);
}

void name_is_gone(void)
{
    current.name[0] = '\0';
    release_signals(current.before);
}
