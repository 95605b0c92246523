/* SPDX-License-Identifier: MIT */
#include "demos/labs/buffer.h"
#include "common/demo.h"
#include "demos/parts/window.h"

/* In nanoseconds. No thread that is let in needs PATIENCE to get there. */
enum { WAKE_EVERY = 1000000, WAKEUPS = 50 };
static const int64_t patience = 2 * NS_PER_SECOND;

/* What the student's mutex has to guard. */
static struct {
    int numbers[PLACES];
    unsigned first; /* the place of the oldest number */
    int peak;
} buffer;

static int count, consumers, produced;
static void (*wake_all)(void);
static atomic_int used_once[MAX_COUNT + 1]; /* how often each was used */

static struct latch all_found_it_empty, empty_again; /* by all consumers */
/* By the producer, when each consumer has a number. */
static struct latch found_full, full_again;
static struct latch go_on, production_is_over, all_wait, verdict_is_sure;

static _Thread_local bool is_producer;

/* Whether this consumer has found the buffer empty, and taken nothing since. */
static _Thread_local bool is_waiting;

/* The order of these tells nothing to the thread sanitizer, which is to find
 * what the student's mutex does not order.
 */
static atomic_int inside, used, waiting, taken; /* used: of the places */
static atomic_int overlaps, put_when_full, taken_when_empty, slept_on;
static atomic_int ended;

static void add_to(atomic_int *number, int more)
{
    (void)atomic_fetch_add_explicit(number, more, memory_order_relaxed);
}

static int value_of(atomic_int *number)
{
    return atomic_load_explicit(number, memory_order_relaxed);
}

static void note_wrong(atomic_int *what)
{
    add_to(what, 1);
    latch_count_down(&verdict_is_sure);
}

void buffer_init(
    int how_many, int number_of_consumers, void (*wake_for_nothing)(void))
{
    count = how_many;
    consumers = number_of_consumers;
    wake_all = wake_for_nothing;
    latch_init(&all_found_it_empty, consumers);
    latch_init(&empty_again, consumers);
    latch_init(&found_full, 1);
    latch_init(&full_again, 1);
    latch_init(&go_on, 1);
    latch_init(&production_is_over, 1);
    latch_init(&all_wait, 1);
    latch_init(&verdict_is_sure, 1);
}

/* Only with --window: wakes all for nothing, until they have tested again. */
static void wake_until(struct latch *tested_again)
{
    for (int i = 0; i < WAKEUPS; i++) {
        wake_all();
        if (latch_wait_for(tested_again, WAKE_EVERY))
            break;
    }
    sleep_ns(SHORT_WINDOW); /* whatever waits now must sleep */
}

bool produce(int *number)
{
    is_producer = true;
    if (produced == 0) {
        (void)latch_wait_for(&all_found_it_empty, patience);
        if (run.window)
            wake_until(&empty_again);
    }
    if (produced == count) {
        if (run.window) /* so the end has to wake all of them */
            (void)latch_wait_for(&all_wait, patience);
        return false;
    }
    produced++;
    *number = produced;
    return true;
}

/* The thread is in the buffer from enter() to leave(), and must be alone. With
 * --window it pauses in its first turn, and in the first one after the buffer
 * was full: PAUSES counts both. The producer does so three times. By then it
 * has woken consumers, which can come.
 */
static void enter(int pauses[2])
{
    int *so_far = &pauses[latch_wait_for(&found_full, 0)];

    if (atomic_fetch_add_explicit(&inside, 1, memory_order_relaxed) > 0) {
        note_wrong(&overlaps);
        record_wrong("two threads are in the buffer");
    }
    if (run.window && *so_far < (is_producer ? 3 : 1))
        sleep_ns(SHORT_WINDOW);
    *so_far += 1;
}

static void leave(void)
{
    add_to(&inside, -1);
}

