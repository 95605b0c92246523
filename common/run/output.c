/* SPDX-License-Identifier: MIT */
#include "common/run/output.h"
#include "common/base/check.h"
#include "common/run/record.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool output_is_hidden;

const char *describe_output_error(int descriptor)
{
    static char text[128];

    (void)snprintf(text, sizeof text, "write%s: %s%s",
        descriptor == STDOUT_FILENO ? " to standard output" : "",
        errno == EPIPE ? "the reader went away" : strerror(errno), advice_on("write", errno));
    return text;
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
    if (is_recorded && output_is_hidden)
        return;
    if (!write_whole(descriptor, bytes, length))
        die("%s", describe_output_error(descriptor));
}

void say(const char *format, ...)
{
    char line[256], *text = line; /* mostly that is enough, and nothing is to be allocated */
    va_list arguments;

    va_start(arguments, format);
    size_t length = (size_t)CHECK(vsnprintf(line, sizeof line, format, arguments));
    va_end(arguments);
    if (length >= sizeof line) {
        text = CHECK_NOT(NULL, malloc(length + 1));
        va_start(arguments, format);
        (void)vsnprintf(text, length + 1, format, arguments);
        va_end(arguments);
    }
    text[length] = '\n'; /* instead of the NUL */
    write_all(STDOUT_FILENO, text, length + 1);
    if (text != line)
        free(text);
}

void close_output(void)
{
    if (close(STDOUT_FILENO) == -1 && errno != EINTR) /* see CHECK */
        die("%s", describe_output_error(STDOUT_FILENO));
}
