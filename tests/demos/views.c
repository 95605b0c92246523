/* SPDX-License-Identifier: MIT */
/* the views of all demos, from outside */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/picture_file.h"
#include "tests/support/program.h"
#include "tests/support/runs.h"
#include "tests/support/terminal.h"
#include "tests/support/trace_file.h"

/* Those that can be had in both modes. */
static struct demo_run demos[MAX_RUNS];
static int demo_count;

static void find_demos(void)
{
    runs_read();
    for (int i = 0; i < run_count; i++)
        if (demo_runs[i].broken != NO_BROKEN)
            demos[demo_count++] = demo_runs[i];
}

/* Runs DEMO fast in a shell, with ENVIRONMENT before it and REST after it, and
 * fails the test unless it ends as it should. A run that cannot tell is
 * repeated.
 */
static struct result run_demo(const struct demo_run *demo, bool broken,
    const char *environment, const char *rest)
{
    char command[4096];

    (void)snprintf(command, sizeof command,
        "%s exec '%s' --speed=1000 %s %s %s", environment, built(demo->program),
        demo->options, broken ? "--broken" : "", rest);
    struct result result = run_program(
        (const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, 0);
    if (is_undecided(&result)) {
        free_result(&result);
        return run_demo(demo, broken, environment, rest);
    }
    int expected = broken ? demo->broken : demo->normal;
    /* the guard of demo_signal may come when the task is done */
    if (result.status != expected && (broken || result.status != 0))
        fail_msg("%s: status %d, %s%s", command, result.status, result.out,
            result.err);
    return result;
}

/* Fails the test if a message of TRACE arrives before it was sent. */
static void assert_sent_first(const struct trace *trace)
{
    for (long i = 0; i < trace->count; i++)
        for (long k = 0; trace->events[i].phase == 'f' && k < trace->count; k++)
            if (trace->events[k].phase == 's' &&
                trace->events[k].id == trace->events[i].id)
                assert_true(trace->events[k].time <= trace->events[i].time);
}

/* What the trace of a real run says of the guarantee, in both modes. */
static void test_traces(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * demo_count; i++) {
        const struct demo_run *demo = &demos[i / 2];
        bool broken = i % 2;
        struct result result = run_demo(demo, broken, "", "--trace=trace.json");
        struct trace trace = trace_load("trace.json");
        int most = trace_most_at_once(&trace, "inside");

        assert_true(trace.count > 0);
        assert_int_equal(trace.dropped, 0);
        assert_sent_first(&trace);
        int counted = (int)trace_most_counted(&trace, "inside");
        /* where a clock shows microseconds, a short one overlaps nothing */
        if (most > 0 && !trace_has_empty(&trace, "inside"))
            assert_int_equal(counted, most);
        if (!broken && demo->inside > 0)
            assert_int_in_range(counted, 1, demo->inside);
        else if (broken)
            assert_true(counted > demo->inside || demo->inside == 0);
        trace_free(&trace);
        free_result(&result);
        assert_int_equal(unlink("trace.json"), 0);
    }
    assert_nothing_left();
}

static bool is_inside(const struct trace_event *event)
{
    return event->phase == 'X' && strcmp(event->name, "inside") == 0;
}

/* The first time that the lane of WAIT is inside after it. */
static const struct trace_event *inside_after(
    const struct trace *trace, const struct trace_event *wait)
{
    const struct trace_event *first = NULL;

    for (long i = 0; i < trace->count; i++) {
        const struct trace_event *event = &trace->events[i];
        if (is_inside(event) && event->lane == wait->lane &&
            event->time >= wait->time + wait->length &&
            (first == NULL || event->time < first->time))
            first = event;
    }
    return first;
}

/* Waiting for a slot ends when one is free: whoever comes inside after a wait
 * does so not before the third one before him has left.
 */
static void test_waiting_ends_with_a_slot(void **state)
{
    struct result result = run_demo(
        plain_run("semaphore"), false, "", "--workers=30 --trace=trace.json");
    struct trace trace = trace_load("trace.json");
    int waits = 0;

    (void)state;
    for (long i = 0; i < trace.count; i++) {
        const struct trace_event *wait = &trace.events[i];
        if (wait->phase != 'X' || strcmp(wait->name, "sem_wait") != 0)
            continue;
        int inside = 0;
        const struct trace_event *entry = inside_after(&trace, wait);
        assert_non_null(entry);
        for (long k = 0; k < trace.count; k++) {
            const struct trace_event *other = &trace.events[k];
            int64_t end = other->time + other->length;
            inside += is_inside(other) && other->lane != wait->lane &&
                      other->time < entry->time && end > entry->time;
        }
        assert_int_in_range(inside, 0, 2);
        waits++;
    }
    assert_true(waits > 0);
    trace_free(&trace);
    free_result(&result);
}

