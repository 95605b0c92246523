/* SPDX-License-Identifier: MIT */
/* record: many write at once, some are killed, and nothing is lost or mixed;
 * and those inside are counted
 */
#include "tests/support/test.h"
#include "common/base/clock.h"
#include "common/base/run.h"
#include "common/run/inside.h"
#include "common/run/latch.h"
#include "common/run/record.h"
#include "tests/support/recorded.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { ACTORS = 8, EVENTS = 9000 }; /* each; more than the recorder holds */
static int numbers[ACTORS] = {0, 1, 2, 3, 4, 5, 6, 7};

static void begin(void)
{
    if (recorder)
        (void)munmap(recorder, sizeof *recorder);
    call_watcher = NULL;
    recorder_start();
}

/* This thread is a new actor, which runs. */
static void begin_running(void)
{
    begin();
    record_as("actor", 0);
    recorder->next = CAPACITY - 1; /* the last place, out of the way */
    record_state(RUNNING, "running");
    recorder->next = 0;
}

/* The events from number FIRST on, a line each: "LANE STATE-OR-KIND TEXT", and
 * what else there is to be said.
 */
static const char *events_from(unsigned long first)
{
    static const char *const states[] = {"gone", "idle", "running", "waiting", "inside"};
    static const char *const kinds[] = {"", "note", "sent", "received", "flaw"};
    static const char *const stages[] = {" not ready", "", " shown", " canceled"};
    FILE *out = drawing_begin();

    for (unsigned long i = first; i < recorder->next; i++) {
        const struct event *event = &recorder->events[i];
        const char *kind = event->kind == STATE ? states[event->state] : kinds[event->kind];
        (void)fprintf(out, "%d %s %.*s", event->lane, kind, event->length, event->text);
        if (event->other != NO_LANE)
            (void)fprintf(out, " > %d", event->other);
        (void)fprintf(out, "%s%s%s\n", event->to_all ? " > all" : "",
            event->is_wrong ? " WRONG" : "", stages[event->ready]);
        assert_true(i == first || event->time >= event[-1].time);
    }
    return drawing_end();
}

#define ASSERT_EVENTS(expected) assert_string_equal(events_from(0), expected)

static void run_threads(void *(*function)(void *))
{
    pthread_t threads[ACTORS];

    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, function, (void *)&numbers[i]), 0);
    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

/* Many record at once, more than there is room for. The text and the state of
 * each event show whether something of another one got into it, or whether one
 * is missing. All begin when all are there.
 */
static struct latch *all_are_there;

static int record_much(const void *number)
{
    int id = *(const int *)number;

    record_as("actor", id);
    latch_count_down(all_are_there);
    latch_wait(all_are_there);
    for (int i = 0; i < EVENTS; i++)
        record_state((enum state)(i % 5), "%d: %d %d %d", id, i, id, i);
    return 0;
}

static void *record_in_thread(void *number)
{
    (void)record_much(number);
    return NULL;
}

/* A new recorder, at whose end a page begins that cannot be written to. */
static void begin_at_wall(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t size = (sizeof *recorder / page + 1) * page;
    char *pages = shared_alloc(size + page);

    begin();
    assert_int_equal(mprotect(pages + size, page, PROT_NONE), 0);
    recorder = (void *)(pages + size - sizeof *recorder);
}

TEST(many_at_once)
{
    struct program children[ACTORS];
    char expected[64];

    all_are_there = shared_alloc(sizeof *all_are_there);
    for (int processes = 0; processes < 2; processes++) {
        int next[ACTORS] = {0};
        begin_at_wall();
        record_lanes("actor", ACTORS);
        latch_init(all_are_there, ACTORS);
        for (int i = 0; processes && i < ACTORS; i++)
            children[i] = start_body(record_much, &numbers[i]);
        for (int i = 0; processes && i < ACTORS; i++)
            assert_int_equal(program_finish(&children[i]).status, 0);
        if (!processes)
            run_threads(record_in_thread);
        assert_int_equal(recorder->next, ACTORS * EVENTS);
        for (int i = 0; i < CAPACITY; i++) {
            const struct event *event = &recorder->events[i];
            assert_int_in_range(event->lane, 0, ACTORS - 1);
            int id = event->lane, index = next[id]++;
            (void)snprintf(expected, sizeof expected, "%d: %d %d %d", id, index, id, index);
            assert_int_equal(event->ready, READY);
            assert_int_equal(event->state, index % 5);
            assert_int_equal(event->length, strlen(expected));
            assert_memory_equal(event->text, expected, event->length);
        }
        recorder = NULL; /* not to be unmapped */
    }
}

/* The child records until it is killed; what it said before is all there, and
 * the parent goes on. At most the very last slot is not ready.
 */
static int record_until_killed(const void *context)
{
    record_as("actor", 0);
    for (int i = 0; i < CAPACITY - 10; i++) {
        record_note("%d", i);
        if (i > CAPACITY / 4) /* now it may come any time */
            (void)usleep(1);
    }
    return 0;
}

