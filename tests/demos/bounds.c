/* SPDX-License-Identifier: MIT */
/* bounds: no run waits forever, and the time in which it is stopped is not its
 * own
 */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/program.h"

/* Ctrl-Z, and fg after more than --timeout seconds. */
static void test_stopped_run(void **state)
{
    const char *const line[] = {built("demo_pipe"), "--timeout=5", "-", NULL};

    (void)state;
    struct program program = program_start(line);
    program_write(&program, "before it\n", 10);
    (void)program_await(&program, "beforeIt\n", false);
    assert_int_equal(kill(-program.pid, SIGSTOP), 0);
    assert_int_equal(poll(NULL, 0, 6000), 0);
    assert_int_equal(kill(-program.pid, SIGCONT), 0);
    program_write(&program, "after it\n", 9);
    struct result result = program_finish(&program);
    assert_int_equal(result.status, 0);
    assert_string_equal(result.out, "beforeIt\nafterIt\n");
    assert_null(strstr(result.err, "still running"));
    free_result(&result);
    assert_nothing_left();
}

/* Another program has the file, and does not give it back. */
static void test_locked_file(void **state)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10};
    int file = open("names.txt", O_RDWR | O_CREAT, 0600);

    (void)state;
    assert_true(file >= 0);
    assert_int_equal(fcntl(file, F_SETLK, &lock), 0);
    struct result result = RUN("demo_file", "--timeout=1");
    assert_int_equal(result.status, 3);
    assert_non_null(strstr(result.err, "still running after 1 s"));
    free_result(&result);
    assert_int_equal(close(file), 0);
    assert_nothing_left();
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_stopped_run), TEST(test_locked_file)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
