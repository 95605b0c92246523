/* SPDX-License-Identifier: MIT */
/* process: children are joined, stopped and reaped; a failing one ends the run
 */
#include "tests/support/forked.h"
#include "common/check.h"
#include "common/gate.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct demo demo = {.name = "demo_unit"};
static int seven = 7, terminated = SIGTERM, killed = SIGKILL;

static void say_number(int number, void *context)
{
    (void)context;
    say("%d", number);
}

/* It is ended with the run, or forked() would wait for it and fail the test. */
static void lie_there(int number, void *context)
{
    (void)number;
    (void)context;
    for (;;)
        (void)pause();
}

static void wait_at_gate(int number, void *gate)
{
    (void)number;
    gate_pass(gate);
}

static void exit_with(int number, void *status)
{
    (void)number;
    _exit(*(int *)status);
}

static void die_of(int number, void *signal_number)
{
    (void)number;
    (void)raise(*(int *)signal_number);
}

static void fail_call_of_its_own(int number, void *context)
{
    (void)context;
    fail("actor %d cannot go on", number);
}

static void say_that_none_is_left(void)
{
    if (waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD)
        say("none left");
}

static int join(const void *context)
{
    struct gate gate = gate_create();

    (void)context;
    (void)start_process("waiter", 0, wait_at_gate, &gate);
    for (int i = 1; i <= 3; i++)
        (void)start_process("worker", i, say_number, NULL);
    join_processes(1);
    say("workers joined");
    gate_let_go(&gate);
    join_processes(0);
    say_that_none_is_left();
    return 0;
}

static void test_join(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", join, NULL);
    const char *numbers[] = {"1\n", "2\n", "3\n"};
    for (int i = 0; i < 3; i++)
        assert_says(outcome.out, numbers[i]);
    assert_string_equal(outcome.out + 6, "workers joined\nnone left\n");
}

struct failure {
    void (*actor)(int number, void *context);
    int *context;
    const char *message;
};

/* One of three fails; the other two never end by themselves. */
static int join_with_failure(const void *context)
{
    const struct failure *failure = context;

    (void)start_process("worker", 0, lie_there, NULL);
    (void)start_process("worker", 1, failure->actor, failure->context);
    (void)start_process("worker", 2, lie_there, NULL);
    join_processes(0);
    return 0;
}

static void test_failing_child_ends_the_run(void **state)
{
    static const struct failure failures[] = {
        {exit_with, &seven,
            "demo_unit: worker 1 failed with status 7, "
            "so the run was stopped\n"},
        {die_of, &terminated,
            "demo_unit: worker 1 was killed by signal 15, "
            "so the run was stopped\n"},
        {die_of, &killed, "demo_unit: worker 1 was killed by signal 9, "},
        {fail_call_of_its_own, NULL,
            "demo_unit: actor 1 cannot go on\n"
            "demo_unit: worker 1 failed with status "
            "3, so the run was stopped\n"}};

    (void)state;
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        (void)expect(3, failures[i].message, join_with_failure, &failures[i]);
}

static int stop_some(const void *context)
{
    (void)context;
    pid_t first = start_process("worker", 0, lie_there, NULL);
    (void)start_process("worker", 1, lie_there, NULL);
    stop_process(first);
    if (waitpid(first, NULL, WNOHANG) == -1 && errno == ECHILD)
        say("reaped");
    stop_process(first); /* reaped already: does nothing */
    stop_processes();
    stop_processes();
    join_processes(0);
    say_that_none_is_left();
    return 0;
}

static void test_stop(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", stop_some, NULL);
    assert_string_equal(outcome.out, "reaped\nnone left\n");
}

static int share(const void *context)
{
    (void)context;
    unsigned char *bytes = share_memory(10000);
    int sum = 0;
    for (int i = 0; i < 10000; i++)
        sum += bytes[i];
    pid_t child = CHECK(fork());
    if (child == 0) {
        bytes[9999] = 42;
        _exit(0);
    }
    CHECK(waitpid(child, NULL, 0));
    say("%d %d", sum, bytes[9999]);
    return 0;
}

static void test_shared_memory(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", share, NULL);
    assert_string_equal(outcome.out, "0 42\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_join),
        cmocka_unit_test(test_failing_child_ends_the_run),
        cmocka_unit_test(test_stop), cmocka_unit_test(test_shared_memory)};

    run.demo = &demo;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
