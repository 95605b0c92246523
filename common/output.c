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

const char *describe_output_error(int descriptor)
{
    static char text[256];

    (void)snprintf(text, sizeof text, "write%s: %s%s",
        descriptor == STDOUT_FILENO ? " to standard output" : "",
        errno == EPIPE ? "the reader went away" : strerror(errno), advice_on("write", errno));
    return text;
}

noreturn void fail_output(int descriptor)
{
    fail("%s", describe_output_error(descriptor));
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
    if (is_recorded && views_are_live())
        return;
    if (!write_whole(descriptor, bytes, length))
        fail_output(descriptor);
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
    if (close(STDOUT_FILENO) == -1 && errno != EINTR) /* see CHECK_ONCE */
        fail_output(STDOUT_FILENO);
}

/* Whatever goes wrong when the run is over, its verdict is known: so that is reported first.
 * Returns what went wrong, or NULL. */
static const char *finish_output(void)
{
    const char *problem = views_finish();

    if (close(STDOUT_FILENO) == -1 && errno != EINTR && !problem) /* see CHECK_ONCE */
        problem = describe_output_error(STDOUT_FILENO);
    return problem;
}

int verdict(bool held, const char *format, ...)
{
    char text[512];
    va_list arguments;

    const char *problem = finish_output();
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
    if (problem)
        fail("%s", problem);
    return held ? HELD : VIOLATED;
}

int undecided(const char *reason)
{
    const char *problem = finish_output();
    report("cannot tell whether the guarantee held: %s", reason);
    if (problem)
        fail("%s", problem);
    return COULD_NOT_RUN;
}
