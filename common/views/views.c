/* SPDX-License-Identifier: MIT */
#include "common/views/views.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/views/view_files.h"
#include "common/run/names.h"
#include "common/run/output.h"
#include "common/base/memory.h"
#include "common/base/text.h"
#include "common/base/transfer.h"
#include "common/views/charts.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SVG, TRACE, FILES };
enum { REFRESH = 20 /* milliseconds */, PATIENCE = 100000000 /* nanoseconds */ };
enum { SHOW_ALL = 'a', SHOW_REST = 'r' };

static bool want_lanes, want_step, want_timeline;
static int color_when;
static struct output files[FILES] = {{.file = -1}, {.file = -1}};
static int terminal = -1; /* of --step */
static struct {
    pid_t owner, pid;  /* of the run's first process, and of the viewer */
    int pipe;          /* carries OVER when the run is over */
    char over;         /* 0 until then */
    atomic_bool *done; /* shared: the viewer has shown all */
} viewer;

const struct option_spec view_options[] = {
    OPTION_FLAG("lanes", &want_lanes, "watch it live: a column for each actor"),
    OPTION_FLAG("step", &want_step,
        "the same, but each event waits for Enter; q and Enter\n"
        "                     shows the rest. The run itself does not wait"),
    OPTION_FLAG("timeline", &want_timeline, "draw a chart of the run when it is over"),
    OPTION_FILE("svg", &files[SVG].path, "the same chart as a picture"),
    OPTION_FILE(
        "trace", &files[TRACE].path, "the run as Chrome Trace Event JSON, for ui.perfetto.dev"),
    OPTION_ENUM(
        "color", "WHEN", &color_when, "auto always never", "whether to use color, auto by default"),
    {0}};

struct screen views_screen(int descriptor)
{
    return screen_of(descriptor, color_when);
}

static const char *describe_error(const struct output *file)
{
    static char text[1100];
    const char *advice = advice_on("write", errno);

    (void)snprintf(text, sizeof text, "cannot write %s: %s%s", escaped(file->path), strerror(errno),
        *advice ? advice : "; choose another file");
    return text;
}

static void check_files(void)
{
    const struct output *failed = NULL;
    sigset_t before = hold_signals();

    for (int i = 0; i < FILES && !failed; i++)
        if (files[i].path && !try_output(&files[i]))
            failed = &files[i];
    const char *problem = failed ? describe_error(failed) : NULL;
    bool same = is_same_file(files[SVG].file, files[TRACE].file);
    for (int i = 0; i < FILES; i++)
        leave_output(&files[i]);
    release_signals(before);
    if (same)
        usage_error("--svg and --trace must be different files");
    if (failed)
        die("%s", problem);
}

