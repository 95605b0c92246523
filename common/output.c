/* SPDX-License-Identifier: MIT */
#include "common/output.h"
#include "common/check.h"
#include "common/options.h"
#include "common/record/recorder.h"
#include "common/transfer.h"
#include "common/views/views.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

noreturn void fail_output(int descriptor)
{
    fail("write%s: %s%s", descriptor == STDOUT_FILENO ? " to standard output" : "",
        errno == EPIPE ? "the reader went away" : strerror(errno), advice_on("write", errno));
}

void write_all(int descriptor, const void *bytes, size_t length)
{
    const char *line = bytes, *end = line + length;
    bool is_recorded = descriptor == STDOUT_FILENO && recorder;

    for (const char *next; is_recorded && line < end; line = next + 1) {
        next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next : end;
        record_note("%.*s", (int)(next - line), line);
    }
    for (size_t done = is_recorded && views_are_live() ? length : 0; done < length;) {
        ssize_t written = write_some(descriptor, (const char *)bytes + done, length - done);
        if (written == -1)
            fail_output(descriptor);
        done += (size_t)written;
    }
}

void say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    size_t length = (size_t)CHECK(vsnprintf(NULL, 0, format, arguments));
    va_end(arguments);
    char *line = CHECK_NOT(NULL, malloc(length + 1));
    va_start(arguments, format);
    (void)vsnprintf(line, length + 1, format, arguments);
    va_end(arguments);
    line[length] = '\n';
    write_all(STDOUT_FILENO, line, length + 1);
    free(line);
}

void close_output(void)
{
    if (close(STDOUT_FILENO) == -1)
        fail_output(STDOUT_FILENO);
}

int verdict(bool held, const char *format, ...)
{
    char text[512];
    va_list arguments;

    views_finish();
    close_output();
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    int length = (int)strlen(text);
    bool join = text[length - 1] == ')';
    report("guarantee %s: %.*s%sseed %" PRIu32 ")", held ? "held" : "VIOLATED", length - join, text,
        join ? ", " : " (", run.seed);
    if (!held && run.broken)
        report("%s; what was missing: %s, demos/%s.c", run.demo->bug, run.demo->missing,
            run.demo->name);
    return held ? HELD : VIOLATED;
}

int undecided(const char *reason)
{
    views_finish();
    close_output();
    report("cannot tell whether the guarantee held: %s", reason);
    return COULD_NOT_RUN;
}
