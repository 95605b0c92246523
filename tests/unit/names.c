/* SPDX-License-Identifier: MIT */
/* names: they cannot be guessed; signals wait while one exists */
#include "tests/support/unit.h"
#include "common/base/check.h"
#include "common/run/names.h"
#include "common/run/output.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

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
 * unlinked: by exit(3p), or by a signal that waited until then.
 */
static int leave_name(const void *signal_number)
{
    char name[NAME_SIZE];

    unique_name(name);
    CHECK(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600));
    say("%s", name);
    if (signal_number) {
        CHECK(raise(*(const int *)signal_number));
        say("still there");
        CHECK(shm_unlink(name));
        name_is_gone();
        say("too late");
    }
    return 0;
}

static void assert_gone(struct outcome *outcome)
{
    *strchr(outcome->out, '\n') = '\0';
    assert_int_equal(shm_open(outcome->out, O_RDONLY, 0), -1);
    assert_int_equal(errno, ENOENT);
}

TEST(name_that_is_left)
{
    struct outcome outcome = expect(0, "", leave_name, NULL);

    assert_gone(&outcome);
    outcome = expect(128 + SIGINT, "", leave_name, &(int){SIGINT});
    assert_string_equal(strchr(outcome.out, '\n'), "\nstill there\n");
    assert_gone(&outcome);
}

/* A child that ends does not take its parent's name away. */
static int end_child(const void *context)
{
    char name[NAME_SIZE];

    unique_name(name);
    CHECK(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600));
    pid_t child = CHECK(fork());
    if (child == 0)
        return 0;
    CHECK(waitpid(child, NULL, 0));
    CHECK(shm_unlink(name)); /* ends the run if it is gone */
    name_is_gone();
    return 0;
}

TEST(name_of_the_parent)
{
    (void)expect(0, "", end_child, NULL);
}

static int end_with_signals_held(const void *context)
{
    sigset_t outer = hold_signals(), inner = hold_signals();

    CHECK(raise(*(const int *)context));
    release_signals(inner);
    say("not yet"); /* the outer hold still lasts */
    release_signals(outer);
    say("too late");
    return 0;
}

TEST(held_signals)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM};

    for (size_t i = 0; i < 5; i++) {
        struct outcome outcome =
            expect(128 + signals[i], "", end_with_signals_held, &signals[i]);
        assert_string_equal(outcome.out, "not yet\n");
    }
}
