/* SPDX-License-Identifier: MIT */
/* names: a signal that ends a run while one of its names exists
 *
 * The test follows the program from call to call (ptrace), as a debugger does,
 * and sends the signal as soon as it sees a name. Linux only.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/program.h"

#ifdef __linux__
#include <glob.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANNOT_TRACE = 77 };

static const char *self; /* the path of this program */

static const struct kind {
    const char *demo, *option;
    const char *pattern; /* of its name; %ld is the process */
    const char *folder;  /* where it stands, "" is the current one */
} kinds[] = {{"demo_semaphore", NULL, "/dev/shm/sem.demo-%ld-*", "/dev/shm"},
    {"demo_shm", NULL, "/dev/shm/demo-%ld-*", "/dev/shm"},
    {"demo_mqueue", NULL, "/dev/mqueue/demo-%ld-*", "/dev/mqueue"},
    {"demo_pipe", "--named", "demo_pipe-*", ""},
    {"demo_condvar", "--svg=chart.svg", "chart.svg", ""}};

/* "--traced PROGRAM ARGUMENT...": runs it under the eyes of the parent. */
static int run_traced(char **program)
{
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1)
        return CANNOT_TRACE;
    (void)execv(program[0], program);
    return 127;
}

/* Without a file system of its own /dev/mqueue is any folder. */
static bool shows_names(const char *folder)
{
    struct stat about, parent;

    return !*folder ||
           (stat(folder, &about) == 0 && stat("/dev", &parent) == 0 &&
               about.st_dev != parent.st_dev);
}

static bool exists(const struct kind *kind, pid_t pid)
{
    char pattern[64];
    glob_t found;

    (void)snprintf(pattern, sizeof pattern, "%s", kind->pattern);
    char *place = strstr(pattern, "%ld");
    if (place)
        (void)snprintf(place, sizeof pattern - (size_t)(place - pattern),
            "%ld-*", (long)pid);
    if (glob(pattern, 0, NULL, &found) != 0)
        return false;
    globfree(&found);
    return true;
}

/* Lets the process go on, from call to call, until its name exists. Returns
 * false when it has ended before.
 */
static bool follow(const struct kind *kind, pid_t pid)
{
    int status, passed_on = 0;

    if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
        skip(); /* it may not be traced here */
    while (!exists(kind, pid)) {
        assert_int_equal(
            ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)passed_on), 0);
        assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
        if (!WIFSTOPPED(status))
            return false;
        passed_on = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
    }
    return true;
}

static void test_signal_while_a_name_exists(void **state)
{
    static const int signals[] = {
        SIGQUIT, SIGALRM, SIGTERM, SIGINT, SIGHUP, SIGUSR1};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds * 6; i++) {
        const struct kind *kind = &kinds[i / 6];
        bool is_watchdog = signals[i % 6] == SIGALRM;
        int status = is_watchdog ? 3 : 128 + signals[i % 6];
        const char *line[] = {self, "--traced", built(kind->demo),
            is_watchdog ? "--timeout=1" : "--speed=1000", kind->option, NULL};
        if (!shows_names(kind->folder))
            continue; /* the system does not show these names */
        (void)signal(signals[i % 6], SIG_DFL); /* nohup ignores some */
        struct program program = program_start(line);
        if (!follow(kind, program.pid))
            fail_msg("%s: there was no name", kind->demo);
        assert_int_equal(kill(program.pid, signals[i % 6]), 0);
        assert_int_equal(ptrace(PTRACE_DETACH, program.pid, NULL, NULL), 0);
        struct result result = program_finish(&program);
        if (result.status != status)
            fail_msg("%s, signal %d: status %d, %s", kind->demo, signals[i % 6],
                result.status, result.err);
        free_result(&result);
        assert_nothing_left();
        if (exists(kind, program.pid))
            fail_msg(
                "%s, signal %d: its name is left", kind->demo, signals[i % 6]);
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, enter_scratch, leave_scratch)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {TEST(test_signal_while_a_name_exists)};

    if (argc > 2 && strcmp(argv[1], "--traced") == 0)
        return run_traced(argv + 2);
    self = realpath(argv[0], NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void)
{
    return 0;
}
#endif
