/* SPDX-License-Identifier: MIT */
/* chart - the figures as rows and bars in the terminal */
#include <unistd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "common/base/check.h"
#include "common/run/record.h"
#include "common/views/screen.h"
#include "tests/bench/mechanisms/mechanisms.h"

enum { MEDIAN = 24, P99 = 35, RATIO = 46, BAR = 57, NUMBER = 10 };

static int by_cost(const void *left, const void *right)
{
    double a = (*(const struct mechanism *const *)left)->median;
    double b = (*(const struct mechanism *const *)right)->median;

    return (a > b) - (a < b);
}

int sort_by_cost(const struct mechanism *mechanisms, int count, bool locks,
    const struct mechanism **sorted)
{
    int found = 0;

    for (int i = 0; i < count; i++)
        if (mechanisms[i].is_shown && (mechanisms[i].lock != NULL) == locks)
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

/* By squaring, so that the mathematical library is not needed: the square has
 * twice the logarithm.
 */
double logarithm(double number)
{
    double result = 0, bit = 1;

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

const char *describe_system(void)
{
    static char text[512];
    struct utsname about;

    if (uname(&about) == -1)
        return "an unknown system";
    about.release[strcspn(about.release, "-")] = '\0'; /* not whose build */
    (void)snprintf(text, sizeof text, "%.150s %.150s, %.150s", about.sysname,
        about.release, about.machine);
    return text;
}

static void put_right(struct row *row, int from, const char *text)
{
    int columns = 0;

    for (const char *byte = text; *byte; byte++)
        columns += (*byte & 0xc0) != 0x80;
    (void)row_put(row, from + NUMBER - columns, from + NUMBER, text);
}

static void print_row(const struct screen *screen,
    const struct mechanism *mechanism, double share, FILE *out)
{
    struct row row = row_begin(screen);
    int columns = (int)(share * (screen->width - BAR) + 0.5);
    char text[32];

    (void)row_put(&row, 0, MEDIAN, mechanism->label);
    put_right(&row, MEDIAN, describe_cost(mechanism->median, text));
    put_right(&row, P99, describe_cost(mechanism->p99, text));
    (void)snprintf(text, sizeof text, mechanism->ratio < 0.1 ? "%.4f" : "%.2f",
        mechanism->ratio);
    put_right(&row, RATIO, text);
    for (int i = 0; i < columns || i == 0; i++)
        row_sign(&row, BAR + i, INSIDE);
    row_end(&row, out, "\n");
}

/* Round trips lie close together, so that their bars can begin at 0. Locks do
 * not: there it is the powers of ten that are equally long.
 */
static void print_section(const struct screen *screen,
    const struct mechanism *mechanisms, int count, bool locks, FILE *out)
{
    const struct mechanism *sorted[MAX_MECHANISMS];
    int found = sort_by_cost(mechanisms, count, locks, sorted);
    char text[100];

    if (found == 0)
        return;
    double most = sorted[found - 1]->median;
    struct row row = row_begin(screen);
    (void)snprintf(text, sizeof text, "Round trip, %d bytes", settings.size);
    (void)row_put(&row, 0, MEDIAN + 1, locks ? "Lock and unlock" : text);
    put_right(&row, MEDIAN, "median");
    put_right(&row, P99, "99 % below");
    put_right(&row, RATIO, "by pipe's");
    (void)row_put(&row, BAR, screen->width,
        locks ? "from 1 ns, powers of 10" : "from 0, linear");
    row_end(&row, out, "\n");
    for (int i = 0; i < found; i++) {
        double median = sorted[i]->median;
        print_row(screen, sorted[i],
            !locks     ? median / most
            : most > 1 ? logarithm(median) / logarithm(most)
                       : 1,
            out);
    }
    (void)fputs("\n", out);
}

void chart_write(const struct mechanism *mechanisms, int count, FILE *out)
{
    struct screen screen = screen_of(STDOUT_FILENO, settings.color);

    print_section(&screen, mechanisms, count, false, out);
    print_section(&screen, mechanisms, count, true, out);
    (void)fprintf(out,
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
