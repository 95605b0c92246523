/* SPDX-License-Identifier: MIT */
/* random - draws that a seed repeats */
#pragma once

#include <stdint.h>

/* One actor's draws: what it draws does not depend on who comes first. */
struct draw {
    unsigned short state[3];
};

/* The draws of actor number ACTOR in this run (run.seed): the same pair gives the same draws on
 * every platform, since nrand48(3p) fixes its formula.
 */
struct draw draw_start(unsigned actor);

/* A number from LEAST to MOST, both included, each as likely as the others. */
int draw_between(struct draw *draw, int least, int most);
