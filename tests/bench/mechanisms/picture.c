/* SPDX-License-Identifier: MIT */
/* picture - the figures as bars in a stand-alone SVG */
#include <string.h>

#include "common/base/check.h"
#include "tests/bench/mechanisms/mechanisms.h"

/* In units of the picture, which is as wide as the demos' pictures. */
static const int WIDTH = 1600, LEFT = 330, RIGHT = 1290, PITCH = 40, BAR = 26;

/* The colors are Okabe and Ito's. */
static const char head[] =
    "<style>svg{background:#fff;font:20px sans-serif}.page{fill:#fff}"
    "text{fill:#111}.big{font:bold 34px sans-serif}.section{font-weight:bold}"
    ".end{text-anchor:end}.label{stroke:#fff;stroke-width:5;paint-order:stroke}"
    ".tick{text-anchor:middle;font-size:17px}"
    ".grid{stroke:#ddd}.trip{fill:#0072b2}.lock{fill:#009e73}"
    "@media(prefers-color-scheme:dark){svg{background:#111}.page{fill:#111}"
    "text{fill:#eee}.grid{stroke:#333}.label{stroke:#111}.trip{fill:#56b4e9}}</"
    "style>"
    "<rect class='page' width='100%' height='100%'/>\n";

static void put_text(
    FILE *out, const char *class, double x, double y, const char *text)
{
    (void)fprintf(out, "<text class='%s' x='%.1f' y='%.1f'>", class, x, y);
    for (; *text; text++)
        (void)fprintf(out, strchr("<>&", *text) ? "&#%d;" : "%c", *text);
    (void)fputs("</text>\n", out);
}

/* A scale from LEFT to RIGHT, in round trips by pipe: linear from 0 for round
 * trips, by powers of ten from FIRST for locks. It has that many steps.
 */
static const double first = 0.0001;
struct axis {
    bool by_powers;
    double step; /* pipes, or the factor 10 */
    int steps;
};

static double tick(const struct axis *axis, int number)
{
    double at = axis->by_powers ? first : number * axis->step;

    for (; axis->by_powers && number > 0; number--)
        at *= axis->step;
    return at;
}

static double x_of(const struct axis *axis, double value)
{
    double share =
        axis->by_powers ? logarithm(value / first) : value / axis->step;

    return LEFT + share / axis->steps * (RIGHT - LEFT);
}

/* Round trips: four to ten steps of 1, 2 or 5 times a power of ten. */
static struct axis choose_axis(double longest, bool by_powers)
{
    struct axis axis = {by_powers, by_powers ? 10 : 1, 1};

    while (!by_powers && axis.step * 10 < longest)
        axis.step *= 10;
    if (!by_powers && longest < 4 * axis.step)
        axis.step /= longest < 2 * axis.step ? 5 : 2;
    while (tick(&axis, axis.steps) < longest)
        axis.steps++;
    return axis;
}

static void put_grid(FILE *out, const struct axis *axis, double y, int rows)
{
    double bottom = y + rows * PITCH;
    char text[32];

    for (int i = 0; i <= axis->steps; i++) {
        double at = tick(axis, i), x = x_of(axis, at);
        (void)fprintf(
            out, "<path class='grid' d='M%.1f %.1fV%.1f'/>\n", x, y, bottom);
        (void)snprintf(text, sizeof text, "%.4g", at);
        put_text(out, "tick", x, bottom + 24, text);
    }
}

static double put_section(const struct mechanism *mechanisms, int count,
    bool locks, double y, FILE *out)
{
    const struct mechanism *sorted[MAX_MECHANISMS];
    int found = sort_by_cost(mechanisms, count, locks, sorted);
    char title[120], median[32], p99[32];

    if (found == 0)
        return y;
    (void)snprintf(title, sizeof title,
        locks ? "Lock and unlock (each step of the scale is ten times as long)"
              : "Round trip of %d bytes between two processes",
        settings.size);
    put_text(out, "section", 40, y, title);
    y += 18;
    struct axis axis = choose_axis(sorted[found - 1]->ratio, locks);
    put_grid(out, &axis, y, found);
    for (int i = 0; i < found; i++) {
        double end = x_of(&axis, sorted[i]->ratio);
        double middle = y + PITCH / 2.0;
        (void)describe_cost(sorted[i]->median, median);
        put_text(out, "end", LEFT - 14, middle + 7, sorted[i]->label);
        (void)fprintf(out,
            "<g><title>%s: median %s, 99 %% below %s</title><rect class='%s' "
            "x='%d' y='%.1f' width='%.1f' height='%d'/></g>\n",
            sorted[i]->label, median, describe_cost(sorted[i]->p99, p99),
            locks ? "lock" : "trip", LEFT, middle - BAR / 2.0,
            end - LEFT > 2 ? end - LEFT : 2, BAR);
        (void)snprintf(title, sizeof title,
            sorted[i]->ratio < 0.1 ? "%.4f" : "%.2f", sorted[i]->ratio);
        put_text(out, "label", end + 12, middle + 7, title);
        y += PITCH;
    }
    return y + 74;
}

void picture_write(const struct mechanism *mechanisms, int count, FILE *out)
{
    const struct mechanism *sorted[MAX_MECHANISMS];
    char text[1024];
    int height = 130;

    for (int locks = 0; locks < 2; locks++) {
        int found = sort_by_cost(mechanisms, count, locks, sorted);
        height += found > 0 ? found * PITCH + 92 : 0;
    }
    (void)fprintf(out,
        "<svg xmlns='http://www.w3.org/2000/svg' role='img' viewBox='0 0 %d "
        "%d'><title>bench_mechanisms: what each mechanism costs</title>\n%s",
        WIDTH, height, head);
    put_text(out, "big", 40, 56, "What each mechanism costs");
    (void)snprintf(text, sizeof text,
        "In round trips by pipe; medians of %d rounds; %s. %s", settings.rounds,
        describe_placement(), describe_system());
    put_text(out, "", 40, 92, text);
    double y = put_section(mechanisms, count, false, 148, out);
    (void)put_section(mechanisms, count, true, y, out);
    (void)fputs("</svg>\n", out);
}
