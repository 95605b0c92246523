/* SPDX-License-Identifier: MIT */
/* queues - which System V queues a program and its descendants have created
 *
 * The system does not tell who created one, and others' come and go. So the kernel asks us about
 * each msgget(2) of theirs (seccomp_unotify(2)), and we create the queue in their place: it belongs
 * to no process anyway. Linux only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* From now on: for this process and all that it starts. Returns false where the system cannot do
 * that; then no queue is known. */
bool queues_watch(void);

/* The same; and from now on DECIDE is asked, by a thread of its own, about each use of these system
 * calls, too, in all that this process starts: it returns the error with which that one fails, or
 * 0. It must not use what starts programs. When a signal came first, the call will be made again:
 * TAKE_BACK. */
struct seccomp_data;
bool calls_watch(const long calls[], int size,
    int (*decide)(int pid, const struct seccomp_data *data), void (*take_back)(void));

/* How many of them are still there. NAMES, if it is not NULL, gets a line for each, as far as there
 * is ROOM. */
int queues_left(char *names, size_t room);

/* Removes them. */
void queues_remove(void);
