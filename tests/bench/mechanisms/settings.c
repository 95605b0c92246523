/* SPDX-License-Identifier: MIT */
/* settings - the command line of bench_mechanisms
 *
 * In the manner of the demos' options, but these are not a demo's: there is
 * nothing to break, to watch or to draw by a seed.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/options.h"
#include "common/output.h"
#include "common/text.h"
#include "common/views/screen.h"
#include "tests/bench/mechanisms/mechanisms.h"

struct settings settings;
static bool want_help, want_version;

static const struct option_row rows[] = {
    {"rounds", "N", WHOLE, &settings.rounds, 1, 1000, "50",
        "measure each mechanism so often, in turn with the others"},
    {"size", "BYTES", WHOLE, &settings.size, LEAST_SIZE, MOST_SIZE, "64",
        "the length of a message; a signal carries an int only"},
    {"placement", "WHERE", CHOICE, &settings.placement, 0, 0, "same cross free",
        "pin both sides to one core, to two cores, or not at all;\n"
        "                     same by default, where the system can pin"},
    {"only", "LIST", TEXT, &settings.only, 1, 1000, NULL,
        "show these mechanisms, with commas between them; the\n"
        "                     pipe is measured anyway, as the yardstick"},
    {"csv", NULL, FLAG, &settings.csv, 0, 0, NULL,
        "print comma-separated values instead of the chart"},
    {"svg", "FILE", TEXT, &settings.svg, 1, 4095, NULL,
        "draw the chart as a picture, too"},
    {"color", "WHEN", CHOICE, &settings.colour, 0, 0, "auto always never",
        "whether the chart uses colour, auto by default"},
    {"timeout", "SECONDS", WHOLE, &run.timeout, 1, 3600, NULL,
        "end a run that takes longer, with status 3; without\n"
        "                     it, 60 s more than the run should take"},
    {"help", NULL, FLAG, &want_help, 0, 0, NULL, "show this text"},
    {"version", NULL, FLAG, &want_version, 0, 0, NULL, "show the version"},
    {0}};

static const struct demo about = {.name = "bench_mechanisms"};

size_t size_of(const struct mechanism *mechanism)
{
    if (!mechanism->channel)
        return 0;
    return mechanism->channel->only_size ? mechanism->channel->only_size
                                         : (size_t)settings.size;
}

/* Prints the names of those with messages, or of the locks, in lines. */
static void list_names(
    const struct mechanism *mechanisms, int count, bool locks)
{
    char line[100] = "";
    size_t used = 0;

    for (int i = 0; i < count; i++) {
        if ((mechanisms[i].lock != NULL) != locks)
            continue;
        if (used + strlen(mechanisms[i].name) > 70) {
            say("   %s", line);
            used = 0;
        }
        used += (size_t)snprintf(
            line + used, sizeof line - used, " %s", mechanisms[i].name);
    }
    say("   %s", line);
}

static void show_help(const struct mechanism *mechanisms, int count)
{
    say("Usage: bench_mechanisms [OPTION...]\n\n"
        "Measures what each mechanism costs, in nanoseconds and as a multiple "
        "of the\npipe's cost.\n\n"
        "A round trip: a process sends a message, another one answers with one "
        "of the\nsame length, and each checks every byte that it gets. By");
    list_names(mechanisms, count, false);
    say("A lock: one process takes it and gives it back. Contended, another "
        "one (for\nthe mutex of threads: another thread) does the same all "
        "the time, as fast as it\ncan; what counts is still the time for one "
        "lock and unlock of the first. Most\nlocks are not fair: while the "
        "other one wakes up, the first may have it again\nand again, so the "
        "median shows little of the waiting, and the 99th percentile\nmore. "
        "On one core (--placement=same) the two meet only if one is "
        "interrupted\nwhile it has the lock. The locks are");
    list_names(mechanisms, count, true);
    say("\nEach round takes %d samples of each mechanism after %d uses to warm "
        "up. A\nsample is the time of one round trip, or the mean over as many "
        "as it takes for\nthe clock to count at most 1 %%. For a lock it is "
        "the "
        "mean over at least 20\nmicroseconds; for a contended one over 100, "
        "and "
        "%d samples. Shown are the\nmedian of all samples, the 99th "
        "percentile, the least, and the ratio of the\nmedian to the pipe's. "
        "The figures hold for one placement: between two cores\nthe same can "
        "cost 4 to 10 times as much, since an idle core has to be woken.\n\n"
        "The columns of --csv are, with size 0 for locks,\n    "
        "mechanism,placement,size,rounds,median_ns,p99_ns,min_ns,ratio_to_pipe"
        "\n\nOptions:",
        SAMPLES, WARM_UP, CONTENDED_SAMPLES);
    print_options(rows);
    say("\nExamples:\n"
        "  bench_mechanisms                         all, on one core\n"
        "  bench_mechanisms --placement=cross       between two cores\n"
        "  bench_mechanisms --only=pipe,tcp --csv   two of them, for a table\n"
        "\nExit status:\n"
        "  0  all was measured, and every message came as it was sent\n"
        "  2  wrong usage; nothing was started or changed\n"
        "  3  could not run: the system refused something, a process died, the "
        "run took\n     too long, or output could not be written\n"
        "  4  a message came in another shape than it was sent");
}

/* Marks what is in the list of --only, or all; and the yardstick. */
static void choose(struct mechanism *mechanisms, int count)
{
    char names[1000] = "";

    for (int i = 0; i < count; i++) {
        size_t used = strlen(names);
        (void)snprintf(
            names + used, sizeof names - used, " %s", mechanisms[i].name);
        mechanisms[i].is_shown = !settings.only;
    }
    for (const char *name = settings.only; name;) {
        size_t length = strcspn(name, ",");
        int i = 0;
        while (i < count && (strlen(mechanisms[i].name) != length ||
                                strncmp(mechanisms[i].name, name, length) != 0))
            i++;
        if (i == count)
            usage_error("--only=%s: there is no such mechanism; choose from%s",
                escaped(name), names);
        mechanisms[i].is_shown = true;
        name = name[length] ? name + length + 1 : NULL;
    }
    for (int i = 0; i < count; i++)
        mechanisms[i].is_measured = mechanisms[i].is_shown || i == 0;
}

void read_settings(
    int argc, char **argv, struct mechanism *mechanisms, int count)
{
    run.demo = &about;
    run.speed = 1;
    settle_process();
    add_options(rows);
    settings.placement = can_pin() ? SAME : FREE;
    parse_options(argc, argv);
    if (optind < argc && !want_help && !want_version)
        usage_error(
            "there is no operand %s; see --help", escaped(argv[optind]));
    if (want_help)
        show_help(mechanisms, count);
    else if (want_version)
        say("%s %s", about.name, VERSION);
    if (want_help || want_version) {
        close_output();
        exit(HELD);
    }
    choose(mechanisms, count);
}