/* A picture of each, which can be read. What went wrong is marked, and nothing
 * where all went well.
 */
static void test_pictures(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * demo_count; i++) {
        bool broken = i % 2;
        struct result result =
            run_demo(&demos[i / 2], broken, "", "--svg=run.svg");
        free_result(&result);
        result = run_program(
            (const char *const[]){"/bin/cat", "run.svg", NULL}, NULL, 0);
        assert_int_in_range(result.out_size, 1000, 200 * 1024);
        picture_check(result.out);
        assert_int_equal(count_text(result.out, ">✗ VIOLATED</text>"), broken);
        if (picture_has_mark(result.out) != broken)
            fail_msg("%s: %s", demos[i / 2].program, result.out);
        free_result(&result);
    }
    assert_int_equal(unlink("run.svg"), 0);
    assert_nothing_left();
}

/* How many characters the longest line of TEXT has. */
static int widest(const char *text)
{
    int most = 0;

    for (int width = 0; *text; text++) {
        width =
            *text == '\n' ? 0 : width + (((unsigned char)*text & 0xc0) != 0x80);
        most = width > most ? width : most;
    }
    return most;
}

static void test_width(void **state)
{
    static const int widths[] = {20, 40, 80, 132};
    char environment[64];

    (void)state;
    for (int i = 0; i < 4 * 2 * demo_count; i++) {
        (void)snprintf(environment, sizeof environment,
            "LC_ALL=C.UTF-8 COLUMNS=%d", widths[i % 4]);
        struct result result =
            run_demo(&demos[i / 8], i / 4 % 2, environment, "--lanes");
        assert_true(count_lines(result.out) > 5);
        if (widest(result.out) > widths[i % 4])
            fail_msg("more than %d columns: %s", widths[i % 4], result.out);
        free_result(&result);
    }
}

/* In the C locale there is nothing but ASCII; without a terminal no color. */
static void test_plain(void **state)
{
    (void)state;
    for (int i = 0; i < demo_count; i++) {
        struct result result =
            run_demo(&demos[i], false, "LC_ALL=C", "--lanes --timeline");
        for (const char *at = result.out; *at; at++)
            assert_true(*at == '\n' || (*at >= ' ' && *at < 0x7f));
        free_result(&result);
    }
}

static void test_colour(void **state)
{
    static const struct {
        const char *environment, *option;
        bool color;
    } cases[] = {{"", "", false}, {"", "--color=always", true},
        {"NO_COLOR=1", "--color=always", true}, {"CLICOLOR_FORCE=1", "", true},
        {"CLICOLOR_FORCE=0", "", false},
        {"NO_COLOR=1 CLICOLOR_FORCE=1", "", false},
        {"NO_COLOR= CLICOLOR_FORCE=1", "", true},
        {"CLICOLOR_FORCE=1", "--color=never", false}};
    char options[64];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        (void)snprintf(
            options, sizeof options, "--timeline %s", cases[i].option);
        struct result result = run_demo(
            plain_run("semaphore"), false, cases[i].environment, options);
        assert_int_equal(strstr(result.out, "\033[") != NULL, cases[i].color);
        free_result(&result);
    }
}

/* --lanes shows the listing's lines as notes, and nothing else is printed. */
static void test_lanes_take_the_place(void **state)
{
    struct result result =
        run_demo(plain_run("semaphore"), false, "", "--lanes");

    (void)state;
    assert_int_equal(count_text(result.out, "starting critical section"), 10);
    assert_int_equal(count_text(result.out, "finished critical section"), 10);
    for (const char *line = result.out; *line; line = strchr(line, '\n') + 1)
        assert_int_equal(*line, ' '); /* of the listing's lines none does */
    free_result(&result);
    result = run_demo(plain_run("semaphore"), false, "", "--timeline");
    assert_int_equal(count_text(result.out, "ing critical section"), 10);
    assert_non_null(strstr(result.out, "most inside at once: "));
    free_result(&result);
}

