/* SPDX-License-Identifier: MIT */
#include "common/base/check.h"
#include "common/base/text.h"
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

const char *program_name = "demo";
const struct call_watcher *call_watcher;
void (*on_interrupt)(void);

static const char *no_advice(const char *call, int error)
{
    return "";
}

const char *(*advice_on)(const char *call, int error) = no_advice;

bool write_whole(int descriptor, const void *bytes, size_t size)
{
    const char *next = bytes, *end = next + size;

    while (next < end) {
        ssize_t written = write(descriptor, next, (size_t)(end - next));
        if (written != -1)
            next += written;
        else if (errno == EAGAIN)
            (void)poll(&(struct pollfd){.fd = descriptor, .events = POLLOUT}, 1, -1);
        else if (errno != EINTR)
            return false;
    }
    return true;
}

void warn(const char *format, ...)
{
    int saved = errno;
    char line[1024];
    va_list arguments;

    va_start(arguments, format);
    int used = snprintf(line, sizeof line, "%s: ", program_name);
    (void)vsnprintf(line + used, sizeof line - (size_t)used, format, arguments);
    va_end(arguments);
    size_t length = utf8_prefix(line, sizeof line - 2); /* the newline needs room, too */
    line[length] = '\n';
    (void)write_whole(STDERR_FILENO, line, length + 1); /* if it fails, nobody is left to tell */
    errno = saved;
}

void begin_exit(void)
{
    static atomic_flag ending = ATOMIC_FLAG_INIT;
    static _Thread_local bool is_here;

    if (is_here) /* what exit() calls fails, too */
        _exit(EXIT_TROUBLE);
    while (atomic_flag_test_and_set(&ending))
        (void)pause();
    is_here = true;
}

bool is_worth_repeating(const char *call, int error)
{
    if (error == EINTR && !IS_CLOSE(call) && on_interrupt)
        on_interrupt();
    if (error == EINTR)
        return !IS_CLOSE(call);
    return strncmp(call, "accept(", 7) == 0 && (error == ECONNABORTED || error == EPROTO);
}

void die_call(const char *call, int error, const char *file, int line)
{
    die("%.*s: %s%s (%s:%d)", (int)strcspn(call, "("), call, strerror(error),
        advice_on(call, error), file, line);
}
