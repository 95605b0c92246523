/* SPDX-License-Identifier: MIT */
/* window - a point where another actor can get in between, unless the mechanism
 * keeps it out
 */
#pragma once

#include "demos/parts/latch.h"

/* The longest time that a window stays open, in nanoseconds: with --broken, and
 * with --window.
 */
enum { WINDOW = 1000000000, SHORT_WINDOW = 20000000 };

/* In memory that the actors share. */
struct window {
    struct latch all_have_begun, all_here;
};

/* Before the actors start, of whom COUNT will come to the window. */
void window_init(struct window *window, int count);

/* In the window: pauses until all are here; without --broken, where the
 * mechanism keeps them out, only until all have begun: so they wait in the
 * mechanism's own call. With --window it then pauses for those that the
 * mechanism does not keep out.
 */
void let_others_come(struct window *window);

/* Only with --broken or --window: pauses until the latch is down. */
void pause_until(struct latch *latch);
