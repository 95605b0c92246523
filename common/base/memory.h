/* SPDX-License-Identifier: MIT */
/* memory - shared by a process and its children */
#pragma once

#include <stddef.h>

/* Returns SIZE zeroed bytes, shared with the children started afterwards (mmap(3p)). Ends the run
 * if there is no memory. */
void *shared_alloc(size_t size);
