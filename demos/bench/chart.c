/* SPDX-License-Identifier: MIT */
/* chart - the figures in the terminal, and as a picture on the paper of the demos' pictures
 *
 * Each mechanism is a dot on an axis of ratios to the pipe, from LEAST to MOST; each of its DECADES
 * has the same width.
 */
#include <string.h>

#include "common/run/output.h"
#include "common/views/paper.h"
#include "demos/bench/mechanisms.h"

enum { DECADES = 6 };
static const double LEAST = 0.0001, MOST = 100;

/* Returns the place of RATIO on the axis, from 0 to 1: its logarithm. By squaring, so that the
 * mathematical library is not needed: the square has twice the logarithm. */
static double place_of(double ratio)
{
    double number = ratio / LEAST, place = 0, step = 1 / (double)DECADES;

    if (ratio <= LEAST || ratio >= MOST)
        return ratio >= MOST;
    for (int i = 0; i < 20; i++) {
        while (number >= 10) {
            number /= 10;
            place += step;
        }
        number *= number;
        step /= 2;
    }
    return place;
}

static void print_row(const struct mechanism *row)
{
    enum { WIDTH = 3 * DECADES + 1 }; /* of the axis */
    char dots[WIDTH + 1] = "";

    memset(dots, ' ', WIDTH);
    dots[(int)(place_of(1) * (WIDTH - 1) + 0.5)] = '|';
    dots[(int)(place_of(row->ratio) * (WIDTH - 1) + 0.5)] = row->kind == MESSAGE ? '*' : 'o';
    say("%-24s%11.1f%11.1f%10.3g %s", row->label, row->median, row->p99, row->ratio, dots);
}

void print_chart(const struct mechanism *mechanisms, int count, const char *placement)
{
    say("%-24s%11s%11s%10s", "", "median ns", "99 % below", "by pipe's");
    for (int i = 0; i < count; i++)
        print_row(&mechanisms[i]);
    say("* %d bytes there and back between two processes    o lock and unlock\n"
        "On the axis, from %g to %g, three columns are ten times the cost.\n\n"
        "%s; rounds: %d.\n"
        "Compare figures of one placement only. See --help for what is measured.",
        settings.size, LEAST, MOST, placement, settings.rounds);
    if (settings.placement == SAME)
        say("On one core the users of a contended lock hardly ever meet.");
    if (settings.only)
        say("The pipe was measured, too, as the yardstick.");
}

/* In units of the picture. */
static const int MARGIN = 40, LEFT = 400, RIGHT = 1440, TOP = 240, PITCH = 42;

/* A message is a circle, a lock a diamond. */
static void put_dot(FILE *out, bool is_lock, double x, double y)
{
    (void)fprintf(out, "<path class='bar %s' transform='translate(%.1f %.1f)' d='%s'/>",
        is_lock ? "inside" : "new", x, y,
        is_lock ? "M-14 0L0-14 14 0 0 14z" : "M-11 0a11 11 0 1 0 22 0a11 11 0 1 0-22 0");
}

static double x_of(double ratio)
{
    return LEFT + place_of(ratio) * (RIGHT - LEFT);
}

/* Draws the powers of ten, and the pipe, which the others are compared with. */
static void put_grid(FILE *out, int bottom)
{
    double power = LEAST;
    char text[32];

    while (power < 2 * MOST) {
        (void)fprintf(out, "<path class='grid' d='M%.1f %dV%d'/>\n", x_of(power), TOP, bottom);
        (void)snprintf(text, sizeof text, "%g", power);
        put_text(out, "tick", x_of(power), bottom + 32, text);
        power *= 10;
    }
    (void)fprintf(out, "<path class='limit' d='M%.1f %dV%d'/>\n", x_of(1), TOP, bottom);
    put_text(out, "tick", x_of(1), TOP - 12, "pipe = 1");
}

static void put_row(FILE *out, const struct mechanism *row, double y)
{
    double x = x_of(row->ratio);
    char ratio[32];

    (void)fprintf(out, "<path class='grid' d='M%d %.1fH%d'/>\n", LEFT, y, RIGHT);
    put_text(out, "end", LEFT - 24, y + 9, row->label);
    put_dot(out, row->kind != MESSAGE, x, y);
    (void)snprintf(ratio, sizeof ratio, "%.3g", row->ratio);
    put_text(out, "label", x + 24, y + 9, ratio);
}

void draw_picture(const struct mechanism *mechanisms, int count, const char *placement, FILE *out)
{
    int bottom = TOP + count * PITCH;
    char text[200];

    (void)fprintf(out,
        "<svg xmlns='http://www.w3.org/2000/svg' role='img' viewBox='0 0 %d %d'>"
        "<title>bench_mechanisms: what each mechanism costs</title>\n%s",
        PAPER_WIDTH, bottom + 104, paper_head);
    put_text(out, "big", MARGIN, 66, "What each mechanism costs");
    put_text(out, "soft", MARGIN, 112,
        "Time divided by that of a round trip through two pipes. Each step to the right costs ten "
        "times as much.");
    put_dot(out, false, 51, 151);
    (void)snprintf(
        text, sizeof text, "%d bytes there and back between two processes", settings.size);
    put_text(out, "key", 76, 160, text);
    put_dot(out, true, 781, 151);
    put_text(out, "key", 806, 160, "lock and unlock");
    put_grid(out, bottom);
    for (int i = 0; i < count; i++)
        put_row(out, &mechanisms[i], TOP + (i + 0.5) * PITCH);
    (void)snprintf(text, sizeof text, "Medians of %d rounds; %s.", settings.rounds, placement);
    put_text(out, "soft", MARGIN, bottom + 84, text);
    (void)fputs("</svg>\n", out);
}
