/* SPDX-License-Identifier: MIT */
/* exclusive: what a run opens is a regular file, and its alone */
#include "tests/support/forked.h"
#include "tests/support/program.h"
#include "demos/parts/exclusive.h"
#include "common/base/run.h"
#include "common/run/output.h"
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char content[] = "0 mu: writing to shared resource!\n";

/* A scratch folder with one of each kind in it. */
static int enter_folder(void **state)
{
    if (enter_scratch(state) != 0)
        return -1;
    FILE *file = fopen("log.txt", "w");
    bool written = file && fputs(content, file) >= 0 && fclose(file) == 0;
    return written && symlink("log.txt", "link") == 0 &&
                   symlink("nowhere", "dangling") == 0 &&
                   mkfifo("fifo", 0600) == 0 && mkdir("folder", 0700) == 0
               ? 0
               : -1;
}

static int open_path(const void *path)
{
    int file = open_exclusive(path, 0);
    char text[100];
    ssize_t size = read(file, text, sizeof text);

    say("got %d, close-on-exec %d", (int)size,
        fcntl(file, F_GETFD) == FD_CLOEXEC);
    write_all(file, "more\n", 5);
    return 0;
}

static void assert_content(const char *expected)
{
    char text[100] = {0};
    FILE *file = fopen("log.txt", "r");

    assert_non_null(file);
    (void)!fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    assert_string_equal(text, expected);
}

static void test_opens_and_creates(void **state)
{
    struct stat about;

    (void)umask(022);
    struct outcome outcome = expect(0, "", open_path, "log.txt");
    assert_string_equal(outcome.out, "got 34, close-on-exec 1\n");
    assert_content("0 mu: writing to shared resource!\nmore\n");
    outcome = expect(0, "", open_path, "new.txt");
    assert_string_equal(outcome.out, "got 0, close-on-exec 1\n");
    assert_int_equal(stat("new.txt", &about), 0);
    assert_int_equal(about.st_mode & 07777, 0644);
    assert_int_equal(about.st_size, 5);
}

static void test_refuses_what_is_no_regular_file(void **state)
{
    (void)expect(3,
        "demo_unit: open link: a symbolic link, which is not followed; "
        "choose another with --file\n",
        open_path, "link");
    (void)expect(3, "demo_unit: open dangling: ", open_path, "dangling");
    assert_int_equal(access("nowhere", F_OK), -1);
    (void)expect(3,
        "demo_unit: fifo is not a regular file; choose another with --file\n",
        open_path, "fifo"); /* it would block forever */
    (void)expect(3, "demo_unit: open folder: ", open_path, "folder");
    (void)expect(3, "demo_unit: /dev/null is not a regular file; ", open_path,
        "/dev/null");
    (void)expect(
        3, "demo_unit: open no/such/folder: ", open_path, "no/such/folder");
    (void)expect(3, "demo_unit: open e\\x1b/x: ", open_path, "e\x1b/x");
    assert_content(content);
}

/* A run neither reads nor locks what it prints to. */
static int open_standard_output(const void *path)
{
    (void)close(STDOUT_FILENO);
    (void)open("log.txt", O_WRONLY | O_APPEND);
    (void)open_exclusive(path, 0);
    return 0;
}

static int read_standard_output(const void *path)
{
    (void)close(STDOUT_FILENO);
    (void)open("log.txt", O_WRONLY | O_APPEND);
    (void)close(STDIN_FILENO);
    (void)open(path, O_RDONLY);
    check_input();
    return 0;
}

static void test_same_as_an_output(void **state)
{
    (void)expect(2,
        "demo_unit: log.txt is the same file as standard output; "
        "choose another with --file\n",
        open_standard_output, "log.txt");
    (void)expect(0, "", open_standard_output, "new.txt");
    (void)expect(2,
        "demo_unit: standard input is the same file as standard output; "
        "choose another one\n",
        read_standard_output, "link");
    (void)expect(0, "", read_standard_output, "/dev/null");
    assert_content(content);
}

static void test_second_run_is_refused(void **state)
{
    char message[128];
    int file = open_exclusive("log.txt", 0);

    (void)snprintf(message, sizeof message,
        "demo_unit: log.txt is in use by another run, process %ld; ",
        (long)getpid());
    (void)expect(3, message, open_path, "log.txt");
    assert_content(content); /* the file that it may not have is unharmed */
    (void)close(file);
}

/* fcntl(3p): closing any descriptor of a file drops the process's locks. */
static void test_lock_ends_with_the_descriptor(void **state)
{
    (void)close(open_exclusive("log.txt", 0));
    (void)expect(0, "", open_path, "log.txt");
}

#define IN_FOLDER(test)                                                        \
    cmocka_unit_test_setup_teardown(test, enter_folder, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {IN_FOLDER(test_opens_and_creates),
        IN_FOLDER(test_refuses_what_is_no_regular_file),
        IN_FOLDER(test_same_as_an_output),
        IN_FOLDER(test_second_run_is_refused),
        IN_FOLDER(test_lock_ends_with_the_descriptor)};

    program_name = "demo_unit";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
