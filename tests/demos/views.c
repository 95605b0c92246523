/* SPDX-License-Identifier: MIT */
/* the views of all demos, from outside */
#include "tests/support/test.h"
#include "tests/support/picture_file.h"
#include "tests/support/runs.h"
#include "tests/support/terminal.h"
#include <signal.h>
#include <unistd.h>

/* All that can be had in both modes. */
#define FOR_MODES(demo, broken)                                                                    \
    FOR_RUNS(demo)                                                                                 \
    for (int broken = 0; demo->broken != NO_BROKEN && broken < 2; broken++)

/* Shells know the folder of the programs as $B. */
__attribute__((constructor)) static void name_folder(void)
{
    (void)setenv("B", built(""), 1);
}

/* Runs DEMO fast in a shell, with ENVIRONMENT before it and REST after it, and fails the test
 * unless it ends as it should. A run that cannot tell is repeated. */
static struct result run_demo(
    const struct demo_run *demo, bool broken, const char *environment, const char *rest)
{
    struct result result = run_script("%s exec '%s' --speed=1000 %s %s %s", environment,
        built(demo->program), demo->options, broken ? "--broken" : "", rest);
    if (is_undecided(&result))
        return run_demo(demo, broken, environment, rest);
    int expected = broken ? demo->broken : demo->normal;
    /* the guard of demo_signal may come when the task is done */
    if (result.status != 0 || broken)
        assert_result(&result, expected, "", demo->program);
    return result;
}

/* Returns the largest number that a trace tells of a counter; -1 if it has none. */
static long most_of(const char *trace, const char *counter)
{
    char key[64];
    long most = -1;

    (void)snprintf(key, sizeof key, "\"name\":\"%s\",\"args\":{\"now\":", counter);
    for (const char *next = trace; (next = strstr(next, key)); next++) {
        long now = atol(next + strlen(key));
        most = now > most ? now : most;
    }
    return most;
}

/* What the picture and the trace tell is what happened: how the run ended, where the guarantee was
 * violated if it was, and that no more were inside than may be. And the picture can be read. */
TEST(files_of_all_runs)
{
    size_t size;

    FOR_RUNS(demo)
    for (int i = 0; i < 20; i++) {
        bool broken = i % 2;
        if (broken && demo->broken == NO_BROKEN)
            continue;
        if (strcmp(demo->options, "--kill-writer") == 0 && (!HAVE_ROBUST_MUTEX || is_unkind()))
            continue;
        (void)run_demo(demo, broken, "", "--svg=run.svg --trace=run.json");
        const char *picture = load_file("run.svg", &size), *trace = load_file("run.json", NULL);
        assert_int_in_range(size, 1000, 200 * 1024);
        picture_check(picture);
        assert_int_equal(count_text(picture, ">✗ VIOLATED</text>"), broken);
        assert_int_equal(count_text(trace, "\"mode\":\"broken\",\"verdict\":\"VIOLATED\""), broken);
        assert_int_equal(count_text(trace, "\"mode\":\"normal\",\"verdict\":\"held\""), !broken);
        int violations = count_text(trace, "\"cat\":\"violation\"");
        if (picture_has_mark(picture) != broken || (violations > 0) != broken)
            fail_msg("%s: %d marks, %s", demo->program, violations, picture);
        if (!broken) {
            assert_int_equal(most_of(trace, "limit"), demo->inside > 0 ? demo->inside : -1);
            assert_int_in_range(
                most_of(trace, "inside") + 1, demo->inside > 0 ? 2 : 0, demo->inside + 1);
        }
        (void)unlink("mutexfile.txt");
        free_kept();
    }
}

/* How many characters the longest line of TEXT has, without escape sequences. */
static int widest(const char *text)
{
    int most = 0;

    for (int width = 0; *text; text++) {
        if (*text == '\033') {
            text += strcspn(text, "HJmr");
            continue;
        }
        width = *text == '\n' ? 0 : width + (((unsigned char)*text & 0xc0) != 0x80);
        most = width > most ? width : most;
    }
    return most;
}

