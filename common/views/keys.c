/* SPDX-License-Identifier: MIT */
#include "common/views/keys.h"
#include "common/base/check.h"
#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

int keys_terminal = -1;
static struct termios before;
static volatile sig_atomic_t was_stopped;

bool keys_open(void)
{
    keys_terminal = AGAIN(open("/dev/tty", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    return isatty(STDOUT_FILENO) && keys_terminal != -1 && tcgetpgrp(keys_terminal) == getpgrp() &&
           tcgetattr(keys_terminal, &before) == 0;
}

static void set_keys(void)
{
    struct termios keys = before;

    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    if (tcgetpgrp(keys_terminal) == getpgrp()) /* in the background it is somebody else's */
        (void)tcsetattr(keys_terminal, TCSANOW, &keys);
}

void keys_leave(void)
{
    struct termios now;

    if (keys_terminal == -1 || tcgetattr(keys_terminal, &now) == -1)
        return;
    bool is_ours = (now.c_lflag & (ICANON | ECHO)) == 0 && now.c_iflag == before.c_iflag;
    if (is_ours)
        (void)tcsetattr(keys_terminal, TCSANOW, &before);
}

/* The handler of SIGTSTP: all that it calls is safe there. */
static void stop(int signal_number)
{
    struct sigaction standard = {.sa_handler = SIG_DFL}, own;
    int error = errno;

    keys_leave();
    (void)sigaction(SIGTSTP, &standard, &own);
    (void)raise(signal_number); /* stops here (SA_NODEFER) */
    (void)sigaction(SIGTSTP, &own, NULL);
    set_keys();
    was_stopped = true;
    errno = error;
}

void keys_take(void)
{
    const struct sigaction action = {.sa_handler = stop, .sa_flags = SA_NODEFER | SA_RESTART};

    (void)signal(SIGTTIN, SIG_IGN);
    (void)signal(SIGTTOU, SIG_IGN); /* so that it can be given back from the background */
    CHECK(sigaction(SIGTSTP, &action, NULL));
    set_keys();
}

int keys_next(void)
{
    unsigned char key = 0;

    if (was_stopped) {
        was_stopped = false;
        return KEYS_LEFT;
    }
    ssize_t got = AGAIN(read(keys_terminal, &key, 1));
    if (got == 1)
        return key;
    return got == -1 && errno == EAGAIN ? 0 : KEYS_END;
}
