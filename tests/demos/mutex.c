/* SPDX-License-Identifier: MIT */
/* demo_mutex as a whole program (what it does with bad files: see file.c) */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/program.h"

enum { MAX_WRITERS = 100, RUN_LOCK_BYTE = 0x3fffffff };

#define MESSAGE "writing to shared resource!"

/* The log, with a final NUL: free(3) it. */
static char *read_log(size_t *size)
{
    FILE *file = fopen("mutexfile.txt", "r");
    enum { ROOM = 4000000 };
    char *bytes = calloc(1, ROOM);

    assert_non_null(file);
    assert_non_null(bytes);
    *size = fread(bytes, 1, ROOM - 1, file);
    assert_true(feof(file));
    (void)fclose(file);
    return bytes;
}

static void write_log(const char *bytes, size_t size)
{
    FILE *file = fopen("mutexfile.txt", "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* The evidence: the log's lines, judged here once more. */
struct evidence {
    int whole[MAX_WRITERS]; /* lines of each writer */
    int all_whole, torn;
};

static struct evidence judge(const char *log, const char *message)
{
    struct evidence evidence = {0};
    char expected[256];

    for (const char *line = log; *line; line = strchr(line, '\n') + 1) {
        int number = atoi(line);
        assert_non_null(strchr(line, '\n')); /* the last line, too */
        (void)snprintf(
            expected, sizeof expected, "%d mu: %s\n", number, message);
        if (number >= 0 && number < MAX_WRITERS &&
            strncmp(line, expected, strlen(expected)) == 0) {
            evidence.whole[number]++;
            evidence.all_whole++;
        } else
            evidence.torn++;
    }
    return evidence;
}

/* All of WRITERS have LINES whole lines in LOG, and nothing else is there. */
static void assert_whole(
    const char *log, const char *message, int writers, int lines)
{
    struct evidence evidence = judge(log, message);

    assert_int_equal(evidence.torn, 0);
    assert_int_equal(evidence.all_whole, writers * lines);
    for (int i = 0; i < writers; i++)
        assert_int_equal(evidence.whole[i], lines);
}

static void test_listing(void **state)
{
    struct result result = RUN("demo_mutex", "--seed=42");
    size_t size;
    char *log = read_log(&size);

    (void)state;
    assert_int_equal(result.status, 0);
    assert_whole(log, MESSAGE, 10, 1);
    assert_string_equal(result.out, log);
    assert_matches(result.err,
        "^demo_mutex: guarantee held: 10 of 10 [^\n]*seed 42\\)\n$");
    free(log);
    free_result(&result);
    assert_nothing_left();
}

static void test_many_lines(void **state)
{
    static const struct {
        const char *writers, *lines;
        int writer_count, line_count;
    } cases[] = {{"--writers=100", "--lines=100", 100, 100},
        {"--writers=1", "--lines=10000", 1, 10000},
        {"--writers=2", "--lines=5000", 2, 5000},
        {"--writers=100", "--lines=1", 100, 1}};
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result result =
            RUN("demo_mutex", cases[i].writers, cases[i].lines);
        char *log = read_log(&size);
        assert_int_equal(result.status, 0);
        assert_whole(log, MESSAGE, cases[i].writer_count, cases[i].line_count);
        assert_string_equal(result.out, log);
        assert_int_equal(unlink("mutexfile.txt"), 0);
        free(log);
        free_result(&result);
    }
    assert_nothing_left();
}

/* Bytes that are no UTF-8 come into the log as they are, but are shown. */
static void test_message(void **state)
{
    char longest[201], option[256];
    const char *const messages[] = {"x", "%s %n", "\xc3\xa9lan", longest};
    size_t size;

    (void)state;
    (void)memset(longest, 'm', 200);
    longest[200] = '\0';
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        (void)snprintf(option, sizeof option, "--message=%s", messages[i]);
        struct result result = RUN("demo_mutex", option);
        char *log = read_log(&size);
        assert_int_equal(result.status, 0);
        assert_whole(log, messages[i], 10, 1);
        assert_string_equal(result.out, log);
        assert_int_equal(unlink("mutexfile.txt"), 0);
        free(log);
        free_result(&result);
    }
    struct result result = RUN("demo_mutex", "--message=\xff");
    char *log = read_log(&size);
    assert_int_equal(result.status, 0);
    assert_whole(log, "\xff", 10, 1);
    assert_whole(result.out, "\\xff", 10, 1);
    free(log);
    free_result(&result);
}

