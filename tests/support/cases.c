/* SPDX-License-Identifier: MIT */
#include "tests/support/cases.h"
#include "tests/support/program.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef __linux__
#include <sys/syscall.h>
#define SLEEP_CALL ((long)SYS_clock_nanosleep)
#else
#define SLEEP_CALL 0L
#endif

#ifdef __SANITIZE_ADDRESS__
#define ASAN 1
#else
#define ASAN 0
#endif

enum { MAX_CASES = 64 };

static const char *demo = "";
/* What each case may use, before the functions of its file: posix is the --api of a system that has
 * POSIX queues; soon COMMAND tries it again and again; bounded KILOBYTES COMMAND has no more
 * memory; traced INJECTION COMMAND is under strace(1), or skipped. */
static char functions[8192] =
    "judged() {\n"
    "    judge=$1; shift\n"
    "    status=$({ { \"$@\" 2>err 3>&-; echo $? >&3; } | cat >out; } 3>&1)\n"
    "    cat err >&2; eval \"$judge\" <out; return $status\n"
    "}\n"
    "soon() {\n"
    "    tries=0\n"
    "    until \"$@\" || [ $((tries += 1)) -gt 500 ]; do sleep 0.01; done\n"
    "}\n"
    "bounded() {\n"
    "    (ulimit -v $1; $2 --version) >/dev/null 2>&1 && ulimit -v $1; shift; \"$@\"\n"
    "}\n"
    "traced() {\n"
    "    strace -o /dev/null -e inject=getpid:error=EPERM true 2>/dev/null || exit 77\n"
    "    injection=$1; shift; export ASAN_OPTIONS=detect_leaks=0\n"
    "    strace -f -qq -o /dev/null -e \"inject=$injection\" \"$@\"\n"
    "}";

static void add_line(char *text, size_t size, const char *line)
{
    size_t used = strlen(text);

    (void)snprintf(text + used, size - used, "%s%s", used > 0 ? "\n" : "", line);
    if (strlen(text) == size - 1)
        end_test("a case is too long");
}

struct test_case *read_cases(const char *path)
{
    static struct test_case cases[MAX_CASES + 1];
    struct test_case *last = NULL;
    const char *program = strstr(path, "test_demo_");
    char line[2048];

    if (program)
        demo = program + strlen("test_demo_");
    (void)snprintf(line, sizeof line, "%s/tests/demos/%s.txt", SOURCE_FOLDER, demo);
    FILE *file = fopen(line, "r");
    while (file && fgets(line, sizeof line, file)) {
        char *rest = line + 2;
        line[strcspn(line, "\n")] = '\0';
        if (*line == '$') {
            last = last ? last + 1 : cases;
            if (last == cases + MAX_CASES)
                end_test("too many cases");
            (void)snprintf(last->name, sizeof last->name, "%.79s", rest);
        }
        if (!last)
            add_line(functions, sizeof functions, line);
        else if (*line == '$' || *line == '>')
            add_line(last->command, sizeof last->command, rest);
        else if (*line == '!')
            add_line(last->err, sizeof last->err, rest);
        else if (*line == '?')
            add_line(last->end, sizeof last->end, rest);
        else if (*line != '\0' && *line != '#')
            add_line(last->out, sizeof last->out, line);
    }
    if (file)
        (void)fclose(file);
    return cases;
}

/* What has to be in standard error after END; returns the exit status. */
static int status_of(const char *end, char *said, size_t size)
{
#define FIRST "^(demo_%s: (listening on|the queues are) [^\n]+\n)?demo_%s: guarantee "
    int status = atoi(end);

    *said = '\0';
    if (strncmp(end, "refused", 7) == 0) {
        (void)snprintf(said, size, "^[a-z_]+: [^\n]+\n$");
        status = end[7] ? atoi(end + 8) : 2;
    }
    if (strncmp(end, "held", 4) == 0) {
        (void)snprintf(said, size, FIRST "held: [^\n]*seed [0-9]+\\)\n$", demo, demo);
        status = atoi(end + 4);
    }
    if (strncmp(end, "VIOLATED ", 9) == 0) {
        (void)snprintf(said, size,
            FIRST "VIOLATED: [^\n]*\\(seed [0-9]+\\)\ndemo_%s: bug: %s; left out: [^\n]+\n$", demo,
            demo, demo, end + 9);
        status = 4;
    }
    return status;
}

/* Whether OUT has the EXPECTED lines, and no others. */
static bool has_lines(const char *out, const char *expected)
{
    char line[2048], wanted[1024], pattern[1100];

    while (*out && *expected) {
        size_t length = strcspn(out, "\n"), size = strcspn(expected, "\n");
        (void)snprintf(line, sizeof line, "%.*s", (int)length, out);
        (void)snprintf(wanted, sizeof wanted, "%.*s", (int)size, expected);
        (void)snprintf(pattern, sizeof pattern, "^(%s)$", wanted);
        if (out[length] != '\n' || (strcmp(line, wanted) != 0 && !matches(line, pattern)))
            return false;
        out += length + 1;
        expected += size + (expected[size] == '\n');
    }
    return *out == *expected;
}

static void try_command(const struct test_case *test, const char *command)
{
    char said[512], *errors = keep(strdup(test->err));
    int status = status_of(test->end, said, sizeof said);
    struct result result;
    glob_t found;

    /* not in the script: a name of a folder may have any sign in it */
    (void)setenv("project", SOURCE_FOLDER, 1);
    (void)setenv("tests", BUILD_FOLDER "/tests", 1);
    (void)setenv("build", built(""), 1);
    do
        result = run_script("rm -rf ./*\nposix=%s nanosleep=%ld asan=%d\nPATH=$build:$PATH\n%s\n%s",
            HAVE_MQUEUE && !is_unkind() ? "posix" : "sysv", SLEEP_CALL, ASAN, functions, command);
    while (status != 3 && is_undecided(&result));
    if (result.status == 77 || strstr(result.err, "needs robust mutexes"))
        skip(); /* this system lacks what it needs */
    assert_result(&result, status, said, command);
    if (!has_lines(result.out, test->out) || strlen(result.out) != result.out_size)
        fail_msg("%s: not\n%s, but\n%s%s", command, test->out, result.out, result.err);
    for (char *error; (error = strtok_r(errors, "\n", &errors));)
        assert_matches(result.err, error);
    if (strcmp(test->end, "refused") == 0)
        assert_int_equal(glob("*", 0, NULL, &found), GLOB_NOMATCH);
}

/* Tries COMMAND with each alternative of the first {{A|B|C}} in it. */
static void try_each(const struct test_case *test, const char *command)
{
    static const char demos[] = DEMO_PROGRAMS "}}";
    char one[sizeof test->command];
    const char *begin = strstr(command, "{{"), *end = begin ? strstr(begin, "}}") : NULL;

    if (!end) {
        try_command(test, command);
        return;
    }
    const char *next = strncmp(begin, "{{demos}}", 9) == 0 ? demos : begin + 2;
    for (bool is_last = false; !is_last; next++) {
        int length = (int)strcspn(next, "|}");
        (void)snprintf(
            one, sizeof one, "%.*s%.*s%s", (int)(begin - command), command, length, next, end + 2);
        try_each(test, one);
        next += length;
        is_last = *next == '}';
    }
}

void run_case(void **state)
{
    const struct test_case *test = *state;

    try_each(test, test->command);
}
