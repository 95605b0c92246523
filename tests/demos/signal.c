/* SPDX-License-Identifier: MIT */
/* demo_signal as a whole program
 *
 * The runs are slow enough for a loaded machine: where it matters which comes
 * first, the deadline or the end of the task, half a second lies between them.
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/program.h"

#define KILLED   "Process killed...\n"
#define FINISHED "Process finished...\n"
#define RUNNING  "Process still running...\n"

#define HELD     "^demo_signal: guarantee held: [^\n]*seed [0-9]+\\)\n$"
#define VIOLATED "^demo_signal: guarantee VIOLATED: [^\n]*\\(seed [0-9]+\\)\n"

#define UNDECIDED "^demo_signal: cannot tell whether the guarantee held: "

static const char *self; /* the path of this program */

static void test_listing(void **state)
{
    struct result result = RUN("demo_signal", "--seed=42");

    (void)state;
    assert_int_equal(result.status, 1);
    assert_string_equal(result.out, KILLED);
    assert_matches(result.err,
        "^demo_signal: guarantee held: the task was killed by SIGKILL at its "
        "deadline of 2 s; SIGTERM had not stopped it \\(seed 42\\)\n$");
    free_result(&result);
    assert_nothing_left();
}

/* What is printed, and that the run took as long as it has to: as the deadline
 * where the task was killed, as the task where it finished. That it did not
 * take an hour is shown by the test's end.
 */
static void test_endings(void **state)
{
    static const struct {
        const char *task, *deadline, *speed, *out;
        int status;
        double least; /* seconds */
    } cases[] = {{"--task=3600", "--deadline=1", "--speed=1", KILLED, 1, 1},
        {"--task=3600", "--deadline=0.5", "--speed=1", KILLED, 1, 0.5},
        {"--task=3600", "--deadline=0.001", "--speed=1", KILLED, 1, 0.001},
        {"--task=3600", "--deadline=10", "--speed=100", KILLED, 1, 0.1},
        {"--task=1", "--deadline=3600", "--speed=1", FINISHED, 0, 1},
        {"--task=0.3", "--deadline=3600", "--speed=1", FINISHED, 0, 0.3},
        {"--task=100", "--deadline=3600", "--speed=100", FINISHED, 0, 1},
        {"--task=0", "--deadline=3600", "--speed=1", FINISHED, 0, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double begin = now();
        struct result result = RUN(
            "demo_signal", cases[i].task, cases[i].deadline, cases[i].speed);
        assert_true(now() - begin >= cases[i].least);
        assert_int_equal(result.status, cases[i].status);
        assert_string_equal(result.out, cases[i].out);
        assert_matches(result.err, HELD);
        free_result(&result);
    }
    assert_nothing_left();
}

/* Guard and task sleep: that costs no processor time. */
static void test_processor_time(void **state)
{
    static const char *const deadlines[] = {"--deadline=2", "--deadline=3600"};
    struct result idle = RUN("demo_signal", "--task=0", "--deadline=3600");

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct result result = RUN("demo_signal", "--task=3", deadlines[i]);
        assert_int_equal(result.status, i == 0 ? 1 : 0);
        assert_asleep(&result, &idle, 2);
        free_result(&result);
    }
    free_result(&idle);
}

