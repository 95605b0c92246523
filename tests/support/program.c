/* SPDX-License-Identifier: MIT */
#include "tests/support/program.h"
#include "common/base/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { LINE = 8192 };

static void fail_test(const char *reason)
{
    fail_msg("%s", reason);
}

__attribute__((constructor)) static void fail_from_now_on(void)
{
    end_test = fail_test;
}

bool is_unkind(void)
{
    return getenv("UNKIND_SEED") != NULL;
}

struct result run_script(const char *format, ...)
{
    char command[2 * LINE];
    va_list values;

    va_start(values, format);
    (void)vsnprintf(command, sizeof command, format, values);
    va_end(values);
    return result_of(program_start((const char *const[]){"/bin/sh", "-c", command, NULL}));
}

void assert_matches(const char *text, const char *pattern)
{
    if (!matches(text, pattern))
        fail_msg("\"%s\" does not match %s", text, pattern);
}

void assert_result(const struct result *result, int status, const char *said, const char *of)
{
    if (result->status != status || !matches(result->err, said))
        fail_msg("%s: status %d and \"%s\" expected, but status %d: %s\n%s", of, status, said,
            result->status, result->err, result->out);
}

struct result expect_run(int status, const char *said, const char *format, ...)
{
    char line[LINE];
    struct result result;
    va_list values;

    va_start(values, format);
    (void)vsnprintf(line, sizeof line, format, values);
    va_end(values);
    do
        result = result_of(start_words("%s", line));
    while (status != 3 && is_undecided(&result));
    assert_result(&result, status, said, line);
    return result;
}

bool is_undecided(const struct result *result)
{
    return result->status == 3 && strstr(result->err, "the machine was too busy, run it again");
}

struct result forked(int (*body)(const void *context), const void *context)
{
    program_name = "demo_unit";
    return result_of(start_body(body, context));
}

struct result expect(
    int status, const char *err, int (*body)(const void *context), const void *context)
{
    struct result result = forked(body, context);

    if (result.status != status)
        fail_msg("status %d instead of %d; it said: %s%s", result.status, status, result.out,
            result.err);
    if (*err)
        assert_says(result.err, err);
    else
        assert_string_equal(result.err, "");
    return result;
}

void assert_says(const char *said, const char *text)
{
    if (!strstr(said, text))
        fail_msg("\"%s\" is missing in: %s", text, said);
}

int count_text(const char *string, const char *text)
{
    int count = 0;

    for (const char *at = string; (at = strstr(at, text)); at += strlen(text))
        count++;
    return count;
}

int count_lines(const char *string)
{
    return count_text(string, "\n");
}

char *load_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    (void)fseek(file, 0, SEEK_END);
    size_t length = (size_t)ftell(file);
    rewind(file);
    char *bytes = keep(calloc(1, length + 1));
    assert_int_equal(fread(bytes, 1, length, file), length);
    (void)fclose(file);
    if (size)
        *size = length;
    else
        assert_int_equal(strlen(bytes), length);
    return bytes;
}

void save_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

int enter_scratch(void **state)
{
    (void)state;
    scratch_enter();
    return 0;
}

int leave_scratch(void **state)
{
    const char *left = await_leftovers();

    (void)state;
    scratch_leave();
    free_kept();
    if (*left)
        fail_msg("left behind: %s", left);
    return 0;
}
