/* SPDX-License-Identifier: MIT */
/* calls - which call a watcher is told of (struct call_watcher, in check.h) */
#pragma once

#include "common/demo.h"

/* Whether the call at PLACE, which is none of the library's own, begins with
 * NAME, as in "sem_wait(".
 */
static inline bool is_call(const struct call_place *place, const char *name)
{
    return strncmp(place->call, name, strlen(name)) == 0 &&
           strncmp(place->file, "common/", 7) != 0;
}

/* For the side of a call on which nothing is to be done. */
static inline void ignore_call(const struct call_place *place)
{
}
