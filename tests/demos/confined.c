/* SPDX-License-Identifier: MIT */
/* confined: the demos in a sandbox that denies some calls, and as process 1 of
 * a container. Linux only.
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
#include "tests/support/runs.h"

#if defined __linux__ && !defined __SANITIZE_ADDRESS__
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CANNOT_DENY = 77 };

static char *self; /* the path of this program */

/* "--deny NUMBER PROGRAM ARGUMENT...": runs it in a sandbox in which the call
 * with this number fails with EPERM.
 */
static int run_denied(unsigned call, char **program)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog filter = {sizeof code / sizeof *code, code};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == -1)
        return CANNOT_DENY;
    (void)execv(program[0], program);
    return 127;
}

static struct program start_denied(int call, const char *const words[])
{
    const char *line[16] = {self, "--deny", NULL, built(words[0])};
    char number[16];

    (void)snprintf(number, sizeof number, "%d", call);
    line[2] = number;
    for (int i = 1; words[i]; i++)
        line[3 + i] = words[i];
    return program_start(line);
}

/* How WORDS end in the sandbox, and that nothing is left. */
static void assert_denied(
    int call, const char *const words[], int status, const char *message)
{
    struct program program = start_denied(call, words);
    struct result result = program_finish(&program);

    if (result.status == CANNOT_DENY)
        skip();
    if (result.status != status || !strstr(result.err, message))
        fail_msg("%s %s without call %d: status %d, %s", words[0],
            words[1] ? words[1] : "", call, result.status, result.err);
    free_result(&result);
    assert_nothing_left();
}

/* Whether it is about a process that is killed. */
static bool is_about_kill(const struct demo_run *run)
{
    return strcmp(run->demo, "signal") == 0 ||
           strcmp(run->options, "--kill-writer") == 0;
}

static void assert_run_denied(
    int call, const struct demo_run *run, bool broken, const char *more)
{
    char speed[32], options[64];
    const char *words[12] = {run->program, speed};
    int count = 2;

    (void)snprintf(speed, sizeof speed, "--speed=%d", run->quick);
    (void)snprintf(options, sizeof options, "%s", run->options);
    for (char *word = strtok(options, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    if (broken)
        words[count++] = "--broken";
    words[count] = more;
    assert_denied(call, words, broken ? run->broken : run->normal, "guarantee");
}

/* Both modes of all runs in the sandbox, but for those that need the call. */
static void assert_all_denied(int call)
{
    for (int i = 0; i < run_count; i++) {
        if (call == SYS_kill && is_about_kill(&demo_runs[i]))
            continue;
        if (!HAVE_ROBUST_MUTEX &&
            strcmp(demo_runs[i].options, "--kill-writer") == 0)
            continue;
        assert_run_denied(call, &demo_runs[i], false, NULL);
        if (demo_runs[i].broken != NO_BROKEN)
            assert_run_denied(call, &demo_runs[i], true, NULL);
    }
    assert_run_denied(call, plain_run("condvar"), false, "--lanes");
}

/* That children die with their parent is only a precaution. */
static void test_no_prctl(void **state)
{
    (void)state;
    assert_all_denied(SYS_prctl);
}

/* Nobody waits for a child that may not be killed: it ends with its parent. */
static void test_no_kill(void **state)
{
    (void)state;
    assert_all_denied(SYS_kill);
    assert_denied(SYS_kill,
        (const char *const[]){"demo_signal", "--speed=100", NULL}, 3, "kill: ");
    assert_denied(SYS_kill,
        (const char *const[]){
            "demo_signal", "--speed=100", "--broken", "--task=100", NULL},
        3, "kill: ");
    assert_denied(SYS_kill,
        (const char *const[]){"demo_mutex", "--kill-writer", NULL}, 3, ": ");
    assert_denied(SYS_kill,
        (const char *const[]){"demo_pipe", "--timeout=60", "-", NULL}, 0, "");
}

/* More open files, and a core of its own, are wanted, not needed. */
static void test_no_limit_and_no_core(void **state)
{
    (void)state;
    struct program server = start_denied(SYS_prlimit64,
        (const char *const[]){"demo_socket", "--serve", "--port=0", NULL});
    (void)program_await(&server, "listening", true);
    assert_int_equal(kill(server.pid, SIGINT), 0);
    struct result result = program_finish(&server);
    assert_int_equal(result.status, 0);
    free_result(&result);
    assert_denied(SYS_sched_setaffinity,
        (const char *const[]){
            "bench_mechanisms", "--rounds=1", "--only=pipe", NULL},
        0, "every message came");
    assert_denied(SYS_sched_setaffinity,
        (const char *const[]){"bench_mechanisms", "--placement=same", NULL}, 3,
        "use --placement=free");
}

/* Costs are measured without the queues that there are not. */
static void test_no_queues(void **state)
{
    (void)state;
    assert_denied(SYS_msgget,
        (const char *const[]){"bench_mechanisms", "--rounds=1",
            "--placement=free", "--only=pipe,sysv-queue", NULL},
        0, "sysv-queue is left out: this system has none");
    assert_denied(SYS_msgget,
        (const char *const[]){"bench_mechanisms", "--rounds=1",
            "--placement=free", "--only=sysv-queue", NULL},
        3, "nothing is left to show");
#if HAVE_MQUEUE
    assert_denied(SYS_mq_open,
        (const char *const[]){"bench_mechanisms", "--rounds=1",
            "--placement=free", "--only=pipe,posix-queue", NULL},
        0, "posix-queue is left out: this system has none");
#endif
}

/* A server that can have no client says so when the first one comes. */
static void test_no_accept(void **state)
{
    char port[32];

    (void)state;
#ifdef SYS_accept /* not on all machines */
    struct program server = start_denied(SYS_accept,
        (const char *const[]){"demo_socket", "--serve", "--port=0", NULL});
    const char *at = program_await(&server, "127.0.0.1:", true);
    (void)program_await(&server, "\n", true);
    (void)snprintf(port, sizeof port, "--port=%d", atoi(strchr(at, ':') + 1));
    struct result client = RUN("demo_socket", "--connect", port);
    assert_int_equal(client.status, 3);
    free_result(&client);
    struct result result = program_finish(&server);
    assert_int_equal(result.status, 3);
    assert_non_null(strstr(result.err, "accept: Operation not permitted"));
    free_result(&result);
    assert_nothing_left();
#else
    (void)port;
#endif
}

/* The sandbox of the tests themselves: as root, or as a user who may have a
 * name space of his own.
 */
static struct program start_first(const char *rest)
{
    static char command[8192];

    /* as unshare(1) 2.36 starts it, whatever version this is */
    (void)snprintf(command, sizeof command,
        "trap '' INT TERM; exec unshare %s --pid --fork %s%s",
        geteuid() == 0 ? "" : "--user --map-root-user", built(""), rest);
    return program_start((const char *const[]){"/bin/sh", "-c", command, NULL});
}

static void skip_without_container(void)
{
    struct program program = start_first("demo_pipe");
    struct result result = program_finish(&program);
    bool can = result.status == 0;

    free_result(&result);
    if (!can)
        skip();
}

/* The process that unshare(1) has started. */
static pid_t first_process(pid_t unshare)
{
    char path[64];
    int child = 0;

    (void)snprintf(path, sizeof path, "/proc/%ld/task/%ld/children",
        (long)unshare, (long)unshare);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &child), 1);
    assert_int_equal(fclose(file), 0);
    return child;
}

