/* SPDX-License-Identifier: MIT */
/* record: many write at once, some are killed, nothing is lost or mixed; and what an event says */
#include "tests/support/test.h"
#include "common/base/clock.h"
#include "common/base/run.h"
#include "demos/parts/inside.h"
#include "demos/parts/latch.h"
#include "common/run/record.h"
#include "tests/support/recorded.h"
#include <pthread.h>

enum { ACTORS = 8, EVENTS = 9000 }; /* each; more than the recorder holds */
static int numbers[ACTORS] = {0, 1, 2, 3, 4, 5, 6, 7};

static void begin(void)
{
    call_watcher = NULL;
    recorder = shared_alloc(sizeof *recorder);
    recorder_start();
}

static void run_threads(void *(*function)(void *))
{
    pthread_t threads[ACTORS];

    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, function, (void *)&numbers[i]), 0);
    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

/* Many record at once, more than there is room for. The text and the state of each event show
 * whether something of another one got into it, or whether one is missing. All begin when all are
 * there. */
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

static void record_in_processes(void)
{
    struct program children[ACTORS];

    for (int i = 0; i < ACTORS; i++)
        children[i] = start_body(record_much, &numbers[i]);
    for (int i = 0; i < ACTORS; i++)
        assert_int_equal(program_finish(&children[i]).status, 0);
}

TEST(many_at_once)
{
    static const struct event untouched;
    char expected[64];

    all_are_there = shared_alloc(sizeof *all_are_there);
    for (int processes = 0; processes < 2; processes++) {
        int next[ACTORS] = {0};
        begin();
        recorder = shared_alloc(sizeof *recorder + sizeof untouched); /* one more fits in */
        record_lanes("actor", ACTORS);
        latch_init(all_are_there, ACTORS);
        if (processes)
            record_in_processes();
        else
            run_threads(record_in_thread);
        assert_int_equal(recorder->next, ACTORS * EVENTS);
        assert_memory_equal(recorder + 1, &untouched, sizeof untouched);
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
    }
}

/* The child records until it is killed; what it said before is all there, and the parent goes on.
 * At most the very last slot is not ready. */
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
    struct program child = start_body(record_until_killed, NULL);
    while (recorder->next < CAPACITY / 4)
        (void)usleep(1000);
    program_kill(&child);
    unsigned long last = recorder->next - 1;
    record_killed("actor", 0, "SIGKILL");
    for (unsigned long i = 0; i < last; i++) {
        assert_int_equal(recorder->events[i].ready, READY);
        assert_int_equal(atoi(recorder->events[i].text), i);
    }
    assert_int_equal(recorder->next, last + 3);
    assert_int_equal(recorder->events[last + 1].kind, RECEIVED);
    assert_int_equal(recorder->events[last + 2].state, GONE);
}

/* Nothing is written beyond a table: the run ends with a message. */
static int record_roles(const void *lanes)
{
    static char names[20][32];

    recorder = shared_alloc(sizeof *recorder);
    for (int i = 0; i < 20; i++) {
        (void)snprintf(names[i], sizeof names[i], "role %d", i);
        record_lanes(names[i], *(const int *)lanes);
    }
    return 0;
}

TEST(full_tables)
{
    (void)expect(3, "demo_unit: role 16: a run is recorded with at most 16 roles and 65535 lanes; ",
        record_roles, &(int){1});
    (void)expect(3, "demo_unit: role 1: a run is recorded with at most 16 roles and 65535 lanes; ",
        record_roles, &(int){40000});
}

/* This thread is a new actor, which runs. */
static void begin_running(void)
{
    begin();
    record_as("actor", 0);
    recorder->next = CAPACITY - 1; /* the last place, out of the way */
    record_event(OWN_LANE, STATE, RUNNING, NULL, 0, "running");
    recorder->next = 0;
}

/* An event names its actor's latest call, which is not one that this library makes for itself; but
 * a wait is. */
