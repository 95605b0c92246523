/* SPDX-License-Identifier: MIT */
/* demo_mutex as a whole program (what it does with bad files: see file.c) */
#include "tests/support/test.h"

#include <signal.h>
#include <unistd.h>

enum { MAX_WRITERS = 100 };

#define MESSAGE "writing to shared resource!"
#define LOG     "mutexfile.txt"

/* The evidence: the log's lines, judged here once more. */
struct evidence {
    int whole[MAX_WRITERS]; /* lines of each writer */
    int all_whole, torn;
};

static struct evidence judge(const char *log, const char *message)
{
    struct evidence evidence = {.torn = 0};
    char expected[256];

    for (const char *line = log; *line; line = strchr(line, '\n') + 1) {
        int number = atoi(line);
        assert_non_null(strchr(line, '\n')); /* the last line, too */
        (void)snprintf(expected, sizeof expected, "%d mu: %s\n", number, message);
        if (number >= 0 && number < MAX_WRITERS && strncmp(line, expected, strlen(expected)) == 0) {
            evidence.whole[number]++;
            evidence.all_whole++;
        } else
            evidence.torn++;
    }
    return evidence;
}

/* All of WRITERS have LINES whole lines in LOG, and nothing else is there. */
static void assert_whole(const char *log, const char *message, int writers, int lines)
{
    struct evidence evidence = judge(log, message);

    assert_int_equal(evidence.torn, 0);
    assert_int_equal(evidence.all_whole, writers * lines);
    for (int i = 0; i < writers; i++)
        assert_int_equal(evidence.whole[i], lines);
}

/* Not every system has robust mutexes. */
static bool lacks_robust_mutexes(const struct result *result)
{
    return result->status == 3 && strstr(result->err, "robust mutexes");
}

/* Bytes that are no UTF-8 come into the log as they are, but are shown. */
TEST(held)
{
    static const struct {
        const char *options;
        int writers, lines;
        const char *message, *shown;
    } cases[] = {{"", 10, 1, MESSAGE, MESSAGE},
        {"--writers=100 --lines=100", 100, 100, MESSAGE, MESSAGE},
        {"--writers=1 --lines=10000", 1, 10000, MESSAGE, MESSAGE},
        {"--writers=2 --lines=5000", 2, 5000, MESSAGE, MESSAGE},
        {"--message=%s%n", 10, 1, "%s%n", "%s%n"},
        {"--message=\xc3\xa9lan", 10, 1, "\xc3\xa9lan", "\xc3\xa9lan"},
        {"--message=\xff", 10, 1, "\xff", "\\xff"}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        int writers = cases[i].writers, lines = cases[i].lines, said = 0;
        struct result result = expect_run(0, HELD("mutex"), "demo_mutex %s", cases[i].options);
        assert_whole(load_file(LOG, NULL), cases[i].message, writers, lines);
        assert_whole(result.out, cases[i].shown, writers, lines);
        (void)sscanf(result.err, "%*[^:]: guarantee held: %d of ", &said);
        assert_int_equal(said, writers * lines);
        assert_int_equal(unlink(LOG), 0);
    }
}

TEST(broken)
{
    static const struct {
        int writers, lines;
    } cases[] = {{10, 1}, {3, 5}, {100, 20}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        int torn = 0, all = 0, whole = 0;
        struct result result = expect_run(4, VIOLATED("mutex", "torn lines"),
            "demo_mutex --broken --writers=%d --lines=%d", cases[i].writers, cases[i].lines);
        const char *log = load_file(LOG, NULL);
        struct evidence evidence = judge(log, MESSAGE);

        assert_true(evidence.torn > 0);
        assert_string_equal(result.out, log);
        (void)sscanf(result.err, "demo_mutex: guarantee VIOLATED: %d of %d", &torn, &all);
        assert_int_equal(all, cases[i].writers * cases[i].lines);
        for (int writer = 0; writer < cases[i].writers; writer++) /* more are others' pieces */
            whole +=
                evidence.whole[writer] < cases[i].lines ? evidence.whole[writer] : cases[i].lines;
        assert_int_equal(torn, all - whole);
        assert_int_equal(unlink(LOG), 0);
    }
    REFUSED("demo_mutex", "--broken --kill-writer", "--broken --writers=1",
        "--kill-writer --writers=1", "-- operand");
}

/* What another run left in the log, a broken one of its own too, stays there
 * and does not disturb: each is judged on its own lines.
 */