TEST(killed_child)
{
    begin();
    record_lanes("actor", 1);
    record_lanes("parent", 1);
    record_as("parent", 0);
    struct program child = start_body(record_until_killed, NULL);
    while (recorder->next < CAPACITY / 4)
        (void)usleep(1000);
    program_kill(&child);
    unsigned long last = recorder->next - 1;
    record_killed("actor", 0, "SIGKILL");
    for (unsigned long i = 0; i < last; i++) {
        assert_int_equal(recorder->events[i].ready, READY);
        assert_int_equal(atoi(recorder->events[i].text), i);
        assert_int_equal(recorder->events[i].lane, 0);
    }
    assert_int_equal(recorder->next, last + 3);
    assert_string_equal(events_from(last + 1), "0 received SIGKILL\n0 gone killed\n");
}

/* Nothing is written beyond a table: the run ends with a message. */
struct roles {
    const char *format; /* of their names, with a number */
    int lanes;
    const char *message;
};

static int record_roles(const void *context)
{
    const struct roles *roles = context;
    char name[32];

    recorder_start();
    for (int i = 0; i < 20; i++) {
        (void)snprintf(name, sizeof name, roles->format, i);
        record_lanes(name, roles->lanes);
    }
    return 0;
}

TEST(full_tables)
{
    static const struct roles cases[] = {
        {"role %d", 1, "demo_unit: role 16: a run has at most 16 roles, "},
        {"of 15 letters %d", 1, "demo_unit: of 15 letters 10: a run has at most 16 roles, "},
        {"role %d", 40000, "demo_unit: role 1: a run is recorded with at most 65535 lanes; "}};

    for (size_t i = 0; i < COUNT(cases); i++)
        (void)expect(3, cases[i].message, record_roles, &cases[i]);
}

/* A role that is not announced, as "guard", is the only one of its kind. */
TEST(lanes)
{
    static const struct {
        const char *role;
        int id, lane;
    } cases[] = {{"worker", 0, 1}, {"worker", 2, 3}, {"worker", 3, NO_LANE}, {"nobody", 0, NO_LANE},
        {"guard", 7, 4}};

    begin();
    record_lanes("parent", 1);
    record_lanes("worker", 2);
    record_lanes("worker", 1); /* one more, as processes are started */
    record_as("guard", 0);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(lane_of(cases[i].role, cases[i].id), cases[i].lane);
}

TEST(fields)
{
    begin();
    record_lanes("actor", 2);
    record_as("actor", 1);
    record_state(WAITING, "waiting");
    record_note("100%% of %s", "it");
    record_sent("actor", 0, "to one");
    record_sent(NULL, ALL, "to all");
    record_received("actor", 0, "%s", "");
    ASSERT_EVENTS("1 waiting waiting\n1 note 100% of it\n1 sent to one > 0\n"
                  "1 sent to all > all\n1 received  > 0\n");
}

/* What is wrong is marked: what this actor recorded last, or the latest state
 * of another one; not if that was dropped.
 */
TEST(wrong)
{
    begin_running();
    record_note("good");
    record_note("bad");
    record_wrong("%d inside", 2);
    record_lanes("other", 1);
    record_state_of("other", 0, WAITING, "waiting");
    record_state_of("other", 0, GONE, "done");
    record_wrong_of("other", 0, "too late");
    ASSERT_EVENTS("0 note good\n0 note bad WRONG\n0 flaw 2 inside\n"
                  "1 waiting waiting WRONG\n1 gone done\n1 flaw too late\n");
    recorder->next = CAPACITY;
    record_wrong("dropped");
    assert_false(recorder->events[5].is_wrong);
}

/* What the checking macros tell the recorder about a call. */
static void begin_call(const char *call)
{
    call_watcher->begins(&(struct call_place){call, "demos/demo_x.c", 7});
}

static void end_call(const char *call)
{
    call_watcher->ends(&(struct call_place){call, "demos/demo_x.c", 7});
}

static void make_call(const char *call, int64_t nanoseconds)
{
    begin_call(call);
    sleep_ns(nanoseconds);
    end_call(call);
}

/* An event names its actor's latest call, which is not one that this library
 * makes for itself.
 */
TEST(places)
{
    static const struct call_place places[] = {{"close(file)", "demos/demo_file.c", 7},
        {"write(1, text, size)", "common/run/output.c", 8},
        {"read(end, byte, 1)", "common/run/latch.c", 9}};
    const struct event *events;

    begin_running();
    events = recorder->events;
    record_note("before");
    for (int i = 0; i < 2; i++) {
        call_watcher->begins(&places[i]);
        call_watcher->ends(&places[i]);
    }
    record_note("after");
    call_watcher->begins(&places[2]); /* a wait is: here it is */
    assert_null(events[0].place);
    assert_ptr_equal(events[1].place, &places[0]);
    assert_ptr_equal(events[2].place, &places[2]);
    call_watcher->ends(&places[2]);
}

/* A call that may wait is a wait, by the call's name, and then the actor is
 * again what it was; other calls say nothing, nor do those of a thread that is
 * no actor.
 */
