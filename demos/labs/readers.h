/* SPDX-License-Identifier: MIT */
/* readers - the evidence of the lab with many readers and a writer */
#pragma once

#include "demos/parts/shm.h"

enum { READERS = 3 };

/* Before the actors start. WAKE_FOR_NOTHING wakes all that sleep although
 * nothing has changed, as POSIX allows: only with --window.
 */
void readers_init(void (*wake_for_nothing)(void));

/* Makes a condition variable that works between processes. */
void init_shared_condition(pthread_cond_t *condition);

/* Sleep until the next turn; return false at the end of the run. In the first
 * turn all readers come while the writer is halfway in its first update. The
 * writer's second turn begins when all readers are inside. With --window the
 * third one begins when a reader has just unlocked the mutex in its second.
 */
bool rest_before_look(void);
bool rest_before_update(void);

/* Copies the numbers, or changes them; counts how many actors are inside. In
 * its first look a reader stays inside until all readers are, and until the
 * writer wants to come in. It gives up after two seconds.
 */
void look_at(struct update *snapshot, const struct update *update);
void change(struct update *update);

/* Prints what a reader has seen. */
void show_snapshot(int id, const struct update *snapshot);

/* The verdict; returns the exit status. */
int check_readers(void);
