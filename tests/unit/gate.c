/* SPDX-License-Identifier: MIT */
/* gate: it opens when the last holder lets go, and not before */
#include "tests/support/forked.h"
#include "common/gate.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include <signal.h>
#include <sys/wait.h>

static const struct demo demo = {.name = "demo_unit"};

static bool is_open(const struct gate *gate)
{
    struct pollfd pipe_end = {.fd = gate->wait_end, .events = POLLIN};

    assert_true(poll(&pipe_end, 1, 0) >= 0);
    return (pipe_end.revents & POLLHUP) != 0;
}

static void close_gate(const struct gate *gate)
{
    (void)close(gate->wait_end);
    (void)close(gate->hold_end);
}

/* A child process that holds all gates there are until a knock at LEAVE. */
static pid_t start_holder(const struct gate *leave)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(gate_await_knock(leave, -1) ? 0 : 1);
    return pid;
}

static void end_holder(pid_t pid, const struct gate *leave)
{
    gate_knock(leave);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    close_gate(leave);
}

static void test_opens_with_the_last_holder(void **state)
{
    struct gate gate = gate_create();
    struct gate leave[] = {gate_create(), gate_create()};
    pid_t first = start_holder(&leave[0]), second = start_holder(&leave[1]);

    (void)state;
    assert_false(is_open(&gate));
    gate_let_go(&gate);
    assert_false(is_open(&gate));
    assert_false(gate_await_knock(&gate, 1000000));
    end_holder(first, &leave[0]);
    assert_false(is_open(&gate));
    end_holder(second, &leave[1]);
    assert_true(is_open(&gate));
    gate_wait(&gate); /* for all who wait, */
    gate_wait(&gate); /* and for good */
    (void)close(gate.wait_end);
}

static void pass_and_say(int number, void *gate)
{
    gate_pass(gate);
    say("%d", number);
}

static int release_all_at_once(const void *context)
{
    struct gate gate = gate_create();

    (void)context;
    for (int i = 0; i < 5; i++)
        (void)start_process("worker", i, pass_and_say, &gate);
    say("ready");
    gate_let_go(&gate);
    join_processes(0);
    return 0;
}

static void test_starts_all_actors_of_a_run(void **state)
{
    (void)state;
    struct outcome outcome = expect(0, "", release_all_at_once, NULL);
    assert_int_equal(outcome.out_size, 6 + 5 * 2);
    assert_memory_equal(outcome.out, "ready\n", 6);
    for (char number[] = "0\n"; *number < '5'; ++*number)
        assert_says(outcome.out + 6, number);
}

static void test_knock(void **state)
{
    struct gate gate = gate_create();

    (void)state;
    gate_knock(&gate);
    gate_knock(&gate);
    assert_true(gate_await_knock(&gate, -1)); /* one knock for each */
    assert_true(gate_await_knock(&gate, 0));
    assert_false(gate_await_knock(&gate, 0));
    gate_let_go(&gate);
    assert_false(gate_await_knock(&gate, -1)); /* nobody could: no bound */
    (void)close(gate.wait_end);
}

/* 2^32 ms, which is 0 ms in 32 bits: it waits, until somebody knocks. */
static void test_long_wait(void **state)
{
    struct gate gate = gate_create();

    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)poll(NULL, 0, 100); /* let the other wait */
        gate_knock(&gate);
        _exit(0);
    }
    assert_true(gate_await_knock(&gate, INT64_C(4294967296) * 1000000));
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    gate_let_go(&gate);
    (void)close(gate.wait_end);
}

/* While a process is stopped its bound does not come nearer. */
static void test_stopped_wait(void **state)
{
    struct gate gate = gate_create(), begun = gate_create();
    int status;

    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        gate_knock(&begun);
        _exit(gate_await_knock(&gate, INT64_C(2000000000)) ? 0 : 1);
    }
    assert_true(gate_await_knock(&begun, -1));
    (void)poll(NULL, 0, 100); /* let it wait */
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    (void)poll(NULL, 0, 2300);
    assert_int_equal(kill(pid, SIGCONT), 0);
    (void)poll(NULL, 0, 50); /* a whole wait of 2 s would be over by now */
    gate_knock(&gate);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    gate_let_go(&gate);
    (void)close(gate.wait_end);
    close_gate(&begun);
}

static void test_knock_that_nobody_hears(void **state)
{
    struct gate gate = gate_create();

    (void)state;
    (void)close(gate.wait_end);
    gate_knock(&gate); /* nobody can hear it: it just returns */
    gate_let_go(&gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_with_the_last_holder),
        cmocka_unit_test(test_starts_all_actors_of_a_run),
        cmocka_unit_test(test_knock), cmocka_unit_test(test_long_wait),
        cmocka_unit_test(test_stopped_wait),
        cmocka_unit_test(test_knock_that_nobody_hears)};

    run.demo = &demo;
    (void)alarm(60);                /* a gate that never opens ends the test */
    (void)signal(SIGPIPE, SIG_IGN); /* as demo_start() does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
