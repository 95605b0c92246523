/* SPDX-License-Identifier: MIT */
/* about - what the demos say of themselves; see about.c */
#pragma once

#include "common/options.h"

extern const struct demo mutex_demo, semaphore_demo, condvar_demo, file_demo,
    signal_demo, socket_demo, mqueue_demo, pipe_demo, shm_demo;
