/* SPDX-License-Identifier: MIT */
#include "common/views/views.h"
#include "common/base/check.h"
#include "common/base/run.h"
#include "common/run/names.h"
#include "common/run/output.h"
#include "common/base/text.h"
#include "common/views/charts.h"
#include "common/views/view_files.h"
#include "common/views/viewer.h"
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SVG, TRACE, FILES };
static bool want_lanes, want_step, want_timeline;
static int color_when;
static struct output files[FILES] = {{.file = -1}, {.file = -1}};

const struct option_spec view_options[] = {
    OPTION_FLAG("lanes", &want_lanes, "watch it live: a column for each actor"),
    OPTION_FLAG("step", &want_step,
        "the same when the run is over, as your keys ask: Enter\n"
        "                     shows the next event, b goes back, n goes to the next one\n"
        "                     in this lane, ! to the first that is wrong, and q shows\n"
        "                     the rest"),
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

void views_start(void)
{
    if (want_step && !player_has_keys())
        usage_error("--step needs a terminal, and to run in its foreground; use --lanes");
    check_files();
    output_is_hidden = want_lanes || want_step;
    if (output_is_hidden || want_timeline || files[SVG].path || files[TRACE].path)
        recorder = shared_alloc(sizeof *recorder); /* pages that nobody touches cost nothing */
    if (recorder || isatty(STDERR_FILENO))
        (void)setlocale(LC_CTYPE, ""); /* for all screens: threads could not */
    if (output_is_hidden)
        viewer_start(!want_step, color_when);
}

const char *view_to(int file)
{
    for (int i = 0; i < FILES; i++)
        if (files[i].path && leads_to(files[i].path, file))
            return i == SVG ? "--svg" : "--trace";
    return NULL;
}

/* What belongs on standard output when the run is over. */
static void write_rows(struct chart *chart, FILE *out)
{
    struct screen screen = views_screen(STDOUT_FILENO);

    if (want_timeline)
        timeline_write(chart, &screen, out);
    else if (output_is_hidden)
        wrongs_write(chart, &screen, MAX_WRONGS, out);
}

const char *views_finish(const struct title *title)
{
    static void (*const writers[])(struct chart *, FILE *) = {svg_write, trace_write, write_rows};
    struct recorder *from = recorder;
    const char *problem = NULL;
    char *bytes;
    size_t size;

    if (from == NULL)
        return NULL;
    if (want_lanes && !want_step)
        viewer_end();
    recorder = NULL; /* only now: the viewer is a thread */
    call_watcher = NULL;
    struct chart chart = chart_take(from, title);
    if (want_step)
        player_run(&chart);
    for (int i = 0; i <= FILES; i++) {
        if (i < FILES && !files[i].path)
            continue;
        if (i == FILES && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO))
            chart.title.sentence = NULL; /* the verdict says it, right below */
        FILE *out = CHECK_NOT(NULL, open_memstream(&bytes, &size));
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
