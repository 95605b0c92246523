/* SPDX-License-Identifier: MIT */
#include "tests/support/forked.h"
#include "tests/support/process.h"

#include <stdlib.h>
#include <string.h>

static void copy(char *to, size_t room, const char *from, size_t size)
{
    memcpy(to, from, size < room ? size : room);
}

struct outcome forked(int (*body)(const void *context), const void *context)
{
    struct program program = start_body(body, context);
    struct outcome outcome = {0};

    if (!program_ended(&program, DEADLINE)) {
        program_kill(&program);
        fail_msg("something still runs; it said: %s%s", program.so_far.out,
            program.so_far.err);
    }
    outcome.status = program.so_far.status;
    outcome.out_size = program.so_far.out_size;
    copy(outcome.out, sizeof outcome.out - 1, program.so_far.out,
        program.so_far.out_size);
    copy(outcome.err, sizeof outcome.err - 1, program.so_far.err,
        program.so_far.err_size);
    free(program.so_far.out);
    free(program.so_far.err);
    return outcome;
}

struct outcome expect(int status, const char *err,
    int (*body)(const void *context), const void *context)
{
    struct outcome outcome = forked(body, context);

    if (outcome.status != status)
        fail_msg("status %d instead of %d; it said: %s%s", outcome.status,
            status, outcome.out, outcome.err);
    if (*err)
        assert_says(outcome.err, err);
    else
        assert_string_equal(outcome.err, "");
    return outcome;
}

void assert_says(const char *said, const char *text)
{
    if (!strstr(said, text))
        fail_msg("\"%s\" is missing in: %s", text, said);
}
