/* SPDX-License-Identifier: MIT */
/* unique_name - what the run creates in the system has a name for a moment only
 */
#pragma once

enum { NAME_SIZE = 31 }; /* with the final NUL: macOS takes no longer names */

/* Makes a name that nobody can guess, "/demo-PID-RANDOM", for sem_open(3p),
 * shm_open(3p), or mq_open(3p). From then on signals wait, so that Ctrl-C
 * cannot leave the name behind; and if the program ends, exit(3p) removes it.
 * name_is_gone() says that it has been unlinked. One name at a time, and only
 * while the program has one thread.
 */
void unique_name(char name[NAME_SIZE]);
void name_is_gone(void);
