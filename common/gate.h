/* SPDX-License-Identifier: MIT */
/* gate - waiting for others without processor time, by a pipe's end of file
 *
 * It is shut while anybody holds it; when the last one lets go, all who wait
 * see the end of file at once. After fork(2) parent and child each hold it; the
 * threads of a process hold it together. So one gate starts all actors of a
 * run, and another tells them that everybody has done something.
 */
#pragma once

#include <stdbool.h>

struct gate {
    int wait_end; /* the pipe's read end */
    int hold_end; /* its write end, -1 when this process has let go */
};

/* A gate that this process holds (pipe(3p)). Ends the run if it cannot. */
struct gate gate_create(void);

/* Lets go, once: the second time nothing happens. */
void gate_let_go(struct gate *gate);

/* Waits until nobody holds the gate; a process lets go first, to pass. */
void gate_wait(const struct gate *gate);
void gate_pass(struct gate *gate);

/* Sends one byte through the pipe, for one who awaits it. Nothing happens when
 * nobody can hear it.
 */
void gate_knock(const struct gate *gate);

/* Waits for a knock. False if nobody is left to knock, or MILLISECONDS are
 * over (-1: no bound).
 */
bool gate_await_knock(const struct gate *gate, int milliseconds);
