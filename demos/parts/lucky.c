/* SPDX-License-Identifier: MIT */
#include "demos/parts/lucky.h"
#include "common/demo.h"
#include "demos/parts/numbers.h"
#include "demos/parts/random.h"

static struct {
    struct rng rng;
    int drawn, lucky, max, consumers;
    int sure_place; /* of a lucky number; -1: it comes only by chance */
    bool has_come;
} draws;

/* The consumers' mutex guards these. */
static bool slept_too_late[MAX_CONSUMERS];
static int finds, sleepers;

static int sleeps[MAX_CONSUMERS];     /* each consumer counts its own */
static struct latch reported, second; /* second: their second sleep */

/* Looks ahead: the same draws come later, one by one. */
static bool comes_by_itself(int count)
{
    struct rng ahead = draws.rng;

    for (int i = 0; i < count; i++)
        if (rng_range(&ahead, 0, draws.max) == draws.lucky)
            return true;
    return false;
}

void lucky_init(int lucky, int max, int count, int consumers)
{
    struct rng place = rng_init(1);

    draws.rng = rng_init(0);
    draws.lucky = lucky;
    draws.max = max;
    draws.consumers = consumers;
    draws.sure_place = -1;
    if (run.broken && !comes_by_itself(count))
        draws.sure_place = rng_range(&place, 0, count - 1);
    latch_init(&reported, consumers);
    latch_init(&second, consumers);
}

int next_number(void)
{
    int number = rng_range(&draws.rng, 0, draws.max);

    if (draws.drawn == draws.sure_place)
        number = draws.lucky;
    if (number == draws.lucky && !draws.has_come)
        record_note("draws the %d", number);
    draws.has_come = draws.has_come || number == draws.lucky;
    draws.drawn++;
    return number;
}

void note_sleep(int id, bool lucky_came)
{
    slept_too_late[id] = lucky_came;
    sleeps[id]++;
    if (!run.window || sleeps[id] != 2)
        return;
    latch_count_down(&second);
    sleep_ns(SHORT_WINDOW);
}

bool all_sleep_again(int64_t nanoseconds)
{
    return latch_wait_for(&second, nanoseconds);
}

/* Returns the place of the first lucky number, from 1 on; 0: there is none. */
static int lucky_place(const int *numbers, int count)
{
    for (int i = 0; i < count; i++)
        if (numbers[i] == draws.lucky)
            return i + 1;
    return 0;
}

void report(int id, const int *numbers, int count)
{
    if (slept_too_late[id]) {
        sleepers++;
        say("Lucky number %d slept through!", draws.lucky);
        record_wrong("tested before the %d came, slept after it", draws.lucky);
    } else if (lucky_place(numbers, count) > 0) {
        finds++;
        say_numbers(numbers, count, 0, "Lucky number %d found! ", draws.lucky);
    } else {
        say("No lucky number %d this time.", draws.lucky);
    }
    latch_count_down(&reported);
}

bool all_have_reported(int64_t nanoseconds)
{
    return latch_wait_for(&reported, nanoseconds);
}

int check_reports(const int *numbers, int count)
{
    int place = lucky_place(numbers, count);

    if (sleepers > 0)
        return verdict(false,
            "%d of %d consumers slept through the %d, which was draw %d",
            sleepers, draws.consumers, draws.lucky, place);
    if (place == 0)
        return verdict(finds == 0, "no %d came; %d of %d consumers found one",
            draws.lucky, finds, draws.consumers);
    return verdict(finds == draws.consumers,
        "%d of %d consumers found the %d, which was draw %d", finds,
        draws.consumers, draws.lucky, place);
}
