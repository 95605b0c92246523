/* SPDX-License-Identifier: MIT */
/* environment - the tests find the same one, however they are called
 *
 * Before main() each test program takes back what a caller may have set and what changes how the
 * demos behave: variables of color, language and screen, blocked and ignored signals, the umask,
 * many open files. TMPDIR stays, since it says where there is room. */
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { FILES = 1024 };

/* None is blocked, and none ignored but those that nohup(1) and a shell's "&" make us ignore: that
 * is meant for us, and not for what we start (process.c). */
static void set_signals(void)
{
    struct sigaction action;
    sigset_t none;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < NSIG; number++)
        if (number != SIGHUP && number != SIGINT && number != SIGQUIT &&
            sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            (void)signal(number, SIG_DFL);
}

static void set_variables(void)
{
    static const char *const unset[] = {"NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS",
        "LINES", "LANG", "LANGUAGE", "LC_CTYPE", "LC_NUMERIC", "LC_MESSAGES", "POSIXLY_CORRECT",
        "CDPATH", "ENV", "BASH_ENV"};

    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
        (void)unsetenv(unset[i]);
    (void)setenv("LC_ALL", "C.UTF-8", 1);
    (void)setenv("TERM", "xterm", 1);
}

/* No more files than most systems allow: some demos close all that may be open. */
static void set_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > FILES) {
        limit.rlim_cur = FILES;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

__attribute__((constructor)) static void set_environment(void)
{
    set_signals();
    (void)umask(022);
    set_variables();
    set_limit();
}
