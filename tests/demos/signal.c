/* SPDX-License-Identifier: MIT */
/* demo_signal as a whole program
 *
 * Where it matters that the deadline or the end of the task comes before what a
 * test does, and the machine was too slow for that, the run is repeated.
 */
#include "tests/support/test.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KILLED    "Process killed...\n"
#define FINISHED  "Process finished...\n"
#define RUNNING   "Process still running...\n"
#define UNDECIDED "^demo_signal: cannot tell whether the guarantee held: "

enum { TRIES = 20 };

/* What is printed, and that the run took as long as it has to: as the deadline
 * where the task was killed, as the task where it finished. That it did not
 * take an hour is shown by the test's end. Guard and task sleep, which costs no
 * processor time. The task catches SIGTERM alone.
 */
TEST(endings)
{
    static const struct {
        const char *options, *out;
        int status;
        double least; /* seconds */
        const char *said;
    } cases[] = {{"", KILLED, 1, 2,
                     "held: the task was killed by SIGKILL at its deadline of 2 s; "
                     "SIGTERM had not stopped it (seed "},
        {"--task=3600 --deadline=1", KILLED, 1, 1, "SIGKILL"},
        {"--task=3600 --deadline=0.001", KILLED, 1, 0.001, "SIGKILL"},
        {"--task=3600 --deadline=10 --speed=100", KILLED, 1, 0.1, "SIGKILL"},
        {"--task=1 --deadline=3600", FINISHED, 0, 1, "finished"},
        {"--task=100 --deadline=3600 --speed=100", FINISHED, 0, 1, "finished"},
        {"--task=0 --deadline=3600", FINISHED, 0, 0, "finished"},
        {"--deadline=0.1 --signal=KILL", KILLED, 1, 0.1, "SIGKILL"},
        {"--deadline=0.1 --signal=INT", KILLED, 1, 0.1, "SIGINT"},
        {"--deadline=0.1 --signal=HUP", KILLED, 1, 0.1, "SIGHUP"},
        {"--deadline=0.1 --signal=USR1", KILLED, 1, 0.1, "SIGUSR1"}};
    struct result prompt = expect_run(0, HELD("signal"), "demo_signal --task=0 --deadline=3600");

    for (size_t i = 0; i < COUNT(cases); i++) {
        double begin = now();
        struct result result =
            expect_run(cases[i].status, HELD("signal"), "demo_signal %s", cases[i].options);
        assert_true(now() - begin >= cases[i].least);
        if (cases[i].least >= 1)
            assert_asleep(&result, &prompt, cases[i].least);
        assert_string_equal(result.out, cases[i].out);
        assert_non_null(strstr(result.err, cases[i].said));
    }
    struct result result =
        expect_run(4, "^demo_signal: guarantee VIOLATED: [^\n]*\\(seed [0-9]+\\)\n$",
            "demo_signal --deadline=0.1 --signal=TERM");
    assert_string_equal(result.out, RUNNING);
}

/* The task was asked to stop, and nothing made it: it finishes late, or still
 * runs one more deadline later.
 */
TEST(broken)
{
    static const struct {
        int task;
        const char *out;
    } cases[] = {{60, FINISHED}, {3600, RUNNING}, {100, FINISHED}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct result result = expect_run(4, VIOLATED("signal", "missed deadline"),
            "demo_signal --broken --speed=100 --task=%d", cases[i].task);
        double late = 0;
        assert_string_equal(result.out, cases[i].out);
        (void)sscanf(strpbrk(result.err, "0123456789"), "%lf", &late);
        assert_true(late > 0);
    }
    REFUSED("demo_signal", "--broken --task=1", "--broken --deadline=60", "--broken --signal=INT",
        "-- operand");
}

/* The guard's task, once it works: it sleeps, in the system call of that name.
 * (Before all may begin it sleeps, too, but in another.) Returns 0 if the guard
 * ends before that is seen.
 */
static pid_t await_work(pid_t guard)
{
    struct result task =
        run_script("while read -r _ _ state _ </proc/%d/stat && [ $state != Z ]; do\n"
                   "    task=$(cat /proc/%d/task/%d/children)\n"
                   "    read -r call _ </proc/${task%% }/syscall || continue\n"
                   "    [ \"$call\" != %ld ] || { echo $task; break; }\n"
                   "done 2>/dev/null",
            guard, guard, guard, (long)SYS_clock_nanosleep);

    return atoi(task.out);
}

static void stop_guard_until_task_is_done(pid_t guard, pid_t task)
{
    (void)kill(guard, SIGSTOP);
    while (process_state(task) != 'Z')
        nap(0.001);
    (void)kill(guard, SIGCONT);
}

