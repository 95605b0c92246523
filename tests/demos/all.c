/* SPDX-License-Identifier: MIT */
/* what all demos have in common, from outside */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/program.h"
#include "tests/support/runs.h"

enum { LISTINGS = 9 };

/* An option, and what --help has to say of its values and its default. */
static const struct common_option {
    const char *label, *values, *standard;
} common_options[] = {{"--broken", "", ""}, {"--window", "up to 20 ms", ""},
    {"--seed=", "0 to 4294967295", ""},
    {"--speed=", "0.1 to 1000", "default: 1"}, {"--timeout=", "1 to 3600", ""},
    {"--lanes", "", ""}, {"--step", "", ""}, {"--timeline", "", ""},
    {"--svg=", "", ""}, {"--trace=", "", ""},
    {"--color=", "auto always never", "auto by default"}, {"--help", "", ""},
    {"--version", "", ""}, {0}};

/* The plain run of each demo. */
static struct demo_run demos[MAX_RUNS];
static int demo_count;

static void find_demos(void)
{
    runs_read();
    for (int i = 0; i < run_count; i++)
        if (demo_runs[i].is_plain)
            demos[demo_count++] = demo_runs[i];
}

/* The options that make DEMO's run short, and possible. */
static const char *quick(const struct demo_run *demo)
{
    static char options[96];

    (void)snprintf(
        options, sizeof options, "--speed=%d %s", demo->quick, demo->options);
    return options;
}

/* Runs DEMO quickly in a shell, with REST: options and redirections. The demo
 * takes the shell's place, unless REST has another command. A run that cannot
 * tell is repeated.
 */
static struct result run_in_shell(const struct demo_run *demo, const char *rest)
{
    char command[8192];

    (void)snprintf(command, sizeof command, "%s'%s' %s %s",
        strchr(rest, ';') ? "" : "exec ", built(demo->program), quick(demo),
        rest);
    struct result result = run_program(
        (const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, 0);
    if (!is_undecided(&result))
        return result;
    free_result(&result);
    return run_in_shell(demo, rest);
}

/* Runs DEMO quickly with OPTION, on non-blocking pipes that are full
 * at first.
 */
static struct result run_full(const struct demo_run *demo, const char *option)
{
    char speed[32];
    (void)snprintf(speed, sizeof speed, "--speed=%d", demo->quick);
    const char *const command[] = {built(demo->program), speed,
        *demo->options ? demo->options : option, option, NULL};
    struct program program = program_start_full(command);
    struct result result = program_finish(&program);

