/* SPDX-License-Identifier: MIT */
/* that the source has what the verdict of --broken says was left out, where it
 * says so */
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

#include "demos/parts/about.h"
#include "tests/support/program.h"
#include "tests/support/runs.h"

/* The words between the names; all others have to be in the source. */
static const char *const english[] = {"and", "around", "between", "by",
    "called", "client", "in", "loop", "own", "s", "sleep", "test", "the",
    "with"};

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

/* Whether NAME is in CODE as a whole word, with AFTER right behind it. */
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
static int assert_names(const char *text, const char *code)
{
    char word[64];
    int names = 0, length = 0;

    for (; *text; text += length > 0 ? length : 1) {
        length = 0;
        (void)sscanf(text, "%63[A-Za-z0-9_]%n", word, &length);
        bool function = strncmp(text + length, "()", 2) == 0;
        if (length == 0 || (is_english(word) && !function))
            continue;
        if (!has_name(code, word, function ? "(" : ""))
            fail_msg("there is no %s in the source", word);
        names++;
    }
    return names;
}

static void test_what_is_left_out(void **state)
{
#define ADDRESS(name) &name##_demo,
    static const struct demo *const demos[] = {FOR_EACH_DEMO(ADDRESS)};

    (void)state;
    for (size_t i = 0; i < sizeof demos / sizeof *demos; i++) {
        const char *name = demos[i]->name;
        const char *options = plain_run(name + strlen("demo_"))->options;
        struct result result =
            RUN(name, "--broken", "--speed=100", *options ? options : NULL);
        char text[256], bug[64] = "", left_out[128] = "";

        assert_int_equal(result.status, 4);
        (void)snprintf(text, sizeof text, "%s: guarantee VIOLATED: ", name);
        char *line = strstr(result.err, text);
        assert_non_null(line);
        assert_true(strcspn(line, "0123456789") < strcspn(line, "\n"));
        line = strchr(line, '\n') + 1;

        assert_int_equal(
            sscanf(line, "%*[a-z_]: bug: %63[^;]; left out: %127[^\n]", bug,
                left_out),
            2);
        (void)snprintf(text, sizeof text, "%s: bug: %s; left out: %s\n", name,
            bug, left_out);
        assert_string_equal(line, text);
        assert_string_equal(bug, demos[i]->bug);
        (void)snprintf(text, sizeof text, "demos/%s.c", name);
        char *code = read_code(text);
        if (assert_names(left_out, code) < 2)
            fail_msg("%s: too few names in: %s", name, left_out);
        assert_int_equal(assert_names(demos[i]->wrong, code), 1);
        free(code);
        free_result(&result);
    }
    assert_nothing_left();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        test_what_is_left_out, enter_scratch, leave_scratch)};

    runs_read();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
