/* SPDX-License-Identifier: MIT */
/* confined: the demos in a sandbox that denies some calls, and as process 1 of
 * a container. Linux only.
 */
#include "tests/support/test.h"
#include "tests/support/runs.h"

#if defined __linux__ && !defined __SANITIZE_ADDRESS__
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CANNOT_DENY = 77 };

/* In the new process: from now on this call fails with EPERM. */
static int deny(const void *context)
{
    const int *call = context;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)*call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog filter = {COUNT(code), code};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == -1)
        return CANNOT_DENY;
    return 0;
}

static struct program start_denied(int call, const char *words)
{
    return start_with(deny, &call, "%s", words);
}

/* How WORDS end in the sandbox, and that nothing is left. */
static void assert_denied(
    int call, int status, const char *said, const char *words)
{
    struct program program = start_denied(call, words);
    struct result result = program_finish(&program);

    if (result.status == CANNOT_DENY)
        skip();
    assert_result(&result, status, said, words);
    assert_nothing_left();
}

/* Both modes of all runs in the sandbox, but for those that need the call. */
static void assert_all_denied(int call)
{
    char words[160];

    FOR_RUNS(run)
    {
        bool kills_writer = strcmp(run->options, "--kill-writer") == 0;
        bool kills = kills_writer || strcmp(run->demo, "signal") == 0;
        if ((call == SYS_kill && kills) || (!HAVE_ROBUST_MUTEX && kills_writer))
            continue;
        (void)snprintf(words, sizeof words, "%s %s", run->program, run->fast);
        assert_denied(call, run->normal, "guarantee", words);
        (void)strcat(words, " --broken");
        if (run->broken != NO_BROKEN)
            assert_denied(call, run->broken, "guarantee", words);
    }
    assert_denied(call, 0, "guarantee", "demo_condvar --lanes");
}

/* That children die with their parent is only a precaution. */
TEST(no_prctl)
{
    assert_all_denied(SYS_prctl);
}

/* Nobody waits for a child that may not be killed: it ends with its parent. */
TEST(no_kill)
{
    assert_all_denied(SYS_kill);
    assert_denied(SYS_kill, 3, "kill: ", "demo_signal --speed=100");
    assert_denied(
        SYS_kill, 3, "kill: ", "demo_signal --speed=100 --broken --task=100");
    assert_denied(SYS_kill, 3, ": ", "demo_mutex --kill-writer");
    assert_denied(SYS_kill, 0, "", "demo_pipe --timeout=60 -");
}

/* More open files, and a core of its own, are wanted, not needed. */
TEST(no_limit_and_no_core)
{
    struct program server =
        start_denied(SYS_prlimit64, "demo_socket --serve --port=0");
    (void)program_await(&server, "listening", true);
    assert_int_equal(kill(server.pid, SIGINT), 0);
    assert_int_equal(program_finish(&server).status, 0);
    assert_denied(SYS_sched_setaffinity, 0, "every message came",
        "bench_mechanisms --rounds=1 --only=pipe");
    assert_denied(SYS_sched_setaffinity, 3, "use --placement=free",
        "bench_mechanisms --placement=same");
}

/* Costs are measured without the queues that there are not. */
TEST(no_queues)
{
    assert_denied(SYS_msgget, 0, "sysv-queue is left out: this system has none",
        "bench_mechanisms --rounds=1 --placement=free --only=pipe,sysv-queue");
    assert_denied(SYS_msgget, 3, "nothing is left to show",
        "bench_mechanisms --rounds=1 --placement=free --only=sysv-queue");
#if HAVE_MQUEUE
    assert_denied(SYS_mq_open, 0,
        "posix-queue is left out: this system has none",
        "bench_mechanisms --rounds=1 --placement=free --only=pipe,posix-queue");
#endif
}

/* A server that can have no client says so when the first one comes. */
TEST(no_accept)
{
#ifdef SYS_accept /* not on all machines */
    struct program server =
        start_denied(SYS_accept, "demo_socket --serve --port=0");
    (void)program_await(&server, "\n", true);
    (void)expect_run(3, "", "demo_socket --connect --port=%d",
        atoi(strrchr(server.so_far.err, ':') + 1));
    struct result result = program_finish(&server);
    assert_result(&result, 3, "accept: Operation not permitted", "--serve");
#endif
}

/* The sandbox of the tests themselves: as root, or as a user who may have a
 * name space of his own; as unshare(1) 2.36 starts it, whatever version this
 * is.
 */
static struct program start_first(const char *rest)
{
    char command[8192];

    (void)snprintf(command, sizeof command,
        "trap '' INT TERM; exec unshare %s --pid --fork %s%s",
        geteuid() == 0 ? "" : "--user --map-root-user", built(""), rest);
    return program_start((const char *const[]){"/bin/sh", "-c", command, NULL});
}

static void skip_without_container(void)
{
    struct program program = start_first("demo_pipe");

    if (program_finish(&program).status != 0)
        skip();
}

/* The process that unshare(1) has started. */
static pid_t first_process(pid_t unshare)
{
    char path[64];
    int child = 0;

    (void)snprintf(path, sizeof path, "/proc/%ld/task/%ld/children",
        (long)unshare, (long)unshare);
    (void)sscanf(load_file(path, NULL), "%d", &child);
    assert_true(child > 0);
    return child;
}

TEST(first_process_ends_by_signals)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    static const struct {
        const char *words, *input, *answer;
    } cases[] = {{"demo_pipe --named -", "go on\n", "goOn\n"},
        {"demo_mqueue --api=sysv -", "add 3 4\n", "7\n"}};

    skip_without_container();
    for (size_t i = 0; i < COUNT(cases) * COUNT(signals); i++) {
        const char *input = cases[i / COUNT(signals)].input;
        int number = signals[i % COUNT(signals)];
        struct program program = start_first(cases[i / COUNT(signals)].words);
        program_write(&program, input, strlen(input));
        (void)program_await(&program, cases[i / COUNT(signals)].answer, false);
        int kept = program.in; /* its end would be the run's normal end */
        program.in = -1;
        assert_int_equal(kill(first_process(program.pid), number), 0);
        assert_int_equal(program_finish(&program).status, 128 + number);
        (void)close(kept);
        assert_nothing_left();
    }
}

TEST(first_process_ends_by_itself)
{
    static const struct {
        const char *rest;
        int status;
    } cases[] = {{"demo_pipe", 0}, {"demo_pipe --broken", 4},
        {"demo_signal --speed=100", 1}, {"demo_mutex --slots=1", 2},
        {"demo_mqueue div 1 0", 3}, {"demo_condvar --lanes", 0}};

    skip_without_container();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct program program = start_first(cases[i].rest);
        assert_int_equal(program_finish(&program).status, cases[i].status);
    }
    struct program server = start_first("demo_socket --serve --port=0");
    (void)program_await(&server, "listening", true);
    assert_int_equal(kill(first_process(server.pid), SIGINT), 0);
    assert_int_equal(program_finish(&server).status, 0); /* its normal end */
}
#endif
