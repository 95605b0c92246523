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

#if HAVE_MQUEUE
#define APIS "posix sysv"
#else
#define APIS "sysv"
#endif

/* An option, and what --help has to say of its values and its default. */
struct own_option {
    const char *label, *values, *standard;
};

/* In the order of the report's listings. */
static const struct demo {
    const char *name;
    const char *port; /* an option for every run: the usual port may be taken */
    int status;       /* of the listing's run */
    bool has_operands;
    struct own_option options[6];
} demos[] = {{.name = "demo_mutex",
                 .options = {{"--writers=", "1 to 100", "default: 10"},
                     {"--lines=", "1 to 10000", "default: 1"},
                     {"--message=", "1 to 200 bytes",
                         "default: writing to shared resource!"},
                     {"--file=", "", "default: mutexfile.txt"},
                     {"--kill-writer", "", ""}}},
    {.name = "demo_semaphore",
        .options = {{"--workers=", "1 to 10000", "default: 10"},
            {"--slots=", "1 to 10000", "default: 3"},
            {"--hold=", "0 to 3600", "default: 3"}}},
    {.name = "demo_condvar",
        .options = {{"--count=", "1 to 100000", "default: 100"},
            {"--lucky=", "0 to 1000000", "default: 22"},
            {"--max=", "0 to 1000000", "default: 100"},
            {"--consumers=", "1 to 100", "default: 1"}}},
    {.name = "demo_file",
        .options = {{"--members=", "1 to 80", "default: 5"},
            {"--file=", "", "default: names.txt"}, {"--mmap", "", ""},
            {"--late=", "0 to 3600", "default: 0"}}},
    {.name = "demo_signal",
        .status = 1,
        .options = {{"--task=", "0 to 3600", "default: 60"},
            {"--deadline=", "above 0, up to 3600", "default: 2"},
            {"--signal=", "KILL TERM INT HUP USR1", "KILL by default"}}},
    {.name = "demo_socket",
        .port = "--port=0",
        .options = {{"--port=", "0 to 65535", "default: 1234"},
            {"--message=", "1 to 2048 bytes", "default: ping"},
            {"--clients=", "1 to 1000", "default: 1"}, {"--serve", "", ""},
            {"--connect", "", ""}}},
    {.name = "demo_mqueue",
        .has_operands = true,
        .options = {{"--clients=", "1 to 100", "default: 1"},
            {"--api=", APIS, "by default the first that is there"}}},
    {.name = "demo_pipe",
        .has_operands = true,
        .options = {{"--named", "", ""}}},
    {.name = "demo_shm",
        .options = {{"--values=", "1 to 64", "default: 5"},
            {"--duration=", "above 0, up to 3600", "default: 10"},
            {"--update=", "above 0, up to 3600", "default: 1"},
            {"--show=", "above 0, up to 3600", "default: 2"}}}};
enum { DEMOS = sizeof demos / sizeof *demos, LISTINGS = 9 };

static const struct own_option common_options[] = {{"--broken", "", ""},
    {"--seed=", "0 to 4294967295", ""},
    {"--speed=", "0.1 to 1000", "default: 1"}, {"--timeout=", "1 to 3600", ""},
    {"--lanes", "", ""}, {"--step", "", ""}, {"--timeline", "", ""},
    {"--svg=", "", ""}, {"--trace=", "", ""},
    {"--color=", "auto always never", "auto by default"}, {"--help", "", ""},
    {"--version", "", ""}, {0}};

/* The speed that makes DEMO's run short. At the highest one demo_signal, whose
 * verdict is about time, could not tell on a busy machine.
 */
static const char *speed(const struct demo *demo)
{
    return strcmp(demo->name, "demo_signal") == 0 ? "--speed=20"
                                                  : "--speed=1000";
}

/* The options that make DEMO's run short, and possible. */
static const char *quick(const struct demo *demo)
{
    static char options[64];

    (void)snprintf(options, sizeof options, "%s %s", speed(demo),
        demo->port ? demo->port : "");
    return options;
}

/* Runs DEMO quickly in a shell, with REST: options and redirections. The demo
 * takes the shell's place, unless REST has another command. A run that cannot
 * tell is repeated.
 */
