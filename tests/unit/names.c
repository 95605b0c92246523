/* SPDX-License-Identifier: MIT */
/* names: they cannot be guessed, and are removed. That signals wait while one
 * exists is tested with the demos (confined.c).
 */
#include "tests/support/test.h"
#include "common/base/check.h"
#include "common/run/names.h"
#include "common/run/output.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

TEST(unique_name)
{
    char first[NAME_SIZE], second[NAME_SIZE], start[32];
    int length = snprintf(start, sizeof start, "/demo-%ld-", (long)getpid());

    unique_name(first);
    name_is_gone();
    unique_name(second);
    name_is_gone();
    assert_memory_equal(first, start, (size_t)length);
    assert_int_equal(strlen(first + length), 12);
    assert_int_equal(strspn(first + length, "0123456789abcdef"), 12);
    assert_string_not_equal(first, second);
}

/* What was created under a name is removed if the run ends before it could be
 * unlinked; but not by a child that ends.
 */
static int leave_name(const void *context)
{
    char name[NAME_SIZE];

    unique_name(name);
    int file = CHECK(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600));
    say("%s", name);
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

    *strchr(outcome.out, '\n') = '\0';
    assert_int_equal(shm_open(outcome.out, O_RDONLY, 0), -1);
    assert_int_equal(errno, ENOENT);
}