bool buffer_is_full(void)
{
    static _Thread_local int pauses[2];

    enter(pauses);
    bool full = value_of(&used) == PLACES;
    leave();
    if (!full)
        return false;
    if (!is_producer || value_of(&taken) < consumers)
        return true;
    if (latch_wait_for(&found_full, 0)) /* it has slept, and was woken */
        latch_count_down(&full_again);
    latch_count_down(&found_full);
    return true;
}

bool buffer_is_empty(void)
{
    static _Thread_local int pauses[2], found;

    enter(pauses);
    bool empty = value_of(&used) == 0;
    leave();
    if (!empty || is_producer)
        return empty;
    found++;
    if (found == 1)
        latch_count_down(&all_found_it_empty);
    if (found == 2)
        latch_count_down(&empty_again);
    if (!is_waiting)
        add_to(&waiting, 1);
    is_waiting = true;
    if (value_of(&taken) == count && value_of(&waiting) == consumers)
        latch_count_down(&all_wait);
    return true;
}

void buffer_put(int number)
{
    static _Thread_local int pauses[2];

    enter(pauses);
    int now = value_of(&used);
    if (now >= PLACES) {
        note_wrong(&put_when_full);
        record_wrong("puts %d into a full buffer", number);
        latch_count_down(&found_full);
    } else {
        buffer.numbers[(buffer.first + (unsigned)now) % PLACES] = number;
        add_to(&used, 1);
        if (now + 1 > buffer.peak)
            buffer.peak = now + 1;
    }
    record_note("puts %d", number);
    leave();
}

int buffer_take(void)
{
    static _Thread_local int pauses[2];
    int number = 0; /* none */

    enter(pauses);
    if (is_waiting)
        add_to(&waiting, -1);
    is_waiting = false;
    if (value_of(&used) <= 0) {
        note_wrong(&taken_when_empty);
        record_wrong("takes from an empty buffer");
    } else {
        number = buffer.numbers[buffer.first];
        buffer.first = (buffer.first + 1) % PLACES;
        add_to(&used, -1);
        add_to(&taken, 1);
        record_note("takes %d", number);
    }
    leave();
    return number;
}

void use_number(int number)
{
    if (number < 1 || number > count)
        return; /* none that was produced */
    add_to(&used_once[number], 1);
    if (number == 1) {
        if (!latch_wait_for(&found_full, patience) && value_of(&used) > 0 &&
            value_of(&waiting) > 0)
            note_wrong(&slept_on);
        if (run.window)
            wake_until(&full_again);
        latch_count_down(&go_on);
    }
    if (number <= consumers)
        (void)latch_wait_for(&go_on, patience);
    /* so there is something in the buffer when production is over */
    if (number > count - PLACES && !run.window)
        (void)latch_wait_for(&production_is_over, patience);
}

void note_end_of_production(void)
{
    latch_count_down(&production_is_over);
    note_end();
}

void note_end(void)
{
    if (atomic_fetch_add(&ended, 1) == consumers)
        latch_count_down(&verdict_is_sure);
}

void wait_for_verdict(void)
{
    latch_wait(&verdict_is_sure);
}

int check_buffer(void)
{
    int arrived = 0;

    for (int i = 1; i <= count; i++)
        if (value_of(&used_once[i]) == 1)
            arrived++;
    if (value_of(&overlaps) > 0)
        return verdict(
            false, "two threads were in the buffer at the same time");
    if (value_of(&put_when_full) > 0)
        return verdict(false, "a number was put into the full buffer");
    if (value_of(&taken_when_empty) > 0)
        return verdict(false, "a number was taken from the empty buffer");
    if (value_of(&slept_on) > 0)
        return verdict(
            false, "a consumer slept on while the buffer had numbers");
    if (arrived < count)
        return verdict(
            false, "%d of %d numbers arrived exactly once", arrived, count);
    if (buffer.peak < PLACES)
        return verdict(false,
            "the producer waited while the buffer had at most %d of %d numbers",
            buffer.peak, PLACES);
    return verdict(true, "%d of %d numbers arrived, %d at once in the buffer",
        arrived, count, buffer.peak);
}
