/* SPDX-License-Identifier: MIT */
#include "common/names.h"
#include "common/check.h"
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

void make_name(char name[NAME_SIZE])
{
    uint64_t bits;

    CHECK(getentropy(&bits, sizeof bits));
    (void)snprintf(name, NAME_SIZE, "/demo-%ld-%012" PRIx64, (long)getpid(), bits >> 16);
}

sigset_t hold_signals(void)
{
    sigset_t all, before;

    (void)sigfillset(&all); /* most of them end a process, and SIGTSTP stops it */
    CHECK_RETURNED(pthread_sigmask(SIG_BLOCK, &all, &before));
    return before;
}

void release_signals(sigset_t before)
{
    CHECK_RETURNED(pthread_sigmask(SIG_SETMASK, &before, NULL));
}