TEST(foreign_bytes)
{
#define BYTES(text) text, sizeof(text) - 1
    struct result broken = expect_run(4, "", "demo_mutex --broken");
    const struct {
        const char *bytes;
        size_t size;
    } cases[] = {{BYTES("")}, {BYTES("\n\n")}, {BYTES("no newline")},
        {BYTES("\0\1\xff\xfe\x1b[31m\n\0")}, {BYTES("3 mu: 4 mu: writ")},
        {BYTES("3 mu: " MESSAGE "\n")}, {BYTES("3 mu: " MESSAGE)}, {broken.out, broken.out_size}};

    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        bool kills = i >= COUNT(cases);
        const char *bytes = cases[i % COUNT(cases)].bytes;
        size_t before = cases[i % COUNT(cases)].size, size;
        save_file(LOG, bytes, before);
        struct result result = RUN("demo_mutex", kills ? "--kill-writer" : NULL);
        if (lacks_robust_mutexes(&result))
            break;
        const char *log = load_file(LOG, &size);
        assert_int_equal(result.status, 0);
        assert_memory_equal(log, bytes, before);
        if (before > 0 && bytes[before - 1] != '\n')
            assert_int_equal(log[before++], '\n');
        assert_string_equal(log + before, result.out);
        assert_int_equal(judge(result.out, MESSAGE).torn, 0);
        assert_int_equal(count_lines(result.out), kills ? 9 : 10);
    }
}

/* One of them lacks a line, that of its death, and all lines after it. */
TEST(kill_writer)
{
    static const int writers[] = {2, 10};

    for (size_t i = 0; i < COUNT(writers); i++) {
        struct result result =
            run_words("demo_mutex --kill-writer --lines=5 --writers=%d", writers[i]);
        if (lacks_robust_mutexes(&result))
            skip();
        const char *log = load_file(LOG, NULL);
        struct evidence evidence = judge(log, MESSAGE);
        int victims = 0;

        assert_result(&result, 0, HELD("mutex"), "--kill-writer");
        assert_non_null(strstr(result.err, "killed"));
        assert_int_equal(evidence.torn, 0);
        for (int number = 0; number < writers[i]; number++) {
            assert_int_in_range(evidence.whole[number], 0, 5);
            victims += evidence.whole[number] < 5;
        }
        assert_int_equal(victims, 1);
        assert_string_equal(result.out, log);
        assert_int_equal(unlink(LOG), 0);
    }
}

/* Reads the log again and again, until it is there and does not end a line (if
 * COUNT is 0), or has COUNT lines. A run that takes too long has failed.
 */
static void await_log(int count)
{
    const char *log = "";
    bool seen = false;

    for (int tries = 0; !seen && tries < 1000; tries++) {
        nap(0.005);
        log = access(LOG, F_OK) == 0 ? load_file(LOG, NULL) : "";
        seen = count == 0 ? *log && log[strlen(log) - 1] != '\n' : count_lines(log) >= count;
    }
}

/* The next writer cuts off the killed one's line, and nothing of another
 * program's, which writes while that line is the last one. strace(1) gives it
 * the time to.
 */
TEST(kill_writer_beside_another_program)
{
    bool seen = false;

    for (int tries = 0; tries < 5 && !seen; tries++) {
        struct program program =
            start_straced("-e inject=kill:delay_enter=1000000:when=1", "demo_mutex --kill-writer");
        await_log(0);
        (void)run_script("printf '\\nforeign\\n' >>" LOG);
        struct result result = program_finish(&program);
        if (lacks_robust_mutexes(&result))
            skip();
        assert_non_null(strstr(load_file(LOG, NULL), "\nforeign\n"));
        seen = result.status == 3 && strstr(result.err, "another program has written there");
        assert_int_equal(unlink(LOG), 0);
    }
    assert_true(seen);
}

/* A line that another program adds during the run is none of the run's, even if
 * it looks like one: it could hide that one is missing. The judge is stopped
 * until it is there; with --window that is before all writers are done.
 */
TEST(line_of_another_program)
{
    bool seen = false;

    for (int tries = 0; tries < 5 && !seen; tries++) {
        struct program program = start_words("demo_mutex --writers=100 --window");
        await_log(1);
        assert_int_equal(kill(program.pid, SIGSTOP), 0);
        await_log(100);
        (void)run_script("echo '0 mu: " MESSAGE "' >>" LOG);
        assert_int_equal(kill(program.pid, SIGCONT), 0);
        struct result result = program_finish(&program);
        seen = count_lines(result.out) == 101;
        if (seen)
            assert_result(&result, 4, "100 of 101 lines are intact", "--window");
        assert_int_equal(unlink(LOG), 0);
    }
    assert_true(seen);
}

TEST(file_name)
{
    char longest[4096] = "";

    for (int i = 0; i < 2047; i++) /* 4095 bytes of a path that exists */
        (void)memcpy(longest + 2 * i, "./", 3);
    (void)strcat(longest, "m");
    (void)expect_run(0, HELD("mutex"), "demo_mutex --file=%s", longest);
    assert_int_equal(access("m", F_OK), 0);
}