static void *call_as_nobody(void *nothing)
{
    make_call("sem_wait(free_slots)", 1000000);
    make_call("pthread_cond_broadcast(&changed)", 0);
    return nothing;
}

TEST(calls)
{
    static const char *const waits[] = {"pthread_mutex_lock(&mutex)",
        "pthread_cond_wait(&changed, &mutex)", "pthread_rwlock_rdlock(&lock)",
        "pthread_rwlock_wrlock(&lock)", "pthread_barrier_wait(&barrier)", "sem_wait(slots)",
        "fcntl(file, F_SETLKW, &lock)", "accept(listener)", "connect(client)", "recv(client)",
        "read(in, text, BLOCK)", "open(path, O_RDONLY)", "mq_receive(queue)", "mq_send(queue)",
        "msgrcv(queue)", "msgsnd(queue)", "pause()"};
    static const char *const others[] = {"close(file)", "fcntl(file, F_SETLK)",
        "pthread_mutex_unlock(&mutex)", "sem_waiting(x)", "send(a, b, c, 0)", "my_read(x)",
        "pthread_cond_init(&changed, NULL)"};
    char expected[96];

    for (size_t i = 0; i < COUNT(waits); i++) {
        begin_running();
        record_state(INSIDE, "doing %d", 7);
        make_call(waits[i], 1000000);
        (void)snprintf(expected, sizeof expected,
            "0 inside doing 7\n0 waiting %.*s\n0 inside doing 7\n", (int)strcspn(waits[i], "("),
            waits[i]);
        ASSERT_EVENTS(expected);
    }
    begin_running();
    for (size_t i = 0; i < COUNT(others); i++)
        make_call(others[i], 20000);
    run_threads(call_as_nobody);
    make_call("read_some(in)", 1000000); /* which reads */
    make_call("sem_post(free_slots)", 0);
    ASSERT_EVENTS("0 waiting read\n0 running running\n0 note sem_post\n");
}

/* A call that returns at once did not wait: that is taken back, and nothing
 * follows. Now and then one takes longer, on a busy machine.
 */
TEST(waits_that_were_none)
{
    int canceled = 0;

    begin_running();
    for (int i = 0; i < 1000; i++) {
        recorder->next = 0;
        make_call("sem_wait(free_slots)", 0);
        if (recorder->next == 1) {
            ASSERT_EVENTS("0 waiting sem_wait canceled\n");
            canceled++;
            continue;
        }
        ASSERT_EVENTS("0 waiting sem_wait\n0 running running\n");
        assert_true(recorder->events[1].time - recorder->events[0].time >= 10000);
    }
    assert_true(canceled > 0);
    /* what the live view has shown already cannot be taken back */
    recorder->next = 0;
    begin_call("sem_wait(free_slots)");
    recorder->events[0].ready = SHOWN;
    end_call("sem_wait(free_slots)");
    ASSERT_EVENTS("0 waiting sem_wait shown\n0 running running\n");
}

/* A wakeup goes to all, and an actor that waits in the condition then has
 * received it, however short the wait was; but not in another call.
 */
TEST(wakeups)
{
    begin_running();
    begin_call("pthread_cond_wait(&changed, &mutex)");
    make_call("pthread_cond_broadcast(&changed)", 0); /* as if by another */
    end_call("pthread_cond_wait(&changed, &mutex)");
    make_call("pthread_cond_wait(&changed, &mutex)", 1000000); /* no wakeup */
    begin_call("pthread_mutex_lock(&mutex)");
    make_call("pthread_cond_signal(&changed)", 1000000);
    end_call("pthread_mutex_lock(&mutex)");
    ASSERT_EVENTS("0 waiting pthread_cond_wait\n0 sent wakeup > all\n"
                  "0 received wakeup\n0 running running\n"
                  "0 waiting pthread_cond_wait\n0 running running\n"
                  "0 waiting pthread_mutex_lock\n0 sent wakeup > all\n"
                  "0 running running\n");
}

/* How many are inside, and how many were at most. */
static struct inside inside;

static void *stay_until_all_are(void *number)
{
    count_in(&inside);
    latch_count_down(all_are_there);
    latch_wait(all_are_there);
    count_out(&inside);
    return NULL;
}

TEST(inside)
{
    begin_running();
    for (int i = 0; i < 3; i++) { /* one after the other */
        count_in(&inside);
        count_out(&inside);
    }
    assert_int_equal(inside.peak, 1);
    ASSERT_EVENTS("0 inside inside\n0 running running\n0 inside inside\n"
                  "0 running running\n0 inside inside\n0 running running\n");
    begin();
    recorder = NULL;
    latch_init(all_are_there, ACTORS);
    run_threads(stay_until_all_are);
    assert_int_equal(inside.peak, ACTORS);
    assert_int_equal(inside.now, 0);
    count_in(&inside);
    assert_int_equal(inside.now, 1);
    assert_int_equal(inside.peak, ACTORS); /* it stays */
}
