/* SPDX-License-Identifier: MIT */
/* gate - waiting for others without processor time, by a pipe's end of file
 *
 * A gate is shut while anybody holds it; when the last one lets go, all who wait see the end of
 * file at once. After fork(2) parent and child each hold it; the threads of a process hold it
 * together. So one gate starts all actors of a run, and another one tells them that everybody has
 * done something.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct gate {
    int wait_end; /* the pipe's read end */
    int hold_end; /* its write end, -1 when this process has let go */
};

/* A gate that this process holds (pipe(3p)). Ends the run if there are no descriptors left. */
struct gate gate_create(void);

/* Lets go, once: the second time nothing happens. */
void gate_let_go(struct gate *gate);

/* Waits until nobody holds the gate; to pass, a process lets go first. */
void gate_wait(const struct gate *gate);
void gate_pass(struct gate *gate);

/* Sends one byte through the pipe, for one who awaits it. Does nothing if nobody can hear it. */
void gate_knock(const struct gate *gate);

/* Waits for a knock, at most NANOSECONDS, which are rounded up to milliseconds; below 0 there is
 * no bound. Returns false if none came, or nobody is left who could knock.
 */
bool gate_await_knock(const struct gate *gate, int64_t nanoseconds);
