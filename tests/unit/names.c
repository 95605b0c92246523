/* SPDX-License-Identifier: MIT */
/* names: they cannot be guessed, and are removed. That signals wait while one exists is tested with
 * the demos (confined.c). */
#include "tests/support/test.h"
#include "common/base/check.h"
#include "demos/parts/unique_name.h"
#include "common/run/output.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* What was created under a name is removed if the run ends before it could be unlinked; but not by
 * a child that ends. */
static int leave_name(const void *context)
{
    char other[NAME_SIZE], name[NAME_SIZE];

    unique_name(other);
    name_is_gone();
    unique_name(name);
    int file = CHECK(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600));
    say("%s %s", strcmp(name, other) == 0 ? "twice" : "once", name);
    pid_t child = CHECK(fork());
    if (child == 0)
        return 0;
    CHECK(waitpid(child, NULL, 0));
    CHECK(close(file));
    CHECK(shm_open(name, O_RDWR, 0)); /* ends the run if it is gone */
    return 0;
}

TEST(name_that_is_left)
{
    struct result outcome = expect(0, "", leave_name, NULL);

    assert_matches(outcome.out, "^once /demo-[0-9]+-[0-9a-f]{12}\n$");
    *strchr(outcome.out, '\n') = '\0';
    assert_int_equal(shm_open(outcome.out + strlen("once "), O_RDONLY, 0), -1);
    assert_int_equal(errno, ENOENT);
}
