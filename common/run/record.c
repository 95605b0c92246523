/* SPDX-License-Identifier: MIT */
#include "common/run/record.h"
#include "common/base/clock.h"
#include "common/base/run.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

struct recorder *recorder;

static const struct event running = {.state = RUNNING, .text = "running", .length = 7};

static bool tells_sleeps; /* whether the system tells how often a thread has slept */

/* What this actor is. */
static _Thread_local struct {
    int lane;
    const struct event *state;      /* when it does not wait */
    const struct call_place *place; /* of its latest call */
    struct event *wait;             /* of the call in which it waits, or NULL */
    int wakeups;                    /* how many there were when it began to wait, */
    long sleeps;                    /* and how often this thread had slept before */
} own = {.lane = NO_LANE, .state = &running};

int lane_of(const char *name, int id)
{
    for (int i = 0; name && i < recorder->role_count; i++) {
        const struct role *role = &recorder->roles[i];
        int index = role->count == 1 ? 0 : id;
        if (strcmp(role->name, name) == 0 && index < role->count)
            return role->first + index;
    }
    return NO_LANE;
}

void record_lanes(const char *name, int count)
{
    int index = recorder->role_count;

    if (index > 0 && strcmp(recorder->roles[index - 1].name, name) == 0)
        index--; /* more of the latest role */
    if (index == MAX_ROLES || count > NO_LANE - recorder->lane_count)
        die("%s: a run is recorded with at most %d roles and %d lanes; leave out the views", name,
            MAX_ROLES, NO_LANE);
    struct role *role = &recorder->roles[index];
    if (role->count == 0) {
        role->name = name;
        role->first = recorder->lane_count;
    }
    role->count += count;
    recorder->role_count = index + 1;
    recorder->lane_count += count; /* the live view looks at it only now */
}

void record_as(const char *role, int id)
{
    if (recorder && lane_of(role, id) == NO_LANE)
        record_lanes(role, 1);
    if (recorder)
        own.lane = lane_of(role, id);
}

/* Adds an event with LENGTH bytes of TEXT, and returns it; NULL if the recorder is full. */
static struct event *add_event(int lane, enum event_kind kind, enum state state, const char *role,
    int id, const char *text, size_t length)
{
    int64_t now = clock_now(); /* before its place: an actor that is held up shifts no other's */
    unsigned long index = atomic_fetch_add_explicit(&recorder->next, 1, memory_order_relaxed);

    if (index >= CAPACITY)
        return NULL;
    struct event *event = &recorder->events[index];
    event->time = now;
    event->place = lane == own.lane ? own.place : NULL;
    event->lane = (uint16_t)lane;
    event->other = (uint16_t)lane_of(role, id);
    event->kind = (uint8_t)kind;
    event->state = (uint8_t)state;
    event->to_all = id == ALL;
    event->length = (uint8_t)(length <= TEXT_SIZE ? length : CUT_OFF);
    memcpy(event->text, text, length <= TEXT_SIZE ? length : TEXT_SIZE);
    atomic_store_explicit(&event->ready, READY, memory_order_release);
    return event;
}

/* Marks what went wrong in LANE: what this actor recorded last, or the latest state of another one
 * but that it has ended; or nothing, if that was dropped. */
static void mark_wrong(int lane)
{
    unsigned long next = recorder->next;

    for (unsigned long i = next < CAPACITY ? next : 0; i > 0; i--) {
        struct event *event = &recorder->events[i - 1];
        bool is_there = event->ready == READY || event->ready == SHOWN;
        bool is_wanted = lane == own.lane || (event->kind == STATE && event->state != GONE);
        if (is_there && is_wanted && event->lane == lane) {
            event->is_wrong = true;
            return;
        }
    }
}

