/* SPDX-License-Identifier: MIT */
/* what the tests stand on: they find what their own runs left behind, and only that */
#include "tests/support/test.h"
#include "tests/support/queues.h"

#include <sys/ipc.h>
#include <sys/msg.h>

static int create_queue(const void *context)
{
    return msgget(IPC_PRIVATE, 0600) != -1 ? 0 : 1;
}

/* The name is ours when a program that we have started has ended; as long as a process has the
 * number, the name is its. Some systems have no such queues, or do not tell us of them. */
TEST(leftovers)
{
    struct program program = program_start((const char *const[]){"/bin/cat", NULL});
    char name[64];

    if (access("/dev/shm", W_OK) == -1)
        skip();
    (void)snprintf(name, sizeof name, "/dev/shm/demo-%ld-0123456789ab", (long)program.pid);
    save_file(name, "", 0);
    assert_null(strstr(find_leftovers(), name));
    (void)program_finish(&program);
    struct result result = forked(create_queue, NULL);
    assert_matches(
        find_leftovers(), "^/dev/shm/demo-[0-9]+-0123456789ab\n(System V queue [0-9]+\n)?$");
    assert_true(!queues_watch() || result.status != 0 || queues_left(NULL, 0) == 1);
    remove_leftovers();
    assert_nothing_left();
}
