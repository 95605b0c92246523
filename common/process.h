/* SPDX-License-Identifier: MIT */
/* process - starting, stopping and reaping child processes; the watchdog */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Bounds the run, by alarm(3p): after --timeout seconds, or else PLANNED
 * seconds of the listing's time plus 60, the process ends with status 3, and
 * its children with it. PLANNED below 0: no bound unless --timeout was given.
 * Call it before the first actor is started.
 */
void watchdog_start(double planned);

/* Starts ACTOR(NUMBER, CONTEXT) in a child process (fork(3p)), which ends with
 * status 0 when ACTOR returns. ROLE and NUMBER name it in messages (a NUMBER
 * below 0 does not). The child dies with its parent where the system can do
 * that; its own alarm bounds it elsewhere. Only from the main thread.
 */
pid_t start_process(const char *role, int number,
                    void (*actor)(int number, void *context), void *context);

/* Waits for the end of child PID, or of all children (waitpid(3p)). If a child
 * fails meanwhile, whichever, the run ends: a message says which and of what.
 */
void join_process(pid_t pid);
void join_processes(void);

/* Ends child PID with SIGKILL and reaps it, unless it was reaped before. How
 * it ended is not judged.
 */
void stop_process(pid_t pid);

/* The same for all children. exit(3) calls it, too. */
void stop_processes(void);

/* For a child whose end is the lesson: waits at most NANOSECONDS for it, and
 * reaps it. KILLED means by EXPECTED_SIGNAL. If any child failed otherwise, the
 * run ends.
 */
enum ending { STILL_RUNNING, ENDED, KILLED };
enum ending reap_process(pid_t pid, int64_t nanoseconds, int expected_signal);

/* Pauses the parent; if a child fails meanwhile, the run ends. */
void pause_run(int64_t nanoseconds);

/* SIZE zeroed bytes that are shared with all children started afterwards
 * (mmap(3p)). Ends the run when there is no memory.
 */
void *share_memory(size_t size);
