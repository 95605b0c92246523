/* SPDX-License-Identifier: MIT */
/* picture - the figures as dots on one axis, in one SVG of their own */
#include "common/views/paper.h"
#include "demos/bench/mechanisms.h"

/* In units of the picture, which is as wide as the demos' pictures. */
static const int LEFT = 450, RIGHT = 1420, TOP = 240, PITCH = 42;
static const int LABEL = 120; /* how far one reaches to the right of its dot */

/* The colors are Okabe and Ito's; shapes tell the same as they do. */
static const char head[] = "<style>svg{background:#fff;font:30px 'DejaVu Sans',sans-serif}"
                           ".page{fill:#fff}text{fill:#111}.big{font-weight:bold;font-size:42px}"
                           ".small{font-size:24px}.end{text-anchor:end}"
                           ".tick{text-anchor:middle;font-size:24px}"
                           ".value{font-size:26px;stroke:#fff;stroke-width:8;paint-order:stroke}"
                           ".grid{stroke:#ccc;stroke-width:2}.pipe{stroke:#555;stroke-width:4}"
                           ".trip{fill:#0072b2}.lock{fill:#00805e}"
                           "@media(prefers-color-scheme:dark){svg{background:#111}.page{fill:#111}"
                           "text{fill:#eee}.grid{stroke:#3a3a3a}.pipe{stroke:#aaa}"
                           ".value{stroke:#111}.trip{fill:#56b4e9}.lock{fill:#00b887}}</style>"
                           "<rect class='page' width='100%' height='100%'/>\n";

/* A message is a circle, a lock a diamond. */
static void put_dot(FILE *out, bool is_lock, double x, double y)
{
    (void)fprintf(out, "<path class='%s' transform='translate(%.1f %.1f)' d='%s'/>",
        is_lock ? "lock" : "trip", x, y,
        is_lock ? "M-14 0L0-14 14 0 0 14z" : "M-11 0a11 11 0 1 0 22 0a11 11 0 1 0-22 0");
}

static double x_of(const struct axis *axis, double ratio)
{
    return LEFT + place_on(axis, ratio) * (RIGHT - LEFT);
}

/* The powers of ten, and the pipe, which the others are compared with. */
static void put_grid(FILE *out, const struct axis *axis, double bottom)
{
    char text[32];

    for (int i = axis->first; i <= axis->last; i++) {
        double x = x_of(axis, power_of_ten(i));
        (void)fprintf(out, "<path class='%s' d='M%.1f %dV%.1f'/>\n", i == 0 ? "pipe" : "grid", x,
            TOP, bottom);
        (void)snprintf(text, sizeof text, "%g", power_of_ten(i));
        put_text(out, "tick", x, bottom + 32, text);
    }
    put_text(out, "tick", x_of(axis, 1), TOP - 12, "pipe = 1");
}

static void put_row(FILE *out, const struct axis *axis, const struct mechanism *mechanism, double y)
{
    double x = x_of(axis, mechanism->ratio), pipe = x_of(axis, 1);
    char median[32], p99[32], ratio[32];

    (void)fprintf(out, "<path class='grid' d='M%d %.1fH%d'/>\n", LEFT, y, RIGHT);
    put_text(out, "end", LEFT - 24, y + 11, mechanism->label);
    (void)fprintf(out, "<g><title>%s: median %s, 99 %% below %s</title>", mechanism->label,
        describe_cost(mechanism->median, median), describe_cost(mechanism->p99, p99));
    put_dot(out, mechanism->lock != NULL, x, y);
    (void)fputs("</g>\n", out);
    (void)describe_ratio(mechanism->ratio, ratio);
    if (x < pipe && x + LABEL > pipe) /* it would lie on the pipe's line */
        put_text(out, "value end", x - 24, y + 9, ratio);
    else
        put_text(out, "value", x + 24, y + 9, ratio);
}

/* What the shapes are. */
static void put_legend(FILE *out, double y)
{
    char text[100];

    (void)snprintf(
        text, sizeof text, "%d bytes there and back between two processes", settings.size);
    put_dot(out, false, 51, y - 9);
    put_text(out, "small", 76, y, text);
    put_dot(out, true, 781, y - 9);
    put_text(out, "small", 806, y, "lock and unlock");
}

void picture_write(const struct mechanism *mechanisms, int count, FILE *out)
{
    const struct mechanism *sorted[MAX_MECHANISMS] = {NULL};
    int found = sort_by_cost(mechanisms, count, sorted);
    struct axis axis = choose_axis(sorted, found);
    int bottom = TOP + found * PITCH;
    char text[1024];

    (void)fprintf(out,
        "<svg xmlns='http://www.w3.org/2000/svg' role='img' viewBox='0 0 %d "
        "%d'><title>bench_mechanisms: what each mechanism costs</title>\n%s",
        PAPER_WIDTH, bottom + 104, head);
    put_text(out, "big", 40, 66, "What each mechanism costs");
    put_text(out, "small", 40, 112,
        "Time divided by that of a round trip through two pipes. Each step to "
        "the right costs ten times as much.");
    put_legend(out, 160);
    put_grid(out, &axis, bottom);
    for (int i = 0; i < found; i++)
        put_row(out, &axis, sorted[i], TOP + (i + 0.5) * PITCH);
    (void)snprintf(text, sizeof text, "Medians of %d rounds; %s. %s", settings.rounds,
        describe_placement(), describe_system());
    put_text(out, "small", 40, bottom + 84, text);
    (void)fputs("</svg>\n", out);
}
