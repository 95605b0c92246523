/* SPDX-License-Identifier: MIT */
/* demo_file as a whole program; and what it and demo_mutex do with bad files */
#include <sys/stat.h>
#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/program.h"

enum { MAX_MEMBERS = 80, ROOM = 4096 /* for all names */ };

static const char *const demos[] = {"demo_file", "demo_mutex"};

static void write_names(const char *path, const char *bytes, size_t size)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static size_t read_names(const char *path, char bytes[ROOM])
{
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    (void)memset(bytes, 0, ROOM);
    size_t size = fread(bytes, 1, ROOM - 1, file);
    (void)fclose(file);
    return size;
}

static void assert_content(const char *path, const char *bytes, size_t size)
{
    char content[ROOM];

    assert_int_equal(read_names(path, content), size);
    assert_memory_equal(content, bytes, size);
}

/* The evidence: how many of MEMBERS names are in LIST, as in "['0', '1']". */
static int count_names(const char *list, int members)
{
    char name[16];
    int found = 0;

    for (int i = 0; i < members; i++) {
        (void)snprintf(name, sizeof name, "'%d'", i);
        found += count_text(list, name) > 0;
    }
    return found;
}

/* Each member has to say once that it left its name, and then once whom it
 * found. Returns how many names are in the poorest of the lists.
 */
static int fewest_found(const char *out, int members)
{
    char said[MAX_MEMBERS] = {0}; /* how many lines of each member */
    int fewest = members;

    assert_int_equal(count_lines(out), 2 * members);
    for (const char *next; *out; out = next) {
        char line[ROOM], start[32];
        int number = -1;

        next = strchr(out, '\n') + 1;
        (void)snprintf(line, sizeof line, "%.*s", (int)(next - out), out);
        (void)sscanf(line, "%d", &number);
        assert_int_in_range(number, 0, members - 1);
        (void)snprintf(start, sizeof start, "%d %s", number,
            said[number] == 0 ? "left name\n" : "found: [");
        assert_memory_equal(line, start, strlen(start));
        if (said[number]++ > 0) {
            int found = count_names(line, members);
            fewest = found < fewest ? found : fewest;
        }
    }
    return fewest;
}

/* All names are in the file, and each list is the file, in its order. */
static void assert_complete(const char *out, int members)
{
    char names[ROOM], list[ROOM] = "found: [";
    size_t used = strlen(list);

    assert_int_equal(fewest_found(out, members), members);
    (void)read_names("names.txt", names);
    assert_int_equal(count_lines(names), members);
    for (char *name = strtok(names, "\n"); name; name = strtok(NULL, "\n"))
        used +=
            (size_t)snprintf(list + used, sizeof list - used, "'%s', ", name);
    (void)strcpy(list + used - 2, "]\n"); /* instead of the last comma */
    assert_int_equal(count_text(out, list), members);
}

static void test_listing(void **state)
{
    struct result result = RUN("demo_file", "--seed=42");

    (void)state;
    assert_int_equal(result.status, 0);
    assert_complete(result.out, 5);
    assert_matches(
        result.err, "^demo_file: guarantee held: [^\n]*seed 42\\)\n$");
    free_result(&result);
    assert_nothing_left();
}

static void test_members(void **state)
{
    static const struct {
        const char *option;
        int count;
    } cases[] = {{"--members=1", 1}, {"--members=2", 2}, {"--members=80", 80},
        {"--members=11", 11}};
    static const char *const ways[] = {NULL, "--mmap"};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        struct result result =
            RUN("demo_file", cases[i / 2].option, ways[i % 2]);
        assert_int_equal(result.status, 0);
        assert_complete(result.out, cases[i / 2].count);
        assert_matches(
            result.err, "^demo_file: guarantee held: [^\n]*seed [0-9]+\\)\n$");
        free_result(&result);
    }
    assert_nothing_left();
}

/* A normal run after each broken one finds no trace of it. */
static void test_broken(void **state)
{
    static const struct {
        const char *members, *way;
        int count;
    } cases[] = {{"--members=5", NULL, 5}, {"--members=5", "--mmap", 5},
        {"--members=80", NULL, 80}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result result =
            RUN("demo_file", "--broken", cases[i].members, cases[i].way);
        int found = -1, fewest = fewest_found(result.out, cases[i].count);

        assert_int_equal(result.status, 4);
        assert_true(fewest < cases[i].count);
        assert_matches(result.err,
            "^demo_file: guarantee VIOLATED: [^\n]* \\(seed [0-9]+\\)\n"
            "demo_file: bug: lost update; left out: [^\n]+\n$");
        (void)sscanf(result.err,
            "demo_file: guarantee VIOLATED: a member found only %d of ",
            &found);
        assert_int_equal(found, fewest);
        free_result(&result);

        result = RUN("demo_file");
        assert_int_equal(result.status, 0);
        assert_complete(result.out, 5);
        free_result(&result);
    }
    assert_nothing_left();
}

