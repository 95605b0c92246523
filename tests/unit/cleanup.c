/* SPDX-License-Identifier: MIT */
/* cleanup: a process removes what is left, however the run ends */
#include "tests/support/test.h"
#include "common/demo.h"
#include "demos/parts/cleanup.h"
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

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

/* The process id of the cleanup process, which nobody else wants to know: a
 * handler of pthread_atfork(3p) runs in that process and sends it.
 */
static int tell_pid[2];

static void send_pid(void)
{
    pid_t pid = getpid();

    (void)!write(tell_pid[1], &pid, sizeof pid);
}

static pid_t start_cleanup(void)
{
    pid_t pid;
    sigset_t before = hold_signals();

    CHECK(pipe(tell_pid));
    CHECK_PTHREAD(pthread_atfork(NULL, NULL, send_pid));
    removals = shared_alloc(sizeof *removals); /* both may try */
    cleanup_start(remove_and_say, name);
    release_signals(before);
    CHECK(read(tell_pid[0], &pid, sizeof pid));
    return pid;
}

/* A child that exits is not the run, which goes on. That ends by a SIGNAL to
 * its whole group, as Ctrl-C; or by exit(3p). The cleanup process may have been
 * KILLED before, or be dying.
 */
enum cleanup { AT_WORK, KILLED_FIRST, DYING };
struct end {
    int signal_number;
    enum cleanup cleanup;
    int failures; /* of the removal */
    const char *out, *err;
};

static int end_run(const void *context)
{
    const struct end *end = context;
    siginfo_t info;

    removals_that_fail = end->failures;
    pid_t cleanup = start_cleanup();
    pid_t child = CHECK(fork());
    if (child == 0)
        return 0;
    CHECK(waitpid(child, NULL, 0));
    say("going on");
    (void)signal(SIGPIPE, SIG_IGN); /* as normalize_process() does */
    if (end->cleanup != AT_WORK)
        CHECK(kill(cleanup, SIGKILL));
    if (end->cleanup == KILLED_FIRST)
        CHECK(waitid(P_PID, (id_t)cleanup, &info, WEXITED | WNOWAIT));
    if (end->signal_number == SIGKILL)
        CHECK(raise(SIGKILL)); /* nothing of the run's own can remove it */
    else if (end->signal_number != 0)
        CHECK(kill(0, end->signal_number));
    return 0;
}

TEST(removed_at_the_end)
{
    static const char by_cleanup[] = "going on\nname removed by the cleanup process\n";
    static const char by_run[] = "going on\nname removed\n";
    static const struct end ends[] = {{SIGINT, AT_WORK, 0, by_cleanup, ""},
        {SIGTERM, AT_WORK, 0, by_cleanup, ""}, {SIGHUP, AT_WORK, 0, by_cleanup, ""},
        {SIGKILL, AT_WORK, 0, by_cleanup, ""}, {0, AT_WORK, 0, by_cleanup, ""},
        {0, KILLED_FIRST, 0, by_run, ""}, {0, DYING, 0, by_run, ""},
        {0, AT_WORK, 1, by_cleanup, ""}, /* once more is enough */
        {0, AT_WORK, 1000, "going on\n", "demo_unit: cannot remove what the run created: "}};

    for (size_t i = 0; i < COUNT(ends); i++) {
        int status = ends[i].signal_number ? 128 + ends[i].signal_number : 0;
        struct result outcome = expect(status, ends[i].err, end_run, &ends[i]);
        assert_string_equal(outcome.out, ends[i].out);
    }
}