/* The task catches SIGTERM alone; the verdict names what ended it. */
static void test_signals(void **state)
{
    static const struct {
        const char *option, *name;
    } cases[] = {{"--signal=KILL", "SIGKILL"}, {"--signal=INT", "SIGINT"},
        {"--signal=HUP", "SIGHUP"}, {"--signal=USR1", "SIGUSR1"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result result =
            RUN("demo_signal", "--deadline=0.1", cases[i].option);
        assert_int_equal(result.status, 1);
        assert_string_equal(result.out, KILLED);
        assert_matches(result.err, HELD);
        assert_non_null(strstr(result.err, cases[i].name));
        free_result(&result);
    }
    struct result result =
        RUN("demo_signal", "--deadline=0.1", "--signal=TERM");
    assert_int_equal(result.status, 4);
    assert_string_equal(result.out, RUNNING);
    assert_matches(result.err, VIOLATED "$");
    free_result(&result);
    assert_nothing_left();
}

/* The task was asked to stop, and nothing made it: it finishes late, or still
 * runs one more deadline later.
 */
static void test_broken(void **state)
{
    static const struct {
        const char *task, *speed, *out;
    } cases[] = {{"--task=60", "--speed=100", FINISHED},
        {"--task=3600", "--speed=100", RUNNING},
        {"--task=100", "--speed=100", FINISHED}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result result =
            RUN("demo_signal", "--broken", cases[i].task, cases[i].speed);
        double late = 0;

        assert_int_equal(result.status, 4);
        assert_string_equal(result.out, cases[i].out);
        assert_matches(result.err,
            VIOLATED "demo_signal: bug: missed deadline; left out: [^\n]+\n$");
        (void)sscanf(strpbrk(result.err, "0123456789"), "%lf", &late);
        assert_true(late > 0);
        free_result(&result);
    }
    assert_nothing_left();
}

/* The first child of process PID, once it has one (only Linux tells). */
static pid_t await_child_of(pid_t pid)
{
    char path[64];
    int child = 0;

    (void)snprintf(
        path, sizeof path, "/proc/%ld/task/%ld/children", (long)pid, (long)pid);
    for (double end = now() + 10; child == 0 && now() < end;) {
        FILE *file = fopen(path, "r");
        if (!file)
            skip();
        if (fscanf(file, "%d", &child) != 1)
            child = 0;
        (void)fclose(file);
    }
    assert_true(child > 0);
    return child;
}

/* Waits until process PID is in STATE, as /proc calls it. */
static void await_state(pid_t pid, char expected)
{
    char path[64], found = ' ';

    (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    for (double end = now() + 10; found != expected && now() < end;) {
        FILE *file = fopen(path, "r");
        if (!file || fscanf(file, "%*d (%*[^)]) %c", &found) != 1)
            found = ' ';
        if (file)
            (void)fclose(file);
    }
    assert_int_equal(found, expected);
}

/* Waits until the task works: it sleeps, in the system call of that name.
 * (Before all may begin it sleeps, too, but in another.)
 */
static void await_work(pid_t task)
{
    char path[64];
    long call = -1;

    (void)snprintf(path, sizeof path, "/proc/%ld/syscall", (long)task);
    for (double end = now() + 10; call != SYS_clock_nanosleep && now() < end;) {
        FILE *file = fopen(path, "r");
        if (!file)
            skip(); /* this kernel does not tell */
        if (fscanf(file, "%ld", &call) != 1)
            call = -1; /* it is running */
        (void)fclose(file);
    }
    assert_int_equal(call, SYS_clock_nanosleep);
}

/* The guard is stopped until the task is done, too late. */
static void test_late_guard(void **state)
{
    const char *const line[] = {
        built("demo_signal"), "--task=0.4", "--deadline=0.2", NULL};

    (void)state;
    struct program guard = program_start(line);
    pid_t task = await_child_of(guard.pid);
    await_work(task);
    assert_int_equal(kill(guard.pid, SIGSTOP), 0);
    await_state(task, 'Z');
    assert_int_equal(kill(guard.pid, SIGCONT), 0);
    struct result result = program_finish(&guard);
    assert_int_equal(result.status, 3);
    assert_string_equal(result.out, FINISHED);
    assert_matches(result.err, UNDECIDED "[^\n]*stopped[^\n]*\n$");
    free_result(&result);
    assert_nothing_left();
}

/* Task and guard have the same time: each run either tells, and then the truth,
 * or says that it cannot.
 */
static void test_no_time_between(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct result result =
            RUN("demo_signal", "--task=0.05", "--deadline=0.05");
        assert_true(
            result.status == 0 || result.status == 1 || result.status == 3);
        assert_matches(result.err, result.status == 3 ? UNDECIDED : HELD);
        assert_null(strstr(result.err, "after its deadline of"));
        free_result(&result);
    }
    assert_nothing_left();
}

/* Ctrl-Z, and on: with SIGTERM, which the task catches, it outlives its
 * deadline, but for all that the guard can see only since both were stopped.
 * The chart says so too, and then comes what was wrong with the picture.
 */
static void test_stopped_run(void **state)
{
    static const char *const signals[] = {"--signal=TERM", "--signal=HUP"};
    bool has_full = access("/dev/full", W_OK) == 0; /* not every system */

    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *picture = i == 0 && has_full ? "--svg=/dev/full" : NULL;
        const char *const line[] = {built("demo_signal"), "--task=1.5",
            "--deadline=1", signals[i], "--timeline", picture, NULL};
        struct program guard = program_start(line);
        pid_t task = await_child_of(guard.pid);
        await_work(task);
        assert_int_equal(kill(-guard.pid, SIGSTOP), 0);
        await_state(guard.pid, 'T');
        double end = now() + 2;
        while (now() < end)
            (void)nanosleep(&(struct timespec){0, 10000000}, NULL);
        assert_int_equal(kill(-guard.pid, SIGCONT), 0);
        struct result result = program_finish(&guard);
        if (result.status != 1 || i == 0) { /* SIGHUP may have been in time */
            assert_int_equal(result.status, 3);
            assert_matches(result.err, UNDECIDED "the run was stopped");
            assert_non_null(strstr(result.out, "UNDECIDED"));
            if (picture)
                assert_non_null(strstr(result.err, "/dev/full: No space"));
        }
        free_result(&result);
    }
    assert_nothing_left();
}

