/* SPDX-License-Identifier: MIT */
/* queues - which System V queues a program and its descendants have created
 *
 * The system does not tell who created one, and others' come and go. So the
 * kernel asks us about each msgget(2) of theirs (seccomp_unotify(2)), and we
 * create the queue in their place: it belongs to no process anyway. Linux only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* From now on: for this process and all that it starts. Returns false where the
 * system cannot do that; then no queue is known.
 */
bool queues_watch(void);

/* msgget(2), for who answers the kernel's questions already. */
int queues_create(int key, int flags);

/* How many of them are still there. NAMES, if it is not NULL, gets a line for
 * each, as far as there is ROOM.
 */
int queues_left(char *names, size_t room);

/* Removes them. */
void queues_remove(void);
