/* SPDX-License-Identifier: MIT */
/* names - while what the run creates has a name in the system, signals wait: so Ctrl-C cannot leave
 * the name behind */
#pragma once

#include "common/base/check.h"
#include <pthread.h>
#include <signal.h>

/* Blocks all signals in the calling thread (pthread_sigmask(3p)), and returns which were before. */
static inline sigset_t hold_signals(void)
{
    sigset_t all, before = {0};

    (void)sigfillset(&all); /* most of them end a process, and SIGTSTP stops it */
    CHECK_PTHREAD(pthread_sigmask(SIG_BLOCK, &all, &before));
    return before;
}

/* Lets take effect what arrived in the meantime. */
static inline void release_signals(sigset_t before)
{
    CHECK_PTHREAD(pthread_sigmask(SIG_SETMASK, &before, NULL));
}
