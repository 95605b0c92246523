/* SPDX-License-Identifier: MIT */
#include "common/views/views.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/files.h"
#include "common/names.h"
#include "common/output.h"
#include "common/process.h"
#include "common/text.h"
#include "common/transfer.h"
#include "common/views/charts.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SVG,
    TRACE,
    FILES,
    REFRESH = 20 /* milliseconds */,
    PATIENCE = 100000000 /* nanoseconds */,
    SHOW_ALL = 'a',
    SHOW_REST = 'r'
};

static bool want_lanes, want_step, want_timeline;
static int colour_when;
static struct output files[FILES] = {{.file = -1}, {.file = -1}};
static int terminal = -1; /* of --step */
static struct {
    pid_t owner, pid;  /* of the run's first process, and of the viewer */
    int pipe;          /* carries OVER when the run is over */
    char over;         /* 0 until then */
    atomic_bool *done; /* shared: the viewer has shown all */
} viewer;

const struct option_row view_options[] = {
    {"lanes", NULL, FLAG, &want_lanes, 0, 0, NULL, "watch it live: a column for each actor"},
    {"step", NULL, FLAG, &want_step, 0, 0, NULL,
        "the same, but each event waits for Enter; q and Enter\n"
        "                     shows the rest. The run itself does not wait"},
    {"timeline", NULL, FLAG, &want_timeline, 0, 0, NULL, "draw a chart of the run when it is over"},
    {"svg", "FILE", TEXT, &files[SVG].path, 1, 4095, NULL, "the same chart as a picture"},
    {"trace", "FILE", TEXT, &files[TRACE].path, 1, 4095, NULL,
        "the run as Chrome Trace Event JSON, for ui.perfetto.dev"},
    {"color", "WHEN", CHOICE, &colour_when, 0, 0, "auto always never",
        "whether the views use colour, auto by default"},
    {0}};

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
        usage_error("--svg and --trace want different files");
    if (failed)
        fail("%s", problem);
}

void views_check(void)
{
    if (want_step)
        terminal = AGAIN(open("/dev/tty", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (want_step && (terminal == -1 || tcgetpgrp(terminal) != getpgrp()))
        usage_error("--step wants a terminal, and to run in its foreground; use --lanes");
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
            _exit(COULD_NOT_RUN);
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
    char *bytes;
    size_t size;
    FILE *out = CHECK_NOT(NULL, open_memstream(&bytes, &size));

    lanes_print(lanes, event, end, out);
    if (fclose(out) == EOF)
        fail_call("fclose", errno, __FILE__, __LINE__);
    write_all(STDOUT_FILENO, bytes, size);
    free(bytes);
}

/* The process of the live view: follows the recorder, slot by slot. One that does not get ready
 * while others do belongs to a killed process and is skipped. */
static void view(void)
{
    struct lanes lanes = {.from = recorder, .screen = screen_of_output(colour_when)};
    bool step = want_step, is_last;
    unsigned long at = 0, next;
    int64_t late_since = 0;

    (void)signal(SIGINT, SIG_IGN); /* it ends with the run */
    (void)signal(SIGTTIN, SIG_IGN);
    recorder = NULL; /* what it prints is no event */
    if (step)
        say("(Enter: the next event; q and Enter: all the rest)");
    do {
        is_last = viewer.over; /* while the reader was thinking more may have come: look again */
        if (!is_last)
            await_over();
        next = atomic_load(&lanes.from->next);
        next = next < CAPACITY ? next : CAPACITY;
        for (; at < next; at++, late_since = 0) {
            const struct event *event = &lanes.from->events[at];
            if (atomic_load_explicit(&event->ready, memory_order_acquire)) {
                /* on the terminal the Enter that is typed ends the row */
                show_event(&lanes, event, step && isatty(STDOUT_FILENO) ? "" : "\n");
                step = step && await_enter();
                continue;
            }
            late_since = late_since == 0 ? clock_now() : late_since;
            if (!viewer.over && clock_now() - late_since < PATIENCE)
                break;
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
    int ends[2];

    if (!want_lanes && !want_timeline && !files[SVG].path && !files[TRACE].path)
        return;
    recorder_start();
    if (!want_lanes)
        return;
    viewer.done = share_memory(sizeof *viewer.done);
    CHECK(pipe(ends));
    viewer.owner = getpid();
    viewer.pid = CHECK(fork());
    viewer.pipe = ends[viewer.pid > 0];
    CHECK_ONCE(close(ends[viewer.pid == 0]));
    if (viewer.pid == 0) {
        view();
        *viewer.done = true;
        _exit(HELD);
    }
    (void)atexit(end_viewer);
}

bool views_are_live(void)
{
    return want_lanes;
}

const char *views_finish(void)
{
    static void (*const writers[FILES])(const struct recording *, FILE *) = {
        svg_write, trace_write};
    struct recorder *from = recorder;
    const char *problem = NULL;
    char *bytes;
    size_t size;

    if (from == NULL)
        return NULL;
    recorder = NULL;
    if (want_lanes) {
        (void)alarm(0);                         /* the watchdog counts the run, not the reader, */
        if (signal(SIGINT, SIG_DFL) == SIG_IGN) /* who may end it all */
            (void)signal(SIGINT, SIG_IGN);      /* unless its caller wanted otherwise */
        viewer.over = SHOW_ALL;
        end_viewer();
        if (!*viewer.done)
            problem = "the live view was stopped, so that nobody saw all of the run";
    }
    struct recording recording = recording_take(from, run.demo->name, run.demo->measure);
    struct screen screen = screen_of_output(colour_when);
    for (int i = 0; i <= FILES; i++) {
        if (i < FILES ? !files[i].path : !want_timeline)
            continue;
        FILE *out = CHECK_NOT(NULL, open_memstream(&bytes, &size));
        if (i == FILES)
            timeline_write(&recording, &screen, out);
        else
            writers[i](&recording, out);
        if (fclose(out) == EOF)
            fail_call("fclose", errno, __FILE__, __LINE__);
        if (i == FILES && !write_whole(STDOUT_FILENO, bytes, size))
            problem = describe_output_error(STDOUT_FILENO);
        if (i < FILES && !write_output(&files[i], bytes, size))
            problem = describe_error(&files[i]);
        free(bytes);
    }
    recording_free(&recording);
    return problem;
}