/* Another program writes into the file while the last member is late. */
static void test_file_of_others(void **state)
{
    const char *const line[] = {
        built("demo_file"), "--late=1", "--file=shared.txt", NULL};

    (void)state;
    struct program program = program_start(line);
    (void)program_await(&program, " left name\n", false);
    FILE *file = fopen("shared.txt", "a");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        assert_true(fputs("another\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    struct result result = program_finish(&program);
    assert_int_equal(result.status, 3);
    assert_non_null(strstr(
        result.err, "shared.txt holds more than names, since another program"));
    free_result(&result);
    assert_nothing_left();
}

/* The last member's name comes last, and the others wait for it asleep: that
 * costs no processor time.
 */
static void test_late(void **state)
{
    struct result prompt = RUN("demo_file", "--late=0");
    struct result result = RUN("demo_file", "--late=1");

    (void)state;
    assert_int_equal(prompt.status, 0);
    assert_int_equal(result.status, 0);
    assert_complete(result.out, 5);
    assert_int_equal(count_text(result.out, ", '4']\n"), 5);
    assert_asleep(&result, &prompt, 1);
    free_result(&prompt);
    free_result(&result);

    result = RUN("demo_file", "--late=3600", "--speed=1000", "--members=1");
    assert_int_equal(result.status, 0);
    free_result(&result);
}

/* It empties the file, but only of names. */
static void test_content_of_file(void **state)
{
#define BYTES(text) text, sizeof(text) - 1
    static const struct {
        const char *bytes;
        size_t size;
        bool names;
    } cases[] = {{BYTES(""), true}, {BYTES("7\n12\n0\n"), true},
        {BYTES("3\n4"), true}, {BYTES("dear diary\n"), false},
        {BYTES("1\n2\nx\n"), false},
        {BYTES("1\n\0"
               "2\n"),
            false},
        {BYTES("1\n\xff\x1b[31m"), false}, {BYTES("-1\n"), false},
        /* what broken and killed runs leave, and what only looks like it */
        {BYTES("5\n\n"), true}, {BYTES("99\n4"), true}, {BYTES("\n"), false},
        {BYTES("12\n\n"), false}, {BYTES("5\n\n\n"), false},
        {BYTES("5\n\0"), false}, {BYTES("\0\0\0"), false},
        {BYTES("100\n"), false}, {BYTES("1000\n"), false},
        {BYTES("04\n"), false}, {BYTES("4\n5\n4\n"), false},
        {BYTES("4 left name\n"), false}, {BYTES("4\r\n"), false},
        {BYTES(" 4\n"), false}, {BYTES("+4\n"), false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_names("names.txt", cases[i].bytes, cases[i].size);
        struct result result = RUN("demo_file");
        if (cases[i].names) {
            assert_int_equal(result.status, 0);
            assert_complete(result.out, 5);
        } else {
            assert_int_equal(result.status, 3);
            assert_string_equal(result.out, "");
            assert_matches(result.err, "^demo_file: [^\n]*names.txt[^\n]*\n$");
            assert_content("names.txt", cases[i].bytes, cases[i].size);
        }
        free_result(&result);
    }
    assert_nothing_left();
}

/* The numbers 1 to 1,000 are somebody's data. */
static void test_data_is_kept(void **state)
{
    char numbers[ROOM] = "";
    size_t size = 0;

    (void)state;
    for (int i = 1; i <= 1000; i++)
        size += (size_t)snprintf(numbers + size, ROOM - size, "%d\n", i);
    write_names("data.txt", numbers, size);
    struct result result = RUN("demo_file", "--file=data.txt");
    assert_int_equal(result.status, 3);
    assert_non_null(strstr(result.err, "data.txt holds more than"));
    assert_content("data.txt", numbers, size);
    free_result(&result);
}

/* Of a file that can be no list of names only the beginning is read. */
static void test_huge_file(void **state)
{
    static const char *const ways[] = {"--members=5", "--mmap"};
    FILE *file = fopen("names.txt", "w");

    (void)state;
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), (off_t)1 << 30), 0);
    (void)fclose(file);
    for (int i = 0; i < 2; i++) {
        struct result result = RUN("demo_file", ways[i]);
        assert_int_equal(result.status, 3);
        assert_non_null(strstr(result.err, "names.txt holds more than"));
        assert_true(result.peak < 500000);
        free_result(&result);
    }
}

/* A name is a number and nothing else: "4 left name", which tee(1) adds here,
 * does not hide that the name 4 was lost.
 */
