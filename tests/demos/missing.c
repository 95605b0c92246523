/* SPDX-License-Identifier: MIT */
/* what --broken says was missing stands in the source file that it names */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/program.h"

/* The words between the names; all others have to be in the source. */
static const char *const english[] = {"and", "around", "before", "by", "client",
    "ends", "in", "loop", "of", "own", "s", "test", "the", "unused", "with"};

static bool is_english(const char *word)
{
    for (size_t i = 0; i < sizeof english / sizeof *english; i++)
        if (strcmp(word, english[i]) == 0)
            return true;
    return false;
}

static bool is_name_part(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

/* Blanks strings and comments out, since the message stands there, too. */
static void keep_code(char *source)
{
    const char *end = NULL; /* what ends the string or comment we are in */

    for (char *at = source; *at; at++) {
        if (end && *at == '\\')
            *at++ = ' ';
        else if (end && strncmp(at, end, strlen(end)) == 0) {
            at += strlen(end) - 1;
            end = NULL;
        } else if (!end && at[0] == '\'')
            at += at[1] == '\\' ? 3 : 2; /* a character */
        else if (!end && (*at == '"' || strncmp(at, "/*", 2) == 0))
            end = *at == '"' ? "\"" : "*/";
        else if (end && *at != '\n')
            *at = ' ';
    }
}

static char *read_code(const char *path)
{
    enum { ROOM = 65536 };
    char full[4096], *source = calloc(1, ROOM);

    (void)snprintf(full, sizeof full, "%s/%s", SOURCE_FOLDER, path);
    FILE *file = fopen(full, "r");
    assert_non_null(file);
    assert_non_null(source);
    assert_int_in_range(fread(source, 1, ROOM - 1, file), 1, ROOM - 2);
    (void)fclose(file);
    keep_code(source);
    return source;
}

/* Whether NAME stands in CODE as a whole word, with AFTER right behind it. */
static bool has_name(const char *code, const char *name, const char *after)
{
    size_t length = strlen(name);

    for (const char *at = code; (at = strstr(at, name)); at += length)
        if ((at == code || !is_name_part(at[-1])) &&
            !is_name_part(at[length]) &&
            strncmp(at + length, after, strlen(after)) == 0)
            return true;
    return false;
}

/* A function is written "ask()", a call "sem_wait", and so is another name. */
static int assert_names(const char *missing, const char *code)
{
    char word[64];
    int names = 0, length = 0;

    for (; *missing; missing += length > 0 ? length : 1) {
        length = 0;
        (void)sscanf(missing, "%63[A-Za-z0-9_]%n", word, &length);
        if (length == 0 || is_english(word))
            continue;
        bool function = strncmp(missing + length, "()", 2) == 0;
        if (!has_name(code, word, function ? "(" : ""))
            fail_msg("there is no %s in the source", word);
        names++;
    }
    return names;
}

static void test_what_was_missing(void **state)
{
    static const char *const demos[] = {"demo_mutex", "demo_semaphore",
        "demo_condvar", "demo_file", "demo_signal", "demo_socket",
        "demo_mqueue", "demo_pipe", "demo_shm"};

    (void)state;
    for (size_t i = 0; i < sizeof demos / sizeof *demos; i++) {
        bool has_port = strcmp(demos[i], "demo_socket") == 0;
        struct result result = RUN(
            demos[i], "--broken", "--speed=100", has_port ? "--port=0" : NULL);
        char start[64], missing[200] = "", path[64] = "";

        assert_int_equal(result.status, 4);
        (void)snprintf(
            start, sizeof start, "%s: guarantee VIOLATED: ", demos[i]);
        char *line = strstr(result.err, start);
        assert_non_null(line);
        assert_true(strcspn(line, "0123456789") < strcspn(line, "\n"));
        line = strchr(line, '\n') + 1;

        /* demo_mutex: torn lines; what was missing: ..., demos/demo_mutex.c */
        assert_memory_equal(line, demos[i], strlen(demos[i]));
        assert_int_equal(
            sscanf(line, "%*[^;]; what was missing: %199[^,\n], %63s", missing,
                path),
            2);
        (void)snprintf(start, sizeof start, "demos/%s.c", demos[i]);
        assert_string_equal(path, start);
        assert_true(line[strlen(line) - 1] == '\n' && count_lines(line) == 1);
        char *code = read_code(path);
        assert_true(assert_names(missing, code) >= 2);
        free(code);
        free_result(&result);
    }
    assert_nothing_left();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        test_what_was_missing, enter_scratch, leave_scratch)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
