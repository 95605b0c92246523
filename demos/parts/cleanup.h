/* SPDX-License-Identifier: MIT */
/* cleanup - removes what the run cannot unlink early, however it ends */
#pragma once

/* For what cannot be unlinked at once: a small process that calls
 * REMOVE(CONTEXT), which returns 0 or -1, when this one has ended, however it
 * ended. Once a run, first of all, with signals held. */
void cleanup_start(int (*remove)(void *context), void *context);

/* Has that process remove it now, and reaps it. exit(3) calls it, too. */
void cleanup_now(void);
