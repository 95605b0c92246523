/* SPDX-License-Identifier: MIT */
/* The unkind library can make a program fail: each rule of it, and with each of
 * three seeds, ends a program that is careless there, and that program passes
 * without the library.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/program.h"

#define CARELESS BUILD_FOLDER "/tests/careless"
#define LIBRARY  BUILD_FOLDER "/tests/libunkind.so"

static void test_rules(void **state)
{
    static const char *const seeds[] = {
        "UNKIND_SEED=1", "UNKIND_SEED=2", "UNKIND_SEED=3"};
    struct result rules =
        run_program((const char *const[]){CARELESS, NULL}, NULL, 0);
    int count = 0, missed = 0;

    (void)state;
    for (char *rule = strtok(rules.out, "\n"); rule;
         rule = strtok(NULL, "\n")) {
        struct result kind =
            run_program((const char *const[]){CARELESS, rule, NULL}, NULL, 0);
        if (kind.status != 0) /* a system may lack queues, for one */
            print_message("unkind by itself: %s\n", rule);
        free_result(&kind);
        for (int i = 0; i < 3; i++) {
            struct result unkind = run_program(
                (const char *const[]){"/usr/bin/env", "LD_PRELOAD=" LIBRARY,
                    seeds[i], CARELESS, rule, NULL},
                NULL, 0);
            if (unkind.status != 1) {
                print_error(
                    "%s, %s: status %d\n", rule, seeds[i], unkind.status);
                missed++;
            }
            free_result(&unkind);
        }
        count++;
    }
    free_result(&rules);
    assert_true(count > 40);
    assert_int_equal(missed, 0);
}

/* Without UNKIND_SEED the seed is shown, and with it nothing is. */
static void test_seed(void **state)
{
    const char *const drawn[] = {"/usr/bin/env", "-u", "UNKIND_SEED",
        "LD_PRELOAD=" LIBRARY, CARELESS, NULL};
    const char *const given[] = {
        "/usr/bin/env", "UNKIND_SEED=7", "LD_PRELOAD=" LIBRARY, CARELESS, NULL};

    (void)state;
    struct result result = run_program(drawn, NULL, 0);
    assert_matches(result.err, "^unkind: UNKIND_SEED=[0-9]+\n$");
    free_result(&result);
    result = run_program(given, NULL, 0);
    assert_string_equal(result.err, "");
    free_result(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_rules, enter_scratch, leave_scratch),
        cmocka_unit_test(test_seed)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
