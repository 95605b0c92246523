/* SPDX-License-Identifier: MIT */
/* record: many write at once, some are killed, and nothing is lost or mixed
 */
#include "common/run/record.h"
#include "common/base/clock.h"
#include "common/base/run.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ACTORS = 8, EVENTS = 8000 }; /* each; below the recorder's capacity */

/* What actor NUMBER records the INDEXth time: its text and its state show
 * whether something of another event got into it.
 */
static void record_one(int number, int index)
{
    record_state(
        (enum state)(index % 5), "%d: %d %d %d", number, index, number, index);
}

/* Asserts that all of each actor is there, in its order, as it was recorded.
 * FIRST is the lane of actor 0.
 */
static void assert_all_there(int first)
{
    int next[ACTORS] = {0};
    char expected[64];

    assert_int_equal(recorder->next, ACTORS * EVENTS);
    for (int i = 0; i < ACTORS * EVENTS; i++) {
        const struct event *event = &recorder->events[i];
        int number = event->lane - first;
        assert_int_equal(event->ready, 1);
        assert_int_in_range(number, 0, ACTORS - 1);
        int index = next[number]++;
        int length = snprintf(expected, sizeof expected, "%d: %d %d %d", number,
            index, number, index);
        assert_int_equal(event->length, length);
        assert_memory_equal(event->text, expected, (size_t)length);
        assert_int_equal(event->kind, STATE);
        assert_int_equal(event->state, index % 5);
        assert_int_equal(event->other, NO_LANE);
    }
    for (int number = 0; number < ACTORS; number++)
        assert_int_equal(next[number], EVENTS);
}

static void begin(void)
{
    if (recorder)
        (void)munmap(recorder, sizeof *recorder);
    recorder_start();
}

/* All begin when the write end of the gate is shut. */
static int gate[2];

static void await_gate(void)
{
    char nothing;

    (void)!read(gate[0], &nothing, 1);
}

static void *record_in_thread(void *number)
{
    record_as("thread", *(int *)number);
    await_gate();
    for (int i = 0; i < EVENTS; i++)
        record_one(*(int *)number, i);
    return NULL;
}

static void test_threads(void **state)
{
    pthread_t threads[ACTORS];
    int numbers[ACTORS];

    begin();
    record_lanes("parent", 1);
    record_lanes("thread", ACTORS);
    assert_int_equal(pipe(gate), 0);
    for (int i = 0; i < ACTORS; i++) {
        numbers[i] = i;
        assert_int_equal(
            pthread_create(&threads[i], NULL, record_in_thread, &numbers[i]),
            0);
    }
    (void)close(gate[1]);
    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    (void)close(gate[0]);
    assert_all_there(1);
}

static pid_t start_child(int number)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    (void)close(gate[1]);
    record_as("child", number);
    await_gate();
    for (int i = 0; i < EVENTS; i++)
        record_one(number, i);
    _exit(0);
}