static void test_broken(void **state)
{
    static const struct {
        const char *writers, *lines;
        int all;
    } cases[] = {{"--writers=10", "--lines=1", 10},
        {"--writers=3", "--lines=5", 15},
        {"--writers=100", "--lines=20", 2000}};
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result result =
            RUN("demo_mutex", "--broken", cases[i].writers, cases[i].lines);
        char *log = read_log(&size);
        struct evidence evidence = judge(log, MESSAGE);
        int torn = 0, all = 0;

        assert_int_equal(result.status, 4);
        assert_true(evidence.torn > 0);
        assert_string_equal(result.out, log);
        assert_matches(result.err,
            "^demo_mutex: guarantee VIOLATED: [^\n]* \\(seed [0-9]+\\)\n"
            "demo_mutex: bug: torn lines; left out: [^\n]+\n$");
        (void)sscanf(result.err, "demo_mutex: guarantee VIOLATED: %d of %d",
            &torn, &all);
        assert_int_equal(all, cases[i].all);
        assert_int_equal(torn, all - evidence.all_whole);
        assert_int_equal(unlink("mutexfile.txt"), 0);
        free(log);
        free_result(&result);
    }
    assert_nothing_left();
}

/* Runs append, and each is judged on its own lines. */
static void test_normal_after_broken(void **state)
{
    struct result broken = RUN("demo_mutex", "--broken");
    struct result normal = RUN("demo_mutex");
    size_t size;
    char *log = read_log(&size);

    (void)state;
    assert_int_equal(broken.status, 4);
    assert_int_equal(normal.status, 0);
    assert_whole(normal.out, MESSAGE, 10, 1);
    assert_int_equal(size, broken.out_size + normal.out_size);
    assert_memory_equal(log, broken.out, broken.out_size);
    assert_string_equal(log + broken.out_size, normal.out);
    free(log);
    free_result(&broken);
    free_result(&normal);
}

/* What another run left in the log stays there and does not disturb. */
static void test_foreign_bytes(void **state)
{
#define BYTES(text) text, sizeof(text) - 1
    static const struct {
        const char *bytes;
        size_t size;
    } cases[] = {{BYTES("")}, {BYTES("\n\n")}, {BYTES("no newline")},
        {BYTES("\0\1\xff\xfe\x1b[31m\n\0")}, {BYTES("3 mu: 4 mu: writ")},
        {BYTES("3 mu: " MESSAGE "\n")}, {BYTES("3 mu: " MESSAGE)}};
    static const char *const modes[] = {"--writers=10", "--kill-writer"};
    enum { CASES = sizeof cases / sizeof *cases };
    size_t size;

    (void)state;
    for (size_t i = 0; i < 2 * CASES; i++) {
        const char *bytes = cases[i % CASES].bytes;
        size_t before = cases[i % CASES].size;
        write_log(bytes, before);
        struct result result = RUN("demo_mutex", modes[i / CASES]);
        char *log = read_log(&size);

        if (result.status == 3 && strstr(result.err, "robust mutexes")) {
            free(log);
            free_result(&result);
            break; /* this system does not have them */
        }
        assert_int_equal(result.status, 0);
        assert_memory_equal(log, bytes, before);
        if (before > 0 && bytes[before - 1] != '\n')
            assert_int_equal(log[before++], '\n');
        assert_string_equal(log + before, result.out);
        assert_int_equal(judge(result.out, MESSAGE).torn, 0);
        assert_int_equal(
            count_lines(result.out), modes[i / CASES] == modes[0] ? 10 : 9);
        free(log);
        free_result(&result);
    }
}

/* One of them lacks a line, that of its death, and all lines after it. */
static void test_kill_writer(void **state)
{
    static const char *const writers[] = {"--writers=2", "--writers=10"};
    size_t size;

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct result result =
            RUN("demo_mutex", "--kill-writer", "--lines=5", writers[i]);
        if (result.status == 3 && strstr(result.err, "robust mutexes")) {
            free_result(&result);
            skip(); /* this system does not have them */
        }
        char *log = read_log(&size);
        struct evidence evidence = judge(log, MESSAGE);
        int victims = 0;

        assert_int_equal(result.status, 0);
        assert_int_equal(evidence.torn, 0);
        for (int number = 0; number < (i == 0 ? 2 : 10); number++) {
            assert_int_in_range(evidence.whole[number], 0, 5);
            victims += evidence.whole[number] < 5;
        }
        assert_int_equal(victims, 1);
        assert_string_equal(result.out, log);
        assert_matches(result.err,
            "^demo_mutex: guarantee held: [^\n]*killed[^\n]*seed [0-9]+\\)\n$");
        assert_int_equal(unlink("mutexfile.txt"), 0);
        free(log);
        free_result(&result);
    }
    assert_nothing_left();
}

/* Writes a line into the log while a killed writer's torn line is its last one.
 * Returns false if the run was over before.
 */
static bool add_foreign_line(void)
{
    const struct timespec nap = {0, 5000000};
    bool torn = false;
    size_t size = 0;

    for (int i = 0; i < 1000 && !torn; i++) {
        (void)nanosleep(&nap, NULL);
        if (access("mutexfile.txt", F_OK) == -1)
            continue;
        char *log = read_log(&size);
        torn = size > 0 && log[size - 1] != '\n';
        free(log);
    }
    FILE *file = fopen("mutexfile.txt", "a");
    assert_non_null(file);
    (void)fputs("\nforeign\n", file);
    (void)fclose(file);
    return torn;
}