    if (!is_undecided(&result))
        return result;
    free_result(&result);
    return run_full(demo, option);
}

static void assert_folder_empty(void)
{
    DIR *folder = opendir(".");
    int count = 0;

    assert_non_null(folder);
    while (readdir(folder))
        count++;
    (void)closedir(folder);
    assert_int_equal(count, 2); /* . and .. */
}

/* --help and --version. */

/* Each line of HELP is at most 80 columns wide; all of it is ASCII. */
static void assert_narrow(const char *name, const char *help)
{
    for (const char *line = help; *line;) {
        size_t width = strcspn(line, "\n");
        if (width > 80)
            fail_msg("%s: %zu columns: %.*s", name, width, (int)width, line);
        assert_int_equal(line[width], '\n');
        line += width + 1;
    }
}

/* What HELP says of OPTION, up to the next one, with single blanks. */
static void find_option(
    const char *help, const char *option, char *found, size_t room)
{
    char label[32];
    size_t used = 0;

    (void)snprintf(label, sizeof label, "\n  %s", option);
    const char *at = strstr(help, label);
    if (!at)
        fail_msg("--help does not tell of %s", option);
    const char *next = strstr(at + 1, "\n  --"), *end = strstr(at, "\n\n");
    for (end = next && next < end ? next : end; at < end; at++) {
        char letter = *at == '\n' ? ' ' : *at;
        if (used < room - 1 && (letter != ' ' || at[1] != ' '))
            found[used++] = letter;
    }
    found[used] = '\0';
}

static void assert_common_options(const char *name, const char *help)
{
    char found[1024];

    for (const struct common_option *option = common_options; option->label;
         option++) {
        find_option(help, option->label, found, sizeof found);
        if (!strstr(found, option->values) || !strstr(found, option->standard))
            fail_msg("%s: %s, %s expected in:%s", name, option->values,
                option->standard, found);
    }
}

static void test_help(void **state)
{
    (void)state;
    for (int i = 0; i < demo_count; i++) {
        char first[64], last[64];
        (void)snprintf(first, sizeof first, "Usage: %s ", demos[i].program);
        (void)snprintf(last, sizeof last,
            i < LISTINGS ? "section 3.%d, listing %d" : "no listing", i + 1,
            i + 1);
        /* status 1 belongs to demo_signal alone */
        bool has_status_1 = demos[i].normal == 1;
        const char *const parts[] = {first,
            "The guarantee: ", "It does not guarantee ", "With --broken ",
            "Options of this demo", "Options that all demos have",
            "Examples:", "Exit status:", "\n  0 ", has_status_1 ? "\n  1 " : "",
            "\n  2 ", "\n  3 ", "\n  4 ", last};
        struct result result = RUN(demos[i].program, "--help");
        assert_int_equal(result.status, 0);
        assert_int_equal(result.err_size, 0);
        const char *at = result.out;
        for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
            at = strstr(at, parts[part]); /* in this order */
            if (!at)
                fail_msg("%s --help lacks: %s", demos[i].program, parts[part]);
        }
        assert_true(has_status_1 || !strstr(result.out, "\n  1 "));
        assert_null(strstr(result.out, "(null)"));
        assert_common_options(demos[i].program, result.out);
        free_result(&result);
    }
    assert_folder_empty();
}

static void test_help_is_narrow(void **state)
{
    (void)state;
    for (int i = 0; i < demo_count; i++) {
        struct result result = RUN(demos[i].program, "--help");
        assert_narrow(demos[i].program, result.out);
        free_result(&result);
    }
}

static void test_version(void **state)
{
    (void)state;
    for (int i = 0; i < demo_count; i++) {
        char name[32];
        int major, minor;
        struct result result = RUN(demos[i].program, "--version");
        assert_int_equal(result.status, 0);
        assert_int_equal(result.err_size, 0);
        assert_int_equal(count_lines(result.out), 1);
        assert_int_equal(
            sscanf(result.out, "%31s %d.%d", name, &major, &minor), 3);
        assert_string_equal(name, demos[i].program);
        free_result(&result);
    }
}

/* The three examples of --help run as they stand there, only faster. */
static void run_example(const struct demo_run *demo, const char *command)
{
    if (strstr(command, "--serve")) /* it waits for Ctrl-C: see socket.c */
        return;
    bool broken = strstr(command, "--broken");
    struct result result = run_in_shell(demo, command);
    bool right = broken ? result.status == 4
                        : result.status == 0 || result.status == demo->normal;
    /* not every system has robust mutexes */
    if (!right && !strstr(result.err, "robust"))
        fail_msg("%s%s: status %d, %s%s", demo->program, command, result.status,
            result.out, result.err);
    free_result(&result);
}

