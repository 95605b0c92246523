/* SPDX-License-Identifier: MIT */
/* unit - what the tests of units are written with
 *
 * TEST(name) { ... } is a test. This header has main(): a test program has one
 * source.
 */
#pragma once

#include "common/base/run.h"
#include "tests/support/forked.h"

#include <unistd.h>

enum { MAX_TESTS = 32 };

static struct CMUnitTest all_tests[MAX_TESTS];
static int test_count;

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define TEST(name)                                                             \
    static void test_##name(void **);                                          \
    __attribute__((constructor)) static void add_##name(void)                  \
    {                                                                          \
        all_tests[test_count++] =                                              \
            (struct CMUnitTest)cmocka_unit_test(test_##name);                  \
    }                                                                          \
    static void test_##name(void **state __attribute__((unused)))

/* CMocka passes over those without a name. */
int main(void)
{
    program_name = "demo_unit";
    (void)alarm(120); /* what hangs ends the test */
    return cmocka_run_group_tests(all_tests, NULL, NULL);
}
