/* SPDX-License-Identifier: MIT */
/* views - which views of the run the user asked for, and when they are made */
#pragma once

#include "common/run/options.h"
#include "common/run/record.h"
#include "common/views/chart.h"
#include "common/views/screen.h"

extern const struct option_spec view_options[];

/* Refuses what cannot work: --step without a terminal (status 2), a file that cannot be written
 * (status 3). Then prepares the recorder, and the live view, which begins when the actors do. */
void views_start(void);

/* The option of the view that is written to the file of this descriptor; NULL if none is. */
const char *view_to(int file);

/* When the run is over: waits for the live view, then makes the others, under TITLE. Returns NULL,
 * or what went wrong, for a message. */
const char *views_finish(const struct title *title);

/* What a descriptor leads to, and whether to use color there (--color). */
struct screen views_screen(int descriptor);