/* Fails the test if under a column of the chart in SHOWN are more bars than may be inside. */
static void assert_columns(const char *shown, int inside)
{
    const char *line = strstr(shown, "+ HELD"), *end = strstr(shown, "\ninsi"); /* may be cut off */
    int bars[320] = {0}, column = 0;

    assert_true(line && end);
    for (; line < end; line++) {
        if (*line == '#')
            bars[column]++;
        assert_int_in_range(bars[column], 0, inside);
        column = *line == '\n' ? 0 : column + 1;
    }
}

/* No line is wider than the terminal. Each broken run is marked where the guarantee was violated,
 * and no other. In the C locale there is nothing but ASCII. */
TEST(rows)
{
    static const int widths[] = {20, 40, 80, 132, 300};
    char environment[64];

    FOR_MODES(demo, broken)
    for (int i = 0; i < 5; i++) {
        bool ascii = (i + broken) % 2 == 0;
        (void)snprintf(environment, sizeof environment, "LC_ALL=%s COLUMNS=%d",
            ascii ? "C" : "C.UTF-8", widths[i]);
        struct result result = run_demo(demo, broken, environment, "--lanes --timeline");
        const char *chart = strstr(result.out, broken ? "VIOLATED" : "HELD");
        assert_non_null(chart);
        int in_chart = count_text(chart, "✗ ");
        int in_lanes =
            count_text(result.out, "✗ ") - in_chart - broken; /* before the badge is one */
        if (widest(result.out) > widths[i] ||
            (!ascii && ((in_chart > 0) != broken || (in_lanes > 0) != broken)))
            fail_msg("%s, %d columns: %s", demo->program, widths[i], result.out);
        for (const char *at = result.out; ascii && *at; at++)
            assert_true(*at == '\n' || (*at >= ' ' && *at < 0x7f));
        if (ascii && !broken && demo->inside > 0)
            assert_columns(result.out, demo->inside);
    }
}

/* There is color on a terminal that knows it. */
TEST(color)
{
    static const char *const terms[] = {"dumb", "xterm-256color"};

    for (int i = 0; i < 2; i++) {
        struct terminal terminal =
            terminal_start("TERM=%s; $B/demo_shm --timeline --speed=1000", terms[i]);
        assert_int_equal(terminal_finish(&terminal), 0);
        assert_int_equal(strstr(terminal.shown, "\033[") != NULL, i);
    }
}

/* Starts a demo with --step on a terminal, and awaits the first event. */
static struct terminal start_step(const char *words)
{
    struct terminal terminal = terminal_start("exec $B/%s --step --color=never", words);

    terminal_await(&terminal, "H1/", 1);
    return terminal;
}

static void finish_step(struct terminal *terminal, int status)
{
    terminal_type(terminal, "q");
    assert_int_equal(terminal_finish(terminal), status);
}

/* Enter, b, n, ! and q act at once; a status row says where the player is, and each screen has the
 * names, and says what the keys are. Nothing that is typed is shown. */
