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

#include <ctype.h>
#include <sched.h>
#include <unistd.h>

enum { RUNS = 100, FEW = 20, MAX_ROUNDS = 5 };

static bool is_inside(const struct trace_event *event)
{
    return event->state && strcmp(event->state, "inside") == 0;
}

/* How many are inside in the moment in which ENTRY begins. */
static int inside_at(const struct trace *trace, const struct trace_event *entry)
{
    int inside = 0;

    for (long i = 0; i < trace->count; i++) {
        const struct trace_event *other = &trace->events[i];
        inside += is_inside(other) && other->time <= entry->time &&
                  (other == entry || other->time + other->length > entry->time);
    }
    return inside;
}

/* In a run whose guarantee held: what the slices say, not the counter. */
static void assert_within_limit(const struct trace *trace, int limit)
{
    int visits = 0;

    for (long i = 0; i < trace->count; i++) {
        if (!is_inside(&trace->events[i]))
            continue;
        assert_int_in_range(inside_at(trace, &trace->events[i]), 1, limit);
        visits++;
    }
    assert_int_equal(visits > 0, limit > 0);
    assert_true(trace_most_counted(trace, "inside") <= limit);
    if (limit > 0)
        assert_int_equal(trace_most_counted(trace, "limit"), limit);
}

/* How many slices of KIND are called NAME, in lanes whose names begin with
 * LANE.
 */
static int count_slices(const struct trace *trace, const char *kind,
    const char *name, const char *lane)
{
    int count = 0;

    for (long i = 0; i < trace->count; i++) {
        const struct trace_event *event = &trace->events[i];
        if (event->phase == 'X' && event->lane >= 0 &&
            strcmp(event->kind, kind) == 0 && strcmp(event->name, name) == 0 &&
            strncmp(trace->names[event->lane], lane, strlen(lane)) == 0)
            count++;
    }
    return count;
}

/* Whether somebody waits in one of CALLS, with commas between them; the
 * recorder leaves out waits that are none.
 */
static bool shows_a_wait(const struct trace *trace, const char *calls)
{
    char words[64], *rest = words;

    (void)snprintf(words, sizeof words, "%s", calls);
    for (char *call; (call = strtok_r(rest, ",", &rest));)
        if (count_slices(trace, "state", call, "") > 0)
            return true;
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
    assert_string_equal(trace.mode, broken ? "broken" : "normal");
    assert_string_equal(trace.verdict, broken ? "VIOLATED" : "held");
    if (broken && trace_violations(&trace) == 0)
        fail_msg("%s --broken: nothing is marked: %s", subject->program,
            trace.sentence);
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

/* Whether a 22 is drawn or not, the consumer sleeps, and a wakeup reaches it.
 */
TEST(consumer_sleeps)
{
    int found = 0, not_found = 0;

    for (int i = 1; i <= RUNS; i++) {
        struct result result =
            expect_run(0, "", "demo_condvar --seed=%d --trace=view", i);
        found += count_text(result.out, "found! [");
        not_found += count_text(result.out, "No lucky number");
        struct trace trace = trace_load("view");
        if (count_slices(&trace, "state", "pthread_cond_wait", "consumer") ==
                0 ||
            count_slices(&trace, "message", "wakeup", "consumer") == 0)
            fail_msg("seed %d: the consumer was not woken: %s", i, result.out);
        trace_free(&trace);
    }
    assert_int_equal(found + not_found, RUNS);
    assert_true(found > 0 && not_found > 0);
}

/* Blanks strings and comments out, since a name stands there, too. */
static void keep_code(char *source)
{
    const char *end = NULL; /* what ends the string or comment we are in */

    for (char *at = source; *at; at++) {
        if (end && *at == '\\')
            *at++ = ' ';
        else if (end && strncmp(at, end, strlen(end)) == 0) {
            at += strlen(end) - 1;
            end = NULL;
        } else if (!end && at[0] == '\'')
            at += at[1] == '\\' ? 3 : 2; /* a character */
        else if (!end && (*at == '"' || strncmp(at, "/*", 2) == 0))
            end = *at == '"' ? "\"" : "*/";
        else if (end && *at != '\n')
            *at = ' ';
    }
}

static bool is_name_part(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

/* Whether NAME is in CODE as a whole word, with AFTER right behind it. */
static bool has_name(const char *code, const char *name, const char *after)
{
    size_t length = strlen(name);

    for (const char *at = code; (at = strstr(at, name)); at += length)
        if ((at == code || !is_name_part(at[-1])) &&
            !is_name_part(at[length]) &&
            strncmp(at + length, after, strlen(after)) == 0)
            return true;
    return false;
}

/* The words between the names; all others have to be in the source. A function
 * is written "ask()", a call "sem_wait", and so is another name.
 */
static int assert_names(const char *text, const char *code)
{
    static const char english[] = "and around between by called client in loop "
                                  "own s sleep test the with";
    char word[64];
    int names = 0, length = 0;

    for (; *text; text += length > 0 ? length : 1) {
        length = 0;
        (void)sscanf(text, "%63[A-Za-z0-9_]%n", word, &length);
        bool is_function = strncmp(text + length, "()", 2) == 0;
        if (length == 0 || (has_name(english, word, "") && !is_function))
            continue;
        if (!has_name(code, word, is_function ? "(" : ""))
            fail_msg("there is no %s in the source", word);
        names++;
    }
    return names;
}

TEST(what_is_left_out)
{
#define ADDRESS(name) &name##_demo,
    static const struct demo *const demos[] = {FOR_EACH_DEMO(ADDRESS)};
    char said[256], path[4096], left_out[128] = "";

    for (size_t i = 0; i < COUNT(demos); i++) {
        const char *name = demos[i]->name;
        (void)snprintf(said, sizeof said,
            "%s: guarantee VIOLATED: [^\n]*[0-9][^\n]*\n"
            "%s: bug: %s; left out: [^\n]+\n$",
            name, name, demos[i]->bug);
        struct result result = expect_run(4, said, "%s --broken --speed=100 %s",
            name, plain_run(name + strlen("demo_"))->options);
        (void)sscanf(
            strstr(result.err, "left out: "), "left out: %127[^\n]", left_out);
        (void)snprintf(path, sizeof path, "%s/demos/%s.c", SOURCE_FOLDER, name);
        char *code = load_file(path, NULL);
        keep_code(code);
        if (assert_names(left_out, code) < 2)
            fail_msg("%s: too few names in: %s", name, left_out);
        assert_int_equal(assert_names(demos[i]->wrong, code), 1);
    }
}