TEST(places)
{
    static const struct call_place demo = {"close(file)", "demos/demo_file.c", 7},
                                   own = {"write(1, text, size)", "common/run/output.c", 8},
                                   wait = {"read(end, byte, 1)", "common/run/latch.c", 9};

    begin_running();
    record_note("before");
    call_watcher->begins(&demo);
    call_watcher->ends(&demo);
    call_watcher->begins(&own);
    record_note("after");
    call_watcher->begins(&wait);
    assert_null(recorder->events[0].place);
    assert_ptr_equal(recorder->events[1].place, &demo);
    assert_ptr_equal(recorder->events[2].place, &wait);
    call_watcher->ends(&wait);
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

/* "guard" is not announced. */
static void record_fields(void)
{
    record_lanes("worker", 1);
    record_lanes("worker", 2); /* more, as processes are started */
    record_as("guard", 0);
    record_state(WAITING, "waiting");
    record_note("100%% of %s", "it");
    record_sent("worker", 0, "to one");
    record_sent(NULL, ALL, "to all");
    record_received("worker", 2, "%s", "");
    record_sent("worker", 3, "to nobody");
    record_sent("guard", 7, "to the only one");
}

/* Marked is what this actor recorded last, or the latest state of another one. */
static void record_what_is_wrong(void)
{
    record_note("good");
    record_note("bad");
    record_wrong("%d inside", 2);
    record_lanes("other", 1);
    record_state_of("other", 0, WAITING, "waiting");
    record_state_of("other", 0, GONE, "done");
    record_wrong_of("other", 0, "too late");
}

static void be_inside(void)
{
    static struct inside inside = {.limit = 1};

    count_in(&inside);
    count_in(&inside);
    count_out(&inside);
    count_in(&inside);
    assert_int_equal(inside.now, 2);
    assert_int_equal(inside.peak, 2);
}

/* A wakeup goes to all, and an actor that waits in the condition then has received it, however
 * short the wait was; but not in another call. */
static void be_woken(void)
{
    begin_call("pthread_cond_wait(&changed, &mutex)");
    make_call("pthread_cond_broadcast(&changed)", 0); /* as if by another */
    end_call("pthread_cond_wait(&changed, &mutex)");
    make_call("pthread_cond_wait(&changed, &mutex)", 1000000); /* no wakeup */
    begin_call("pthread_mutex_lock(&mutex)");
    make_call("pthread_cond_signal(&changed)", 1000000);
    end_call("pthread_mutex_lock(&mutex)");
}

/* Nothing but read_some(), which reads, waits; nor is it recorded what a thread calls that is no
 * actor. */
static void *call_as_nobody(void *nothing)
{
    make_call("sem_wait(free_slots)", 1000000);
    make_call("pthread_cond_broadcast(&changed)", 0);
    return nothing;
}

static void make_other_calls(void)
{
    static const char *const others[] = {"close(file)", "fcntl(file, F_SETLK)",
        "open(file, O_RDWR)", "pthread_mutex_unlock(&mutex)", "sem_waiting(x)", "send(a, b, c, 0)",
        "my_read(x)", "pthread_cond_init(&changed, NULL)"};

    for (size_t i = 0; i < COUNT(others); i++)
        make_call(others[i], 20000);
    run_threads(call_as_nobody);
    make_call("read_some(in)", 1000000);
    make_call("sem_post(free_slots)", 0);
}

/* A call that returns at once did not wait, nor did an actor that does not sleep in it; and that is
 * taken back. On a busy machine it may take longer. What the live view has shown already stays. */
static void wait_shortly(void)
{
    for (int i = 0; i < 1000 && recorder->next != 1; i++) {
        recorder->next = 0;
        begin_call("sem_wait(free_slots)");
#if defined(__linux__) /* which tells who slept */
        for (int64_t end = clock_now() + 1000000; clock_now() < end;)
            continue;
#endif
        end_call("sem_wait(free_slots)");
    }
    begin_call("sem_wait(free_slots)");
    recorder->events[1].ready = SHOWN;
    end_call("sem_wait(free_slots)");
}

static const char *const waits[] = {"pthread_mutex_lock(&mutex)",
    "pthread_cond_wait(&changed, &mutex)", "pthread_rwlock_rdlock(&lock)",
    "pthread_rwlock_wrlock(&lock)", "pthread_barrier_wait(&barrier)", "sem_wait(slots)",
    "fcntl(file, F_SETLKW, &lock)", "accept(listener)", "connect(client)", "recv(client)",
    "read(in, text, BLOCK)", "open(path, O_RDONLY)", "mq_receive(queue)", "mq_send(queue)",
    "msgrcv(queue)", "msgsnd(queue)", "pause()"};

/* A line for each event: "LANE STATE-OR-KIND TEXT", and what else there is. */
static const char *events(void)
{
    static const char *const states[] = {"gone", "idle", "running", "waiting", "inside"};
    static const char *const kinds[] = {"", "note", "sent", "received", "flaw"};
    static const char *const stages[] = {" not ready", "", " shown", " canceled"};
    FILE *out = drawing_begin();

    for (unsigned long i = 0; i < recorder->next; i++) {
        const struct event *event = &recorder->events[i];
        const char *kind = event->kind == STATE ? states[event->state] : kinds[event->kind];
        (void)fprintf(out, "%d %s %.*s", event->lane, kind, event->length, event->text);
        if (event->other != NO_LANE)
            (void)fprintf(out, " > %d", event->other);
        (void)fprintf(out, "%s%s%s\n", event->to_all ? " > all" : "",
            event->is_wrong ? " WRONG" : "", stages[event->ready]);
        assert_true(i == 0 || event->time >= event[-1].time);
    }
    return drawing_end();
}

TEST(events)
{
    static const struct {
        void (*record)(void);
        const char *events;
    } cases[] = {{record_fields, "4 waiting waiting\n4 note 100% of it\n4 sent to one > 1\n"
                                 "4 sent to all > all\n4 received  > 3\n4 sent to nobody\n"
                                 "4 sent to the only one > 4\n"},
        {record_what_is_wrong, "0 note good\n0 note bad WRONG\n0 flaw 2 inside\n"
                               "1 waiting waiting WRONG\n1 gone done\n1 flaw too late\n"},
        {be_inside, "0 inside inside\n0 inside inside WRONG\n0 flaw 2 inside, not 1\n"
                    "0 running running\n0 inside inside WRONG\n0 flaw 2 inside, not 1\n"},
        {be_woken, "0 waiting pthread_cond_wait\n0 sent wakeup > all\n0 received wakeup\n"
                   "0 running running\n0 waiting pthread_cond_wait\n0 running running\n"
                   "0 waiting pthread_mutex_lock\n0 sent wakeup > all\n0 running running\n"},
        {make_other_calls, "0 waiting read\n0 running running\n0 note sem_post\n"},
        {wait_shortly,
            "0 waiting sem_wait canceled\n0 waiting sem_wait shown\n0 running running\n"}};
    char expected[96];

    for (size_t i = 0; i < COUNT(cases); i++) {
        begin_running();
        cases[i].record();
        assert_string_equal(events(), cases[i].events);
    }
    /* A call that may wait is a wait, and then the actor is again what it was. */
    for (size_t i = 0; i < COUNT(waits); i++) {
        begin_running();
        record_state(INSIDE, "doing %d", 7);
        make_call(waits[i], 1000000);
        (void)snprintf(expected, sizeof expected,
            "0 inside doing 7\n0 waiting %.*s\n0 inside doing 7\n", (int)strcspn(waits[i], "("),
            waits[i]);
        assert_string_equal(events(), expected);
    }
}