static void test_examples(void **state)
{
    FILE *file = fopen("FILE", "w"); /* one of them reads it */

    (void)state;
    assert_non_null(file);
    assert_true(fputs("read this\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    for (int i = 0; i < demo_count; i++) {
        size_t name = strlen(demos[i].program);
        struct result result = RUN(demos[i].program, "--help");
        char *line = strstr(result.out, "Examples:\n");
        assert_non_null(line);
        line = strchr(line, '\n') + 1;
        for (int example = 0; example < 3; example++) {
            char *next = strchr(line, '\n') + 1;
            assert_memory_equal(line, "  demo_", 7);
            char *end = strstr(line + 2, "  "); /* then says what it shows */
            assert_true(end && end < next);
            *end = '\0';
            assert_memory_equal(line + 2, demos[i].program, name);
            run_example(&demos[i], line + 2 + name);
            line = next;
        }
        assert_int_equal(*line, '\n'); /* there are no more */
        free_result(&result);
    }
    assert_nothing_left();
}

/* The command line. */

static void assert_wrong(
    const struct demo_run *demo, const char *option, const char *value)
{
    struct result result = RUN(demo->program, option, value);

    if (result.status != 2 || result.out_size > 0 ||
        count_lines(result.err) != 1 ||
        strncmp(result.err, demo->program, strlen(demo->program)) != 0)
        fail_msg("%s %s: status %d, %s%s", demo->program, option, result.status,
            result.out, result.err);
    free_result(&result);
}

/* By the usage, which ends with "[OPTION...]" if there are none. */
static bool has_operands(const struct demo_run *demo)
{
    struct result result = RUN(demo->program, "--help");
    bool has_none = strstr(result.out, " [OPTION...]\n") != NULL;

    free_result(&result);
    return !has_none;
}

/* Whether DEMO's --OPTION=VALUE is taken; --help keeps it from running. */
static bool takes(const struct demo_run *demo, const char *option, double value)
{
    char words[96];

    (void)snprintf(words, sizeof words, "%s%.10g", option, value);
    struct result result = RUN(demo->program, words, "--help");
    assert_true(result.status == 0 || result.status == 2);
    free_result(&result);
    return result.status == 0;
}

/* An option's lines in --help begin with "  --hold=SECONDS", and before END may
 * have a range: numbers, and not "(1 to 200 bytes". Returns false if they do
 * not.
 */
static bool find_range(
    const char *lines, const char *end, char *option, double *min, double *max)
{
    static const char *const forms[] = {"(a whole number from %lf to %lf%n",
        "(%lf to %lf;%n", "(above %lf, up to %lf;%n"};

    (void)sscanf(lines, "  %31[^=]=", option);
    (void)strcat(option, "=");
    for (const char *at = lines; at < end; at++)
        for (int i = 0; *at == '(' && i < 3; i++) {
            int length = 0; /* set if all of it is there */
            (void)sscanf(at, forms[i], min, max, &length);
            if (length > 0)
                return true;
        }
    return false;
}

/* The ends of each range that --help tells are taken, what is beyond is not. */
static void test_ranges(void **state)
{
    int ranges = 0;

    (void)state;
    for (int i = 0; i < demo_count; i++) {
        struct result result = RUN(demos[i].program, "--help");
        const char *line = strstr(result.out, "\n  --");
        for (; line; line = strstr(line + 1, "\n  --")) {
            char option[40];
            double min, max;
            const char *end = strstr(line + 1, "\n  --");
            end = end ? end : strchr(line, '\0');
            if (!find_range(line + 1, end, option, &min, &max))
                continue;
            ranges++;
            bool above = strstr(line, "(above") && strstr(line, "(above") < end;
            if (takes(&demos[i], option, min) == above ||
                takes(&demos[i], option, min - 1) ||
                !takes(&demos[i], option, max) ||
                takes(&demos[i], option, max + 1))
                fail_msg("%s %s is not %g to %g", demos[i].program, option, min,
                    max);
        }
        free_result(&result);
    }
    assert_true(ranges > 3 * demo_count); /* three are common to all */
}

static void test_wrong_options(void **state)
{
    static const char *const wrong[] = {"--nonsense", "--nonsense=1", "-x",
        "-h", "--s=1", /* seed or speed? */
        "--seed", "--speed", "--timeout", "--broken=1", "--help=1"};
    static const char *const numbers[] = {"", " 1", "+1", "3x", "-1", "1e3",
        "nan", "inf", "0x10", "1,5", "1.5.5", ".", "4294967296",
        "99999999999999999999"};
    static const struct {
        const char *name, *wrong[8];
    } options[] = {{"seed", {"1.5"}}, {"speed", {"0", "0.05", "0.09", "1001"}},
        {"timeout", {"0", "1.5", "3601"}}};
    enum { NUMBERS = sizeof numbers / sizeof *numbers };
    char option[64];

    (void)state;
    for (int i = 0; i < demo_count; i++) {
        for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
            assert_wrong(&demos[i], wrong[k], NULL);
        for (size_t k = 0; k < 3 * (NUMBERS + 8); k++) {
            size_t own = k / 3;
            const char *number = own < NUMBERS
                                     ? numbers[own]
                                     : options[k % 3].wrong[own - NUMBERS];
            if (!number)
                continue;
            (void)snprintf(
                option, sizeof option, "--%s=%s", options[k % 3].name, number);
            assert_wrong(&demos[i], option, NULL);
        }
        if (!has_operands(&demos[i])) {
            assert_wrong(&demos[i], "surplus", NULL);
            assert_wrong(&demos[i], "--", "--help");
        }
    }
    assert_folder_empty();
    assert_nothing_left();
}

/* The ends of the ranges; --help keeps the demo from running. */
static void test_right_options(void **state)
{
    (void)state;
    for (int i = 0; i < demo_count; i++) {
        struct result results[] = {RUN(demos[i].program, "--seed=0",
                                       "--speed=0.1", "--timeout=1", "--help"),
            RUN(demos[i].program, "--seed", "4294967295", "--speed", "1000",
                "--timeout", "3600", "--he")};
        for (int k = 0; k < 2; k++) {
            assert_int_equal(results[k].status, 0);
            free_result(&results[k]);
        }
    }
}

/* An open window does no harm where the mechanism is in place. */
static void test_window(void **state)
{
    (void)state;
    for (int i = 0; i < demo_count; i++) {
        struct result result = run_in_shell(&demos[i], "--window");
        if (result.status != demos[i].normal ||
            !strstr(result.err, ": guarantee held: "))
            fail_msg("%s --window: status %d, %s%s", demos[i].program,
                result.status, result.out, result.err);
        free_result(&result);
        struct result both = RUN(demos[i].program, "--window", "--broken");
        assert_int_equal(both.status, 2);
        assert_non_null(strstr(both.err, "cannot be combined with --window"));
        free_result(&both);
    }
    assert_nothing_left();
}

/* The seed is in the verdict, the last line, whether given or not. */
static void test_seed(void **state)
{
    (void)state;
    for (int i = 0; i < demo_count; i++) {
        const char *const seeds[] = {"", "--seed=42", "--seed 4294967295"};
        for (int k = 0; k < 3; k++) {
            char end[64] = "";
            struct result result = run_in_shell(&demos[i], seeds[k]);
            assert_int_equal(result.status, demos[i].normal);
            const char *verdict = strstr(result.err, ": guarantee held: ");
            assert_non_null(verdict);
            const char *seed = strstr(verdict, "seed ");
            assert_non_null(seed);
            (void)snprintf(end, sizeof end, "seed %lu)\n",
                strtoul(k == 0 ? seed + 5 : seeds[k] + 7, NULL, 10));
            assert_string_equal(seed, end);
            free_result(&result);
        }
    }
    assert_nothing_left();
}

/* Output that cannot be written. */

static void test_no_output(void **state)
{
    static const char *const ways[] = {">&-", ">/dev/full"};
    static const char *const texts[] = {"", "--help", "--version"};

    (void)state;
    for (int i = 0; i < demo_count * 2 * 3; i++) {
        const struct demo_run *demo = &demos[i / 6];
        char rest[64];
        if (i % 2 == 1 && access("/dev/full", W_OK) == -1)
            continue; /* not every system has it */
        (void)snprintf(
            rest, sizeof rest, "%s %s", texts[i % 6 / 2], ways[i % 2]);
        struct result result = run_in_shell(demo, rest);
        if (result.status != 3 || !strstr(result.err, "standard output: "))
            fail_msg("%s %s: status %d, %s", demo->program, rest, result.status,
                result.err);
        assert_null(strstr(result.err, "guarantee held"));
        free_result(&result);
    }
    assert_nothing_left();
}

/* The shell starts the demo when its output's reader has gone for sure. */
static void test_reader_goes_away(void **state)
{
    char command[8192];

    (void)state;
    for (int i = 0; i < demo_count; i++) {
        (void)snprintf(command, sizeof command, "read go; exec '%s' %s",
            built(demos[i].program), quick(&demos[i]));
        (void)signal(SIGPIPE, SIG_DFL); /* the demo inherits that */
        struct program program = program_start(
            (const char *const[]){"/bin/sh", "-c", command, NULL});
        (void)close(program.out);
        program.out = -1;
        program_write(&program, "go\n", 3);
        struct result result = program_finish(&program);
        if (result.status != 3 || !strstr(result.err, "the reader went away"))
            fail_msg("%s: status %d, %s", demos[i].program, result.status,
                result.err);
        free_result(&result);
    }
    assert_nothing_left();
}

/* Files that a demo opens do not become its standard descriptors. */
static void test_closed_descriptors(void **state)
{
    (void)state;
    for (int i = 0; i < demo_count; i++) {
        struct result all = run_in_shell(&demos[i], "<&- >&- 2>&-; echo $?");
        assert_string_equal(all.out, "3\n");
        free_result(&all);
        struct result input = run_in_shell(&demos[i], "<&- 2>&-");
        assert_int_equal(input.status, demos[i].normal);
        assert_true(input.out_size > 0);
        assert_null(strstr(input.out, "guarantee"));
        free_result(&input);
    }
    assert_nothing_left();
}

/* The process that shows a run has copies of what the run has open. It must not
 * keep a pipe from ending, however late it starts.
 */
static void test_lanes_change_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < demo_count * 20; i++) {
        const struct demo_run *demo = &demos[i / 20];
        struct result result = run_in_shell(demo, "--lanes");
        if (result.status != demo->normal)
            fail_msg(
                "%s: status %d, %s", demo->program, result.status, result.err);
        free_result(&result);
    }
    assert_nothing_left();
}

