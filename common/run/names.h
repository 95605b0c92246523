/* SPDX-License-Identifier: MIT */
/* names - what the run creates in the system has a name for a moment only */
#pragma once

#include <signal.h>

enum { NAME_SIZE = 31 }; /* with the final NUL: macOS takes no longer names */

/* Makes a name that nobody can guess, "/demo-PID-RANDOM", for sem_open(3p), shm_open(3p), or
 * mq_open(3p). From then on signals wait, so that Ctrl-C cannot leave the name behind; and if the
 * program ends, exit(3p) removes it. name_is_gone() says that it has been unlinked. One name at a
 * time, and only while the program has one thread. */
void unique_name(char name[NAME_SIZE]);
void name_is_gone(void);

/* The two for other names: block signals in the calling thread (pthread_sigmask(3p)), and let take
 * effect what arrived in the meantime. */
sigset_t hold_signals(void);
void release_signals(sigset_t before);
