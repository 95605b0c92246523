/* SPDX-License-Identifier: MIT */
#include "demos/parts/window.h"
#include "common/demo.h"

static struct latch *all_have_begun; /* in memory that processes share */

/* With --window the actors pause one after the other: so often that a run takes
 * 10 s, no more.
 */
enum { MAX_PAUSES = 500 };

static void note_begin(void)
{
    latch_count_down(all_have_begun);
}

void window_init(struct latch *window, int count)
{
    bool is_short = run.window && count > MAX_PAUSES;

    if (run.broken || run.window)
        latch_init(window, is_short ? MAX_PAUSES : count);
    if (run.broken)
        return;
    all_have_begun = shared_alloc(sizeof *all_have_begun);
    latch_init(all_have_begun, count);
    at_begin = note_begin;
}

void let_others_come(struct latch *window)
{
    if (!run.broken)
        (void)latch_wait_for(all_have_begun, WINDOW);
    if (run.broken || run.window) {
        latch_count_down(window);
        pause_until(window);
    }
}

void pause_until(struct latch *latch)
{
    if (run.broken || run.window)
        (void)latch_wait_for(latch, run.broken ? WINDOW : SHORT_WINDOW);
}