/* A task that is stopped when SIGINT comes would end of it, if it could. */
static void test_stopped_task(void **state)
{
    const char *const line[] = {
        built("demo_signal"), "--deadline=1", "--signal=INT", NULL};

    (void)state;
    struct program guard = program_start(line);
    pid_t task = await_child_of(guard.pid);
    await_work(task);
    assert_int_equal(kill(task, SIGSTOP), 0);
    struct result result = program_finish(&guard);
    assert_int_equal(result.status, 3);
    assert_string_equal(result.out, RUNNING);
    assert_matches(result.err, UNDECIDED "the run was stopped");
    free_result(&result);
    assert_nothing_left();
}

/* What a caller has blocked is inherited, but the guard relies on it. */
static void test_blocked_signals(void **state)
{
    static const char *const signals[] = {
        "--signal=INT", "--signal=HUP", "--signal=USR1"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        const char *const line[] = {self, "--blocked", built("demo_signal"),
            "--deadline=0.1", signals[i], NULL};
        struct result result = run_program(line, NULL, 0);
        assert_int_equal(result.status, 1);
        assert_string_equal(result.out, KILLED);
        free_result(&result);
    }
    assert_nothing_left();
}

/* A signal that the task catches takes none of its time: it works as long as
 * without, be it one signal or many.
 */
static void test_caught_signals(void **state)
{
    const char *const line[] = {
        built("demo_signal"), "--task=4", "--deadline=3600", NULL};
    double begin = now();

    (void)state;
    struct program guard = program_start(line);
    pid_t task = await_child_of(guard.pid);
    await_work(task);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(kill(task, SIGTERM), 0);
        (void)nanosleep(&(struct timespec){0, 20000000}, NULL);
    }
    double last = now(); /* begun again at each, it would go on for 4 s */
    struct result result = program_finish(&guard);
    assert_true(now() - begin >= 4 && now() - last < 4);
    assert_int_equal(result.status, 0);
    assert_string_equal(result.out, FINISHED);
    free_result(&result);
    assert_nothing_left();
}

/* The guard asks at three quarters of the deadline, unless the task has
 * finished by then, and the task goes on. What the views show is what was sent,
 * and nothing else.
 */
static void test_views_of_an_end(void **state)
{
    /* after one that is still running, the guard waits one more deadline, not
     * scaled: ample for the task
     */
    static const struct {
        const char *task, *deadline, *option;
        int status, terms, kills; /* how often each was received */
    } cases[] = {{"--task=1", "--deadline=4", "--signal=KILL", 0, 0, 0},
        {"--task=3.5", "--deadline=4", "--signal=KILL", 0, 1, 0},
        {"--task=60", "--deadline=2", "--signal=KILL", 1, 1, 1},
        {"--task=4", "--deadline=2", "--broken", 4, 1, 0},
        {"--task=5", "--deadline=2", "--signal=TERM", 4, 2, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result result = RUN("demo_signal", cases[i].task,
            cases[i].deadline, cases[i].option, "--speed=2", "--lanes");
        int kills = cases[i].kills;
        assert_int_equal(result.status, cases[i].status);
        assert_int_equal(count_text(result.out, "got SIGTERM"), cases[i].terms);
        assert_int_equal(count_text(result.out, "got SIGKILL"), kills);
        assert_int_equal(count_text(result.out, "SIGKILL") > 0, kills > 0);
        assert_int_equal(count_text(result.out, "  killed"), kills);
        free_result(&result);
    }
}

static void test_wrong_usage(void **state)
{
    static const char *const refused[][2] = {{"--task=-1"}, {"--task=3600.5"},
        {"--task=nan"}, {"--task"}, {"--deadline=0"}, {"--deadline=-1"},
        {"--deadline=3600.5"}, {"--deadline=1e3"}, {"--signal=STOP"},
        {"--signal=kill"}, {"--signal=KILL TERM"}, {"--signal="},
        {"--broken", "--task=1"}, {"--broken", "--deadline=60"},
        {"--broken", "--signal=INT"}, {"operand"}, {"--", "operand"}};

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_refused("demo_signal", refused[i][0], refused[i][1]);
    }
    assert_nothing_left();
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, enter_scratch, leave_scratch)

/* "--blocked PROGRAM ARGUMENT...": runs it as a caller with all signals blocked
 * would.
 */
static int run_blocked(char **program)
{
    sigset_t all;

    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    (void)execv(program[0], program);
    return 127;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--blocked") == 0)
        return run_blocked(argv + 2);
    self = realpath(argv[0], NULL);
    const struct CMUnitTest tests[] = {TEST(test_listing), TEST(test_endings),
        TEST(test_processor_time), TEST(test_signals), TEST(test_broken),
        TEST(test_late_guard), TEST(test_no_time_between),
        TEST(test_stopped_run), TEST(test_stopped_task),
        TEST(test_blocked_signals), TEST(test_caught_signals),
        TEST(test_views_of_an_end), TEST(test_wrong_usage)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