/* Its caller ignores Ctrl-C. */
static void test_lanes_without_interrupt(void **state)
{
    struct result result =
        run_demo(plain_run("condvar"), false, "trap '' INT;", "--lanes");

    (void)state;
    assert_non_null(strstr(result.out, "wakeup"));
    free_result(&result);
}

/* Runs COMMAND in a shell, in which $B is the folder of the programs. */
static struct result run_shell(const char *command)
{
    assert_int_equal(setenv("B", built(""), 1), 0);
    return run_program(
        (const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, 0);
}

/* The same, and fails the test unless it ends with STATUS. */
static void assert_shell(const char *command, int status)
{
    struct result result = run_shell(command);

    if (result.status != status)
        fail_msg("%s: status %d, %s", command, result.status, result.err);
    free_result(&result);
}

/* A file keeps its mode, its other names, and until the end what is in it. */
static void test_files_that_are_there(void **state)
{
    (void)state;
    assert_shell("umask 022; echo old >a; chmod 600 a; ln a b; ln -s a c;"
                 "$B/demo_signal --timeout=1 --svg=a; [ $? = 3 ] &&"
                 "[ \"$(cat a)\" = old ]",
        0);
    assert_shell("$B/demo_condvar --svg=c && [ -L c ] && head -c 4 b | "
                 "grep -q '<svg' && ls -l a | grep -q '^-rw-------'",
        0);
    assert_shell("umask 027; $B/demo_condvar --svg=d && ls -l d | grep -q "
                 "'^-rw-r-----'",
        0);
    /* from the longer one to the shorter one */
    assert_shell("seq 1 100000 >e; $B/demo_condvar --trace=e && "
                 "[ $(wc -c <e) -lt 100000 ] && tail -n 1 e | grep -q '^]'",
        0);
    assert_shell("ln -s nowhere f; $B/demo_condvar --trace=f", 3);
    assert_shell("[ \"$(ls | tr '\\n' ' ')\" = 'a b c d e f ' ]", 0);
}

/* A file that cannot be replaced, as containers mount some, is written. */
static void test_mounted_file(void **state)
{
    (void)state;
    struct result result =
        run_shell("touch h c; unshare -m sh -c 'mount --bind h c || exit 77; "
                  "$B/demo_condvar --svg=c' || exit; grep -q '<svg' h");
    if (result.status == 77 || result.status == 1 || result.status == 127) {
        free_result(&result);
        skip(); /* not as this user, or there is no unshare */
    }
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.err, "guarantee held"));
    free_result(&result);
}

/* One who may not write a file does not replace it either. */
static void test_protected_file(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip();
    assert_shell("echo old >a; chmod 400 a; $B/demo_condvar --svg=a", 3);
    assert_shell("[ \"$(cat a)\" = old ]", 0);
}

/* The verdict comes in any case, and before the error. */
static void test_verdict_without_a_view(void **state)
{
    static const char *const commands[] = {
        "ulimit -f 1; exec $B/demo_pipe --svg=run.svg",
        "ulimit -f 1; exec $B/demo_pipe --timeline a a a a a a a a a a a a >f",
        "ulimit -f 0; exec $B/demo_condvar --broken --trace=run.json"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct result result = run_shell(commands[i]);
        assert_int_equal(result.status, 3);
        const char *verdict = strstr(result.err, ": guarantee ");
        const char *error = strstr(result.err, "File too large");
        if (!verdict || !error || verdict > error)
            fail_msg("%s: %s", commands[i], result.err);
        free_result(&result);
    }
}

/* Two outputs that are one file, also if it does not exist yet, and an output
 * that is the input.
 */
