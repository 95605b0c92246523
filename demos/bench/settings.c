/* SPDX-License-Identifier: MIT */
/* settings - the command line of bench_mechanisms
 *
 * In the manner of the demos' options, but these are not a demo's: there is
 * nothing to break, to watch or to draw by a seed.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/run.h"
#include "common/run/actors.h"
#include "common/run/options.h"
#include "common/run/output.h"
#include "common/base/text.h"
#include "common/views/screen.h"
#include "demos/bench/mechanisms.h"
#include "demos/parts/advice.h"

struct settings settings = {.rounds = 50, .size = 64};
static bool want_help, want_version;

static const struct option_spec rows[] = {
    OPTION_INT("rounds", &settings.rounds, 1, 1000,
        "measure each mechanism so often, in turn with the others"),
    OPTION_ROW("size", "BYTES", KIND_INT, int, &settings.size, MIN_SIZE, MAX_SIZE, NULL,
        "the length of a message; a signal carries an int only"),
    OPTION_ENUM("placement", "WHERE", &settings.placement, "same cross free",
        "pin both sides to one core, to two cores, or not at all;\n"
        "                     same by default, where the system can pin"),
    OPTION_ROW("only", "LIST", KIND_TEXT, const char *, &settings.only, 1, 1000, NULL,
        "show these mechanisms, with commas between them; the\n"
        "                     pipe is measured anyway, as the yardstick"),
    OPTION_FLAG("csv", &settings.csv, "print comma-separated values instead of the chart"),
    OPTION_FILE("svg", &settings.svg, "draw the chart as a picture, too"),
    OPTION_ENUM("color", "WHEN", &settings.color, "auto always never",
        "whether the chart uses color, auto by default"),
    OPTION_ROW("timeout", "SECONDS", KIND_INT, int, &run.timeout, 1, 3600, NULL,
        "end a run that takes longer, with status 3; without\n"
        "                     it, 60 s more than the run should take"),
    OPTION_FLAG("help", &want_help, "show this text"),
    OPTION_FLAG("version", &want_version, "show the version"), {0}};

size_t size_of(const struct mechanism *mechanism)
{
    if (!mechanism->channel)
        return 0;
    return mechanism->channel->only_size ? mechanism->channel->only_size : (size_t)settings.size;
}

/* Prints the names of those with messages, or of the locks, in lines. */
static void list_names(const struct mechanism *mechanisms, int count, bool locks)
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
        used += (size_t)snprintf(line + used, sizeof line - used, " %s", mechanisms[i].name);
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
        (void)snprintf(names + used, sizeof names - used, " %s", mechanisms[i].name);
        mechanisms[i].is_shown = !settings.only;
    }
    for (const char *name = settings.only; name;) {
        size_t length = strcspn(name, ",");
        int i = 0;
        while (i < count && (strlen(mechanisms[i].name) != length ||
                                strncmp(mechanisms[i].name, name, length) != 0))
            i++;
        if (i == count)
            usage_error(
                "--only=%s: must be some of%s, with commas between them", escaped(name), names);
        mechanisms[i].is_shown = true;
        name = name[length] ? name + length + 1 : NULL;
    }
    for (int i = 0; i < count; i++)
        mechanisms[i].is_measured = mechanisms[i].is_shown || i == 0;
}

void read_settings(int argc, char **argv, struct mechanism *mechanisms, int count)
{
    program_name = "bench_mechanisms";
    advice_on = find_advice;
    normalize_process();
    add_options(rows);
    settings.placement = can_pin() ? SAME : FREE;
    parse_options(argc, argv);
    if (optind < argc && !want_help && !want_version)
        usage_error("unexpected operand %s; see --help", escaped(argv[optind]));
    if (want_help)
        show_help(mechanisms, count);
    else if (want_version)
        say("%s %s", program_name, VERSION);
    if (want_help || want_version) {
        close_output();
        exit(EXIT_HELD);
    }
    choose(mechanisms, count);
}
