/* SPDX-License-Identifier: MIT */
/* chart - the figures as rows in the terminal, with a dot each on one axis */
#include <unistd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "common/base/check.h"
#include "common/run/record.h"
#include "common/views/screen.h"
#include "demos/bench/mechanisms.h"

enum { MEDIAN = 24, P99 = 35, RATIO = 46, AXIS = 57, NUMBER = 10 };

static int by_cost(const void *left, const void *right)
{
    double a = (*(const struct mechanism *const *)left)->median;
    double b = (*(const struct mechanism *const *)right)->median;

    return (a > b) - (a < b);
}

int sort_by_cost(const struct mechanism *mechanisms, int count, const struct mechanism **sorted)
{
    int found = 0;

    for (int i = 0; i < count; i++)
        if (mechanisms[i].is_shown)
            sorted[found++] = &mechanisms[i];
    qsort(sorted, (size_t)found, sizeof(const struct mechanism *), by_cost);
    return found;
}

static const char *scale(double *nanoseconds)
{
    static const char *const units[] = {"ns", "µs", "ms", "s"};
    int unit = 0;

    for (; *nanoseconds >= 999.5 && unit < 3; unit++)
        *nanoseconds /= 1000;
    return units[unit];
}

const char *describe_cost(double nanoseconds, char text[32])
{
    const char *unit = scale(&nanoseconds);
    int places = nanoseconds < 10 ? 2 : nanoseconds < 100 ? 1 : 0;

    (void)snprintf(text, 32, "%.*f %s", places, nanoseconds, unit);
    return text;
}

const char *describe_ratio(double ratio, char text[32])
{
    (void)snprintf(text, 32, ratio < 0.1 ? "%.4f" : "%.2f", ratio);
    return text;
}

/* Returns the logarithm to base 10. By squaring, so that the mathematical
 * library is not needed: the square has twice the logarithm.
 */
static double logarithm(double number)
{
    double result = 0, bit = 1;

    while (number < 1) {
        number *= 10;
        result--;
    }
    while (number >= 10) {
        number /= 10;
        result++;
    }
    for (int i = 0; i < 30 && number > 1; i++) {
        number *= number;
        bit /= 2;
        if (number >= 10) {
            number /= 10;
            result += bit;
        }
    }
    return result;
}

double power_of_ten(int exponent)
{
    double power = 1;

    for (int i = 0; i < exponent; i++)
        power *= 10;
    for (int i = 0; i > exponent; i--)
        power /= 10;
    return power;
}

struct axis choose_axis(const struct mechanism *const *sorted, int count)
{
    struct axis axis = {-1, 1}; /* the pipe is always within it */

    while (count > 0 && logarithm(sorted[0]->ratio) < axis.first)
        axis.first--;
    while (count > 0 && logarithm(sorted[count - 1]->ratio) > axis.last)
        axis.last++;
    return axis;
}

double place_on(const struct axis *axis, double ratio)
{
    return (logarithm(ratio) - axis->first) / (axis->last - axis->first);
}

const char *describe_system(void)
{
    static char text[512];
    struct utsname about;

    if (uname(&about) == -1)
        return "an unknown system";
    about.release[strcspn(about.release, "-")] = '\0'; /* not whose build */
    (void)snprintf(
        text, sizeof text, "%.150s %.150s, %.150s", about.sysname, about.release, about.machine);
    return text;
}

static void put_right(struct row *row, int from, const char *text)
{
    int columns = 0;

    for (const char *byte = text; *byte; byte++)
        columns += (*byte & 0xc0) != 0x80;
    (void)row_put(row, from + NUMBER - columns, from + NUMBER, text);
}

/* Returns the column of RATIO. */
static int column_of(const struct screen *screen, const struct axis *axis, double ratio)
{
    int columns = screen->width - AXIS;
    int column = (int)(place_on(axis, ratio) * (columns - 1) + 0.5);

    return AXIS + (columns > 0 ? column : 0);
}

/* Messages and locks have signs of their own. */
static int sign_of(const struct mechanism *mechanism)
{
    return mechanism->lock ? WAITING : INSIDE;
}

static void print_row(const struct screen *screen, const struct axis *axis,
    const struct mechanism *mechanism, FILE *out)
{
    struct row row = row_begin(screen);
    char text[32];

    (void)row_put(&row, 0, MEDIAN, mechanism->label);
    put_right(&row, MEDIAN, describe_cost(mechanism->median, text));
    put_right(&row, P99, describe_cost(mechanism->p99, text));
    put_right(&row, RATIO, describe_ratio(mechanism->ratio, text));
    (void)row_put(&row, column_of(screen, axis, 1), screen->width, "|");
    row_sign(&row, column_of(screen, axis, mechanism->ratio), sign_of(mechanism));
    row_end(&row, out);
}

/* The ends of the axis, and the pipe, which the others are compared with. */
static void print_header(const struct screen *screen, const struct axis *axis, FILE *out)
{
    struct row row = row_begin(screen);
    char text[32];

    put_right(&row, MEDIAN, "median");
    put_right(&row, P99, "99 % below");
    put_right(&row, RATIO, "by pipe's");
    (void)snprintf(text, sizeof text, "%g", power_of_ten(axis->first));
    (void)row_put(&row, AXIS, screen->width, text);
    (void)row_put(&row, column_of(screen, axis, 1), screen->width, "1");
    (void)snprintf(text, sizeof text, "%g", power_of_ten(axis->last));
    if (screen->width > AXIS)
        (void)row_put(&row, screen->width - (int)strlen(text), screen->width, text);
    row_end(&row, out);
}

static void print_legend(const struct screen *screen, FILE *out)
{
    struct row row = row_begin(screen);
    char text[64];

    row_sign(&row, 0, INSIDE);
    (void)snprintf(
        text, sizeof text, "%d bytes there and back between two processes", settings.size);
    (void)row_put(&row, 2, screen->width, text);
    row_sign(&row, 54, WAITING);
    (void)row_put(&row, 56, screen->width, "lock and unlock");
    row_end(&row, out);
}

void chart_write(const struct mechanism *mechanisms, int count, FILE *out)
{
    struct screen screen = screen_of(STDOUT_FILENO, settings.color);
    const struct mechanism *sorted[MAX_MECHANISMS] = {NULL};
    int found = sort_by_cost(mechanisms, count, sorted);
    struct axis axis = choose_axis(sorted, found);

    print_header(&screen, &axis, out);
    for (int i = 0; i < found; i++)
        print_row(&screen, &axis, sorted[i], out);
    print_legend(&screen, out);
    (void)fprintf(out,
        "Each step to the right costs ten times as much.\n\n"
        "%s; rounds: %d.\n%.79s.\n"
        "Compare figures of one placement only: between two cores the same "
        "costs several\ntimes as much as on one. See --help for what is "
        "measured.\n",
        describe_placement(), settings.rounds, describe_system());
    if (settings.placement == SAME)
        (void)fputs("On one core the users of a contended lock hardly ever "
                    "meet.\n",
            out);
    if (!mechanisms[0].is_shown)
        (void)fputs("The pipe was measured, too, as the yardstick.\n", out);
}