static void test_processes(void **state)
{
    pid_t children[ACTORS];
    int status;

    begin();
    record_lanes("child", ACTORS);
    assert_int_equal(pipe(gate), 0);
    for (int i = 0; i < ACTORS; i++)
        children[i] = start_child(i);
    (void)close(gate[1]);
    (void)close(gate[0]);
    for (int i = 0; i < ACTORS; i++) {
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    assert_all_there(0);
}

static void test_full(void **state)
{
    enum { BEYOND = 1234 };

    begin();
    record_as("actor", 0);
    for (int i = 0; i < CAPACITY + BEYOND; i++)
        record_note("%d", i);
    assert_int_equal(recorder->next, CAPACITY + BEYOND);
    for (int i = 0; i < CAPACITY; i++) {
        assert_int_equal(recorder->events[i].ready, 1);
        assert_int_equal(atoi(recorder->events[i].text), i);
    }
}

/* The child records until it is killed; what it said before is all there, and
 * the parent goes on. At most the very last slot is not ready.
 */
static void test_killed_child(void **state)
{
    int status;

    begin();
    record_lanes("child", 1);
    record_lanes("parent", 1);
    record_as("parent", 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        record_as("child", 0);
        for (int i = 0; i < CAPACITY - 10; i++) {
            record_note("%d", i);
            if (i > CAPACITY / 4) /* now it may come any time */
                (void)usleep(1);
        }
        _exit(1);
    }
    while (recorder->next < CAPACITY / 4)
        (void)usleep(1000);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    unsigned long last = recorder->next - 1;
    assert_true(last < CAPACITY - 1);
    record_killed("child", 0, "SIGKILL");
    for (unsigned long i = 0; i < last; i++) {
        assert_int_equal(recorder->events[i].ready, 1);
        assert_int_equal(atoi(recorder->events[i].text), i);
        assert_int_equal(recorder->events[i].lane, 0);
    }
    const struct event *end = &recorder->events[last + 1];
    assert_int_equal(recorder->next, last + 3);
    for (int i = 0; i < 2; i++)
        assert_int_equal(end[i].lane, lane_of("child", 0));
    assert_int_equal(end[0].kind, RECEIVED);
    assert_memory_equal(end[0].text, "SIGKILL", 7);
    assert_int_equal(end[1].kind, STATE);
    assert_int_equal(end[1].state, GONE);
}

/* Two processes send a ball to and fro. That it was sent is recorded before the
 * call, and after it that it was received.
 */
enum { TURNS = 10000 };

static void play(int number, int in, int out)
{
    char ball = 'o';

    record_as("player", number);
    for (int i = 0; i < TURNS; i++) {
        if (number == 1 || i > 0) {
            if (read(in, &ball, 1) != 1)
                _exit(1);
            record_received("player", 1 - number, "ball");
        }
        record_sent("player", 1 - number, "ball");
        if (write(out, &ball, 1) != 1)
            _exit(1);
    }
}

static bool is_before(const struct event *one, const struct event *two)
{
    return one->time < two->time || (one->time == two->time && one < two);
}

static void test_happens_before(void **state)
{
    static const struct event *sent[2][TURNS], *received[2][TURNS];
    int there[2], back[2], status, sent_count[2] = {0}, received_count[2] = {0};

    begin();
    record_lanes("player", 2);
    assert_int_equal(pipe(there), 0);
    assert_int_equal(pipe(back), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(there[1]);
        (void)close(back[0]);
        play(1, there[0], back[1]);
        _exit(0);
    }
    (void)close(there[0]);
    (void)close(back[1]);
    play(0, back[0], there[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(recorder->next, 4 * TURNS - 1);
    for (int i = 0; i < 4 * TURNS - 1; i++) {
        const struct event *event = &recorder->events[i];
        assert_int_equal(event->other, 1 - event->lane);
        if (event->kind == SENT)
            sent[event->lane][sent_count[event->lane]++] = event;
        else
            received[event->lane][received_count[event->lane]++] = event;
    }
    for (int lane = 0; lane < 2; lane++)
        for (int i = 0; i < received_count[lane]; i++)
            if (!is_before(sent[1 - lane][i], received[lane][i]))
                fail_msg("ball %d was received before it was sent", i);
    (void)close(there[1]);
    (void)close(back[0]);
}

/* Without a view: no recorder, and its macros do not even look at what they
 * would record.
 */
static int calls;

static int count_call(void)
{
    return ++calls;
}

static void test_off(void **state)
{
    if (recorder)
        (void)munmap(recorder, sizeof *recorder);
    recorder = NULL;
    record_lanes("actor", 10);
    record_as("actor", count_call() - 1);
    record_state(INSIDE, "%d", count_call());
    record_note("%d", count_call());
    record_sent("actor", count_call(), "x");
    record_received("actor", count_call(), "x");
    record_killed("actor", count_call(), "x");
    assert_null(recorder);
    assert_int_equal(calls, 1);
}

static void test_lanes(void **state)
{
    static const char *const names[] = {
        "parent", "worker 0", "worker 1", "worker 2", "guard", "main"};
    char name[LANE_NAME_SIZE];

    begin();
    assert_int_equal(lane_count(recorder), 0);
    record_lanes("parent", 1);
    record_lanes("worker", 2);
    record_lanes("worker", 1); /* one more, as processes are started */
    record_as("guard", 0);     /* not announced */
    record_lanes("main", 1);
    assert_int_equal(lane_count(recorder), 6);
    for (int lane = 0; lane < 6; lane++) {
        lane_name(recorder, lane, name);
        assert_string_equal(name, names[lane]);
    }
    assert_int_equal(lane_of("worker", 2), 3);
    assert_int_equal(lane_of("worker", ALL), 3);
    assert_int_equal(lane_of("worker", 3), NO_LANE);
    assert_int_equal(lane_of("nobody", 0), NO_LANE);
    assert_int_equal(lane_of("guard", 7), 4); /* it is the only one */
}

static void test_fields(void **state)
{
    begin();
    record_lanes("actor", 2);
    record_as("actor", 1);
    record_state(WAITING, "waiting");
    record_note("100%% of %s", "it");
    record_sent("actor", 0, "to one");
    record_sent("actor", ALL, "to each");
    record_received("actor", 0, "%s", "");
    static const struct {
        enum event_kind kind;
        enum state state;
        int other;
        bool to_all;
        const char *text;
    } expected[] = {{STATE, WAITING, NO_LANE, false, "waiting"},
        {NOTE, IDLE, NO_LANE, false, "100% of it"},
        {SENT, IDLE, 0, false, "to one"}, {SENT, IDLE, 1, true, "to each"},
        {RECEIVED, IDLE, 0, false, ""}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct event *event = &recorder->events[i];
        assert_int_equal(event->lane, 1);
        assert_int_equal(event->kind, expected[i].kind);
        assert_int_equal(event->state, expected[i].state);
        assert_int_equal(event->other, expected[i].other);
        assert_int_equal(event->to_all, expected[i].to_all);
        assert_int_equal(event->length, strlen(expected[i].text));
        assert_memory_equal(event->text, expected[i].text, event->length);
        assert_true(i == 0 || event->time >= event[-1].time);
    }
}

/* What the checking macros tell the recorder about a call that is made now. */
static void begin_call(const char *call)
{
    call_watcher->begins(&(struct call_place){call, __FILE__, __LINE__});
}

static void end_call(const char *call)
{
    call_watcher->ends(&(struct call_place){call, __FILE__, __LINE__});
}

/* This thread is a new actor, which runs. */
static void begin_running(const char *role)
{
    begin();
    record_as(role, 0);
    record_state(RUNNING, "running");
    recorder->next = 0;
}

static const struct event *last_event(void)
{
    return &recorder->events[recorder->next - 1];
}

static void assert_event(const struct event *event, enum event_kind kind,
    enum state state, const char *text)
{
    assert_int_equal(event->ready, READY);
    assert_int_equal(event->kind, kind);
    assert_int_equal(event->state, state);
    assert_int_equal(event->length, strlen(text));
    assert_memory_equal(event->text, text, event->length);
}

/* An event names its actor's latest call, which is not one that this library
 * makes for itself.
 */
static void test_places(void **state)
{
    static const struct call_place own = {"close(file)", "demos/demo_file.c",
                                       7},
                                   house = {"write(1, text, size)",
                                       "common/run/output.c", 8},
                                   wait = {"read(end, byte, 1)",
                                       "common/run/latch.c", 9};

    begin_running("one");
    record_note("before");
    assert_null(last_event()->place);
    call_watcher->begins(&own);
    call_watcher->ends(&own);
    call_watcher->begins(&house);
    call_watcher->ends(&house);
    record_note("after");
    assert_ptr_equal(last_event()->place, &own);
    call_watcher->begins(&wait); /* here it is */
    assert_ptr_equal(last_event()->place, &wait);
    call_watcher->ends(&wait);
}

/* What is wrong is marked in its lane; not if that was dropped. */
static void test_wrong(void **state)
{
    begin_running("one");
    record_note("good");
    record_note("bad");
    record_wrong("%d inside", 2);
    assert_false(recorder->events[0].is_wrong);
    assert_true(recorder->events[1].is_wrong);
    assert_event(last_event(), FLAW, IDLE, "2 inside");
    recorder->events[2].is_wrong = false;
    recorder->next = CAPACITY;
    record_wrong("too late");
    assert_false(recorder->events[2].is_wrong);
}

/* A call that may wait is a wait, by the call's name, and then the actor is
 * again what it was.
 */
static void test_waits(void **state)
{
    static const char *const calls_that_wait[][2] = {
        {"pthread_mutex_lock(&shared->mutex)", "pthread_mutex_lock"},
        {"pthread_cond_wait(&changed, &mutex)", "pthread_cond_wait"},
        {"pthread_rwlock_rdlock(&lock)", "pthread_rwlock_rdlock"},
        {"pthread_rwlock_wrlock(&lock)", "pthread_rwlock_wrlock"},
        {"pthread_barrier_wait(&barrier)", "pthread_barrier_wait"},
        {"sem_wait(free_slots)", "sem_wait"},
        {"fcntl(file, F_SETLKW, &lock)", "fcntl"},
        {"accept(listener, NULL, NULL)", "accept"},
        {"connect(client, address, size)", "connect"},
        {"recv(client, bytes, size, 0)", "recv"},
        {"read(in, text, BLOCK)", "read"}, {"open(path, O_RDONLY)", "open"},
        {"mq_receive(queue, bytes, size, NULL)", "mq_receive"},
        {"mq_send(queue, bytes, size, 0)", "mq_send"},
        {"msgrcv(queue, bytes, size, 1, 0)", "msgrcv"},
        {"msgsnd(queue, bytes, size, 0)", "msgsnd"}, {"pause()", "pause"}};

    for (int inside = 0; inside < 2; inside++)
        for (size_t i = 0; i < sizeof calls_that_wait / sizeof *calls_that_wait;
             i++) {
            begin();
            record_as("actor", 0);
            if (inside)
                record_state(INSIDE, "writing %d", 7);
            else
                record_state(RUNNING, "running");
            begin_call(calls_that_wait[i][0]);
            sleep_ns(1000000);
            end_call(calls_that_wait[i][0]);
            assert_int_equal(recorder->next, 3);
            assert_event(
                &recorder->events[1], STATE, WAITING, calls_that_wait[i][1]);
            assert_event(&recorder->events[2], STATE, inside ? INSIDE : RUNNING,
                inside ? "writing 7" : "running");
        }
}

/* A call that returns at once did not wait: that is taken back, and nothing
 * follows. Now and then one takes longer, on a busy machine.
 */
static void test_waits_that_were_none(void **state)
{
    enum { CALLS = 1000 };
    int canceled = 0;

    begin_running("actor");
    for (int i = 0; i < CALLS; i++) {
        unsigned long index = recorder->next;
        begin_call("sem_wait(free_slots)");
        end_call("sem_wait(free_slots)");
        const struct event *wait = &recorder->events[index];
        if (wait->ready == CANCELED) {
            assert_int_equal(recorder->next, index + 1);
            canceled++;
            continue;
        }
        assert_int_equal(recorder->next, index + 2);
        assert_event(wait, STATE, WAITING, "sem_wait");
        assert_event(wait + 1, STATE, RUNNING, "running");
        assert_true(wait[1].time - wait->time >= 10000);
    }
    assert_true(canceled > 0);
}

/* What the live view has shown already cannot be taken back. */
static void test_wait_that_was_shown(void **state)
{
    begin_running("actor");
    begin_call("sem_wait(free_slots)");
    recorder->events[0].ready = SHOWN;
    end_call("sem_wait(free_slots)");
    assert_int_equal(recorder->next, 2);
    assert_int_equal(recorder->events[0].ready, SHOWN);
    assert_event(last_event(), STATE, RUNNING, "running");
}

/* A wakeup goes to all, and who waits in the condition then has received it,
 * however short the wait was.
 */
static void test_wakeups(void **state)
{
    begin_running("consumer");
    begin_call("pthread_cond_wait(&changed, &mutex)");
    begin_call("pthread_cond_broadcast(&changed)"); /* as if by another */
    end_call("pthread_cond_broadcast(&changed)");
    end_call("pthread_cond_wait(&changed, &mutex)");
    assert_int_equal(recorder->next, 4);
    assert_event(&recorder->events[0], STATE, WAITING, "pthread_cond_wait");
    assert_event(&recorder->events[1], SENT, IDLE, "wakeup");
    assert_int_equal(recorder->events[1].to_all, true);
    assert_event(&recorder->events[2], RECEIVED, IDLE, "wakeup");
    assert_event(&recorder->events[3], STATE, RUNNING, "running");
    /* without one nothing was received; and no other call receives it */
    begin_call("pthread_cond_wait(&changed, &mutex)");
    sleep_ns(1000000);
    end_call("pthread_cond_wait(&changed, &mutex)");
    assert_int_equal(recorder->next, 6);
    begin_call("pthread_mutex_lock(&mutex)");
    begin_call("pthread_cond_signal(&changed)");
    sleep_ns(1000000);
    end_call("pthread_mutex_lock(&mutex)");
    assert_int_equal(recorder->next, 9);
    assert_event(&recorder->events[7], SENT, IDLE, "wakeup");
    assert_event(&recorder->events[8], STATE, RUNNING, "running");
}

/* Other calls, and those of a thread that is no actor, say nothing. */
static void *call_as_nobody(void *nothing)
{
    begin_call("sem_wait(free_slots)");
    sleep_ns(1000000);
    end_call("sem_wait(free_slots)");
    begin_call("pthread_cond_broadcast(&changed)");
    end_call("pthread_cond_broadcast(&changed)");
    return nothing;
}

static void test_other_calls(void **state)
{
    static const char *const others[] = {"close(file)", "fcntl(file, F_SETLK)",
        "pthread_mutex_unlock(&mutex)", "sem_waiting(x)", "send(a, b, c, 0)",
        "my_read(x)", "pthread_cond_init(&changed, NULL)"};
    pthread_t nobody;

    begin_running("actor");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        begin_call(others[i]);
        sleep_ns(20000);
        end_call(others[i]);
    }
    assert_int_equal(pthread_create(&nobody, NULL, call_as_nobody, NULL), 0);
    assert_int_equal(pthread_join(nobody, NULL), 0);
    assert_int_equal(recorder->next, 0);
    begin_call("sem_post(free_slots)");
    end_call("sem_post(free_slots)");
    assert_int_equal(recorder->next, 1);
    assert_event(last_event(), NOTE, IDLE, "sem_post");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_off),
        cmocka_unit_test(test_lanes), cmocka_unit_test(test_fields),
        cmocka_unit_test(test_threads), cmocka_unit_test(test_processes),
        cmocka_unit_test(test_full), cmocka_unit_test(test_killed_child),
        cmocka_unit_test(test_happens_before), cmocka_unit_test(test_places),
        cmocka_unit_test(test_wrong), cmocka_unit_test(test_waits),
        cmocka_unit_test(test_waits_that_were_none),
        cmocka_unit_test(test_wait_that_was_shown),
        cmocka_unit_test(test_wakeups), cmocka_unit_test(test_other_calls)};

    program_name = "demo_unit";
    (void)alarm(60); /* what hangs ends the test */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
