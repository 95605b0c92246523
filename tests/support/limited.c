/* SPDX-License-Identifier: MIT */
/* limited - runs a command, and ends what has not ended after some seconds
 *
 * Usage: limited SECONDS COMMAND [ARGUMENT...]
 *
 * The command runs on a terminal of its own, without input; what it prints there is printed. Waits
 * for all processes that have the terminal open, so for the command's children, too. The exit
 * status is the command's, 128 and the number of the signal that ended it, LEFT if it left a
 * process behind, be it for a moment, or LATE if this program had to end it. */
#include "tests/support/process.h"

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

enum { LEFT = 123, LATE = 124 };

static int screen;

static int become_command(const void *context)
{
    char *const *words = context;

    (void)dup2(screen, STDOUT_FILENO);
    (void)dup2(screen, STDERR_FILENO);
    for (int i = 3; i < 64; i++)
        (void)close(i);
    (void)execvp(words[0], words);
    err(127, "%s", words[0]);
}

/* Opens a terminal that changes nothing of what is printed. */
static int open_terminal(void)
{
    struct termios modes;
    int control = posix_openpt(O_RDWR | O_NOCTTY);

    if (control == -1 || grantpt(control) == -1 || unlockpt(control) == -1)
        err(126, "posix_openpt");
    screen = open(ptsname(control), O_RDWR | O_NOCTTY);
    (void)tcgetattr(screen, &modes);
    modes.c_oflag &= ~(tcflag_t)OPOST;
    if (tcsetattr(screen, TCSANOW, &modes) == -1)
        err(126, "%s", ptsname(control));
    return control;
}

int main(int argc, char **argv)
{
    if (argc < 3 || atoi(argv[1]) < 1)
        errx(126, "usage: limited SECONDS COMMAND [ARGUMENT...]");
    int control = open_terminal();
    struct program program = start_body(become_command, argv + 2);
    (void)close(screen);
    (void)dup2(control, program.out);
    (void)close(control);
    bool in_time = program_ended(&program, atoi(argv[1]));
    if (!in_time)
        program_kill(&program);
    (void)fwrite(program.so_far.out, 1, program.so_far.out_size, stdout);
    if (!in_time)
        return LATE;
    if (program.so_far.status < 128 && kill(-program.pid, 0) == 0)
        return LEFT;
    return program.so_far.status;
}