static void test_same_files(void **state)
{
    static const char *const refused[] = {
        "$B/demo_condvar --svg=new --trace=./new",
        "$B/demo_condvar --svg=a --trace=./a",
        "$B/demo_mutex --svg=a --trace=c", "$B/demo_file --svg=b --trace=a",
        "$B/demo_mutex --file=a --svg=b",
        "$B/demo_mutex --file=new --trace=./new",
        "$B/demo_file --file=n --trace=n", "$B/demo_file --file=new --svg=new",
        "$B/demo_mutex --file=a >>a", "$B/demo_mutex --file=a >>a 2>&1",
        "$B/demo_mutex --file=b 2>>a", "$B/demo_file --file=n >>n",
        "$B/demo_file --broken --file=n 2>>n", "$B/demo_pipe - <a >>a",
        "$B/demo_pipe - <a 1<>b", "$B/demo_pipe --svg=b - <a",
        "$B/demo_mqueue - <a >>b", "$B/demo_mqueue - <a 2>>b",
        "$B/demo_mqueue --trace=a - <b"};

    (void)state;
    assert_shell("printf 'add 3 4\n' >a; ln a b; ln -s a c; echo 7 >n", 0);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_shell(refused[i], 2);
        /* nothing is lost, nothing is new */
        assert_shell("grep -q '^add 3 4$' a && grep -q '^7$' n && "
                     "[ \"$(ls | tr '\\n' ' ')\" = 'a b c n ' ]",
            0);
    }
    /* what is written to standard output or error stays, too */
    assert_shell("$B/demo_condvar --seed=1 --svg=/dev/stderr 2>o && "
                 "grep -q 'guarantee held' o && grep -q '</svg>' o",
        0);
    assert_shell("$B/demo_condvar --seed=1 --svg=o --trace=p 2>o >p && "
                 "grep -q 'guarantee held' o && grep -q '</svg>' o && "
                 "grep -q 'ucky number' p && grep -q traceEvents p",
        0);
    assert_shell("$B/demo_pipe --svg=/dev/null - </dev/null", 0);
    assert_shell(
        "$B/demo_condvar --svg=/dev/null --trace=/dev/null 2>&1 >o", 0);
}

