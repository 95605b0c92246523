/* SPDX-License-Identifier: MIT */
#include "tests/support/terminal.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

struct inhabitant {
    const char *terminal;
    int (*body)(const void *context);
    const void *context;
};

/* In the new process. */
static int move_in(const void *context)
{
    const struct winsize size = {.ws_row = 24, .ws_col = 80};
    const struct inhabitant *me = context;
    int screen = open(me->terminal, O_RDWR);

    (void)ioctl(screen, TIOCSCTTY, 0);
    (void)ioctl(screen, TIOCSWINSZ, &size);
    for (int i = 0; i < 3; i++)
        (void)dup2(screen, i);
    for (int i = 3; i < 64; i++)
        (void)close(i);
    return me->body(me->context);
}

struct terminal terminal_with(int (*body)(const void *context), const void *context)
{
    int keyboard = posix_openpt(O_RDWR | O_NOCTTY);

    assert_true(keyboard >= 0);
    assert_int_equal(grantpt(keyboard), 0);
    assert_int_equal(unlockpt(keyboard), 0);
    struct program program =
        start_body(move_in, &(struct inhabitant){ptsname(keyboard), body, context});
    (void)dup2(keyboard, program.in);
    (void)dup2(keyboard, program.out);
    (void)close(keyboard);
    (void)close(program.err);
    program.err = -1;
    return (struct terminal){program, program.so_far.out, 0};
}

static int become_shell(const void *command)
{
    (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

struct terminal terminal_start(const char *format, ...)
{
    char command[4096];
    va_list values;

    va_start(values, format);
    (void)vsnprintf(command, sizeof command, format, values);
    va_end(values);
    return terminal_with(become_shell, command);
}

void terminal_type(const struct terminal *terminal, const char *text)
{
    size_t length = strlen(text);

    assert_int_equal(write(terminal->program.in, text, length), length);
}

/* Reads on for SECONDS; returns whether all there have ended. */
static bool has_ended(struct terminal *terminal, double seconds)
{
    bool ended = program_ended(&terminal->program, seconds);

    terminal->shown = terminal->program.so_far.out;
    terminal->size = terminal->program.so_far.out_size;
    return ended;
}

void terminal_await(struct terminal *terminal, const char *text, int count)
{
    double end = now() + (double)DEADLINE;

    while (count_text(terminal->shown, text) < count) {
        bool ended = has_ended(terminal, 0.01);
        if (count_text(terminal->shown, text) < count && (ended || now() > end)) {
            program_kill(&terminal->program);
            fail_msg("%s is missing in: %s", text, terminal->shown);
        }
    }
}

void terminal_watch(struct terminal *terminal, int milliseconds)
{
    (void)has_ended(terminal, milliseconds / 1e3);
}

void terminal_resize(const struct terminal *terminal, int columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)columns};

    assert_int_equal(ioctl(terminal->program.in, TIOCSWINSZ, &size), 0);
}

bool terminal_is_usual(const struct terminal *terminal)
{
    struct termios now;

    assert_int_equal(tcgetattr(terminal->program.in, &now), 0);
    return (now.c_lflag & (ICANON | ECHO)) == (ICANON | ECHO);
}

int terminal_finish(struct terminal *terminal)
{
    struct result result = program_finish(&terminal->program);

    terminal->shown = result.out;
    return result.status;
}

int terminal_close(struct terminal *terminal)
{
    (void)close(terminal->program.out);
    terminal->program.out = -1;
    return terminal_finish(terminal);
}
