/* SPDX-License-Identifier: MIT */
/* random: a seed repeats the draws, and they are even */
#include "tests/support/test.h"
#include "common/base/run.h"
#include "demos/parts/random.h"

/* Worked out apart from this program: another platform must draw the same. An actor's draws do not
 * depend on when the others draw. */
TEST(known_draws)
{
    static const struct {
        uint32_t seed;
        unsigned actor;
        int below_100[8], large[2];
    } known[] = {{0, 0, {35, 40, 40, 59, 68, 40, 6, 46}, {1353468136, 1957148041}},
        {42, 0, {30, 68, 70, 88, 0, 93, 85, 27}, {28115531, 947843269}},
        {42, 1, {26, 32, 38, 82, 73, 93, 61, 62}, {2059504127, 1113917233}},
        {4294967295, 4294967295, {28, 63, 63, 58, 64, 72, 39, 38}, {373161629, 1058138164}}};

    for (size_t i = 0; i < COUNT(known); i++) {
        run.seed = known[i].seed;
        struct rng draw = rng_init(known[i].actor), other = rng_init(3);
        for (int k = 0; k < 8; k++) {
            assert_int_equal(rng_range(&draw, 0, 99), known[i].below_100[k]);
            (void)rng_range(&other, 0, 9);
        }
        draw = rng_init(known[i].actor);
        for (int k = 0; k < 2; k++)
            assert_int_equal(rng_range(&draw, 1, INT32_MAX), known[i].large[k]);
    }
}

/* 2^31 values do not divide evenly: without a second try the lower third of the large ones would
 * come up twice as often as the rest. */
TEST(even)
{
    const int third = 1 << 29;
    int low = 0;

    run.seed = 1;
    struct rng draw = rng_init(0);
    assert_int_equal(rng_range(&draw, 9, 9), 9);
    for (int i = 0; i < 30000; i++)
        low += rng_range(&draw, 0, 3 * third - 1) < third;
    assert_int_in_range(low, 9500, 10500);
}
