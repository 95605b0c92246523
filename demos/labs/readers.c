/* SPDX-License-Identifier: MIT */
#include "demos/labs/readers.h"
#include "common/demo.h"
#include "demos/parts/calls.h"
#include "demos/parts/numbers.h"
#include "demos/parts/window.h"
#include <string.h>
#include <sys/mman.h>

/* In nanoseconds. Nobody who is let in needs PATIENCE to come in. */
enum { MOMENT = 2000000, WAKE_EVERY = 1000000, WAKEUPS = 10 };
static const int64_t patience = 2 * NS_PER_SECOND;

static void (*wake_all)(void);

static struct evidence {
    struct latch all_come, all_inside, writer_comes, one_pauses;
    atomic_int readers, peak; /* inside now, and at most */
    atomic_bool writer;       /* is inside */
    atomic_bool in_vain;      /* a reader has lost its patience */
    atomic_int together;      /* how often a reader and the writer met inside */
    atomic_int shown, torn;
} * evidence;

static bool may_pause; /* this process, after its next unlock */

/* In its second look a reader pauses when it has unlocked the mutex, and the
 * writer comes for its third update. If it gets in, the reader had not noted
 * before that it is inside itself.
 */
static void pause_after_unlock(const struct call_place *place)
{
    if (!may_pause || !is_call(place, "pthread_mutex_unlock("))
        return;
    may_pause = false;
    latch_count_down(&evidence->one_pauses);
    for (int i = 0; i < 20 && !atomic_load(&evidence->writer); i++)
        sleep_ns(1000000);
}

void readers_init(void (*wake_for_nothing)(void))
{
    static const struct call_watcher watcher = {
        ignore_call, pause_after_unlock, NULL};

    if (run.window)
        call_watcher = &watcher;
    wake_all = wake_for_nothing;
    evidence = shared_alloc(sizeof *evidence);
    latch_init(&evidence->all_come, READERS);
    latch_init(&evidence->all_inside, READERS);
    latch_init(&evidence->writer_comes, 1);
    latch_init(&evidence->one_pauses, 1);
}

void init_shared_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    CHECK_PTHREAD(pthread_condattr_init(&attributes));
    CHECK_PTHREAD(
        pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    CHECK_PTHREAD(pthread_cond_init(condition, &attributes));
    CHECK_PTHREAD(pthread_condattr_destroy(&attributes));
}

bool rest_before_look(void)
{
    static int looks;

    latch_count_down(&evidence->all_come); /* it stays down */
    latch_wait(&evidence->all_come);
    looks++;
    may_pause = run.window && looks == 2;
    return may_pause || next_turn(READER);
}

bool rest_before_update(void)
{
    static int turns;

    turns++;
    if (turns == 2) {
        (void)latch_wait_for(&evidence->all_inside, patience);
        latch_count_down(&evidence->writer_comes);
        return true;
    }
    if (turns == 3 && run.window)
        return latch_wait_for(&evidence->one_pauses, NS_PER_SECOND / 2) ||
               next_turn(WRITER);
    return next_turn(WRITER);
}

/* Time for those who should not come in: with --window they are woken, too. */
static void give_them_time(void)
{
    sleep_ns(MOMENT);
    for (int i = 0; run.window && i < WAKEUPS; i++) {
        wake_all();
        sleep_ns(WAKE_EVERY);
    }
}

static void note_if_together(void)
{
    if (!atomic_load(&evidence->writer) || atomic_load(&evidence->readers) == 0)
        return;
    atomic_fetch_add(&evidence->together, 1);
    record_wrong("a reader and the writer are inside");
}

/* Stays inside until all readers are, and then until the writer comes. */
static void wait_for_the_others(void)
{
    latch_count_down(&evidence->all_inside);
    if (atomic_load(&evidence->in_vain))
        return;
    if (!latch_wait_for(&evidence->all_inside, patience)) {
        atomic_store(&evidence->in_vain, true);
        return;
    }
    (void)latch_wait_for(&evidence->writer_comes, patience);
    give_them_time();
}

void look_at(struct update *snapshot, const struct update *update)
{
    static bool has_looked; /* this process */
    int now = atomic_fetch_add(&evidence->readers, 1) + 1;
    int peak = atomic_load(&evidence->peak);

    while (now > peak &&
           !atomic_compare_exchange_weak(&evidence->peak, &peak, now))
        continue; /* another reader has changed the peak */
    note_if_together();
    if (!has_looked)
        wait_for_the_others();
    has_looked = true;
    record_state(INSIDE, "copying");
    for (int i = 0; i < settings.values; i++) {
        snapshot->numbers[i] = update->numbers[i];
        if (run.window && i == settings.values / 2)
            sleep_ns(SHORT_WINDOW);
    }
    record_state(RUNNING, "running");
    note_if_together();
    atomic_fetch_sub(&evidence->readers, 1);
}

void change(struct update *update)
{
    static int changes;

    atomic_store(&evidence->writer, true);
    note_if_together();
    for (int i = 0; i < settings.values; i++) {
        pause_halfway(i);
        update->numbers[i] = next_number();
    }
    changes++;
    if (changes == 1 || changes == 3)
        give_them_time();
    note_if_together();
    atomic_store(&evidence->writer, false);
}

void show_snapshot(int id, const struct update *snapshot)
{
    const struct number *numbers = snapshot->numbers;
    int values[MAX_NUMBERS] = {0}, mark = 0;

    for (int i = 0; i < settings.values; i++) {
        values[i] = numbers[i].value;
        if (numbers[i].publication != numbers[0].publication && mark == 0)
            mark = i;
    }
    say_numbers(values, settings.values, mark, "%d ", id);
    atomic_fetch_add(&evidence->shown, 1);
    if (mark > 0)
        atomic_fetch_add(&evidence->torn, 1);
}

int check_readers(void)
{
    int peak = atomic_load(&evidence->peak),
        torn = atomic_load(&evidence->torn);
    int shown = atomic_load(&evidence->shown);

    if (atomic_load(&evidence->together) > 0)
        return verdict(
            false, "a reader and the writer were inside at the same time");
    if (torn > 0)
        return verdict(false, "%d of %d snapshots are torn", torn, shown);
    if (peak < READERS)
        return verdict(false,
            "readers kept each other out: never more than %d of %d were inside",
            peak, READERS);
    return verdict(true,
        "%d of %d snapshots are intact, with up to %d readers inside", shown,
        shown, peak);
}