/* The next writer cuts off the killed one's line, and nothing of another
 * program's. strace(1) gives it the time to write.
 */
static void test_kill_writer_beside_another_program(void **state)
{
    const char *words[] = {"/usr/bin/env", "ASAN_OPTIONS=detect_leaks=0",
        "strace", "-f", "-o", "/dev/null", "-e",
        "inject=kill:delay_enter=1000000:when=1", built("demo_mutex"),
        "--kill-writer", NULL};
    bool seen = false;
    size_t size;

    (void)state;
    for (int tries = 0; tries < 5 && !seen; tries++) {
        struct program program = program_start(words);
        bool in_time = add_foreign_line();
        struct result result = program_finish(&program);
        char *log = read_log(&size);
        bool skipped = !strstr(result.err, "demo_mutex: ") ||
                       strstr(result.err, "robust mutexes");

        if (!skipped)
            assert_non_null(strstr(log, "\nforeign\n"));
        seen = in_time && result.status == 3 &&
               strstr(result.err, "another program has written there");
        free(log);
        free_result(&result);
        assert_int_equal(unlink("mutexfile.txt"), 0);
        if (skipped) /* there is no strace, or there are no robust mutexes */
            skip();
    }
    assert_true(seen);
    assert_nothing_left();
}

/* This test is the first run on the log. */
static void test_two_runs(void **state)
{
    struct flock lock = {.l_type = F_WRLCK,
        .l_whence = SEEK_SET,
        .l_start = RUN_LOCK_BYTE,
        .l_len = 1};
    char pid[32];
    size_t size;

    (void)state;
    write_log(BYTES("before\n"));
    int file = open("mutexfile.txt", O_RDWR);
    assert_true(file >= 0);
    assert_int_equal(fcntl(file, F_SETLK, &lock), 0);
    struct result result = RUN("demo_mutex");
    assert_int_equal(result.status, 3);
    assert_string_equal(result.out, "");
    (void)snprintf(pid, sizeof pid, "process %ld;", (long)getpid());
    assert_non_null(strstr(result.err, pid));
    assert_non_null(strstr(result.err, "mutexfile.txt"));
    free_result(&result);

    char *log = read_log(&size); /* which closes it, and so ends the lock */
    assert_string_equal(log, "before\n");
    free(log);
    (void)close(file);
    result = RUN("demo_mutex");
    assert_int_equal(result.status, 0);
    free_result(&result);
    assert_nothing_left();
}

static void test_file_name(void **state)
{
    char longest[4096] = "", option[4200];
    struct result result;

    (void)state;
    for (int i = 0; i < 2047; i++) /* 4095 bytes of a path that exists */
        (void)memcpy(longest + 2 * i, "./", 3);
    (void)strcat(longest, "m");
    (void)snprintf(option, sizeof option, "--file=%s", longest);
    result = RUN("demo_mutex", option);
    assert_int_equal(result.status, 0);
    assert_int_equal(access("m", F_OK), 0);
    free_result(&result);

    (void)strcat(option, "m");
    result = RUN("demo_mutex", option);
    assert_int_equal(result.status, 2);
    assert_int_equal(access("mm", F_OK), -1);
    free_result(&result);

    result = RUN("demo_mutex", "--file", "of two words");
    assert_int_equal(result.status, 0);
    assert_int_equal(access("of two words", F_OK), 0);
    free_result(&result);
}

static void test_wrong_usage(void **state)
{
    char too_long[256] = "--message=";
    const char *const refused[][2] = {{"--writers=0"}, {"--writers=101"},
        {"--writers=ten"}, {"--writers=+1"}, {"--lines=0"}, {"--lines=10001"},
        {"--lines="}, {"--message="}, {too_long}, {"--message=a\nb"},
        {"--message=\x1b[1m"}, {"--message=\x7f"}, {"--message=\xc2\x85"},
        {"--file="}, {"--file=a\nb"}, {"--kill-writer=1"},
        {"--broken", "--kill-writer"}, {"--broken", "--writers=1"},
        {"--kill-writer", "--writers=1"}, {"operand"}, {"--", "operand"}};

    (void)state;
    (void)memset(too_long + strlen(too_long), 'm', 201);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_refused("demo_mutex", refused[i][0], refused[i][1]);
    }
    assert_nothing_left();
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_listing),
        TEST(test_many_lines), TEST(test_message), TEST(test_broken),
        TEST(test_normal_after_broken), TEST(test_foreign_bytes),
        TEST(test_kill_writer), TEST(test_kill_writer_beside_another_program),
        TEST(test_two_runs), TEST(test_file_name), TEST(test_wrong_usage)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