static void test_only_numbers_are_names(void **state)
{
    char command[4300];

    (void)state;
    (void)snprintf(command, sizeof command,
        "{ '%s' --broken; echo $? >status; } | tee -a names.txt",
        built("demo_file"));
    for (int i = 0; i < 10; i++) {
        struct result result = run_program(
            (const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, 0);
        assert_content("status", BYTES("4\n"));
        assert_non_null(strstr(result.err, "a member found only 1 of 5 names"));
        free_result(&result);
        assert_int_equal(unlink("names.txt"), 0);
    }
    assert_nothing_left();
}

static void assert_bad_file(const char *demo, const char *path)
{
    char option[64];

    (void)snprintf(option, sizeof option, "--file=%s", path);
    struct result result = RUN(demo, option);
    if (result.status != 3)
        fail_msg("%s %s: status %d", demo, option, result.status);
    assert_string_equal(result.out, "");
    assert_int_equal(count_lines(result.err), 1);
    assert_non_null(strstr(result.err, path));
    free_result(&result);
}

static void test_bad_files(void **state)
{
    static const char *const paths[] = {
        "link", "dangling", "fifo", "folder", "missing/file", "plain/file"};
    struct stat about;
    glob_t found;

    (void)state;
    write_names("plain", BYTES("5\n"));
    assert_int_equal(symlink("plain", "link"), 0);
    assert_int_equal(symlink("absent", "dangling"), 0);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(mkdir("folder", 0700), 0);
    for (size_t i = 0; i < 2 * sizeof paths / sizeof *paths; i++)
        assert_bad_file(demos[i % 2], paths[i / 2]);

    assert_content("plain", BYTES("5\n"));
    assert_int_equal(lstat("link", &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(lstat("fifo", &about), 0);
    assert_true(S_ISFIFO(about.st_mode));
    assert_int_equal(glob("*", 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 5); /* nothing new */
    globfree(&found);
    assert_int_equal(glob("folder/*", 0, NULL, &found), GLOB_NOMATCH);
    assert_nothing_left();
}

static void test_unwritable(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip(); /* root may write everywhere */
    write_names("read only", BYTES("5\n"));
    assert_int_equal(chmod("read only", 0400), 0);
    assert_int_equal(mkdir("locked", 0500), 0);
    for (int i = 0; i < 2; i++) {
        assert_bad_file(demos[i], "read only");
        assert_bad_file(demos[i], "locked/file");
    }
    assert_content("read only", BYTES("5\n"));
}

/* The first run waits for its late member until a signal ends it. */
static void test_two_runs(void **state)
{
    char path[ROOM], before[ROOM], after[ROOM], pid[32];

    (void)state;
    (void)snprintf(path, sizeof path, "%s", built("demo_file"));
    struct program first = program_start(
        (const char *const[]){path, "--late=3600", "--timeout=60", NULL});
    for (int i = 0; i < 4; i++) {
        (void)snprintf(before, sizeof before, "%d left name\n", i);
        (void)program_await(&first, before, false);
    }
    (void)snprintf(pid, sizeof pid, "process %ld;", (long)first.pid);
    size_t size = read_names("names.txt", before);
    for (int i = 0; i < 2; i++) {
        struct result second = RUN(demos[i], "--file=names.txt");
        assert_int_equal(second.status, 3);
        assert_string_equal(second.out, "");
        assert_non_null(strstr(second.err, pid));
        assert_non_null(strstr(second.err, "names.txt"));
        free_result(&second);
    }
    assert_int_equal(read_names("names.txt", after), size);
    assert_memory_equal(before, after, size);

    assert_int_equal(kill(first.pid, SIGTERM), 0);
    struct result result = program_finish(&first);
    assert_int_equal(result.status, 128 + SIGTERM);
    free_result(&result);
    assert_nothing_left();

    result = RUN("demo_file"); /* its lock is gone, too */
    assert_int_equal(result.status, 0);
    assert_complete(result.out, 5);
    free_result(&result);
}

static void test_wrong_usage(void **state)
{
    static const char *const refused[][2] = {{"--members=0"}, {"--members=81"},
        {"--members=two"}, {"--late=-1"}, {"--late=3600.5"}, {"--late=inf"},
        {"--file="}, {"--file=a\nb"}, {"--file"}, {"--mmap=yes"},
        {"--broken", "--members=1"}, {"operand"}, {"--", "operand"}};

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_refused("demo_file", refused[i][0], refused[i][1]);
    }
    assert_nothing_left();
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_listing), TEST(test_members),
        TEST(test_broken), TEST(test_file_of_others), TEST(test_late),
        TEST(test_content_of_file), TEST(test_data_is_kept),
        TEST(test_huge_file), TEST(test_only_numbers_are_names),
        TEST(test_bad_files), TEST(test_unwritable), TEST(test_two_runs),
        TEST(test_wrong_usage)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