/* Ctrl-Z, and on. */
static void stop_all(pid_t guard, pid_t task)
{
    (void)task;
    (void)kill(-guard, SIGSTOP);
    while (process_state(guard) != 'T' && process_state(guard) != 'Z')
        nap(0.001);
    nap(2);
    (void)kill(-guard, SIGCONT);
}

static void stop_task(pid_t guard, pid_t task)
{
    (void)guard;
    (void)kill(task, SIGSTOP);
}

/* Only Linux tells what the tests here have to know. */
static void skip_without_proc(void)
{
    if (access("/proc/self/syscall", R_OK) == -1)
        skip();
}

/* A run that was stopped cannot tell: the guard until the task is done; a task
 * that would end of SIGINT, if it could; all, so that the task, which catches
 * SIGTERM, outlives its deadline. The chart says so too, and then comes what
 * was wrong with the picture. A run that had ended before is repeated.
 */
TEST(stopped)
{
    static const struct {
        const char *words;
        void (*interrupt)(pid_t guard, pid_t task);
        const char *out, *err;
    } cases[] = {{"--task=0.4 --deadline=0.2", stop_guard_until_task_is_done, FINISHED, ""},
        {"--deadline=1 --signal=INT", stop_task, RUNNING, ""},
        {"--task=1.5 --deadline=1 --signal=TERM --timeline --svg=/dev/full", stop_all, "UNDECIDED",
            "/dev/full: No space"}};

    skip_without_proc();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct result result = {.status = 0};
        for (int k = 0; k < TRIES && result.status != 3; k++) {
            struct program guard = start_words("demo_signal %s", cases[i].words);
            pid_t task = await_work(guard.pid);
            if (task != 0)
                cases[i].interrupt(guard.pid, task);
            result = program_finish(&guard);
        }
        assert_result(&result, 3, UNDECIDED "[^\n]*stopped", cases[i].words);
        assert_non_null(strstr(result.out, cases[i].out));
        assert_non_null(strstr(result.err, cases[i].err));
    }
}

/* Task and guard have the same time: each run either tells, and then the truth,
 * or says that it cannot.
 */
TEST(no_time_between)
{
    for (int i = 0; i < 20; i++) {
        struct result result = RUN("demo_signal", "--task=0.05", "--deadline=0.05");
        bool tells = result.status == 0 || result.status == 1;
        assert_true(tells || result.status == 3);
        assert_matches(result.err, tells ? HELD("signal") : UNDECIDED);
        assert_null(strstr(result.err, "after its deadline of"));
    }
}

/* A signal that the task catches takes none of its time, be it one or many: it
 * ends before a longer task does, which gets none. If it began again at each,
 * it would end later.
 */
TEST(caught_signals)
{
    skip_without_proc();
    double begin = now();
    struct program guard = start_words("demo_signal --task=3 --deadline=3600");
    struct program other = start_words("demo_signal --task=5 --deadline=3600");
    pid_t task = await_work(guard.pid);
    for (int i = 0; i < 100; i++) {
        (void)kill(task, SIGTERM);
        nap(0.028);
    }
    struct result result = program_finish(&guard);
    assert_true(now() - begin >= 3);
    assert_false(program_ended(&other, 0));
    assert_result(&result, 0, HELD("signal"), "signals that are caught");
    assert_string_equal(result.out, FINISHED);
    (void)kill(other.pid, SIGINT);
    (void)program_finish(&other);
}

/* The guard asks at three quarters of the deadline, unless the task has
 * finished by then, and the task goes on. What the views show is what was sent,
 * and nothing else. After one that is still running, the guard waits one more
 * deadline, not scaled: ample for the task. A run in which the machine was too
 * slow for that order is repeated.
 */
TEST(views_of_an_end)
{
    static const struct {
        const char *options;
        int status, terms, kills; /* how often each was received */
    } cases[] = {{"--task=1 --deadline=4", 0, 0, 0}, {"--task=3.5 --deadline=4", 0, 1, 0},
        {"--task=60 --deadline=2", 1, 1, 1}, {"--task=4 --deadline=2 --broken", 4, 1, 0},
        {"--task=5 --deadline=2 --signal=TERM", 4, 2, 0}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct result result = {.status = -1};
        int kills = cases[i].kills;
        for (int k = 0; k < TRIES && result.status != cases[i].status; k++)
            result = run_words("demo_signal %s --speed=2 --lanes", cases[i].options);
        assert_int_equal(result.status, cases[i].status);
        assert_int_equal(count_text(result.out, "got SIGTERM"), cases[i].terms);
        assert_int_equal(count_text(result.out, "got SIGKILL"), kills);
        assert_int_equal(count_text(result.out, "SIGKILL") > 0, kills > 0);
        assert_int_equal(count_text(result.out, "  killed"), kills);
    }
}
