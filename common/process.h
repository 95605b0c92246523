/* SPDX-License-Identifier: MIT */
/* process - starting, stopping and reaping child processes; the watchdog */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Bounds the run, by alarm(3p): after --timeout seconds, or else PLANNED seconds of the listing's
 * time plus 60, the process ends with status 3, and its children with it. Time in which the run was
 * stopped does not count. PLANNED below 0: no bound unless --timeout was given. */
void watchdog_set(double planned);

/* The same, and starts the views. Before the first gate and actor, and before anything that may
 * wait: the live view is forked here. */
void watchdog_start(double planned);

/* Starts ACTOR(NUMBER, CONTEXT) in a child process (fork(3p)), which ends with status 0 when ACTOR
 * returns. Messages call it by ROLE and NUMBER. It dies with its parent: at once where the system
 * can do that, elsewhere within a second. Only from the main thread. */
pid_t start_process(
    const char *role, int number, void (*actor)(int number, void *context), void *context);

/* Waits until all children have ended, but for the FIRST ones started. If any child fails
 * meanwhile, the run ends with a message that says which and of what. */
void join_processes(int first);

/* Ends child PID with SIGKILL and reaps it, unless it was reaped before; or all children, however
 * they end, which exit(3) does, too. */
void stop_process(pid_t pid);
void stop_processes(void);

/* For a child whose end is the lesson: waits at most NANOSECONDS for it, and reaps it. KILLED is by
 * EXPECTED_SIGNAL; the run ends if any child fails otherwise. With PID 0 the parent just waits. */
enum ending { STILL_RUNNING, ENDED, KILLED };
enum ending reap_process(pid_t pid, int64_t nanoseconds, int expected_signal);

/* For process 1 of a container, which the kernel keeps from signals (pid_namespaces(7)) and whose
 * end kills all others: returns in a child, which becomes the run. Process 1 hands signals on to
 * it, waits until all of the run has ended, and ends with the shell's status. */
void leave_first_process(void);

/* SIZE zeroed bytes, shared with the children started afterwards (mmap(3p)). May end the run. */
void *share_memory(size_t size);
