/* SPDX-License-Identifier: MIT */
/* demo_file as a whole program; and what it and demo_mutex do with bad files */
#include "tests/support/test.h"

#include <signal.h>
#include <unistd.h>

enum { MAX_MEMBERS = 80, ROOM = 4096 /* for all names */ };

#define BYTES(text) text, sizeof(text) - 1

static const char *const demos[] = {"demo_file", "demo_mutex"};

static void assert_content(const char *path, const char *bytes, size_t size)
{
    size_t found;
    const char *content = load_file(path, &found);

    assert_int_equal(found, size);
    assert_memory_equal(content, bytes, size);
}

/* The evidence: each member has to say once that it left its name, and then
 * once whom it found. Returns how many names are in the poorest of the lists.
 */
static int fewest_found(const char *out, int members)
{
    char said[MAX_MEMBERS] = {0}; /* how many lines of each member */
    int fewest = members;

    assert_int_equal(count_lines(out), 2 * members);
    for (const char *line = out; *line; line = strchr(line, '\n') + 1) {
        char start[32];
        int number = -1, quotes = 0;

        (void)sscanf(line, "%d", &number);
        assert_int_in_range(number, 0, members - 1);
        (void)snprintf(
            start, sizeof start, "%d %s", number, said[number] == 0 ? "left name\n" : "found: [");
        assert_memory_equal(line, start, strlen(start));
        for (const char *at = line; *at != '\n'; at++)
            quotes += *at == '\'';
        if (said[number]++ > 0 && quotes / 2 < fewest)
            fewest = quotes / 2;
    }
    return fewest;
}

/* All names are in the file, and each list is the file, in its order. */
static void assert_complete(const char *out, int members)
{
    char list[ROOM] = "found: [", *names = load_file("names.txt", NULL);
    size_t used = strlen(list);

    assert_int_equal(fewest_found(out, members), members);
    assert_int_equal(count_lines(names), members);
    for (char *name; (name = strtok_r(names, "\n", &names));)
        used += (size_t)snprintf(list + used, sizeof list - used, "'%s', ", name);
    (void)strcpy(list + used - 2, "]\n"); /* instead of the last comma */
    assert_int_equal(count_text(out, list), members);
}

TEST(held)
{
    static const int members[] = {5, 1, 2, 80, 11};

    for (size_t i = 0; i < 2 * COUNT(members); i++) {
        struct result result = expect_run(0, HELD("file"), "demo_file --members=%d %s",
            members[i / 2], i % 2 == 0 ? "" : "--mmap");
        assert_complete(result.out, members[i / 2]);
    }
}

/* A normal run after each broken one finds no trace of it. */
TEST(broken)
{
    static const struct {
        int members;
        const char *way;
    } cases[] = {{5, ""}, {5, "--mmap"}, {80, ""}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        int found = -1;
        struct result result = expect_run(4, VIOLATED("file", "lost update"),
            "demo_file --broken --members=%d %s", cases[i].members, cases[i].way);
        int fewest = fewest_found(result.out, cases[i].members);

        assert_true(fewest < cases[i].members);
        (void)sscanf(
            result.err, "demo_file: guarantee VIOLATED: a member found only %d of ", &found);
        assert_int_equal(found, fewest);
        result = expect_run(0, HELD("file"), "demo_file");
        assert_complete(result.out, 5);
        assert_int_equal(unlink("names.txt"), 0);
    }
    REFUSED("demo_file", "--broken --members=1", "-- operand");
}

/* Another program writes into the file while the last member is late. */
TEST(file_of_others)
{
    struct program program = start_words("demo_file --late=1 --file=shared.txt");

    (void)program_await(&program, " left name\n", false);
    (void)run_script("yes another | head -n 1000 >>shared.txt");
    struct result result = program_finish(&program);
    assert_result(&result, 3, "shared.txt holds more than names, since another program", "others");
}

/* The last member's name comes last, and the others wait for it asleep: that
 * costs no processor time.
 */
TEST(late)
{
    struct result prompt = expect_run(0, HELD("file"), "demo_file --late=0");
    struct result result = expect_run(0, HELD("file"), "demo_file --late=1");

    assert_complete(result.out, 5);
    assert_int_equal(count_text(result.out, ", '4']\n"), 5);
    assert_asleep(&result, &prompt, 1);
    (void)expect_run(0, HELD("file"), "demo_file --late=3600 --speed=1000 --members=1");
}