void views_check(void)
{
    if (want_step)
        terminal = AGAIN(open("/dev/tty", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (want_step && (terminal == -1 || tcgetpgrp(terminal) != getpgrp()))
        usage_error("--step needs a terminal, and to run in its foreground; use --lanes");
    want_lanes = want_lanes || want_step;
    check_files();
}

const char *view_to(int file)
{
    for (int i = 0; i < FILES; i++)
        if (files[i].path && leads_to(files[i].path, file))
            return i == SVG ? "--svg" : "--trace";
    return NULL;
}

/* Waits a little, or until the run is over. */
static void await_over(void)
{
    struct pollfd over = {.fd = viewer.pipe, .events = POLLIN};

    if (CHECK(poll(&over, 1, REFRESH)) > 0 && AGAIN(read(viewer.pipe, &viewer.over, 1)) != 1) {
        viewer.over = SHOW_REST; /* the run's first process is gone */
        if (want_step)
            _exit(EXIT_TROUBLE);
    }
}

/* Returns whether the reader wants to see one event more. It looks again and again for what was
 * typed, because macOS cannot poll a terminal. */
static bool await_enter(void)
{
    char line[256];
    ssize_t got = -1;

    while (viewer.over != SHOW_REST && got == -1) {
        got = read(terminal, line, sizeof line);
        if (got == -1 && errno != EAGAIN && errno != EINTR)
            break;
        if (got == -1)
            await_over();
    }
    return got > 0 && line[0] != 'q';
}

static void show_event(struct lanes *lanes, const struct event *event, const char *end)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = CHECK_NOT(NULL, open_memstream(&bytes, &size));

    lanes_print(lanes, event, end, out);
    if (fclose(out) == EOF)
        die_call("fclose", errno, __FILE__, __LINE__);
    write_all(STDOUT_FILENO, bytes, size);
    free(bytes);
}

/* The viewer is forked after the set-up. An end of a pipe that it kept would keep a reader waiting.
 * BEGUN is closed last: it tells the run's first process, which begins only then. */
static void close_other_files(int begun)
{
    long limit = sysconf(_SC_OPEN_MAX);

    if (limit < 0 || limit > 65536)
        limit = 65536;
    for (int file = STDERR_FILENO + 1; file < limit; file++)
        if (file != viewer.pipe && file != terminal && file != begun)
            (void)close(file);
    (void)close(begun);
}

/* The process of the live view: follows the recorder, slot by slot. One that does not get ready
 * while others do belongs to a killed process and is skipped. */
static void view(int begun)
{
    struct recorder *recorded = recorder;
    struct lanes lanes = {.from = recorded, .screen = views_screen(STDOUT_FILENO)};
    bool step = want_step, is_last;
    unsigned long at = 0, next;
    int64_t late_since = 0;

    (void)signal(SIGINT, SIG_IGN); /* it ends with the run */
    (void)signal(SIGTTIN, SIG_IGN);
    close_other_files(begun);
    recorder = NULL; /* what it prints is no event */
    call_watcher = NULL;
    output_is_hidden = false;
    if (step)
        say("(Enter: the next event; q and Enter: all the rest)");
    do {
        is_last = viewer.over; /* while the reader was thinking more may have come: look again */
        if (!is_last)
            await_over();
        next = atomic_load(&lanes.from->next);
        next = next < CAPACITY ? next : CAPACITY;
        for (; at < next; at++) {
            struct event *event = &recorded->events[at];
            unsigned ready = READY;
            if (atomic_compare_exchange_strong(&event->ready, &ready, SHOWN)) {
                /* on the terminal the Enter that is typed ends the row */
                show_event(&lanes, event, step && isatty(STDOUT_FILENO) ? "" : "\n");
                step = step && await_enter();
            } else if (ready != CANCELED && !viewer.over) {
                if (late_since == 0)
                    late_since = clock_now();
                if (clock_now() - late_since < PATIENCE)
                    break;
            }
            late_since = 0;
        }
    } while (!is_last);
    if (lanes.from->next > CAPACITY)
        say("(%lu more events are not shown: the recorder was full)", lanes.from->next - CAPACITY);
}

/* Lets the viewer end, and waits for it. With SHOW_ALL a reader who steps decides when; else, and
 * when exit(3p) calls it, it is at once. */
static void end_viewer(void)
{
    const char *over = viewer.over ? &viewer.over : (const char[]){SHOW_REST};
    bool is_ours = viewer.owner == getpid();

    viewer.owner = 0;
    if (is_ours && AGAIN(write(viewer.pipe, over, 1)) == -1)
        (void)close(viewer.pipe); /* which tells it the same */
    if (is_ours)
        (void)AGAIN(waitpid(viewer.pid, NULL, 0)); /* ECHILD: reaped with the others */
}

void views_start(void)
{
    int ends[2], begun[2];

    if (!want_lanes && !want_timeline && !files[SVG].path && !files[TRACE].path)
        return;
    recorder_start();
    output_is_hidden = want_lanes;
    if (!want_lanes)
        return;
    viewer.done = shared_alloc(sizeof *viewer.done);
    CHECK(pipe(ends));
    CHECK(pipe(begun));
    viewer.owner = getpid();
    viewer.pid = CHECK(fork());
    viewer.pipe = ends[viewer.pid > 0];
    CHECK(close(ends[viewer.pid == 0]));
    if (viewer.pid == 0) {
        view(begun[1]);
        *viewer.done = true;
        _exit(EXIT_HELD);
    }
    CHECK(close(begun[1]));
    CHECK(read(begun[0], (char[1]){0}, 1)); /* returns 0 when the viewer has closed its end */
    CHECK(close(begun[0]));
    (void)atexit(end_viewer);
}

const char *views_finish(const struct title *title)
{
    static void (*const writers[FILES])(const struct chart *, FILE *) = {svg_write, trace_write};
    struct recorder *from = recorder;
    const char *problem = NULL;
    char *bytes;
    size_t size;

    if (from == NULL)
        return NULL;
    recorder = NULL;
    call_watcher = NULL;
    if (want_lanes) {
        (void)alarm(0);                         /* the watchdog counts the run, not the reader, */
        if (signal(SIGINT, SIG_DFL) == SIG_IGN) /* who may end it all */
            (void)signal(SIGINT, SIG_IGN);      /* unless its caller wanted otherwise */
        viewer.over = SHOW_ALL;
        end_viewer();
        if (!*viewer.done)
            problem = "the live view was stopped, so that nobody saw all of the run";
    }
    struct chart chart = chart_take(from, title);
    struct screen screen = views_screen(STDOUT_FILENO);
    for (int i = 0; i <= FILES; i++) {
        if (i < FILES ? !files[i].path : !want_timeline)
            continue;
        FILE *out = CHECK_NOT(NULL, open_memstream(&bytes, &size));
        if (i == FILES)
            timeline_write(&chart, &screen, out);
        else
            writers[i](&chart, out);
        if (fclose(out) == EOF)
            die_call("fclose", errno, __FILE__, __LINE__);
        if (i == FILES && !write_whole(STDOUT_FILENO, bytes, size))
            problem = describe_output_error(STDOUT_FILENO);
        if (i < FILES && !write_output(&files[i], bytes, size))
            problem = describe_error(&files[i]);
        free(bytes);
    }
    chart_free(&chart);
    return problem;
}
