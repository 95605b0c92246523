/* SPDX-License-Identifier: MIT */
/* confined: the demos where some calls are denied, as in a sandbox, where a
 * signal comes at a bad moment, and as process 1 of a container. Linux only.
 */
#include "tests/support/test.h"

#if defined __linux__ && !defined __SANITIZE_ADDRESS__
#include <signal.h>
#include <unistd.h>

/* Runs WORDS while strace(1) does what INJECTION says: "CALL:error=EPERM". */
static void assert_injected(const char *injection, int status, const char *said, const char *words)
{
    char option[80];

    (void)snprintf(option, sizeof option, "-e inject=%s", injection);
    struct result result = run_straced(option, words);
    assert_result(&result, status, said, words);
    assert_nothing_left();
}

/* What is wanted and not needed, and what is needed; a mapped file that another
 * program cuts off, and a reader of shared memory that comes late.
 */
TEST(injected)
{
#define DENIED ":error=EPERM"
#define BENCH  "bench_mechanisms --rounds=1 --placement=free --only="
    static const struct {
        const char *injection;
        int status;
        const char *said, *words;
    } cases[] = {
        {"prctl" DENIED, 0, "guarantee", "demo_condvar --lanes"},
        {"prctl" DENIED, 4, "guarantee", "demo_pipe --broken"},
        {"prctl" DENIED, 1, "guarantee", "demo_signal --speed=50"},
        {"prlimit64" DENIED, 3, "listening on .*after 1 s",
            "demo_socket --serve --port=0 --timeout=1"},
        {"kill" DENIED, 0, "guarantee", "demo_condvar --lanes"},
        {"kill" DENIED, 4, "guarantee", "demo_pipe --broken"},
        {"kill" DENIED, 0, "", "demo_pipe --timeout=60 -"},
        {"kill" DENIED, 3, "kill: ", "demo_signal --speed=100"},
        {"kill" DENIED, 3, "kill: ", "demo_signal --speed=100 --broken --task=100"},
        {"kill" DENIED, 3, ": ", "demo_mutex --kill-writer"},
        {"sched_setaffinity" DENIED, 0, "every message came",
            "bench_mechanisms --rounds=1 --only=pipe"},
        {"sched_setaffinity" DENIED, 3, "use --placement=free",
            "bench_mechanisms --placement=same"},
#if HAVE_MQUEUE
        {"mq_open" DENIED, 0, "posix-queue is left out: this system has none",
            BENCH "pipe,posix-queue"},
#endif
        {"msgget" DENIED, 0, "sysv-queue is left out: this system has none",
            BENCH "pipe,sysv-queue"},
        {"msgget" DENIED, 3, "nothing is left to show", BENCH "sysv-queue"},
        {"mmap:signal=SIGBUS -P \"$(pwd -P)/names.txt\"", 3,
            "^demo_file: member [0-9] was killed by signal [0-9]+ \\(a mapped "
            "file was cut off, or there is no room for it\\), so the run was "
            "stopped\n$",
            "demo_file --mmap"},
        {"?unlink,?unlinkat:delay_enter=1500000", 4, "", "demo_shm --broken --speed=1000"}
    };

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_injected(cases[i].injection, cases[i].status, cases[i].said, cases[i].words);
}

/* A signal comes in the call before which a name exists, and after which it is
 * gone: it ends the run, and the name does not stay. SIGALRM is the watchdog's,
 * if it has a second; one of shm's actors ends the run in other words.
 */
TEST(signal_while_a_name_exists)
{
    static const int signals[] = {SIGQUIT, SIGALRM, SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    static const struct {
        const char *call, *words;
    } cases[] = {
        {"?unlink,?unlinkat", "tests/unkind/demo_semaphore"},
#if HAVE_MQUEUE
        {"mq_unlink", "demo_mqueue --api=posix"},
#endif
        {"?mknod,?mknodat", "demo_pipe --named"},
        {"?unlink,?unlinkat", "demo_condvar --svg=chart.svg"},
        {"ftruncate", "demo_shm"}
    };
    char injection[64], words[64];

    for (size_t i = 0; i < COUNT(cases) * COUNT(signals); i++) {
        const char *program = cases[i / COUNT(signals)].words;
        int number = signals[i % COUNT(signals)];
        bool ends_by_message = number == SIGALRM || strcmp(program, "demo_shm") == 0;
        if (strstr(program, "unkind") && access(built(program), X_OK) != 0)
            continue; /* not everywhere there is one with a named semaphore */
        (void)snprintf(injection, sizeof injection, "%s:signal=%d:when=1",
            cases[i / COUNT(signals)].call, number);
        (void)snprintf(words, sizeof words, "%s --timeout=%d", program, number == SIGALRM ? 1 : 60);
        assert_injected(injection, ends_by_message ? 3 : 128 + number, "", words);
        assert_int_equal(access("chart.svg", F_OK), -1);
    }
}

/* A server that can have no client says so when the first one comes. */
TEST(no_accept)
{
    struct program server =
        start_straced("-e inject=?accept,?accept4:error=EPERM", "demo_socket --serve --port=0");

    (void)program_await(&server, "\n", true);
    (void)expect_run(
        3, "", "demo_socket --connect --port=%d", atoi(strrchr(server.so_far.err, ':') + 1));
    struct result result = program_finish(&server);
    assert_result(&result, 3, "accept: Operation not permitted", "--serve");
}

/* The sandbox of the tests themselves: as root, or as a user who may have a
 * name space of his own; as unshare(1) 2.36 starts it, whatever version this
 * is.
 */
static struct program start_first(const char *rest)
{
    char command[8192];

    (void)snprintf(command, sizeof command, "trap '' INT TERM; exec unshare %s --pid --fork %s%s",
        geteuid() == 0 ? "" : "--user --map-root-user", built(""), rest);
    return program_start((const char *const[]){"/bin/sh", "-c", command, NULL});
}

static void skip_without_container(void)
{
    struct program program = start_first("demo_pipe");

    if (program_finish(&program).status != 0)
        skip();
}

/* Sends a signal to the process that unshare(1) has started. */
static void kill_first(pid_t unshare, int number)
{
    pid_t children[MAX_CHILDREN];

    assert_int_equal(find_children(unshare, children), 1);
    assert_int_equal(kill(children[0], number), 0);
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
        kill_first(program.pid, number);
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
    } cases[] = {{"demo_pipe", 0}, {"demo_pipe --broken", 4}, {"demo_signal --speed=100", 1},
        {"demo_mutex --slots=1", 2}, {"demo_mqueue div 1 0", 3}, {"demo_condvar --lanes", 0}};

    skip_without_container();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct program program = start_first(cases[i].rest);
        assert_int_equal(program_finish(&program).status, cases[i].status);
    }
    struct program server = start_first("demo_socket --serve --port=0");
    (void)program_await(&server, "listening", true);
    kill_first(server.pid, SIGINT);
    assert_int_equal(program_finish(&server).status, 0); /* its normal end */
}
#endif
