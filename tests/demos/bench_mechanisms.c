/* SPDX-License-Identifier: MIT */
/* bench_mechanisms beside a process that sends to its queue; all else is in bench_mechanisms.txt */
#include "tests/support/queues.h"
#include "tests/support/test.h"

#include <sys/msg.h>

/* Both sides compare each byte with what the other one has sent. This test, too, can send to the
 * System V queue: to PING, of type 1. */
TEST(wrong_message)
{
    const struct {
        long type;
        char bytes[64];
    } wrong = {1, "never sent by the other side"};
    char queue[100] = "";
    int id;

    struct program program =
        start_words("bench_mechanisms --only=sysv-queue --placement=free --rounds=200");
    while (queues_left(queue, sizeof queue) == 0)
        if (program_ended(&program, 0.01))
            skip(); /* there are no such queues, or nobody tells of them */
    assert_int_equal(sscanf(queue, "System V queue %d", &id), 1);
    assert_int_equal(msgsnd(id, &wrong, sizeof wrong.bytes, 0), 0);
    struct result result = program_finish(&program);
    assert_result(&result, 4,
        "^bench_mechanisms: payload differed: sysv-queue, at the side of ping "
        "\\(64 bytes of 64\\)\n$",
        "bench_mechanisms");
}