/* Pipes that another program has made non-blocking: each demo waits for room in
 * them, whatever it writes there.
 */
static void test_full_outputs(void **state)
{
    static const char *const options[] = {"--seed=1", "--lanes", "--timeline",
        "--svg=/dev/stdout", "--trace=/dev/stderr"};

    (void)state;
    for (int i = 0; i < demo_count * 5; i++) {
        struct result result = run_full(&demos[i / 5], options[i % 5]);
        if (result.status != demos[i / 5].normal)
            fail_msg("%s %s: status %d, %s", demos[i / 5].program,
                options[i % 5], result.status, result.err);
        assert_true(result.out_size > 0);
        assert_non_null(strstr(result.err, "guarantee held: "));
        free_result(&result);
    }
    assert_nothing_left();
}

/* ... and for input, also in the middle of a line. */
static void test_input_that_does_not_block(void **state)
{
    static const struct {
        const char *name, *input, *out;
    } cases[] = {{"demo_pipe", "Make this\nsentence", "makeThis\nsentence\n"},
        {"demo_mqueue", "add 3 4\nmul 6 7", "7\n42\n"}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *const command[] = {built(cases[i].name), "-", NULL};
        const struct timespec while_it_tries = {0, 100000000};
        struct program program = program_start_full(command);
        size_t half = 5, size = strlen(cases[i].input);
        program_write(&program, cases[i].input, half);
        (void)nanosleep(&while_it_tries, NULL);
        program_write(&program, cases[i].input + half, size - half);
        struct result result = program_finish(&program);
        assert_int_equal(result.status, 0);
        assert_string_equal(result.out, cases[i].out);
        free_result(&result);
    }
    assert_nothing_left();
}

#define TEST(function)                                                         \
    cmocka_unit_test_setup_teardown(function, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_help),
        TEST(test_help_is_narrow), TEST(test_version), TEST(test_examples),
        TEST(test_ranges), TEST(test_wrong_options), TEST(test_right_options),
        TEST(test_seed), TEST(test_window), TEST(test_no_output),
        TEST(test_reader_goes_away), TEST(test_closed_descriptors),
        TEST(test_lanes_change_nothing), TEST(test_full_outputs),
        TEST(test_input_that_does_not_block)};

    find_demos();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
