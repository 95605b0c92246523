/* SPDX-License-Identifier: MIT */
/* semaphore - what the files of demo_semaphore share */
#pragma once

#include "demos/parts/about.h"
#if defined(__APPLE__) || defined(NAMED_SEMAPHORE)
#include "demos/parts/named_semaphore.h"
#endif

extern struct settings {
    int workers, slots;
    double hold; /* seconds: the longest time that a worker stays inside */
} settings;

/* In semaphore_resource.c. Before the workers start. */
void resource_init(void);

/* Print that worker ID starts, or has finished. In between the worker is
 * counted as inside: the evidence.
 */
void say_starting(int id);
void say_finished(int id);

/* Stays inside for a time that is drawn at random. In a normal run it is at
 * least until all workers have begun, so that some of them have to wait for a
 * slot. With --broken it is at least until all of them are in here.
 */
void hold(int id);

/* Returns the longest time that a run may take, in seconds of the listing. */
double longest_run(void);

/* The verdict; returns the exit status. */
int check_resource(void);
