/* SPDX-License-Identifier: MIT */
/* what the tests stand on: they find what their own runs left behind, and only
 * that; and who calls them, and how, makes no difference
 */
#include "tests/support/test.h"
#include "tests/support/environment.h"
#include "tests/support/queues.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/stat.h>

TEST(environment)
{
    struct rlimit limit;
    struct sigaction action;
    sigset_t mask;
    mode_t before = umask(022);

    begin_child();
    assert_int_equal(before, 022);
    for (int i = 0; i < 3; i++)
        assert_true(fcntl(i, F_GETFD) != -1);
    assert_null(getenv("NO_COLOR"));
    assert_null(getenv("COLUMNS"));
    assert_string_equal(getenv("LC_ALL"), "C.UTF-8");
    assert_string_equal(getenv("TERM"), "xterm");
    assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
    for (int number = 1; number < 32; number++) {
        assert_int_equal(sigismember(&mask, number), 0);
        if (sigaction(number, NULL, &action) == 0)
            assert_true(action.sa_handler != SIG_IGN);
    }
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_true(limit.rlim_cur == limit.rlim_max);
}

TEST(processes)
{
    struct program program = program_start(
        (const char *const[]){"/bin/sh", "-c", "echo; read word", NULL});
    char expected[64];

    (void)program_await(&program, "\n", false);
    if (access("/proc/self/task", R_OK) == 0) { /* Linux */
        (void)snprintf(expected, sizeof expected, "process %ld, /bin/sh\n",
            (long)program.pid);
        assert_string_equal(find_leftovers(), expected);
    }
    (void)program_finish(&program);
    assert_nothing_left();
}

/* One of a program that has ended; those of others are none of ours: as long as
 * a process has the number, the name is its.
 */
TEST(names)
{
    struct program program =
        program_start((const char *const[]){"/bin/cat", NULL});
    char name[64], expected[66];

    if (access("/dev/shm", W_OK) == -1)
        skip();
    (void)snprintf(
        name, sizeof name, "/dev/shm/demo-%ld-0123456789ab", (long)program.pid);
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

/* Whether worst_caller has called this program, which watches all queues. */
static const char mark[] = "NINE_WORST_CALLER";

TEST(queues)
{
    if (getenv(mark))
        skip();
    struct result result = forked(create_queue, NULL);
    const char *left = find_leftovers();

    if (result.status != 0 || !*left)
        skip(); /* the system has no such queues, or does not tell us of them */
    assert_matches(left, "^System V queue [0-9]+\n$");
    queues_remove();
    assert_nothing_left();
}

static int spoil_environment(const void *context)
{
    const struct rlimit none = {0, RLIM_INFINITY};
    sigset_t all;

    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, NULL);
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_IGN);
    (void)umask(077);
    (void)setrlimit(RLIMIT_FSIZE, &none);
    (void)setenv("NO_COLOR", "1", 1);
    (void)setenv("COLUMNS", "20", 1);
    (void)setenv("LC_ALL", "C", 1);
    (void)setenv("TERM", "dumb", 1);
    for (int i = 0; i < 3; i++)
        (void)close(i);
    return 0;
}

/* This program once more. */
TEST(worst_caller)
{
    if (getenv(mark))
        return;
    assert_int_equal(setenv(mark, "1", 1), 0);
    assert_int_equal(unsetenv("DEMOS"), 0);
    struct program program =
        start_with(spoil_environment, NULL, "tests/test_unit_support");
    assert_int_equal(program_finish(&program).status, 0);
    assert_int_equal(unsetenv(mark), 0);
}
