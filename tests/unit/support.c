/* SPDX-License-Identifier: MIT */
/* what the tests stand on: they find what their own runs left behind, and only
 * that; and who calls them, and how, makes no difference
 */
#include "tests/support/environment.h"
#include "tests/support/program.h"
#include "tests/support/queues.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char *this_program;

/* Another run, which began before these tests, and so is none of theirs: it
 * leaves a queue and a name, and still runs, when it is told to.
 */
static struct stranger {
    pid_t pid;
    int orders, answers;
    int queue;
} stranger;

static void name_of(char *name, size_t room, pid_t pid)
{
    (void)snprintf(name, room, "/dev/shm/demo-%ld-0123456789ab", (long)pid);
}

static void be_stranger(void)
{
    char order, name[64];
    pid_t pid = getpid();

    (void)!write(stranger.answers, &pid, sizeof pid);
    if (read(stranger.orders, &order, 1) != 1)
        _exit(0);
    int queue = msgget(IPC_PRIVATE, 0600);
    name_of(name, sizeof name, pid);
    (void)close(open(name, O_WRONLY | O_CREAT, 0600));
    (void)!write(stranger.answers, &queue, sizeof queue);
    (void)!read(stranger.orders, &order, 1);
    _exit(0);
}

/* Its parent ends at once, before this program takes in what has none. */
static int start_stranger(void **state)
{
    int orders[2], answers[2];

    (void)state;
    if (pipe(orders) == -1 || pipe(answers) == -1)
        return -1;
    pid_t parent = fork();
    if (parent == 0) {
        (void)close(orders[1]);
        stranger.orders = orders[0];
        stranger.answers = answers[1];
        if (fork() == 0)
            be_stranger();
        _exit(0);
    }
    stranger.orders = orders[1];
    stranger.answers = answers[0];
    (void)fcntl(stranger.orders, F_SETFD, FD_CLOEXEC);
    (void)waitpid(parent, NULL, 0);
    ssize_t got = read(stranger.answers, &stranger.pid, sizeof stranger.pid);
    return got == sizeof stranger.pid ? 0 : -1;
}

static int end_stranger(void **state)
{
    char name[64];

    (void)state;
    (void)close(stranger.orders);
    (void)msgctl(stranger.queue, IPC_RMID, NULL);
    name_of(name, sizeof name, stranger.pid);
    (void)unlink(name);
    return 0;
}

static void test_of_others(void **state)
{
    (void)state;
    assert_int_equal(write(stranger.orders, "!", 1), 1);
    assert_int_equal(
        read(stranger.answers, &stranger.queue, sizeof stranger.queue),
        sizeof stranger.queue);
    assert_string_equal(find_leftovers(), "");
}

static void test_processes(void **state)
{
    struct program program = program_start(
        (const char *const[]){"/bin/sh", "-c", "echo; read word", NULL});
    char expected[64];

    (void)state;
    (void)program_await(&program, "\n", false);
    if (access("/proc/self/task", R_OK) == 0) { /* Linux */
        (void)snprintf(expected, sizeof expected, "process %ld, /bin/sh\n",
            (long)program.pid);
        assert_string_equal(find_leftovers(), expected);
    }
    (void)program_finish(&program);
    assert_nothing_left();
}

/* Of a program that has ended; as long as one has the same number, it is its.
 */
static void test_names(void **state)
{
    struct program program =
        program_start((const char *const[]){"/bin/cat", NULL});
    char name[64], expected[66];

    (void)state;
    if (access("/dev/shm", W_OK) == -1)
        skip();
    name_of(name, sizeof name, program.pid);
    (void)snprintf(expected, sizeof expected, "%s\n", name);
    assert_int_equal(close(open(name, O_WRONLY | O_CREAT, 0600)), 0);
    assert_null(strstr(find_leftovers(), name));
    (void)program_finish(&program);
    assert_string_equal(find_leftovers(), expected);
    assert_int_equal(unlink(name), 0);
    assert_nothing_left();
}

static void test_queues(void **state)
{
    char expected[64];
    int status;

    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(msgget(IPC_PRIVATE, 0600) != -1 ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (status != 0)
        skip(); /* the system has no such queues */
    (void)snprintf(expected, sizeof expected, "System V queue ");
    const char *left = find_leftovers();
    if (!*left)
        skip(); /* the system does not tell us of them */
    assert_memory_equal(left, expected, strlen(expected));
    assert_int_equal(count_lines(left), 1);
    queues_remove();
    assert_nothing_left();
}

/* This program again, called in the worst way, looks at what it finds. */
static void test_environment(void **state)
{
    int status;

    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const struct rlimit none = {0, RLIM_INFINITY};
        sigset_t all;
        (void)sigfillset(&all);
        (void)sigprocmask(SIG_BLOCK, &all, NULL);
        for (int number = 1; number < NSIG; number++)
            (void)signal(number, SIG_IGN);
        (void)umask(077);
        (void)setrlimit(RLIMIT_FSIZE, &none);
        for (int i = 0; i < 3; i++)
            (void)close(i);
        (void)execlp("env", "env", "NO_COLOR=1", "CLICOLOR_FORCE=1",
            "COLUMNS=20", "LC_ALL=C", "TERM=dumb", "POSIXLY_CORRECT=1",
            this_program, "look", (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Returns the number of what is not as it should be. */
static int look(void)
{
    struct rlimit limit;
    struct sigaction action;
    sigset_t mask;

    begin_child();
    for (int i = 0; i < 3; i++)
        if (fcntl(i, F_GETFD) == -1)
            return 1;
    if (getenv("NO_COLOR") || getenv("CLICOLOR_FORCE") || getenv("COLUMNS") ||
        getenv("POSIXLY_CORRECT"))
        return 2;
    if (strcmp(getenv("LC_ALL"), "C.UTF-8") != 0 ||
        strcmp(getenv("TERM"), "xterm") != 0)
        return 3;
    (void)sigprocmask(SIG_SETMASK, NULL, &mask);
    for (int number = 1; number < 32; number++)
        if (sigismember(&mask, number) == 1 ||
            (sigaction(number, NULL, &action) == 0 &&
                action.sa_handler == SIG_IGN))
            return 4;
    if (umask(0) != 022)
        return 5;
    (void)getrlimit(RLIMIT_FSIZE, &limit);
    return limit.rlim_cur == limit.rlim_max ? 0 : 6;
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, enter_scratch, leave_scratch)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {TEST(test_of_others),
        TEST(test_processes), TEST(test_names), TEST(test_queues),
        TEST(test_environment)};

    if (argc > 1 && strcmp(argv[1], "look") == 0)
        return look();
    this_program = realpath(argv[0], NULL);
    return cmocka_run_group_tests(tests, start_stranger, end_stranger);
}
