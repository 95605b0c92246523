/* SPDX-License-Identifier: MIT */
#include "tests/support/terminal.h"
#include "tests/support/environment.h"
#include "tests/support/program.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

/* In the new process: gives it the terminal called NAME, and becomes a shell.
 */
static void run_there(const char *name, const char *command)
{
    const struct winsize size = {.ws_row = 24, .ws_col = 80};

    begin_child();
    (void)signal(SIGPIPE, SIG_DFL); /* program_start() ignores it */
    (void)setsid();
    int screen = open(name, O_RDWR);
    (void)ioctl(screen, TIOCSCTTY, 0);
    (void)ioctl(screen, TIOCSWINSZ, &size);
    for (int i = 0; i < 3; i++)
        (void)dup2(screen, i);
    for (int i = 3; i < 64; i++)
        (void)close(i);
    (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

struct terminal terminal_start(const char *format, ...)
{
    int keyboard = posix_openpt(O_RDWR | O_NOCTTY);
    char command[4096];
    va_list values;

    va_start(values, format);
    (void)vsnprintf(command, sizeof command, format, values);
    va_end(values);
    assert_true(keyboard >= 0);
    assert_int_equal(grantpt(keyboard), 0);
    assert_int_equal(unlockpt(keyboard), 0);
    const char *name = ptsname(keyboard);
    assert_non_null(name);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        run_there(name, command);
    program_note_start(pid);
    return (struct terminal){pid, keyboard, calloc(1, 1), 0};
}

void terminal_type(const struct terminal *terminal, const char *text)
{
    size_t length = strlen(text);

    assert_int_equal(write(terminal->keyboard, text, length), length);
}

/* Takes what is shown within MILLISECONDS. Returns 1 if there was something, 0
 * if not, -1 when nobody has the terminal open any more.
 */
static int take(struct terminal *terminal, int milliseconds)
{
    struct pollfd file = {.fd = terminal->keyboard, .events = POLLIN};
    char piece[4096];

    if (poll(&file, 1, milliseconds) == 0)
        return 0;
    ssize_t got = read(terminal->keyboard, piece, sizeof piece);
    if (got <= 0) /* Linux says EIO */
        return -1;
    terminal->shown =
        realloc(terminal->shown, terminal->size + (size_t)got + 1);
    assert_non_null(terminal->shown);
    memcpy(terminal->shown + terminal->size, piece, (size_t)got);
    terminal->size += (size_t)got;
    terminal->shown[terminal->size] = '\0';
    return 1;
}

static void give_up(const struct terminal *terminal, const char *why)
{
    (void)kill(-terminal->pid, SIGKILL);
    fail_msg("%s; it showed: %s", why, terminal->shown);
}

void terminal_await(struct terminal *terminal, const char *text, int count)
{
    while (count_text(terminal->shown, text) < count)
        if (take(terminal, DEADLINE * 1000) <= 0)
            give_up(terminal, text);
}

void terminal_watch(struct terminal *terminal, int milliseconds)
{
    double end = now() + milliseconds / 1e3;

    while (now() < end && take(terminal, (int)((end - now()) * 1e3) + 1) > 0)
        continue;
}

void terminal_resize(const struct terminal *terminal, int columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)columns};

    assert_int_equal(ioctl(terminal->keyboard, TIOCSWINSZ, &size), 0);
}

bool terminal_is_usual(const struct terminal *terminal)
{
    struct termios now;

    assert_int_equal(tcgetattr(terminal->keyboard, &now), 0);
    return (now.c_lflag & (ICANON | ECHO)) == (ICANON | ECHO);
}

int terminal_close(struct terminal *terminal)
{
    int status;

    (void)close(terminal->keyboard);
    (void)keep(terminal->shown);
    assert_int_equal(waitpid(terminal->pid, &status, 0), terminal->pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int terminal_finish(struct terminal *terminal)
{
    int more;

    while ((more = take(terminal, DEADLINE * 1000)) > 0)
        continue;
    if (more == 0)
        give_up(terminal, "still running");
    return terminal_close(terminal);
}
