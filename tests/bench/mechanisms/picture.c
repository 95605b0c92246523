/* SPDX-License-Identifier: MIT */
/* picture - the figures as bars in a stand-alone SVG */
#include <string.h>

#include "common/check.h"
#include "tests/bench/mechanisms/mechanisms.h"

/* In units of the picture, which is as wide as the demos' pictures. */
enum { WIDTH = 1600, LEFT = 330, RIGHT = 1290, PITCH = 40, BAR = 26 };

/* The colours are Okabe and Ito's. */
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

/* A value's place: linear from 0 for round trips, by powers of ten from 1 ns
 * for locks, up to MOST.
 */
static double x_of(double value, double most, bool locks)
{
    double share = locks ? logarithm(value > 1 ? value : 1) / logarithm(most)
                         : value / most;

    return LEFT + share * (RIGHT - LEFT);
}

/* The lines behind the bars, with their values; returns where the axis ends. */
static double put_grid(
    FILE *out, double longest, bool locks, double y, int rows)
{
    double most = 10, step = 1, bottom = y + rows * PITCH;
    char text[32];

    if (locks)
        while (most < longest)
            most *= 10;
    else { /* four to ten steps of 1, 2 or 5 times a power of ten */
        while (step * 10 < longest)
            step *= 10;
        step = longest / step < 2   ? step / 5
               : longest / step < 4 ? step / 2
                                    : step;
        for (most = step; most < longest;)
            most += step;
    }
    for (double at = locks ? 1 : 0; at < most * 1.001;
         at = locks ? at * 10 : at + step) {
        double x = x_of(at, most, locks);
        (void)fprintf(
            out, "<path class='grid' d='M%.1f %.1fV%.1f'/>\n", x, y, bottom);
        put_text(out, "tick", x, bottom + 24, describe_tick(at, text));
    }
    return most;
}

static double put_section(const struct mechanism *mechanisms, int count,
    bool locks, double y, FILE *out)
{
    const struct mechanism *sorted[MOST_MECHANISMS];
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
    double most = put_grid(out, sorted[found - 1]->median, locks, y, found);
    for (int i = 0; i < found; i++, y += PITCH) {
        double end = x_of(sorted[i]->median, most, locks);
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
            sorted[i]->ratio < 0.1 ? "%s, %.4f × pipe" : "%s, %.2f × pipe",
            median, sorted[i]->ratio);
        put_text(out, "label", end + 12, middle + 7, title);
    }
    return y + 74;
}

void picture_write(const struct mechanism *mechanisms, int count, FILE *out)
{
    const struct mechanism *sorted[MOST_MECHANISMS];
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
    (void)snprintf(text, sizeof text, "Medians of %d rounds; %s. %s",
        settings.rounds, describe_placement(), describe_system());
    put_text(out, "", 40, 92, text);
    double y = put_section(mechanisms, count, false, 148, out);
    (void)put_section(mechanisms, count, true, y, out);
    (void)fputs("</svg>\n", out);
}
