/* SPDX-License-Identifier: MIT */
#include "common/process.h"
#include "common/base/check.h"
#include "common/run/names.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* For process 1 of a container, which the kernel keeps from signals (pid_namespaces(7)) and whose
 * end kills all others: returns in a child, which becomes the run. Process 1 takes each signal out
 * of those that wait, and hands it on to the run. When all have ended (it becomes the parent of
 * all), it ends with the shell's status. */
static void leave_first_process(void)
{
    sigset_t all, before = hold_signals();
    int signal_number, status, of_run = 0;
    pid_t ended = 0, run_id = CHECK(fork());

    if (run_id == 0) {
        (void)signal(SIGINT, SIG_DFL); /* unshare(1) 2.36 starts its child with these ignored */
        (void)signal(SIGTERM, SIG_DFL);
        release_signals(before);
        return;
    }
    (void)sigfillset(&all);
    while (ended != -1) {
        CHECK_PTHREAD(sigwait(&all, &signal_number));
        if (signal_number != SIGCHLD)
            (void)kill(run_id, signal_number);
        while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
            if (ended == run_id)
                of_run = status;
    }
    _exit(WIFSIGNALED(of_run) ? 128 + WTERMSIG(of_run) : WEXITSTATUS(of_run));
}

/* Writing to a descriptor that was closed at the start must fail, not land in a file that the demo
 * opens. A signal that the caller has blocked would end nothing, nor wake a wait; one that it
 * ignores (nohup) stays ignored, but SIGCHLD tells of a child's end. Writing to a pipe without a
 * reader, or beyond a limit, must report EPIPE or EFBIG. */
void normalize_process(void)
{
    sigset_t none;

    for (int descriptor = 0; descriptor <= 2; descriptor++)
        if (fcntl(descriptor, F_GETFD) == -1)
            CHECK(open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY));
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)sigemptyset(&none);
    CHECK(sigprocmask(SIG_SETMASK, &none, NULL));
    if (getpid() == 1)
        leave_first_process();
}