static struct result run_in_shell(const struct demo *demo, const char *rest)
{
    char command[8192];

    (void)snprintf(command, sizeof command, "%s'%s' %s %s",
        strchr(rest, ';') ? "" : "exec ", built(demo->name), quick(demo), rest);
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
static struct result run_full(const struct demo *demo, const char *option)
{
    const char *const command[] = {built(demo->name), speed(demo),
        demo->port ? demo->port : option, option, NULL};
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

static void assert_options(
    const char *name, const char *help, const struct own_option *option)
{
    char found[1024];

    for (; option->label; option++) {
        find_option(help, option->label, found, sizeof found);
        if (!strstr(found, option->values) || !strstr(found, option->standard))
            fail_msg("%s: %s, %s expected in:%s", name, option->values,
                option->standard, found);
    }
}

static void test_help(void **state)
{
    (void)state;
    for (int i = 0; i < DEMOS; i++) {
        char first[64], last[64];
        (void)snprintf(first, sizeof first, "Usage: %s ", demos[i].name);
        (void)snprintf(last, sizeof last,
            i < LISTINGS ? "section 3.%d, listing %d" : "no listing", i + 1,
            i + 1);
        /* status 1 belongs to demo_signal alone */
        bool has_status_1 = demos[i].status == 1;
        const char *const parts[] = {first,
            "The guarantee: ", "It does not guarantee ", "With --broken ",
            "Options of this demo", "Options that all demos have",
            "Examples:", "Exit status:", "\n  0 ", has_status_1 ? "\n  1 " : "",
            "\n  2 ", "\n  3 ", "\n  4 ", last};
        struct result result = RUN(demos[i].name, "--help");
        assert_int_equal(result.status, 0);
        assert_int_equal(result.err_size, 0);
        const char *at = result.out;
        for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
            at = strstr(at, parts[part]); /* in this order */
            if (!at)
                fail_msg("%s --help lacks: %s", demos[i].name, parts[part]);
        }
        assert_true(has_status_1 || !strstr(result.out, "\n  1 "));
        assert_null(strstr(result.out, "(null)"));
        assert_options(demos[i].name, result.out, demos[i].options);
        assert_options(demos[i].name, result.out, common_options);
        free_result(&result);
    }
    assert_folder_empty();
}

static void test_help_is_narrow(void **state)
{
    (void)state;
    for (int i = 0; i < DEMOS; i++) {
        struct result result = RUN(demos[i].name, "--help");
        assert_narrow(demos[i].name, result.out);
        free_result(&result);
    }
}

static void test_version(void **state)
{
    (void)state;
    for (int i = 0; i < DEMOS; i++) {
        char name[32];
        int major, minor;
        struct result result = RUN(demos[i].name, "--version");
        assert_int_equal(result.status, 0);
        assert_int_equal(result.err_size, 0);
        assert_int_equal(count_lines(result.out), 1);
        assert_int_equal(
            sscanf(result.out, "%31s %d.%d", name, &major, &minor), 3);
        assert_string_equal(name, demos[i].name);
        free_result(&result);
    }
}

/* The three examples of --help run as they stand there, only faster. */
static void run_example(const struct demo *demo, const char *command)
{
    if (strstr(command, "--serve")) /* it waits for Ctrl-C: see socket.c */
        return;
    bool broken = strstr(command, "--broken");
    struct result result = run_in_shell(demo, command);
    bool right = broken ? result.status == 4
                        : result.status == 0 || result.status == demo->status;
    /* not every system has robust mutexes */
    if (!right && !strstr(result.err, "robust"))
        fail_msg("%s%s: status %d, %s%s", demo->name, command, result.status,
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
    for (int i = 0; i < DEMOS; i++) {
        size_t name = strlen(demos[i].name);
        struct result result = RUN(demos[i].name, "--help");
        char *line = strstr(result.out, "Examples:\n");
        assert_non_null(line);
        line = strchr(line, '\n') + 1;
        for (int example = 0; example < 3; example++) {
            char *next = strchr(line, '\n') + 1;
            assert_memory_equal(line, "  demo_", 7);
            char *end = strstr(line + 2, "  "); /* then says what it shows */
            assert_true(end && end < next);
            *end = '\0';
            assert_memory_equal(line + 2, demos[i].name, name);
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
    const struct demo *demo, const char *option, const char *value)
{
    struct result result = RUN(demo->name, option, value);

    if (result.status != 2 || result.out_size > 0 ||
        count_lines(result.err) != 1 ||
        strncmp(result.err, demo->name, strlen(demo->name)) != 0)
        fail_msg("%s %s: status %d, %s%s", demo->name, option, result.status,
            result.out, result.err);
    free_result(&result);
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
    for (int i = 0; i < DEMOS; i++) {
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
        if (!demos[i].has_operands) {
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
    for (int i = 0; i < DEMOS; i++) {
        struct result results[] = {RUN(demos[i].name, "--seed=0", "--speed=0.1",
                                       "--timeout=1", "--help"),
            RUN(demos[i].name, "--seed", "4294967295", "--speed", "1000",
                "--timeout", "3600", "--he")};
        for (int k = 0; k < 2; k++) {
            assert_int_equal(results[k].status, 0);
            free_result(&results[k]);
        }
    }
}

/* The seed stands in the verdict, the last line, whether given or not. */
static void test_seed(void **state)
{
    (void)state;
    for (int i = 0; i < DEMOS; i++) {
        const char *const seeds[] = {"", "--seed=42", "--seed 4294967295"};
        for (int k = 0; k < 3; k++) {
            char end[64] = "";
            struct result result = run_in_shell(&demos[i], seeds[k]);
            assert_int_equal(result.status, demos[i].status);
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
    for (int i = 0; i < DEMOS * 2 * 3; i++) {
        const struct demo *demo = &demos[i / 6];
        char rest[64];
        if (i % 2 == 1 && access("/dev/full", W_OK) == -1)
            continue; /* not every system has it */
        (void)snprintf(
            rest, sizeof rest, "%s %s", texts[i % 6 / 2], ways[i % 2]);
        struct result result = run_in_shell(demo, rest);
        if (result.status != 3 || !strstr(result.err, "standard output: "))
            fail_msg("%s %s: status %d, %s", demo->name, rest, result.status,
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
    for (int i = 0; i < DEMOS; i++) {
        (void)snprintf(command, sizeof command, "read go; exec '%s' %s",
            built(demos[i].name), quick(&demos[i]));
        (void)signal(SIGPIPE, SIG_DFL); /* the demo inherits that */
        struct program program = program_start(
            (const char *const[]){"/bin/sh", "-c", command, NULL});
        (void)close(program.out);
        program.out = -1;
        program_write(&program, "go\n", 3);
        struct result result = program_finish(&program);
        if (result.status != 3 || !strstr(result.err, "the reader went away"))
            fail_msg(
                "%s: status %d, %s", demos[i].name, result.status, result.err);
        free_result(&result);
    }
    assert_nothing_left();
}

/* Files that a demo opens do not become its standard descriptors. */
static void test_closed_descriptors(void **state)
{
    (void)state;
    for (int i = 0; i < DEMOS; i++) {
        struct result all = run_in_shell(&demos[i], "<&- >&- 2>&-; echo $?");
        assert_string_equal(all.out, "3\n");
        free_result(&all);
        struct result input = run_in_shell(&demos[i], "<&- 2>&-");
        assert_int_equal(input.status, demos[i].status);
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
    for (int i = 0; i < DEMOS * 20; i++) {
        const struct demo *demo = &demos[i / 20];
        struct result result = run_in_shell(demo, "--lanes");
        if (result.status != demo->status)
            fail_msg(
                "%s: status %d, %s", demo->name, result.status, result.err);
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
    for (int i = 0; i < DEMOS * 5; i++) {
        struct result result = run_full(&demos[i / 5], options[i % 5]);
        if (result.status != demos[i / 5].status)
            fail_msg("%s %s: status %d, %s", demos[i / 5].name, options[i % 5],
                result.status, result.err);
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
        TEST(test_wrong_options), TEST(test_right_options), TEST(test_seed),
        TEST(test_no_output), TEST(test_reader_goes_away),
        TEST(test_closed_descriptors), TEST(test_lanes_change_nothing),
        TEST(test_full_outputs), TEST(test_input_that_does_not_block)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