/* It empties the file, but only of names. */
TEST(content_of_file)
{
    static char numbers[ROOM];
    size_t size = 0;

    for (int i = 1; i <= 1000; i++) /* that is somebody's data */
        size += (size_t)snprintf(numbers + size, ROOM - size, "%d\n", i);
    const struct {
        const char *bytes;
        size_t size;
        bool names;
    } cases[] = {{BYTES(""), true}, {BYTES("7\n12\n0\n"), true}, {BYTES("3\n4"), true},
        {BYTES("dear diary\n"), false}, {BYTES("1\n2\nx\n"), false},
        {BYTES("1\n\0"
               "2\n"),
            false},
        {BYTES("1\n\xff\x1b[31m"), false}, {BYTES("-1\n"), false},
        /* what broken and killed runs leave, and what only looks like it */
        {BYTES("5\n\n"), true}, {BYTES("99\n4"), true}, {BYTES("\n"), false},
        {BYTES("12\n\n"), false}, {BYTES("5\n\n\n"), false}, {BYTES("5\n\0"), false},
        {BYTES("\0\0\0"), false}, {BYTES("100\n"), false}, {BYTES("1000\n"), false},
        {BYTES("04\n"), false}, {BYTES("4\n5\n4\n"), false}, {BYTES("4 left name\n"), false},
        {BYTES("4\r\n"), false}, {BYTES(" 4\n"), false}, {BYTES("+4\n"), false},
        {numbers, size, false}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        save_file("names.txt", cases[i].bytes, cases[i].size);
        if (cases[i].names) {
            struct result result = expect_run(0, HELD("file"), "demo_file");
            assert_complete(result.out, 5);
            continue;
        }
        struct result result = expect_run(3, "^demo_file: [^\n]*names.txt[^\n]*\n$", "demo_file");
        assert_string_equal(result.out, "");
        assert_content("names.txt", cases[i].bytes, cases[i].size);
    }
}

/* Of a file that can be no list of names only the beginning is read. */
TEST(huge_file)
{
    save_file("names.txt", "", 0);
    assert_int_equal(truncate("names.txt", (off_t)1 << 30), 0);
    for (int i = 0; i < 2; i++) {
        struct result result =
            expect_run(3, "names.txt holds more than", "demo_file %s", i == 0 ? "" : "--mmap");
        assert_true(result.peak < 500000);
    }
}

/* A name is a number and nothing else: "4 left name", which tee(1) adds here,
 * does not hide that the name 4 was lost.
 */
TEST(only_numbers_are_names)
{
    for (int i = 0; i < 10; i++) {
        struct result result = run_script(
            "{ '%s' --broken; echo $? >status; } | tee -a names.txt", built("demo_file"));
        assert_string_equal(load_file("status", NULL), "4\n");
        assert_non_null(strstr(result.err, "a member found only 1 of 5 names"));
        assert_int_equal(unlink("names.txt"), 0);
    }
}

/* Both demos refuse each of these, and it stays as it is. */
TEST(bad_files)
{
    static const char *const paths[] = {"link", "dangling", "fifo", "folder", "missing/file",
        "plain/file", "read only", "locked/file"};
    static const char look[] = "ls -lR; cat plain 'read only'";
    size_t count = COUNT(paths);

    if (geteuid() == 0)
        count -= 2; /* root may write everywhere */
    (void)run_script("echo 5 | tee plain >'read only'; chmod 400 'read only';"
                     "ln -s plain link; ln -s absent dangling; mkfifo fifo;"
                     "mkdir folder; mkdir -m 500 locked");
    struct result before = run_script(look);
    assert_int_equal(before.status, 0);
    for (size_t i = 0; i < 2 * count; i++) {
        char option[64], said[96];
        (void)snprintf(option, sizeof option, "--file=%s", paths[i / 2]);
        (void)snprintf(said, sizeof said, "^[^\n]*%s[^\n]*\n$", paths[i / 2]);
        struct result result = RUN(demos[i % 2], option);
        assert_result(&result, 3, said, option);
        assert_string_equal(result.out, "");
    }
    assert_string_equal(run_script(look).out, before.out);
}

/* The first run waits for its late member until a signal ends it. */
TEST(two_runs)
{
    struct program first = start_words("demo_file --late=3600 --timeout=60");
    char text[64];
    size_t size;

    for (int i = 0; i < 4; i++) {
        (void)snprintf(text, sizeof text, "%d left name\n", i);
        (void)program_await(&first, text, false);
    }
    const char *before = load_file("names.txt", &size);
    (void)snprintf(text, sizeof text, "names.txt.*process %ld;", (long)first.pid);
    for (size_t i = 0; i < COUNT(demos); i++) {
        struct result second = expect_run(3, text, "%s --file=names.txt", demos[i]);
        assert_string_equal(second.out, "");
    }
    assert_content("names.txt", before, size);

    assert_int_equal(kill(first.pid, SIGTERM), 0);
    struct result result = program_finish(&first);
    assert_int_equal(result.status, 128 + SIGTERM);
    result = expect_run(0, HELD("file"), "demo_file"); /* its lock is gone */
    assert_complete(result.out, 5);
}
