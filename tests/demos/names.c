/* SPDX-License-Identifier: MIT */
/* names: a signal that ends a run while one of its names exists
 *
 * The test follows the program from call to call (ptrace), as a debugger does,
 * and sends the signal as soon as it sees a name. Linux only.
 */
#include "tests/support/test.h"

#ifdef __linux__
#include <glob.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct kind {
    const char *demo, *option;
    const char *folder; /* where its name stands, "" is the current one */
    const char *name;   /* up to the process and what cannot be guessed */
} kinds[] = {{"tests/unkind/demo_semaphore", "", "/dev/shm/", "sem.demo-"},
    {"demo_mqueue", "", "/dev/mqueue/", "demo-"},
    {"demo_pipe", "--named", "", "demo_pipe-"},
    {"demo_condvar", "--svg=chart.svg", "", "chart.svg"}};

/* In the new process: the parent may follow it. */
static int be_traced(const void *context)
{
    (void)context;
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1 ? 77 : 0;
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

    if (*kind->folder)
        (void)snprintf(pattern, sizeof pattern, "%s%s%ld-*", kind->folder,
            kind->name, (long)pid);
    else
        (void)snprintf(pattern, sizeof pattern, "%s*", kind->name);
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

static const int signals[] = {
    SIGQUIT, SIGALRM, SIGTERM, SIGINT, SIGHUP, SIGUSR1};

/* After a signal: SIGALRM is the watchdog's, if it has a second. */
static void check_end(
    const struct kind *kind, struct program *program, int number)
{
    struct result result = program_finish(program);

    if (result.status != (number == SIGALRM ? 3 : 128 + number))
        fail_msg("%s, signal %d: status %d, %s", kind->demo, number,
            result.status, result.err);
    assert_nothing_left();
    if (exists(kind, program->pid))
        fail_msg("%s, signal %d: its name is left", kind->demo, number);
}

TEST(signal_while_a_name_exists)
{
    for (size_t i = 0; i < COUNT(kinds) * COUNT(signals); i++) {
        const struct kind *kind = &kinds[i / COUNT(signals)];
        int number = signals[i % COUNT(signals)];
        bool is_watchdog = number == SIGALRM;
        if (!shows_names(kind->folder))
            continue; /* the system does not show these names */
        if (access(built(kind->demo), X_OK) != 0)
            continue; /* not everywhere there is one with a named semaphore */
        struct program program =
            start_with(be_traced, NULL, "%s %s %s", kind->demo,
                is_watchdog ? "--timeout=1" : "--speed=1000", kind->option);
        if (!follow(kind, program.pid))
            fail_msg("%s: there was no name", kind->demo);
        assert_int_equal(kill(program.pid, number), 0);
        assert_int_equal(ptrace(PTRACE_DETACH, program.pid, NULL, NULL), 0);
        check_end(kind, &program, number);
    }
}

/* The writer of demo_shm makes a name that the reader soon removes: strace(1)
 * has the writer wait in between, and leaves the run its process id (-D).
 */
TEST(signal_while_memory_has_a_name)
{
    static const struct kind kind = {"demo_shm", "", "/dev/shm/", "demo-"};

    if (!has_strace() || !shows_names(kind.folder))
        skip();
    for (size_t i = 0; i < COUNT(signals); i++) {
        struct program program = program_start((const char *const[]){
            "/usr/bin/env", "strace", "-D", "-f", "-qq", "-o", "/dev/null",
            "-e", "inject=ftruncate:delay_enter=1000000", built("demo_shm"),
            signals[i] == SIGALRM ? "--timeout=1" : "--timeout=60", NULL});
        for (int j = 0; j < 1000 && !exists(&kind, program.pid); j++)
            nap(0.01);
        assert_true(exists(&kind, program.pid));
        assert_int_equal(kill(program.pid, signals[i]), 0);
        check_end(&kind, &program, signals[i]);
    }
}
#endif
