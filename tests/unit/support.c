/* SPDX-License-Identifier: MIT */
/* what the tests stand on: they find what their own runs left behind, and only that */
#include "tests/support/test.h"

#include <sys/ipc.h>
#include <sys/msg.h>

/* The name is ours when a program that we have started has ended; as long as a process has the
 * number, the name is its. Some systems have no such queues, or do not tell us of them. */
TEST(leftovers)
{
    struct program program = program_start((const char *const[]){"/bin/cat", NULL});
    char name[64], queue[64];

    if (access("/dev/shm", W_OK) == -1)
        skip();
    (void)snprintf(name, sizeof name, "/dev/shm/demo-%ld-0123456789ab", (long)program.pid);
    save_file(name, "", 0);
    assert_null(strstr(find_leftovers(), name));
    (void)program_finish(&program);
    int id = msgget(IPC_PRIVATE, 0600);
    (void)snprintf(queue, sizeof queue, "queue %d\n", id);
    assert_says(find_leftovers(), name);
    if (id != -1 && access("/proc/sysvipc/msg", R_OK) == 0)
        assert_says(find_leftovers(), queue);
    remove_leftovers();
    (void)msgctl(id, IPC_RMID, NULL); /* then nothing is left, or the test fails */
}
