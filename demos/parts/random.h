/* SPDX-License-Identifier: MIT */
/* random - draws that a seed repeats */
#pragma once

#include "common/base/run.h"
#include <stdint.h>
#include <stdlib.h>

/* One actor's draws: what it draws does not depend on who comes first. */
struct rng {
    unsigned short state[3];
};

/* The draws of actor number ACTOR in this run (run.seed), the same on every
 * platform: nrand48(3p) fixes its formula. That is linear, and neighbouring
 * states give neighbouring draws: so the two are mixed first, by the last steps
 * of splitmix64. */
static inline struct rng rng_init(unsigned actor)
{
    uint64_t bits = ((uint64_t)run.seed << 32 | actor) + 0x9e3779b97f4a7c15;

    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    bits ^= bits >> 31;
    return (struct rng){{(unsigned short)bits, (unsigned short)(bits >> 16),
        (unsigned short)(bits >> 32)}};
}

/* Returns a number from MIN to MAX, both included, each as likely as the
 * others. */
static inline int rng_range(struct rng *rng, int min, int max)
{
    long span = (long)max - min + 1;
    long limit = 0x7fffffff - 0x7fffffff % span, drawn; /* beyond it: uneven */

    do
        drawn = nrand48(rng->state);
    while (drawn >= limit);
    return (int)(min + drawn % span);
}
