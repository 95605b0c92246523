/* SPDX-License-Identifier: MIT */
#include "common/random.h"
#include "common/options.h"

#include <stdlib.h>

/* nrand48 is linear, and neighbouring states give neighbouring draws: so seed
 * and actor are mixed first, by the last steps of splitmix64.
 */
struct draw draw_start(unsigned actor)
{
    uint64_t bits = ((uint64_t)run.seed << 32 | actor) + 0x9e3779b97f4a7c15;

    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    bits ^= bits >> 31;
    return (struct draw){
        {(unsigned short)bits, (unsigned short)(bits >> 16), (unsigned short)(bits >> 32)}};
}

int draw_between(struct draw *draw, int least, int most)
{
    long span = (long)most - least + 1;
    long limit = 0x7fffffff - 0x7fffffff % span; /* beyond it: uneven */
    long drawn;

    do
        drawn = nrand48(draw->state);
    while (drawn >= limit);
    return (int)(least + drawn % span);
}
