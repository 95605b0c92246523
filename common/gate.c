/* SPDX-License-Identifier: MIT */
#include "common/gate.h"
#include "common/check.h"

#include <poll.h>
#include <unistd.h>

struct gate gate_create(void)
{
    int ends[2];

    CHECK(pipe(ends));
    return (struct gate){ends[0], ends[1]};
}

void gate_let_go(struct gate *gate)
{
    if (gate->hold_end != -1)
        CHECK_CLOSE(gate->hold_end);
    gate->hold_end = -1;
}

void gate_wait(const struct gate *gate)
{
    char nothing;

    CHECK(read(gate->wait_end, &nothing, 1));
}

void gate_pass(struct gate *gate)
{
    gate_let_go(gate);
    gate_wait(gate);
}

void gate_knock(const struct gate *gate)
{
    while (write(gate->hold_end, "!", 1) == -1 && errno != EPIPE)
        if (errno != EINTR)
            fail_call("write", errno, __FILE__, __LINE__);
}

bool gate_await_knock(const struct gate *gate, int64_t nanoseconds)
{
    struct pollfd pipe_end = {.fd = gate->wait_end, .events = POLLIN};
    int milliseconds = nanoseconds < 0 ? -1 : (int)((nanoseconds + 999999) / 1000000);
    char byte;

    return CHECK(poll(&pipe_end, 1, milliseconds)) > 0 &&
           CHECK(read(gate->wait_end, &byte, 1)) == 1;
}
