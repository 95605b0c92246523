/* SPDX-License-Identifier: MIT */
/* what the tests stand on: they find what their own runs left behind, and only
 * that
 */
#include "tests/support/test.h"
#include "tests/support/queues.h"

#include <sys/ipc.h>
#include <sys/msg.h>

/* One of a program that has ended; those of others are none of ours: as long as
 * a process has the number, the name is its.
 */
TEST(names)
{
    struct program program = program_start((const char *const[]){"/bin/cat", NULL});
    char name[64], expected[66];

    if (access("/dev/shm", W_OK) == -1)
        skip();
    (void)snprintf(name, sizeof name, "/dev/shm/demo-%ld-0123456789ab", (long)program.pid);
    (void)snprintf(expected, sizeof expected, "%s\n", name);
    save_file(name, "", 0);
    assert_null(strstr(find_leftovers(), name));
    (void)program_finish(&program);
    assert_string_equal(find_leftovers(), expected);
    assert_int_equal(unlink(name), 0);
    assert_nothing_left();
}

static int create_queue(const void *context)
{
    return msgget(IPC_PRIVATE, 0600) != -1 ? 0 : 1;
}

TEST(queues)
{
    struct result result = forked(create_queue, NULL);
    const char *left = find_leftovers();

    if (result.status != 0 || !*left)
        skip(); /* the system has no such queues, or does not tell us of them */
    assert_matches(left, "^System V queue [0-9]+\n$");
    queues_remove();
    assert_nothing_left();
}
