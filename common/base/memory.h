/* SPDX-License-Identifier: MIT */
/* memory - shared by a process and its children */
#pragma once

#include "common/base/check.h"
#include <sys/mman.h>

/* Returns SIZE zeroed bytes, shared with the children started afterwards (mmap(3p)). Ends the run
 * if there is no memory. */
static inline void *shared_alloc(size_t size)
{
    return CHECK_NOT(
        MAP_FAILED, mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
}