static void test_first_process_ends_by_signals(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

    (void)state;
    skip_without_container();
    for (int i = 0; i < 8; i++) {
        const char *rest =
            i < 4 ? "demo_pipe --named -" : "demo_mqueue --api=sysv -";
        (void)signal(signals[i % 4], SIG_DFL);
        struct program program = start_first(rest);
        if (i < 4) {
            program_write(&program, "go on\n", 6);
            (void)program_await(&program, "goOn\n", false);
        } else {
            program_write(&program, "add 3 4\n", 8);
            (void)program_await(&program, "7\n", false);
        }
        int input = program.in; /* its end would be the run's normal end */
        program.in = -1;
        assert_int_equal(kill(first_process(program.pid), signals[i % 4]), 0);
        struct result result = program_finish(&program);
        (void)close(input);
        assert_int_equal(result.status, 128 + signals[i % 4]);
        free_result(&result);
        assert_nothing_left();
    }
}

static void test_first_process_ends_by_itself(void **state)
{
    static const struct {
        const char *rest;
        int status;
    } cases[] = {{"demo_pipe", 0}, {"demo_pipe --broken", 4},
        {"demo_signal --speed=100", 1}, {"demo_mutex --slots=1", 2},
        {"demo_mqueue div 1 0", 3}, {"demo_condvar --lanes", 0}};

    (void)state;
    skip_without_container();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct program program = start_first(cases[i].rest);
        struct result result = program_finish(&program);
        assert_int_equal(result.status, cases[i].status);
        free_result(&result);
    }
    struct program server = start_first("demo_socket --serve --port=0");
    (void)program_await(&server, "listening", true);
    assert_int_equal(kill(first_process(server.pid), SIGINT), 0);
    struct result result = program_finish(&server);
    assert_int_equal(result.status, 0); /* its normal end */
    free_result(&result);
    assert_nothing_left();
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, enter_scratch, leave_scratch)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {TEST(test_no_prctl), TEST(test_no_kill),
        TEST(test_no_limit_and_no_core), TEST(test_no_accept),
        TEST(test_no_queues), TEST(test_first_process_ends_by_signals),
        TEST(test_first_process_ends_by_itself)};

    if (argc > 3 && strcmp(argv[1], "--deny") == 0)
        return run_denied((unsigned)atoi(argv[2]), argv + 3);
    self = realpath(argv[0], NULL);
    runs_read();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void)
{
    return 0;
}
#endif
