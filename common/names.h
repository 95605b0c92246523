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
