/* SPDX-License-Identifier: MIT */
#include "demos/parts/numbers.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/demo.h"

void say_numbers(
    const int *numbers, int count, int mark, const char *format, ...)
{
    char *line;
    size_t size;
    va_list arguments;
    FILE *out = CHECK_NOT(NULL, open_memstream(&line, &size));

    va_start(arguments, format);
    (void)vfprintf(out, format, arguments);
    va_end(arguments);
    (void)fputc('[', out);
    for (int i = 0; i < count; i++) {
        if (i > 0)
            (void)fputs(i == mark ? " | " : ", ", out);
        (void)fprintf(out, "%d", numbers[i]);
    }
    if (fclose(out) == EOF)
        die_call("fclose", errno, __FILE__, __LINE__);
    say("%s]", line);
    free(line);
}
