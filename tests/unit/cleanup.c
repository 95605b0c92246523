/* SPDX-License-Identifier: MIT */
/* cleanup: a process removes what is left, however the run ends */
#include "tests/support/unit.h"
#include "common/base/check.h"
#include "common/run/names.h"
#include "demos/parts/cleanup.h"
#include "common/base/memory.h"
#include "common/run/output.h"
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What stands for unlinking: it says that it was done, and by whom. Only the
 * cleanup process leads a session, out of reach for what is sent to the run's
 * group.
 */
static int removals_that_fail;
static int *removals;
static char name[] = "name";

static int remove_and_say(void *context)
{
    if (++*removals <= removals_that_fail) {
        errno = EBUSY;
        return -1;
    }
    say("%s removed%s", (const char *)context,
        getsid(0) == getpid() ? " by the cleanup process" : "");
    return 0;
}

static void start_cleanup(void)
{
    sigset_t before = hold_signals();

    removals = shared_alloc(sizeof *removals); /* both may try */
    cleanup_start(remove_and_say, name);
    release_signals(before);
}

static int end_by_signal(const void *context)
{
    start_cleanup();
    (void)kill(0, *(const int *)context); /* the whole group, as Ctrl-C */
    return 0;
}

static int end_by_exit(const void *context)
{
    start_cleanup();
    if (context)
        die("something else went wrong");
    return 0;
}

TEST(removed_at_the_end_of_the_run)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

    for (size_t i = 0; i < 3; i++) {
        struct outcome outcome =
            expect(128 + signals[i], "", end_by_signal, &signals[i]);
        assert_string_equal(
            outcome.out, "name removed by the cleanup process\n");
    }
    struct outcome outcome = expect(0, "", end_by_exit, NULL);
    assert_string_equal(outcome.out, "name removed by the cleanup process\n");
    outcome = expect(3, "something else went wrong", end_by_exit, "");
    assert_string_equal(outcome.out, "name removed by the cleanup process\n");
}

/* Nothing of the run's own can remove it then. */
static int kill_itself(const void *context)
{
    start_cleanup();
    CHECK(raise(SIGKILL));
    return 0;
}

TEST(removed_when_the_run_is_killed)
{
    struct outcome outcome = expect(128 + SIGKILL, "", kill_itself, NULL);
    assert_string_equal(outcome.out, "name removed by the cleanup process\n");
}

/* Also: a child that exits is not the run, which goes on. */
static int remove_now(const void *context)
{
    start_cleanup();
    pid_t child = CHECK(fork());
    if (child == 0)
        return 0;
    CHECK(waitpid(child, NULL, 0));
    say("going on");
    cleanup_now();
    say("removed now");
    cleanup_now();
    if (waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD)
        say("reaped");
    return 0;
}

TEST(removed_when_told_to)
{
    struct outcome outcome = expect(0, "", remove_now, NULL);
    assert_string_equal(outcome.out,
        "going on\nname removed by the cleanup process\nremoved now\nreaped\n");
}

/* The process id of the cleanup process, which nobody else wants to know: a
 * handler of pthread_atfork(3p) runs in that process and sends it.
 */
static int tell_pid[2];

static void send_pid(void)
{
    pid_t pid = getpid();

    (void)!write(tell_pid[1], &pid, sizeof pid);
}

static int kill_cleanup(const void *context)
{
    pid_t pid;
    siginfo_t info;

    CHECK(pipe(tell_pid));
    CHECK_PTHREAD(pthread_atfork(NULL, NULL, send_pid));
    start_cleanup();
    CHECK(read(tell_pid[0], &pid, sizeof pid));
    CHECK(kill(pid, SIGKILL));
    if (context) /* until it is dead for sure; else it may still be dying */
        CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
    (void)signal(SIGPIPE, SIG_IGN); /* as normalize_process() does */
    return 0;
}

TEST(removed_when_the_cleanup_process_was_killed)
{
    struct outcome outcome = expect(0, "", kill_cleanup, NULL);
    assert_string_equal(outcome.out, "name removed\n");
    outcome = expect(0, "", kill_cleanup, "");
    assert_string_equal(outcome.out, "name removed\n");
}

TEST(failed_removal)
{
    removals_that_fail = 1; /* once more is enough */
    struct outcome outcome = expect(0, "", end_by_exit, NULL);
    assert_string_equal(outcome.out, "name removed by the cleanup process\n");
    removals_that_fail = 1000;
    outcome = expect(0,
        "demo_unit: cannot remove what the run created: ", end_by_exit, NULL);
    assert_string_equal(outcome.out, "");
    removals_that_fail = 0;
}
