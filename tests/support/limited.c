/* SPDX-License-Identifier: MIT */
/* limited - runs a command, and ends what has not ended after some seconds
 *
 * Usage: limited SECONDS COMMAND [ARGUMENT...]
 *
 * The command runs on a terminal of its own, without input; what it prints
 * there is printed. Waits for all processes that have the terminal open, so for
 * the command's children, too. The exit status is the command's, 128 and the
 * number of the signal that ended it, LEFT if it left a process behind, be it
 * for a moment, or LATE if this program had to end it.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { LEFT = 123, LATE = 124 };

/* Returns the milliseconds that are left until SECONDS after BEGAN. */
static int time_left(const struct timespec *began, int seconds)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    long passed = (now.tv_sec - began->tv_sec) * 1000 +
                  (now.tv_nsec - began->tv_nsec) / 1000000;
    return passed < seconds * 1000L ? (int)(seconds * 1000L - passed) : 0;
}

/* Copies what arrives until the terminal is closed; returns whether that came
 * in time. */
static int copy(int from, int seconds)
{
    struct timespec began;
    struct pollfd input = {.fd = from, .events = POLLIN};
    char text[4096];

    clock_gettime(CLOCK_MONOTONIC, &began);
    while (poll(&input, 1, time_left(&began, seconds)) == 1) {
        ssize_t length = read(from, text, sizeof text);
        if (length == 0 || (length == -1 && errno == EIO)) /* Linux has EIO */
            return 1;
        if (length == -1 || write(STDOUT_FILENO, text, (size_t)length) == -1)
            err(126, "output");
    }
    return 0;
}

/* Opens a terminal that changes nothing of what is printed. */
static void open_terminal(int *control, int *terminal)
{
    struct termios modes;

    *control = posix_openpt(O_RDWR | O_NOCTTY);
    if (*control == -1 || grantpt(*control) == -1 || unlockpt(*control) == -1)
        err(126, "posix_openpt");
    *terminal = open(ptsname(*control), O_RDWR | O_NOCTTY);
    if (*terminal == -1 || tcgetattr(*terminal, &modes) == -1)
        err(126, "%s", ptsname(*control));
    modes.c_oflag &= ~(tcflag_t)OPOST;
    if (tcsetattr(*terminal, TCSANOW, &modes) == -1)
        err(126, "tcsetattr");
}

int main(int argc, char **argv)
{
    int control, terminal, status;

    if (argc < 3 || atoi(argv[1]) < 1)
        errx(126, "usage: limited SECONDS COMMAND [ARGUMENT...]");
    open_terminal(&control, &terminal);
    pid_t child = fork();
    if (child == -1)
        err(126, "fork");
    if (child == 0) {
        setpgid(0, 0); /* a group of its own: all of it can be ended */
        dup2(terminal, STDOUT_FILENO);
        dup2(terminal, STDERR_FILENO);
        close(terminal);
        close(control);
        execvp(argv[2], argv + 2);
        err(127, "%s", argv[2]);
    }
    setpgid(child, child); /* whichever of the two comes first */
    close(terminal);
    int in_time = copy(control, atoi(argv[1]));
    if (!in_time)
        kill(-child, SIGKILL);
    if (waitpid(child, &status, 0) == -1)
        err(126, "waitpid");
    if (!in_time)
        return LATE;
    if (WIFSIGNALED(status))
        return 128 + WTERMSIG(status);
    if (kill(-child, 0) == 0)
        return LEFT;
    return WEXITSTATUS(status);
}
