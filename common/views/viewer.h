/* SPDX-License-Identifier: MIT */
/* viewer - shows the run row by row: while it goes on, or afterwards, as the reader's keys ask */
#pragma once

#include "common/views/chart.h"

/* Shows what is recorded from now on: with IS_LIVE at once, in a thread of its own; otherwise only
 * if the run fails, by exit(3p). COLOR is the value of --color. */
void viewer_start(bool is_live, int color);

/* The run is over: returns when all is shown. */
void viewer_end(void);

/* Opens the controlling terminal for --step. Returns false if there is none, if this process is not
 * in its foreground, or if standard output leads elsewhere. */
bool player_has_keys(void);

/* Shows a run that is over as the reader's keys ask (player_has_keys() first). That is done in a
 * process of its own: so the terminal is as before after every end of either. */
void player_run(struct chart *chart);
