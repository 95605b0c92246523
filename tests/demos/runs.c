/* SPDX-License-Identifier: MIT */
/* Each run of tests/runs.txt shows what it is for: what is drawn is what
 * happened, somebody waits in the mechanism's own call, and the source has what
 * the verdict of --broken says was left out.
 */
#define _GNU_SOURCE /* sched_setaffinity, where there is one */
#include "tests/support/test.h"
#include "tests/support/runs.h"
#include "tests/support/trace_file.h"

#include "demos/parts/about.h"

#include <sched.h>
#include <unistd.h>

enum { RUNS = 100, FEW = 20, MAX_ROUNDS = 5 };

/* In a run whose guarantee held: what the counter says, which trace_load()
 * holds to the slices.
 */
static void assert_within_limit(const struct trace *trace, int limit)
{
    if (limit == 0)
        assert_true(trace->most_inside <= 0);
    else {
        assert_int_in_range(trace->most_inside, 1, limit);
        assert_int_equal(trace->limit, limit);
    }
}

/* Whether somebody waits in one of CALLS, with commas between them; the
 * recorder leaves out waits that are none.
 */
static bool shows_a_wait(const struct trace *trace, const char *calls)
{
    char list[80], call[64];

    (void)snprintf(list, sizeof list, ",%s,", calls);
    for (long i = 0; i < trace->count; i++) {
        const struct trace_event *event = &trace->events[i];
        (void)snprintf(call, sizeof call, ",%s,", event->name);
        if (event->is_state && strstr(list, call))
            return true;
    }
    return false;
}

/* Runs it, and fails the test unless its trace has its mark if it is broken,
 * and none if it is not. Returns whether it shows a wait; a run that this
 * system has no mutexes for does.
 */
static bool run_and_look(const struct demo_run *subject, bool broken)
{
    struct result result;

    do
        result = run_words("%s %s %s --trace=view", subject->program,
            subject->fast, broken ? "--broken" : "");
    while (is_undecided(&result));
    if (strstr(result.err, "robust mutexes"))
        return true;
    if (broken ? result.status != 4 : result.status > 1)
        fail_msg("%s %s: status %d, %s", subject->program, subject->fast,
            result.status, result.err);
    struct trace trace = trace_load("view");
    assert_int_equal(trace.is_broken, broken);
    assert_int_equal(trace.is_held, !broken);
    if (broken && trace.violations == 0)
        fail_msg("%s --broken: nothing is marked", subject->program);
    if (!broken)
        assert_within_limit(&trace, subject->inside);
    bool does_wait = shows_a_wait(&trace, subject->waits);
    trace_free(&trace);
    (void)unlink("mutexfile.txt");
    free_kept();
    return does_wait;
}

/* In one of a hundred runs nobody may wait. If it is more, on a busy machine,
 * the next hundred has to make up for it.
 */
static void look_at_all(const char *where)
{
    FOR_RUNS(subject)
    {
        int without = 0, rounds = 0;
        if (!*subject->waits)
            for (int i = 0; i < FEW; i++)
                (void)run_and_look(subject, false);
        else
            do
                for (int i = 0; i < RUNS; i++)
                    without += !run_and_look(subject, false);
            while (without > ++rounds && rounds < MAX_ROUNDS);
        if (without > rounds)
            fail_msg("%s %s: in %d of %d runs nobody waits in %s",
                subject->program, where, without, rounds * RUNS,
                subject->waits);
    }
}

TEST(normal)
{
    look_at_all("free");
}

TEST(on_one_core)
{
#ifdef CPU_SET
    cpu_set_t all, one;
    size_t core = 0;

    if (sched_getaffinity(0, sizeof all, &all) == -1)
        skip();
    while (!CPU_ISSET(core, &all))
        core++;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    if (sched_setaffinity(0, sizeof one, &one) == -1)
        skip();
    look_at_all("on one core");
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
#else
    skip();
#endif
}

TEST(broken)
{
    FOR_RUNS(subject)
    for (int i = 0; i < FEW && subject->broken != NO_BROKEN; i++)
        (void)run_and_look(subject, true);
}

/* What the verdict says was left out is in the source below its header: each
 * word that is not one of these between the names. "ask()" is a function.
 */
#define FIND_NAMES                                                             \
    "sed '1,/\\*\\//d' '%s/demos/%s.c' >code\n"                                \
    "for word in $(printf %%s \"$LEFT_OUT\" | tr -d ,); do\n"                  \
    "    case $word in\n"                                                      \
    "    and | around | between | by | called | in | loop) continue ;;\n"      \
    "    own | sleep | test | the | with | client\\'s) continue ;;\n"          \
    "    *'()') pattern=\"^(.*[^a-z_])?${word%%'()'}\\(\" ;;\n"                \
    "    *) pattern=\"(^|[^A-Za-z_])$word([^A-Za-z_]|$)\" ;;\n"                \
    "    esac\n"                                                               \
    "    grep -qE \"$pattern\" code && echo found || echo \"no $word\"\n"      \
    "done\n"

TEST(what_is_left_out)
{
#define ADDRESS(name) &name##_demo,
    static const struct demo *const demos[] = {FOR_EACH_DEMO(ADDRESS)};
    char said[256], words[256];

    for (size_t i = 0; i < COUNT(demos); i++) {
        const char *name = demos[i]->name;
        (void)snprintf(said, sizeof said,
            "%s: guarantee VIOLATED: [^\n]*[0-9][^\n]*\n"
            "%s: bug: %s; left out: [^\n]+\n$",
            name, name, demos[i]->bug);
        struct result result = expect_run(4, said, "%s --broken --speed=100 %s",
            name, plain_run(name + strlen("demo_"))->options);
        const char *left_out = strstr(result.err, "left out: ");
        (void)snprintf(words, sizeof words, "%.*s %s",
            (int)strcspn(left_out, "\n"), left_out, demos[i]->wrong);
        assert_int_equal(setenv("LEFT_OUT", strchr(words, ':') + 1, 1), 0);
        result = run_script(FIND_NAMES, SOURCE_FOLDER, name);
        if (strstr(result.out, "no ") || count_lines(result.out) < 3)
            fail_msg("%s: %s: %s", name, words, result.out);
    }
}