TEST(step)
{
    struct terminal terminal = start_step("demo_semaphore --speed=1000");

    terminal_watch(&terminal, 500);
    assert_null(strstr(terminal.shown, "H2/"));
    assert_false(terminal_is_usual(&terminal));
    terminal_type(&terminal, "\n");
    terminal_await(&terminal, "H2/", 1);
    int before = count_text(terminal.shown, "H1/");
    terminal_type(&terminal, "b");
    terminal_await(&terminal, "H1/", before + 1);
    terminal_type(&terminal, "b "); /* there is nothing before it */
    terminal_await(&terminal, "H2/", 2);
    terminal_type(&terminal, "\033[6~\033[5~\033[C\033[A"); /* Page Down and Up, right and up */
    terminal_await(&terminal, "H2/", 4);
    terminal_type(&terminal, "xyz\033[H!"); /* keys without a meaning */
    terminal_await(&terminal, "nothing went wrong", 1);
    assert_null(strstr(terminal.shown, "xyz"));
    terminal_type(&terminal, "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
    terminal_await(&terminal, "no more in this lane", 1);
    terminal_await(&terminal, "n next in this lane", count_text(terminal.shown, "time  0  1"));
    for (int i = 0; i < 200; i++)
        terminal_type(&terminal, "\n");
    terminal_await(&terminal, "that was the last one", 1);
    finish_step(&terminal, 0);
    assert_true(count_text(terminal.shown, "finished critical section") >= 10);
    assert_non_null(strstr(terminal.shown, "HELD"));
}

/* A screen of another size is drawn at once, and no row of it is wider. */
TEST(step_resized)
{
    struct terminal terminal = start_step("demo_condvar --seed=1");

    terminal_type(&terminal, "\n");
    terminal_await(&terminal, "H2/", 1);
    terminal_watch(&terminal, 500);
    size_t before = terminal.size;
    terminal_resize(&terminal, 44);
    terminal_await(&terminal, "Enter b n ! q", 1);
    const char *frame = strstr(terminal.shown + before, "\033[2H\033[J\033[H");
    assert_non_null(frame);
    assert_null(strstr(frame, "no more"));
    assert_int_in_range(widest(frame), 10, 44 + 1 /* and a carriage return */);
    assert_non_null(strstr(frame, "\033[r\033[23;1H2/"));
    finish_step(&terminal, 0);
}

/* Returns the last row of events on the last screen that is shown. */
static const char *last_row(const struct terminal *terminal)
{
    const char *row = "";

    for (const char *next = terminal->shown; (next = strchr(next, '\n'));) {
        next++;
        row = *next == ' ' ? next : row;
    }
    return row;
}

/* ! goes to the cause, also back: its row has an x, and the row of the status names the call. */
TEST(step_to_what_is_wrong)
{
    static const struct {
        const char *words, *cause, *place;
    } cases[] = {{"demo_shm --broken --speed=20", "x copying", "demo_shm.c:"},
        {"demo_signal --broken --speed=20", "x past its deadl", "task"},
        {"demo_condvar --broken --seed=1 --speed=10", "x sent wakeup",
            ": pthread_cond_broadcast, demo_condvar.c:"}};

    assert_int_equal(setenv("LC_ALL", "C", 1), 0);
    for (int i = 0; i < 6; i++) {
        const char *cause = cases[i / 2].cause;
        struct terminal terminal = start_step(cases[i / 2].words);
        terminal_type(&terminal, "!");
        terminal_await(&terminal, cause, 1);
        terminal_await(&terminal, cases[i / 2].place, 1);
        terminal_type(&terminal, i % 2 ? "\n!" : "!");
        terminal_watch(&terminal, 500);
        if (!strstr(last_row(&terminal), cause))
            fail_msg("%s: %s", cause, terminal.shown);
        finish_step(&terminal, 4);
        assert_non_null(strstr(terminal.shown, "VIOLATED"));
    }
    assert_int_equal(unsetenv("LC_ALL"), 0);
}

/* Ctrl-C ends it all; and the keys come from the terminal, whatever standard input is. */
TEST(step_interrupted)
{
    save_file("input", "a file\n", 7);
    struct terminal terminal = terminal_start("exec $B/demo_pipe --step - <input");
    terminal_await(&terminal, "running", 1);
    terminal_type(&terminal, "\n\n\n\n\n\n\n\n\n\n"); /* four wait */
    terminal_await(&terminal, "got a", 1);
    terminal_type(&terminal, "\003");
    assert_int_equal(terminal_finish(&terminal), 130);
    assert_null(strstr(terminal.shown, "guarantee"));
}

/* Runs --step in a shell, which in the end says whether the terminal is as it was, and waits for a
 * while until it is. TYPED and then SIGNAL end it. */
static void assert_restored(const char *options, const char *typed, int signal_number)
{
    struct terminal terminal =
        terminal_start("set -m; trap : INT; before=$(stty -g)\n"
                       "sh -c 'echo $$ >pid; exec $B/demo_semaphore --step %s'\n"
                       "for i in 1 2 3 4 5 6 7 8 9 10; do\n"
                       "    [ \"$(stty -g)\" = \"$before\" ] && echo as before && break\n"
                       "    sleep 0.2\n"
                       "done",
            options);

    terminal_await(&terminal, "H1/", 1);
    assert_false(terminal_is_usual(&terminal));
    terminal_type(&terminal, typed);
    int pid = atoi(load_file("pid", NULL));
    if (signal_number > 0)
        assert_int_equal(kill(pid, signal_number), 0);
    if (signal_number < 0) /* to the player */
        assert_int_equal(run_script("kill -9 $(pgrep -o -P %d)", pid).status, 0);
    terminal_await(&terminal, "as before", 1);
    (void)terminal_finish(&terminal);
}

/* Whatever ends --step, the terminal is as it was; Ctrl-Z does nothing. */
TEST(step_restores_the_terminal)
{
    static const int signals[] = {SIGTERM, SIGHUP, SIGKILL, SIGSEGV};
    static const char *const typed[] = {"q", "\003", "\034", "\032q"};

    for (int i = 0; i < 4; i++)
        assert_restored("--speed=1000", "", signals[i]);
    for (int i = 0; i < 4; i++)
        assert_restored("--speed=1000", typed[i], 0);
    assert_restored("--speed=1000", "", -SIGKILL);
}

/* Wrong usage is told before the terminal is touched. */
TEST(step_wrong_usage)
{
    struct terminal terminal =
        terminal_start("exec $B/demo_semaphore --step --broken --workers=3 --slots=5");

    assert_int_equal(terminal_finish(&terminal), 2);
    assert_int_equal(count_lines(terminal.shown), 1);
}

TEST(step_window_closed)
{
    struct terminal terminal = start_step("demo_semaphore");

    assert_int_equal(terminal_close(&terminal), 128 + SIGHUP);
}

/* A terminal that gets narrower while the run goes on: the last names, too, are no wider. */
TEST(resize)
{
    struct terminal terminal =
        terminal_start("LC_ALL=C exec $B/demo_semaphore --lanes --speed=5 --color=never");
    const char *names = NULL;

    terminal_await(&terminal, "finished", 2);
    terminal_resize(&terminal, 64);
    assert_int_equal(terminal_finish(&terminal), 0);
    for (const char *next = terminal.shown; (next = strstr(next, "time  0  1")) != NULL; next++)
        names = next;
    assert_non_null(names);
    assert_true(widest(names) <= 64 + 1 /* and a carriage return */);
}

/* On a terminal of 24 rows the chart and the verdict are the last that is shown, and on one screen,
 * with the row in which the shell asks. */
TEST(last_screenful)
{
    char title[64];

    FOR_MODES(demo, broken)
    {
        struct terminal terminal = terminal_start("exec $B/%s --timeline --speed=1000 %s %s",
            demo->program, demo->options, broken ? "--broken" : "");
        (void)terminal_finish(&terminal);
        (void)snprintf(title, sizeof title, "  %s ", demo->program);
        const char *chart = strstr(terminal.shown, title);
        if (!chart || count_lines(chart + 1) > 23)
            fail_msg("%s: %s", demo->program, terminal.shown);
    }
}

/* Four times the events take about four times as long, not sixteen times; at 8200 lines the
 * recorder is full. The first run takes at least a moment. */
TEST(cost_grows_with_the_events)
{
    static const char *const views[] = {"--trace=run", "--svg=run", "--timeline", "--lanes"};
    double seconds[2];

    for (int i = 0; i < 8; i++) {
        struct result result =
            run_script("yes x | head -n %d | $B/demo_pipe %s -", i % 2 ? 8200 : 2050, views[i / 2]);
        assert_result(&result, 0, "", views[i / 2]);
        seconds[i % 2] = result.processor > 0.02 ? result.processor : 0.02;
        if (i % 2 && seconds[1] > 9 * seconds[0])
            fail_msg("%s: %.2f s, and then %.2f s", views[i / 2], seconds[0], seconds[1]);
    }
}
