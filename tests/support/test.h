/* SPDX-License-Identifier: MIT */
/* test - what all tests are written with
 *
 * TEST(name) { ... } is a test in a new empty folder, which is the current one and the one for
 * temporary files. It fails if anything that it has started is left when it ends. This header has
 * main(): a test program has one source. */
#pragma once

/* what cmocka.h needs before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#ifndef assert_int_in_range /* CMocka 2 calls the other one deprecated */
#define assert_int_in_range assert_in_range
#endif

#include "tests/support/cases.h"
#include "tests/support/program.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_TESTS = 64 };

static struct CMUnitTest all_tests[MAX_TESTS];
static int test_count;

#define COUNT(array) (sizeof(array) / sizeof *(array))

static inline void add_test(struct CMUnitTest test)
{
    if (test_count == MAX_TESTS) {
        (void)fprintf(stderr, "more than %d tests\n", MAX_TESTS);
        exit(3);
    }
    all_tests[test_count++] = test;
}

/* In the order of their lines, which the linker may change otherwise (-flto). */
#define TEST(name)                                                                                 \
    static void test_##name(void **);                                                              \
    __attribute__((constructor(1000 + __LINE__))) static void add_##name(void)                     \
    {                                                                                              \
        add_test((struct CMUnitTest)cmocka_unit_test_setup_teardown(                               \
            test_##name, enter_scratch, leave_scratch));                                           \
    }                                                                                              \
    static void test_##name(void **state __attribute__((unused)))

/* CMocka passes over those without a name. */
int main(int argc, char **argv)
{
    for (struct test_case *next = read_cases(argc > 0 ? argv[0] : ""); *next->command; next++) {
        struct CMUnitTest test =
            cmocka_unit_test_prestate_setup_teardown(run_case, enter_scratch, leave_scratch, next);
        test.name = next->name;
        add_test(test);
    }
    if (test_count == 0)
        return 0; /* they are for another system */
    return cmocka_run_group_tests(all_tests, NULL, NULL);
}