/* A file that cannot be written is refused, and first of all it is tried. */
static void test_files(void **state)
{
    struct stat about;

    (void)state;
    struct result result = RUN("demo_pipe", "--svg=missing/run.svg");
    assert_int_equal(result.status, 3);
    assert_int_equal(result.out_size, 0);
    free_result(&result);
    result = RUN("demo_pipe", "--trace=/dev/full");
    assert_int_equal(result.status, 3);
    free_result(&result);
    assert_int_equal(symlink("target.json", "link.json"), 0);
    FILE *target = fopen("target.json", "w");
    assert_non_null(target);
    assert_int_equal(fclose(target), 0);
    assert_int_equal(chmod("target.json", 0640), 0);
    result =
        run_demo(plain_run("pipe"), false, "umask 022;", "--trace=link.json");
    free_result(&result);
    assert_int_equal(lstat("link.json", &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(stat("target.json", &about), 0);
    assert_true(about.st_size > 100);
    assert_int_equal(about.st_mode & 0777, 0640);
    result = run_demo(plain_run("pipe"), false, "", "--trace=/dev/stdout");
    assert_non_null(strstr(result.out, "\"traceEvents\""));
    assert_non_null(strstr(result.out, "makeThisSentenceCamelcase\n"));
    free_result(&result);
    result = run_program((const char *const[]){"/bin/ls", "-A", NULL}, NULL, 0);
    assert_string_equal(result.out, "link.json\ntarget.json\n");
    free_result(&result);
}

/* Text from outside is escaped where it would mean something else. */
static void test_escaping(void **state)
{
    struct result result = RUN("demo_socket", "--port=0", "--message=<\"&\\>",
        "--trace=trace.json", "--svg=run.svg");

    (void)state;
    assert_int_equal(result.status, 0);
    struct trace trace = trace_load("trace.json");
    trace_free(&trace);
    free_result(&result);
    result = run_program(
        (const char *const[]){"/bin/cat", "run.svg", NULL}, NULL, 0);
    assert_null(strstr(result.out, "<\""));
    assert_non_null(strstr(result.out, "&#60;"));
    free_result(&result);
}

static void test_wrong_usage(void **state)
{
    (void)state;
    assert_refused("demo_pipe", "--color=blue", NULL);
    assert_refused("demo_pipe", "--svg=", NULL);
    assert_refused("demo_pipe", "--lanes=1", NULL);
    assert_refused("demo_pipe", "--svg=run", "--trace=run");
    struct result result = run_program(
        (const char *const[]){"/bin/sh", "-c", "setsid \"$0\" --step; exit $?",
            built("demo_pipe"), NULL},
        NULL, 0);
    if (result.status != 127) { /* there is setsid */
        assert_int_equal(result.status, 2);
        assert_int_equal(result.out_size, 0);
    }
    free_result(&result);
}

static const char help[] = "n next in this lane";

/* Enter, b, n, ! and q act at once; a status row says where the player is, and
 * each screen has the names, and says what the keys are.
 */
static void test_step(void **state)
{
    const char *const command[] = {
        built("demo_semaphore"), "--step", "--speed=1000", NULL};
    struct terminal terminal = terminal_start(command, NULL);

    (void)state;
    terminal_await(&terminal, "\n1/", 1);
    terminal_watch(&terminal, 500);
    assert_null(strstr(terminal.shown, "\n2/"));
    assert_false(terminal_is_usual(&terminal));
    terminal_type(&terminal, "\n");
    terminal_await(&terminal, "\n2/", 1);
    int before = count_text(terminal.shown, "\n1/");
    terminal_type(&terminal, "b");
    terminal_await(&terminal, "\n1/", before + 1);
    terminal_type(&terminal, "b "); /* there is nothing before it */
    terminal_await(&terminal, "\n2/", 2);
    terminal_type(&terminal, "!");
    terminal_await(&terminal, "nothing went wrong", 1);
    for (int i = 0; i < 60; i++)
        terminal_type(&terminal, "n");
    terminal_await(&terminal, "no more in this lane", 1);
    terminal_await(&terminal, help, count_text(terminal.shown, "time  worker"));
    terminal_type(&terminal, "q");
    assert_int_equal(terminal_finish(&terminal), 0);
    assert_non_null(strstr(terminal.shown, "HELD"));
    free(terminal.shown);
}

/* A screen of another size is drawn at once, and no row of it is wider. */
static void test_step_resized(void **state)
{
    const char *const command[] = {
        built("demo_condvar"), "--step", "--seed=1", "--color=never", NULL};
    struct terminal terminal = terminal_start(command, NULL);

    (void)state;
    terminal_await(&terminal, "\n1/", 1);
    terminal_type(&terminal, "\n");
    terminal_await(&terminal, "\n2/", 1);
    terminal_watch(&terminal, 500);
    size_t before = terminal.size;
    terminal_resize(&terminal, 44);
    terminal_await(&terminal, "Enter b n ! q", 1);
    const char *frame = strstr(terminal.shown + before, "\033[H\033[J");
    assert_non_null(frame);
    assert_int_equal(count_lines(frame), 23);
    assert_int_in_range(widest(frame), 10, 44 + (int)strlen("\033[H\033[J\r"));
    terminal_type(&terminal, "q");
    assert_int_equal(terminal_finish(&terminal), 0);
    free(terminal.shown);
}

/* Returns the last row of events on the last screen that is shown; the mark of
 * what is wrong is an x.
 */
static const char *last_row(const struct terminal *terminal)
{
    const char *frame = terminal->shown, *row = NULL;

    for (const char *next = frame; (next = strstr(next, "\033[H\033[J"));
         next++)
        frame = next;
    while ((frame = strchr(frame, '\n')) != NULL) {
        frame++;
        row = *frame == ' ' ? frame : row;
    }
    assert_non_null(row);
    return row;
}

/* ! goes to the cause, also if what is wrong with it was found out only later;
 * its row is marked, and a second ! stays there.
 */
static void test_step_to_the_cause(void **state)
{
    static const struct {
        const char *demo, *cause;
    } cases[] = {
        {"demo_shm", "x copying"}, {"demo_signal", "x past its deadl"}};

    (void)state;
    assert_int_equal(setenv("LC_ALL", "C", 1), 0);
    for (int i = 0; i < 4; i++) {
        const char *const command[] = {built(cases[i / 2].demo), "--broken",
            "--step", "--speed=20", "--color=never", NULL};
        struct terminal terminal = terminal_start(command, NULL);
        terminal_await(&terminal, "\n1/", 1);
        terminal_watch(&terminal, i % 2 ? 0 : 3000); /* also when it is over */
        terminal_type(&terminal, "!");
        terminal_await(&terminal, cases[i / 2].cause, 1);
        terminal_watch(&terminal, 200);
        terminal_type(&terminal, "!");
        terminal_watch(&terminal, 500);
        if (!strstr(last_row(&terminal), cases[i / 2].cause))
            fail_msg("%s: %s", cases[i / 2].demo, terminal.shown);
        terminal_type(&terminal, "q");
        assert_int_equal(terminal_finish(&terminal), 4);
        free(terminal.shown);
    }
    assert_int_equal(unsetenv("LC_ALL"), 0);
}

/* ! goes to the first event after which the guarantee does not hold, also back;
 * the status row names the call and its place; nothing that is typed is shown.
 */
static void test_step_to_what_is_wrong(void **state)
{
    const char *const command[] = {built("demo_condvar"), "--step", "--broken",
        "--seed=1", "--speed=10", NULL};
    struct terminal terminal = terminal_start(command, NULL);

    (void)state;
    terminal_await(&terminal, "\n1/", 1);
    terminal_type(&terminal, "!");
    terminal_await(&terminal, "slept through!", 1);
    terminal_await(&terminal, "after pthread_cond_wait, demo_condvar.c:", 1);
    terminal_type(&terminal, "n");
    terminal_await(&terminal, "before", 1);
    terminal_type(&terminal, "!"); /* back */
    terminal_await(&terminal, "after pthread_cond_wait, demo_condvar.c:", 3);
    terminal_type(&terminal, "xyz\033[A"); /* keys without a meaning */
    terminal_watch(&terminal, 100);
    assert_null(strstr(terminal.shown, "xyz"));
    terminal_type(&terminal, "q");
    assert_int_equal(terminal_finish(&terminal), 4);
    assert_non_null(strstr(terminal.shown, "VIOLATED"));
    free(terminal.shown);
}

/* The rest is all of it, also what was recorded while the reader was thinking,
 * and the run went on to its end.
 */
static void test_step_after_the_end(void **state)
{
    const char *const command[] = {
        built("demo_condvar"), "--step", "--broken", "--seed=1", NULL};
    struct terminal terminal = terminal_start(command, NULL);

    (void)state;
    terminal_await(&terminal, "\n1/", 1);
    terminal_watch(&terminal, 500);
    terminal_type(&terminal, "q");
    assert_int_equal(terminal_finish(&terminal), 4);
    if (!is_unkind()) /* there a wait may end at once, which is none */
        assert_non_null(strstr(terminal.shown, "pthread_cond_wait"));
    assert_non_null(strstr(terminal.shown, "slept through!"));
    free(terminal.shown);
}

/* Ctrl-C ends it all, also while the run is over and only the reader is not;
 * and the keys come from the terminal, whatever standard input is.
 */
static void test_step_interrupted(void **state)
{
    const char *const command[] = {built("demo_pipe"), "--step", "-", NULL};
    FILE *file = fopen("input", "w");

    (void)state;
    assert_non_null(file);
    assert_true(fputs("a file\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    struct terminal terminal = terminal_start(command, "input");
    terminal_await(&terminal, "running", 1);
    terminal_type(&terminal, "\n\n\n\n\n\n\n\n\n\n"); /* four wait */
    terminal_await(&terminal, "got a", 1);
    terminal_type(&terminal, "\003");
    assert_int_equal(terminal_finish(&terminal), 130);
    assert_null(strstr(terminal.shown, "guarantee"));
    free(terminal.shown);
    assert_nothing_left();
}

/* Runs --step as the job of a shell, which in the end says whether the terminal
 * is as it was, and waits for a while until it is. TYPED and then SIGNAL end
 * it.
 */
static void assert_restored(
    const char *options, const char *typed, int signal_number)
{
    static const char script[] =
        "set -m; trap : INT; before=$(stty -g)\n"
        "sh -c 'echo $$ >pid; exec $B/demo_semaphore --step $OPTIONS'\n"
        "for i in 1 2 3 4 5 6 7 8 9 10; do\n"
        "    [ \"$(stty -g)\" = \"$before\" ] && echo as before && break\n"
        "    sleep 0.2\n"
        "done\n"
        "case $1 in *Z*) fg; [ \"$(stty -g)\" = \"$before\" ] && "
        "echo and after;; esac";
    const char *const command[] = {
        "/bin/sh", "-c", script, "sh", strchr(typed, '\032') ? "Z" : "", NULL};
    int pid;

    assert_int_equal(setenv("B", built(""), 1), 0);
    assert_int_equal(setenv("OPTIONS", options, 1), 0);
    struct terminal terminal = terminal_start(command, NULL);
    terminal_await(&terminal, "\n1/", 1);
    assert_false(terminal_is_usual(&terminal));
    terminal_type(&terminal, typed);
    FILE *file = fopen("pid", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &pid), 1);
    assert_int_equal(fclose(file), 0);
    if (signal_number != 0)
        assert_int_equal(kill(pid, signal_number), 0);
    terminal_await(&terminal, "as before", 1);
    if (strchr(typed, '\032')) {
        terminal_await(&terminal, "\n1/", 2); /* it goes on after fg */
        assert_false(terminal_is_usual(&terminal));
        terminal_type(&terminal, "q");
        terminal_await(&terminal, "and after", 1);
    }
    (void)terminal_finish(&terminal);
    free(terminal.shown);
    assert_nothing_left();
}

/* Whatever ends --step, or stops it, the terminal is as it was. */
static void test_step_restores_the_terminal(void **state)
{
    static const int signals[] = {SIGTERM, SIGHUP, SIGKILL, SIGSEGV};

    (void)state;
    assert_restored("--speed=1000", "q", 0);
    assert_restored("--speed=1000", "\003", 0);
    assert_restored("--speed=1000", "\034", 0);
    assert_restored("--speed=1000", "\032", 0);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        assert_restored("--speed=1000", "", signals[i]);
    assert_restored("--timeout=1", "", 0); /* the watchdog */
}

/* A window that is closed ends it all. */
static void test_step_window_closed(void **state)
{
    const char *const command[] = {built("demo_semaphore"), "--step", NULL};
    struct terminal terminal = terminal_start(command, NULL);

    (void)state;
    terminal_await(&terminal, "\n1/", 1);
    assert_int_equal(terminal_close(&terminal), 128 + SIGHUP);
    free(terminal.shown);
    assert_nothing_left();
}

/* A terminal that gets narrower while the run goes on: from the next names on
 * no line is wider.
 */
static void test_resize(void **state)
{
    const char *const command[] = {
        built("demo_semaphore"), "--lanes", "--speed=5", "--color=never", NULL};

    (void)state;
    assert_int_equal(setenv("LC_ALL", "C", 1), 0);
    struct terminal terminal = terminal_start(command, NULL);
    terminal_await(&terminal, " 0:", 1);
    terminal_resize(&terminal, 100);
    terminal_await(&terminal, "finished", 2);
    size_t before = terminal.size;
    terminal_resize(&terminal, 64);
    terminal_await(&terminal, "done", 10);
    const char *names = NULL; /* the last ones are printed after it was asked */
    for (const char *next = terminal.shown + before;
         (next = strstr(next, "time  worker")) != NULL; next++)
        names = next;
    assert_non_null(names);
    for (const char *line = names; *line && *line != 'x';) {
        size_t length = strcspn(line, "\r\n");
        assert_true(length <= 64);
        line += length + strspn(line + length, "\r\n");
    }
    assert_int_equal(terminal_finish(&terminal), 0);
    assert_int_equal(unsetenv("LC_ALL"), 0);
    free(terminal.shown);
}

/* On a terminal of 24 rows the chart and the verdict are the last that is
 * shown, and on one screen, with the row in which the shell asks.
 */
static void test_last_screenful(void **state)
{
    char script[4096], title[64];

    (void)state;
    for (int i = 0; i < 2 * demo_count; i++) {
        const struct demo_run *demo = &demos[i / 2];
        (void)snprintf(script, sizeof script,
            "exec $B/%s --timeline --speed=1000 %s %s", demo->program,
            demo->options, i % 2 ? "--broken" : "");
        (void)snprintf(title, sizeof title, "\n%s ", demo->program);
        const char *const command[] = {"/bin/sh", "-c", script, NULL};
        assert_int_equal(setenv("B", built(""), 1), 0);
        struct terminal terminal = terminal_start(command, NULL);
        (void)terminal_finish(&terminal);
        const char *chart = strstr(terminal.shown, title);
        if (!chart || count_lines(chart + 1) > 23)
            fail_msg("%s: %s", script, terminal.shown);
        free(terminal.shown);
    }
}

/* Each broken run is marked where the guarantee was violated, and no other. */
static void test_marks(void **state)
{
    static const char *const views[] = {"--lanes", "--timeline"};

    (void)state;
    for (int i = 0; i < 4 * demo_count; i++) {
        const struct demo_run *demo = &demos[i / 4];
        bool broken = i % 2;
        struct result result =
            run_demo(demo, broken, "LC_ALL=C.UTF-8", views[i / 2 % 2]);
        int marks = count_text(result.out, "\u2717 ");

        if (broken ? marks == 0 : marks > 0)
            fail_msg("%s %s: %d marks: %s", demo->program, views[i / 2 % 2],
                marks, result.out);
        free_result(&result);
    }
}

/* A held run shows in no column more bars than may be inside at once. */
static void test_timeline_is_true(void **state)
{
    static const int widths[] = {20, 50, 80, 132, 300};
    char environment[64];

    (void)state;
    for (int i = 0; i < 5 * demo_count; i++) {
        const struct demo_run *demo = &demos[i / 5];
        int bars[320] = {0};
        (void)snprintf(environment, sizeof environment, "LC_ALL=C COLUMNS=%d",
            widths[i % 5]);
        struct result result = run_demo(demo, false, environment, "--timeline");
        const char *line = strstr(result.out, "+ HELD");
        const char *end = strstr(result.out, "inside, limit");
        for (int column = 0; demo->inside > 0 && line < end; line++) {
            column = *line == '\n' ? -1 : column;
            if (*line == '#')
                bars[column]++;
            column++;
        }
        for (int column = 0; column < 320; column++)
            assert_int_in_range(bars[column], 0, demo->inside);
        free_result(&result);
    }
}

/* On a terminal there is color, but for one that knows none. */
static void test_terminal_colour(void **state)
{
    const char *const command[] = {
        built("demo_shm"), "--timeline", "--speed=1000", NULL};
    static const char *const terms[] = {"xterm-256color", "dumb"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(setenv("TERM", terms[i], 1), 0);
        struct terminal terminal = terminal_start(command, NULL);
        assert_int_equal(terminal_finish(&terminal), 0);
        assert_int_equal(strstr(terminal.shown, "\033[") != NULL, i == 0);
        free(terminal.shown);
    }
}

/* The live views of a program that got more open files than an fd_set holds. */
static void test_many_descriptors(void **state)
{
    enum { MANY = 1100 };
    const char *const command[] = {
        built("demo_condvar"), "--step", "--seed=1", NULL};
    struct rlimit limit;
    int first = open("/dev/null", O_RDONLY), last = first;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max < 2 * MANY)
        skip();
    limit.rlim_cur = 2 * MANY;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    while (last < MANY)
        last = dup(first);
    struct result result = run_demo(plain_run("condvar"), false, "", "--lanes");
    assert_non_null(strstr(result.out, "wakeup"));
    free_result(&result);
    struct terminal terminal = terminal_start(command, NULL);
    terminal_await(&terminal, "\n1/", 1);
    terminal_type(&terminal, "q");
    assert_int_equal(terminal_finish(&terminal), 0);
    assert_non_null(strstr(terminal.shown, "wakeup"));
    free(terminal.shown);
    while (last >= first)
        (void)close(last--);
}

/* Seconds of processor time of a demo_pipe that is fed LINES equal lines. */
static double cost_of(const char *view, int lines)
{
    const char *const command[] = {built("demo_pipe"), view, "-", NULL};
    char *input = malloc(2 * (size_t)lines);

    assert_non_null(input);
    for (int i = 0; i < lines; i++)
        memcpy(input + 2 * i, "x\n", 2);
    struct result result = run_program(command, input, 2 * (size_t)lines);
    double processor = result.processor;
    assert_int_equal(result.status, 0);
    free_result(&result);
    free(input);
    return processor;
}

/* Four times the events take about four times as long, not sixteen times; at
 * 8200 lines the recorder is full. The first run takes at least a moment.
 */
static void test_cost_grows_with_the_events(void **state)
{
    static const char *const views[] = {
        "--trace=run", "--svg=run", "--timeline", "--lanes"};

    (void)state;
    for (int i = 0; i < 4; i++) {
        double few = cost_of(views[i], 2050), many = cost_of(views[i], 8200);
        if (many > 9 * (few > 0.02 ? few : 0.02))
            fail_msg("%s: %.2f s, and then %.2f s", views[i], few, many);
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_traces),
        TEST(test_waiting_ends_with_a_slot), TEST(test_pictures),
        TEST(test_width), TEST(test_plain), TEST(test_colour),
        TEST(test_lanes_take_the_place), TEST(test_files),
        TEST(test_files_that_are_there), TEST(test_mounted_file),
        TEST(test_protected_file), TEST(test_verdict_without_a_view),
        TEST(test_same_files), TEST(test_escaping), TEST(test_wrong_usage),
        TEST(test_step), TEST(test_step_resized), TEST(test_step_to_the_cause),
        TEST(test_step_after_the_end), TEST(test_step_interrupted),
        TEST(test_step_to_what_is_wrong), TEST(test_step_restores_the_terminal),
        TEST(test_step_window_closed), TEST(test_resize),
        TEST(test_last_screenful), TEST(test_marks),
        TEST(test_timeline_is_true), TEST(test_terminal_colour),
        TEST(test_many_descriptors), TEST(test_lanes_without_interrupt),
        TEST(test_cost_grows_with_the_events)};

    find_demos();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
