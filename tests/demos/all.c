/* SPDX-License-Identifier: MIT */
/* what demos have in common that needs a partner, or a look at what they use; see also all.txt */
#include "tests/support/runs.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* Pipes that another program has made non-blocking, and filled: in the new process. It is given a
 * while to find that out before they are emptied. */
static int fill_outputs(const void *context)
{
    char bytes[4096];

    (void)context;
    memset(bytes, '\1', sizeof bytes);
    for (int i = 0; i < 3; i++)
        (void)fcntl(i, F_SETFL, O_NONBLOCK);
    for (int i = 1; i < 3; i++)
        while (write(i, bytes, sizeof bytes) > 0)
            continue;
    return 0;
}

/* Each demo waits for room in them, whatever it writes there. */
TEST(full_outputs)
{
    static const char *const options[] = {
        "--seed=1", "--lanes", "--timeline", "--svg=/dev/stdout", "--trace=/dev/stderr"};
    struct result result;

    FOR_RUNS(demo)
    for (size_t i = 0; i < COUNT(options) && is_plain(demo); i++) {
        do {
            struct program program =
                start_with(fill_outputs, NULL, "%s %s %s", demo->program, demo->fast, options[i]);
            nap(0.2);
            result = program_finish(&program);
        } while (is_undecided(&result));
        assert_result(&result, demo->normal, "guarantee held: ", demo->program);
        assert_matches(result.out, "^\1+[^\1]");
    }
}

/* A line that is typed is answered at once, before the next one, also if it comes in pieces from a
 * pipe that does not block. A signal may end the run, since the FIFOs and queues have no name any
 * more. */
TEST(typed_lines)
{
    static const struct {
        const char *words, *lines[2], *answers[2];
    } cases[] = {{"demo_pipe -", {"Make it\n", "so what\n"}, {"makeIt\n", "soWhat\n"}},
        {"demo_pipe --named -", {"Make it\n", "so what\n"}, {"makeIt\n", "soWhat\n"}},
        {"demo_mqueue --api=sysv -", {"add 1 2\n", "mul 6 7\n"}, {"3\n", "42\n"}},
        {"demo_mqueue -", {"add 1 2\n", "mul 6 7\n"}, {"3\n", "42\n"}}}; /* POSIX, if there */

    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        bool is_blocking = i % 2 == 0;
        struct program program =
            start_with(is_blocking ? NULL : fill_outputs, NULL, "%s", cases[i / 2].words);
        for (int k = 0; k < 2; k++) {
            const char *line = cases[i / 2].lines[k];
            assert_int_equal(write(program.in, line, 5), 5);
            if (!is_blocking)
                nap(0.1); /* it tries */
            assert_int_equal(write(program.in, line + 5, strlen(line) - 5), strlen(line) - 5);
            program_await(&program, cases[i / 2].answers[k]);
        }
        assert_string_equal(run_script("ls").out, "");
        if (is_blocking)
            assert_int_equal(kill(program.pid, SIGTERM), 0);
        assert_int_equal(program_finish(&program).status, is_blocking ? 128 + SIGTERM : 0);
    }
}

/* These wait so many seconds for their end, and do so asleep: a busy loop takes the processor for
 * most of them, and one that looks now and then wakes up hundreds of times. Without a wait there is
 * only what the run itself takes. */
TEST(waits)
{
    static const struct {
        const char *words;
        int seconds, status;
    } cases[] = {{"demo_file --late=0", 0, 0}, {"demo_file --late=1", 1, 0},
        {"demo_signal --task=0 --deadline=3600", 0, 0}, {"demo_signal", 2, 1},
        {"demo_signal --task=3600 --deadline=1", 1, 1},
        {"demo_signal --task=1 --deadline=3600", 1, 0},
        {"demo_signal --task=100 --deadline=3600 --speed=100", 1, 0}};
    struct result prompt = {.status = 0};

    for (size_t i = 0; i < COUNT(cases); i++) {
        double begin = now();
        struct result result = expect_run(cases[i].status, "held", "%s", cases[i].words);
        assert_true(now() - begin >= cases[i].seconds);
        if (cases[i].seconds == 0)
            prompt = result;
        if (result.processor - prompt.processor > 0.2 * cases[i].seconds ||
            result.sleeps - prompt.sleeps > 100L * cases[i].seconds)
            fail_msg("%s: %g s, %ld sleeps", cases[i].words, result.processor, result.sleeps);
    }
    /* when one's turn comes, the others sleep on */
#ifdef __linux__
    struct result result = expect_run(0, "held", "demo_socket --port=0 --clients=1000");
    assert_int_in_range(result.sleeps, 1000, 20 * 1000);
#endif
}
