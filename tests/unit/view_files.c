/* SPDX-License-Identifier: MIT */
/* view files: tried before the run, which changes nothing, and written after */
#include "tests/support/test.h"
#include "common/views/view_files.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void assert_file(const char *path, const char *expected)
{
    assert_string_equal(load_file(path, NULL), expected);
}

TEST(new_file)
{
    struct output output = {.path = "new.svg", .file = -1};
    struct stat about;

    (void)umask(022);
    assert_true(try_output(&output));
    assert_true(output.is_new);
    leave_output(&output);
    assert_int_equal(access("new.svg", F_OK), -1); /* a trial leaves nothing */
    assert_true(write_output(&output, "text", 4));
    assert_file("new.svg", "text");
    assert_int_equal(stat("new.svg", &about), 0);
    assert_int_equal(about.st_mode & 07777, 0644);
}

/* What is in it stays until the run is over; its mode, and its other names,
 * stay after that, too.
 */
TEST(file_that_exists)
{
    struct output output = {.path = "old.svg", .file = -1};
    struct stat about;

    save_file("old.svg", "a long text from before", 23);
    assert_int_equal(chmod("old.svg", 0640), 0);
    assert_int_equal(link("old.svg", "other name"), 0);
    assert_true(try_output(&output));
    assert_false(output.is_new);
    leave_output(&output);
    assert_file("old.svg", "a long text from before");
    assert_true(write_output(&output, "new", 3));
    assert_file("old.svg", "new");
    assert_file("other name", "new");
    assert_int_equal(stat("old.svg", &about), 0);
    assert_int_equal(about.st_mode & 07777, 0640);
}

static void assert_not_tried(const char *path, int error)
{
    struct output output = {.path = path, .file = -1};

    errno = 0;
    assert_false(try_output(&output));
    assert_int_equal(errno, error);
    leave_output(&output);
}

TEST(refused)
{
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_not_tried("no/such/folder", ENOENT);
    assert_not_tried("folder", EISDIR);
    assert_not_tried("fifo", ENXIO); /* nobody reads it: it does not wait */
    assert_not_tried("dangling", ENOENT);
    assert_int_equal(access("nowhere", F_OK), -1);
}

/* A FIFO stays open between trial and writing: to its reader a close would be
 * the end.
 */
TEST(fifo)
{
    struct output output = {.path = "fifo", .file = -1};
    char text[10];

    assert_int_equal(mkfifo("fifo", 0600), 0);
    int reader = open("fifo", O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_true(try_output(&output));
    leave_output(&output);
    assert_int_equal(read(reader, text, sizeof text), -1);
    assert_int_equal(errno, EAGAIN);
    assert_true(write_output(&output, "picture", 7));
    assert_int_equal(read(reader, text, sizeof text), 7);
    assert_memory_equal(text, "picture", 7);
    assert_int_equal(read(reader, text, sizeof text), 0);
    (void)close(reader);
}

/* What is the same as standard output is written there, after what was written
 * to it before.
 */
static int write_to_standard_output(const void *path)
{
    struct output output = {.path = path, .file = -1};

    (void)close(STDOUT_FILENO);
    if (open("both.txt", O_WRONLY | O_CREAT | O_TRUNC, 0600) != STDOUT_FILENO)
        return 1;
    if (write(STDOUT_FILENO, "lines\n", 6) != 6 || !try_output(&output))
        return 2;
    leave_output(&output);
    return output.is_standard && write_output(&output, "picture\n", 8) ? 0 : 3;
}

TEST(standard_output)
{
    static const char *const paths[] = {"both.txt", "/dev/stdout"};

    for (size_t i = 0; i < 2; i++) {
        if (access(paths[i], W_OK) == -1 && i == 1)
            continue;
        (void)expect(0, "", write_to_standard_output, paths[i]);
        assert_file("both.txt", "lines\npicture\n");
    }
}

TEST(same_file)
{
    save_file("one", "", 0);
    save_file("two", "", 0);
    assert_int_equal(link("one", "again"), 0);
    assert_int_equal(symlink("one", "link"), 0);
    int one = open("one", O_RDONLY), again = open("again", O_WRONLY),
        two = open("two", O_RDONLY), device = open("/dev/null", O_RDWR),
        same_device = open("/dev/null", O_RDONLY);
    assert_true(is_same_file(one, again));
    assert_false(is_same_file(one, two));
    assert_false(is_same_file(device, same_device)); /* no regular file */
    assert_false(is_same_file(one, -1));
    assert_true(leads_to("link", one));
    assert_true(leads_to("again", one));
    assert_true(leads_to("/dev/null", device));
    assert_false(leads_to("two", one));
    assert_false(leads_to("missing", one));
    (void)close(one);
    (void)close(again);
    (void)close(two);
    (void)close(device);
    (void)close(same_device);
}
