/* SPDX-License-Identifier: MIT */
/* names - what the run creates in the system lives for a moment only */
#pragma once

#include <signal.h>

enum { NAME_SIZE = 31 }; /* with the final NUL: macOS takes no longer ones */

/* A name that nobody can guess, for sem_open(3p), mq_open(3p), shm_open(3p): "/demo-PID-RANDOM". */
void make_name(char name[NAME_SIZE]);

/* Block INT, TERM and HUP in the calling thread while a name exists, since a Ctrl-C would leave it
 * behind (pthread_sigmask(3p)). What came meanwhile takes effect at the release. */
sigset_t hold_signals(void);
void release_signals(sigset_t before);

/* For what cannot be unlinked at once: a small process that calls REMOVE(CONTEXT), which returns 0
 * or -1, when this one has ended, however it ended. Once a run, first of all, with signals held. */
void keeper_start(int (*remove)(void *context), void *context);

/* Has the keeper remove it now and reaps the keeper. exit(3) calls it, too. */
void keeper_dismiss(void);
