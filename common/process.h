/* SPDX-License-Identifier: MIT */
/* process - what a program may inherit from the one that starts it */
#pragma once

/* Puts signals and standard descriptors in order, first of all; as process 1 of a container it
 * continues in a child. */
void normalize_process(void);
