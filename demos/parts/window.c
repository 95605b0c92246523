/* SPDX-License-Identifier: MIT */
#include "demos/parts/window.h"
#include "common/demo.h"

static struct window *own;

/* With --window the actors pause one after the other: so often that a run takes
 * 10 s, no more.
 */
enum { MAX_PAUSES = 500 };

static void note_begin(void)
{
    latch_count_down(&own->all_have_begun);
}

void window_init(struct window *window, int count)
{
    bool is_short = run.window && count > MAX_PAUSES;

    if (run.broken || run.window)
        latch_init(&window->all_here, is_short ? MAX_PAUSES : count);
    if (run.broken)
        return;
    latch_init(&window->all_have_begun, count);
    own = window;
    at_begin = note_begin;
}

void let_others_come(struct window *window)
{
    if (!run.broken)
        (void)latch_wait_for(&window->all_have_begun, WINDOW);
    if (run.broken || run.window) {
        latch_count_down(&window->all_here);
        pause_until(&window->all_here);
    }
}

void pause_until(struct latch *latch)
{
    if (run.broken || run.window)
        (void)latch_wait_for(latch, run.broken ? WINDOW : SHORT_WINDOW);
}
