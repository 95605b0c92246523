/* SPDX-License-Identifier: MIT */
/* actors - the threads and processes of a run: starting them, and waiting until they have ended
 *
 * An actor is a function that is given its id. Messages and views call it by ROLE and id. All that
 * is below is called by the first thread only, and ends the run if the system refuses. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A thread of this process, with a small stack (pthread_create(3p)); or a process of its own
 * (fork(3p)), which ends with status 0 when the actor returns. It gets a copy of all that this one
 * has when the actors are started: memory and open descriptors. It dies with its parent: at once
 * where the system can do that, elsewhere within a second. A daemon has no end of its own: it is
 * ended when all the others have ended. Self is this process: it acts when all are started. */
#define add_thread(role, id, actor)  add_actor(THREAD, role, id, actor)
#define add_process(role, id, actor) add_actor(PROCESS, role, id, actor)
#define add_daemon(role, id, actor)  add_actor(DAEMON, role, id, actor)
#define add_self(role, id, actor)    add_actor(SELF, role, id, actor)
enum actor_kind { THREAD, SELF, PROCESS, DAEMON };
void add_actor(enum actor_kind kind, const char *role, int id, void (*actor)(int id));

/* Once in a run: starts what was added, and lets all begin at the same moment. AT_LAUNCH, unless
 * NULL, is called before that, when nothing more is forked: it may start threads, which get no
 * signals. Each actor first calls AT_BEGIN, unless that is NULL. From then on SIGCHLD is blocked
 * but where this waits for it. */
void launch_actors(void);
extern void (*at_launch)(void), (*at_begin)(void);

/* Waits until all actors have ended, until DEADLINE at most (of clock_now(); 0: only looks;
 * FOREVER: no bound), and returns whether they have; threads are waited for without a bound. If one
 * fails, the run ends with a message that says which and of what. */
#define FOREVER INT64_MAX
bool wait_for_actors(int64_t deadline);

/* Returns the process id of an actor that was started and has not been waited for. */
pid_t process_id(const char *role, int id);

/* For a process whose end is the lesson: waits for it, until DEADLINE at most, and reaps it
 * (waitpid(3p)). KILLED is by EXPECTED_SIGNAL; the run ends if an actor fails otherwise. */
enum ending { TIMED_OUT, EXITED, KILLED };
enum ending wait_process(pid_t pid, int64_t deadline, int expected_signal);

/* Ends all processes with SIGKILL, and reaps them; exit(3p) does that, too. */
void stop_processes(void);

/* Bounds the run, by alarm(3p): after --timeout seconds, or else PLANNED seconds of the listing's
 * time plus 60, the process ends with status 3, and its children with it. Time in which the run was
 * stopped does not count. PLANNED below 0: no bound unless --timeout was given. */
void watchdog_set(double planned);
