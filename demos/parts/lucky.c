/* SPDX-License-Identifier: MIT */
#include "demos/parts/lucky.h"
#include "common/demo.h"
#include "demos/parts/calls.h"
#include "demos/parts/numbers.h"
#include "demos/parts/random.h"
#include "demos/parts/window.h"

struct settings settings = {
    .count = 100, .lucky = 22, .max = 100, .consumers = 1};

static struct {
    struct rng rng;
    int drawn;
    int sure_place; /* of a lucky number; -1: it comes only by chance */
} draws;

static pthread_mutex_t *mutex; /* the consumers' */
static pthread_cond_t *changed;
static const bool *search_is_over;

/* The mutex guards these. */
static int finds, sleepers;

/* Each consumer has its own. */
static _Thread_local int sleeps; /* how many it has begun */
static _Thread_local bool slept_too_late;

/* The producer may begin; is done; all sleep for the second time; have
 * reported.
 */
static struct latch may_begin, done, all_sleep_again, all_have_reported;

/* Looks ahead: the same draws come later, one by one. */
static bool comes_by_itself(void)
{
    struct rng ahead = draws.rng;

    for (int i = 0; i < settings.count; i++)
        if (rng_range(&ahead, 0, settings.max) == settings.lucky)
            return true;
    return false;
}

/* A consumer goes to sleep: is it too late? With --window it was woken for
 * nothing once. If it then locks the mutex, it has given it back after its
 * test, and pauses: so the producer comes in between.
 */
static void call_begins(const struct call_place *place)
{
    bool is_sleep = is_call(place, "pthread_cond_wait(");
    bool is_lock = is_call(place, "pthread_mutex_lock(");

    if (sleeps == 1 && (is_sleep || is_lock))
        latch_count_down(&all_sleep_again);
    if (sleeps > 0 && is_lock && run.window)
        sleep_ns(SHORT_WINDOW);
    if (!is_sleep)
        return;
    slept_too_late = *search_is_over;
    sleeps++;
    if (sleeps == 1)
        latch_count_down(&may_begin);
}

static void call_ends(const struct call_place *place)
{
    if (is_call(place, "pthread_cond_broadcast("))
        latch_count_down(&done);
    if (slept_too_late && is_call(place, "pthread_cond_wait("))
        record_note("woken by the demo, so that it ends");
}

void lucky_init(pthread_mutex_t *the_mutex, pthread_cond_t *the_condition,
    const bool *is_over)
{
    static const struct call_watcher watcher = {call_begins, call_ends, NULL};
    struct rng place = rng_init(1);

    mutex = the_mutex;
    changed = the_condition;
    search_is_over = is_over;
    call_watcher = &watcher;
    draws.rng = rng_init(0);
    draws.sure_place = -1;
    if (run.broken && !comes_by_itself())
        draws.sure_place = rng_range(&place, 0, settings.count - 1);
    /* with --window wake_for_nothing() counts it down, too */
    latch_init(&may_begin, settings.consumers + (run.window ? 1 : 0));
    latch_init(&done, 1);
    latch_init(&all_sleep_again, settings.consumers);
    latch_init(&all_have_reported, settings.consumers);
}

void let_producer_finish(void)
{
    record_note("has unlocked too early");
    latch_count_down(&may_begin);
    latch_wait(&done);
}

int next_number(void)
{
    int number = rng_range(&draws.rng, 0, settings.max);

    latch_wait(&may_begin);
    if (draws.drawn == draws.sure_place)
        number = settings.lucky;
    if (number == settings.lucky)
        record_note("draws the %d", number);
    draws.drawn++;
    return number;
}

static void wake_all(void)
{
    CHECK_PTHREAD(pthread_mutex_lock(mutex));
    CHECK_PTHREAD(pthread_cond_broadcast(changed));
    CHECK_PTHREAD(pthread_mutex_unlock(mutex));
}

/* Until each of them goes to sleep for the second time. */
static void wake_for_nothing(void)
{
    const int64_t moment = 1000000; /* nanoseconds */

    for (int i = 0; i < 500 && !latch_wait_for(&all_sleep_again, moment); i++)
        wake_all();
    latch_count_down(&may_begin);
}

static void wake_late_sleepers(void)
{
    latch_wait(&done);
    while (!latch_wait_for(&all_have_reported, NS_PER_SECOND / 10))
        wake_all();
}

void wake_sleepers(void)
{
    if (run.window)
        wake_for_nothing();
    if (run.broken)
        wake_late_sleepers();
}

/* Returns the place of the first lucky number, from 1 on; 0: there is none. */
static int lucky_place(const int *numbers, int count)
{
    for (int i = 0; i < count; i++)
        if (numbers[i] == settings.lucky)
            return i + 1;
    return 0;
}

void report(const int *numbers, int count)
{
    if (sleeps == 0) /* the producer does not wait for it any more */
        latch_count_down(&may_begin);
    if (slept_too_late) {
        sleepers++;
        say("Lucky number %d slept through!", settings.lucky);
        record_wrong(
            "tested before the %d came, slept after it", settings.lucky);
    } else if (lucky_place(numbers, count) > 0) {
        finds++;
        say_numbers(
            numbers, count, 0, "Lucky number %d found! ", settings.lucky);
    } else {
        say("No lucky number %d this time.", settings.lucky);
    }
    latch_count_down(&all_have_reported);
}

int check_reports(const int *numbers, int count)
{
    int place = lucky_place(numbers, count);

    if (sleepers > 0)
        return verdict(false,
            "%d of %d consumers slept through the %d, which was draw %d",
            sleepers, settings.consumers, settings.lucky, place);
    if (place == 0)
        return verdict(finds == 0, "no %d came; %d of %d consumers found one",
            settings.lucky, finds, settings.consumers);
    return verdict(finds == settings.consumers,
        "%d of %d consumers found the %d, which was draw %d", finds,
        settings.consumers, settings.lucky, place);
}