void record_event(int lane, enum event_kind kind, enum state state, const char *role, int id,
    const char *format, ...)
{
    char formatted[256];
    const char *text = format;
    va_list arguments;

    if (strchr(format, '%')) { /* formatting takes longer than all the rest */
        va_start(arguments, format);
        (void)vsnprintf(formatted, sizeof formatted, format, arguments);
        va_end(arguments);
        text = formatted;
    }
    if (lane == OWN_LANE && own.lane == NO_LANE)
        record_as("main", 0);
    if (lane == OWN_LANE)
        lane = own.lane;
    if (kind == FLAW)
        mark_wrong(lane);
    struct event *event = add_event(lane, kind, state, role, id, text, strlen(text));
    if (event && lane == own.lane && kind == STATE && state != WAITING)
        own.state = event;
}

/* The calls that may wait, besides open(3p) of one end of a FIFO, and fcntl(3p) for a lock. */
static const char *const waiting_calls[] = {"pthread_mutex_lock(", "pthread_cond_wait(",
    "pthread_rwlock_rdlock(", "pthread_rwlock_wrlock(", "pthread_barrier_wait(", "sem_wait(",
    "accept(", "connect(", "recv(", "read(", "read_some(", "mq_receive(", "mq_send(", "msgrcv(",
    "msgsnd(", "pause("};

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool may_wait(const char *call)
{
    for (size_t i = 0; i < sizeof waiting_calls / sizeof *waiting_calls; i++)
        if (begins_with(call, waiting_calls[i]))
            return true;
    return (begins_with(call, "fcntl(") && strstr(call, "F_SETLKW")) ||
           (begins_with(call, "open(") && !strstr(call, "O_RDWR"));
}

/* Returns how often this thread has gone to sleep; 0 if the system does not tell. */
static long count_sleeps(void)
{
    struct rusage usage = {0};

#if defined(RUSAGE_THREAD)
    (void)getrusage(RUSAGE_THREAD, &usage);
#endif
    return usage.ru_nvcsw;
}

static void call_begins(const struct call_place *place)
{
    const char *call = place->call;
    bool waits = may_wait(call), is_read = begins_with(call, "read_some("); /* which it makes */
    size_t length = is_read ? strlen("read") : strcspn(call, "(");

    if (own.lane == NO_LANE) /* it is no actor */
        return;
    bool is_aside = begins_with(place->file, "common/") || begins_with(place->file, "demos/parts/");
    if (waits || !is_aside) /* the others are not what the demo shows */
        own.place = place;
    if (waits) {
        own.wakeups = recorder->wakeups;
        own.sleeps = count_sleeps();
        own.wait = add_event(own.lane, STATE, WAITING, NULL, 0, call, length);
    }
    if (begins_with(call, "pthread_cond_broadcast(") || begins_with(call, "pthread_cond_signal(")) {
        atomic_fetch_add(&recorder->wakeups, 1);
        record_sent(NULL, ALL, "wakeup");
    }
    if (begins_with(call, "sem_post("))
        (void)add_event(own.lane, NOTE, IDLE, NULL, 0, call, length);
}

/* It did not wait if it returned at once, or its thread has not slept: others had the processor. */
static void call_ends(const struct call_place *place)
{
    enum { SHORTEST_WAIT = 10000 }; /* nanoseconds */
    int error = errno;              /* of a call that may fail */
    unsigned ready = READY;

    if (own.lane == NO_LANE || !may_wait(place->call))
        return;
    bool is_woken = begins_with(place->call, "pthread_cond_") && recorder->wakeups != own.wakeups;
    bool is_short = own.wait && clock_now() - own.wait->time < SHORTEST_WAIT;
    long sleeps = count_sleeps();
    bool is_none = is_short || (own.wait && tells_sleeps && sleeps == own.sleeps);
    if (is_none && !is_woken && atomic_compare_exchange_strong(&own.wait->ready, &ready, CANCELED))
        return;
    if (is_woken)
        record_received(NULL, 0, "wakeup");
    (void)add_event(own.lane, STATE, own.state->state, NULL, 0, own.state->text, own.state->length);
    errno = error;
}

void recorder_start(void)
{
    static struct call_watcher watcher = {call_begins, call_ends, NULL};
    long before = count_sleeps();

    sleep_ns(1);
    tells_sleeps = count_sleeps() > before; /* some emulators always say 0 */
    watcher.next = call_watcher;
    call_watcher = &watcher;
}
