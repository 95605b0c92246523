/* SPDX-License-Identifier: MIT */
/* names: the keeper removes what is left, however the run ends */
#include "tests/support/forked.h"
#include "common/check.h"
#include "common/names.h"
#include "demos/keeper.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct demo demo = {.name = "demo_unit"};

/* What stands for unlinking: it says that it was done, and by whom. Only the
 * keeper leads a session, out of reach for what is sent to the run's group.
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
        getsid(0) == getpid() ? " by the keeper" : "");
    return 0;
}

static void start_keeper(void)
{
    sigset_t before = hold_signals();

    removals = share_memory(sizeof *removals); /* both may try */
    keeper_start(remove_and_say, name);
    release_signals(before);
}

static int end_by_signal(const void *context)
{
    (void)context;
    start_keeper();
    (void)kill(0, *(const int *)context); /* the whole group, as Ctrl-C */
    return 0;
}

static int end_by_exit(const void *context)
{
    start_keeper();
    if (context)
        fail("something else went wrong");
    return 0;
}

static void test_removed_at_the_end_of_the_run(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct outcome outcome =
            expect(128 + signals[i], "", end_by_signal, &signals[i]);
        assert_string_equal(outcome.out, "name removed by the keeper\n");
    }
    struct outcome outcome = expect(0, "", end_by_exit, NULL);
    assert_string_equal(outcome.out, "name removed by the keeper\n");
    outcome = expect(3, "something else went wrong", end_by_exit, "");
    assert_string_equal(outcome.out, "name removed by the keeper\n");
}

/* Nothing of the run's own can remove it then. */
static int kill_itself(const void *context)
{
    (void)context;
    start_keeper();
    CHECK(raise(SIGKILL));
    return 0;
}

static void test_removed_when_the_run_is_killed(void **state)
{
    (void)state;
    struct outcome outcome = expect(128 + SIGKILL, "", kill_itself, NULL);
    assert_string_equal(outcome.out, "name removed by the keeper\n");
}

/* Also: a child that exits is not the run, which goes on. */
static int dismiss(const void *context)
{
    (void)context;
    start_keeper();
    pid_t child = CHECK(fork());
    if (child == 0)
        return 0;
    CHECK(waitpid(child, NULL, 0));
    say("going on");
    keeper_dismiss();
    say("dismissed");
    keeper_dismiss();
    if (waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD)
        say("reaped");
    return 0;
}

static void test_removed_when_dismissed(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", dismiss, NULL);
    assert_string_equal(outcome.out,
        "going on\nname removed by the keeper\ndismissed\nreaped\n");
}

/* The keeper's process id, which nobody else wants to know: a handler of
 * pthread_atfork(3p) runs in the keeper and sends it.
 */
static int tell_pid[2];

static void send_pid(void)
{
    pid_t pid = getpid();

    (void)!write(tell_pid[1], &pid, sizeof pid);
}

static int kill_keeper(const void *context)
{
    pid_t keeper;
    siginfo_t info;

    CHECK(pipe(tell_pid));
    CHECK_RETURNED(pthread_atfork(NULL, NULL, send_pid));
    start_keeper();
    CHECK(read(tell_pid[0], &keeper, sizeof keeper));
    CHECK(kill(keeper, SIGKILL));
    if (context) /* until it is dead for sure; else it may still be dying */
        CHECK(waitid(P_PID, (id_t)keeper, &info, WEXITED | WNOWAIT));
    (void)signal(SIGPIPE, SIG_IGN); /* as demo_start() does */
    return 0;
}

static void test_removed_when_the_keeper_was_killed(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", kill_keeper, NULL);
    assert_string_equal(outcome.out, "name removed\n");
    outcome = expect(0, "", kill_keeper, "");
    assert_string_equal(outcome.out, "name removed\n");
}

static void test_failed_removal(void **state)
{
    (void)state;
    removals_that_fail = 1; /* once more is enough */
    struct outcome outcome = expect(0, "", end_by_exit, NULL);
    assert_string_equal(outcome.out, "name removed by the keeper\n");
    removals_that_fail = 1000;
    outcome = expect(0,
        "demo_unit: cannot remove what the run created: ", end_by_exit, NULL);
    assert_string_equal(outcome.out, "");
    removals_that_fail = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_removed_at_the_end_of_the_run),
        cmocka_unit_test(test_removed_when_the_run_is_killed),
        cmocka_unit_test(test_removed_when_dismissed),
        cmocka_unit_test(test_removed_when_the_keeper_was_killed),
        cmocka_unit_test(test_failed_removal)};

    run.demo = &demo;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
