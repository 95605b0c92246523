/* SPDX-License-Identifier: MIT */
#include "common/check.h"
#include "common/options.h"
#include "common/text.h"
#include "common/transfer.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void report(const char *format, ...)
{
    int saved = errno;
    char line[1024];
    va_list arguments;

    va_start(arguments, format);
    int used = snprintf(line, sizeof line, "%s: ", run.demo->name);
    (void)vsnprintf(line + used, sizeof line - (size_t)used, format, arguments);
    va_end(arguments);
    size_t length = length_within(line, sizeof line - 2); /* the newline needs room, too */
    line[length] = '\n';
    for (size_t done = 0; done <= length;) {
        ssize_t written = write_some(STDERR_FILENO, line + done, length + 1 - done);
        if (written <= 0)
            break; /* nobody is left to tell */
        done += (size_t)written;
    }
    errno = saved;
}

/* Of several threads that fail at once only the first may call exit(). */
void end_process(int status)
{
    static atomic_flag ending = ATOMIC_FLAG_INIT;

    while (atomic_flag_test_and_set(&ending))
        (void)pause();
    exit(status);
}

void fail_call(const char *call, int error, const char *file, int line)
{
    fail("%.*s: %s%s (%s:%d)", (int)strcspn(call, "("), call, strerror(error),
        advice_on(call, error), file, line);
}
