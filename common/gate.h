/* SPDX-License-Identifier: MIT */
/* gate - waiting for others without processor time, by a pipe's end of file
 *
 * A gate is shut while anybody holds it; when the last one lets go, all who wait see the end of
 * file at once. After fork(2) parent and child each hold it; the threads of a process hold it
 * together. So one starts all actors of a run, another tells them what everybody has done. */
#pragma once

#include "common/check.h"
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

struct gate {
    int wait_end; /* the pipe's read end */
    int hold_end; /* its write end */
};

/* A gate that this process holds (pipe(3p)). Ends the run if there are no descriptors left. */
static inline struct gate gate_create(void)
{
    int ends[2];

    CHECK(pipe(ends));
    return (struct gate){ends[0], ends[1]};
}

/* Lets go, once in each process. */
static inline void gate_let_go(const struct gate *gate)
{
    CHECK_ONCE(close(gate->hold_end));
}

/* Waits until nobody holds the gate; to pass, a process lets go first. */
static inline void gate_wait(const struct gate *gate)
{
    CHECK(read(gate->wait_end, (char[1]){0}, 1));
}

static inline void gate_pass(const struct gate *gate)
{
    gate_let_go(gate);
    gate_wait(gate);
}

/* Sends one byte through the pipe, for one who awaits it. Does nothing if nobody can hear it. */
static inline void gate_knock(const struct gate *gate)
{
    if (AGAIN(write(gate->hold_end, "!", 1)) == -1 && errno != EPIPE)
        fail_call("write", errno, __FILE__, __LINE__);
}

/* Waits for a knock, at most NANOSECONDS, which are rounded up to milliseconds; below 0 there is
 * no bound. Returns false if none came, or nobody is left who could knock. Without a bound it only
 * reads: a knock wakes one of many who read, but all who poll. It polls in parts: so any time fits,
 * and a run that was stopped (Ctrl-Z) loses one part and not all. */
static inline bool gate_await_knock(const struct gate *gate, int64_t nanoseconds)
{
    const int64_t part = 250;
    int64_t left = nanoseconds / 1000000 + (nanoseconds % 1000000 > 0);
    struct pollfd pipe_end = {.fd = gate->wait_end, .events = POLLIN};

    while (nanoseconds >= 0 && CHECK(poll(&pipe_end, 1, (int)(left < part ? left : part))) == 0) {
        if (left <= part)
            return false;
        left -= part;
    }
    return CHECK(read(gate->wait_end, (char[1]){0}, 1)) == 1;
}
