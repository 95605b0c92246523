/* SPDX-License-Identifier: MIT */
/* tables: each ends the run with a message rather than to be written beyond */
#include "tests/support/forked.h"
#include "common/base/check.h"
#include "common/base/run.h"
#include "common/run/record.h"
#include "common/views/charts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int record_many_roles(const void *context)
{
    char name[16];

    recorder_start();
    for (int i = 0; i < 20; i++) {
        (void)snprintf(name, sizeof name, "role %d", i);
        record_lanes(name, 1);
    }
    return 0;
}

static int record_long_name(const void *context)
{
    recorder_start();
    record_lanes("fifteen letters", 1);
    record_lanes("fifteen letters", 1);
    record_lanes("sixteen letters!", 1);
    return 0;
}

static int record_many_lanes(const void *context)
{
    recorder_start();
    record_lanes("writer", 60000);
    record_lanes("reader", 10000);
    return 0;
}

static void test_full_tables(void **state)
{
    (void)expect(3, "demo_unit: role 16: a run has at most 16 roles, ",
        record_many_roles, NULL);
    (void)expect(3, "demo_unit: sixteen letters!: a run has at most 16 roles, ",
        record_long_name, NULL);
    (void)expect(3,
        "demo_unit: reader: a run is recorded with at most 65535 lanes; ",
        record_many_lanes, NULL);
}

/* An event of nobody who has a lane is not shown. */
static void test_event_without_lane(void **state)
{
    struct lanes lanes = {.screen = {80, false, false, 0}};
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    recorder_start();
    record_lanes("writer", 1);
    record_killed("nobody", 7, "SIGKILL");
    lanes.from = recorder;
    for (unsigned long i = 0; i < recorder->next; i++)
        lanes_print(&lanes, &recorder->events[i], out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "");
    free(lanes.lane);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_full_tables),
        cmocka_unit_test(test_event_without_lane)};

    program_name = "demo_unit";

    return cmocka_run_group_tests(tests, NULL, NULL);
}
