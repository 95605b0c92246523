/* SPDX-License-Identifier: MIT */
/* bench_mechanisms - what each mechanism costs
 *
 * A round trip of a message between two processes, and a lock that is acquired and released;
 * compared with the pipe. Read exchange() in measure.c first, then messages.c and locks.c. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/run.h"
#include "common/base/text.h"
#include "common/run/actors.h"
#include "common/run/options.h"
#include "common/run/output.h"
#include "common/process.h"
#include "demos/bench/mechanisms.h"
#include "demos/parts/advice.h"
#include "demos/parts/cleanup.h"

/* In the order of measuring. All others are compared with the first one. */
static struct mechanism mechanisms[] = {
    {"pipe", "pipe", &pipe_way, .kind = MESSAGE},
    {"fifo", "FIFO", &fifo_way, .kind = MESSAGE},
    {"unix", "Unix socket", &unix_way, .kind = MESSAGE},
    {"tcp", "TCP on 127.0.0.1", &tcp_way, .kind = MESSAGE},
    {"posix-queue", "POSIX queue", &posix_queue_way, .kind = MESSAGE},
    {"sysv-queue", "System V queue", &sysv_queue_way, .kind = MESSAGE},
    {"signal", "signal with an int", &signal_way, .kind = MESSAGE, .size = sizeof(int)},
    {"shm-semaphore", "shared mem., semaphore", &shm_semaphore_way, .kind = MESSAGE},
    {"shm-condition", "shared mem., condition", &shm_condition_way, .kind = MESSAGE},
    {"file-lock", "file, fcntl lock", &file_way, .kind = MESSAGE},
    {"mutex", "mutex of threads", &mutex_way, .kind = LOCK},
    {"mutex-contended", "mutex, contended", &mutex_way, .kind = CONTENDED_LOCK},
    {"shared-mutex", "process-shared mutex", &shared_mutex_way, .kind = LOCK},
    {"shared-mutex-contended", "shared, contended", &shared_mutex_way, .kind = CONTENDED_LOCK},
    {"robust-mutex", "robust mutex", &robust_mutex_way, .kind = LOCK},
    {"robust-mutex-contended", "robust, contended", &robust_mutex_way, .kind = CONTENDED_LOCK},
    {"semaphore", "semaphore", &semaphore_way, .kind = LOCK},
    {"semaphore-contended", "semaphore, contended", &semaphore_way, .kind = CONTENDED_LOCK},
    {"fcntl-lock", "fcntl lock", &fcntl_way, .kind = LOCK},
    {"fcntl-lock-contended", "fcntl lock, contended", &fcntl_way, .kind = CONTENDED_LOCK},
};
enum { COUNT = sizeof mechanisms / sizeof *mechanisms };

struct settings settings = {.rounds = 50, .size = 64};
static bool want_help, want_version;
static FILE *picture; /* open before the run, which no wrong name loses */

static const struct option_spec options[] = {
    OPTION_INT("rounds", &settings.rounds, 1, 1000,
        "measure each mechanism so often, in turn with the others"),
    OPTION_ROW("size", "BYTES", whole, &settings.size, MIN_SIZE, MAX_SIZE, WHOLE_NUMBER,
        "the length of a message; a signal carries an int only"),
    OPTION_ENUM("placement", "WHERE", &settings.placement, "same cross free",
        "pin both sides to one core, to two cores, or not at all;\n"
        "                     same by default, where the system can pin"),
    OPTION_ROW("only", "LIST", text, &settings.only, 1, 1000, "%.0f to %.0f bytes",
        "show only these and the pipe, with commas between them"),
    OPTION_FLAG("csv", &settings.csv, "print comma-separated values instead of the chart"),
    OPTION_FILE("svg", &settings.svg, "draw the chart as a picture, too"),
    OPTION_ROW("timeout", "SECONDS", whole, &run.timeout, 1, 3600, WHOLE_NUMBER,
        "end a run that takes longer, with status 3; without\n"
        "                     it, 60 s more than the run should take"),
    OPTION_FLAG("help", &want_help, "show this text"),
    OPTION_FLAG("version", &want_version, "show the version"), {0}};

static void show_help(void)
{
    say("Usage: bench_mechanisms [OPTION...]\n\n"
        "Measures what each mechanism costs, in nanoseconds and by the pipe's cost.\n\n"
        "A message: a process sends it, another one answers with one of the same\n"
        "length, and each checks every byte that it gets. The cost is the time of this\n"
        "round trip. A sample is the mean over %d of them.\n\n"
        "A lock: a process acquires and releases it. A sample is the mean over 100\n"
        "microseconds. Contended, another process (or thread) does the same all the\n"
        "time. Most locks are not fair: while the other one wakes up, the first may have\n"
        "the lock again and again. So the median shows little of the waiting, and the\n"
        "99th percentile more.\n\n"
        "Each round takes %d samples of a message, and %d of a lock, after %d uses to\n"
        "warm up. The figures hold for one placement: between two cores the same can\n"
        "cost 4 to 10 times as much, since an idle core has to be woken.\n\n"
        "The mechanisms:",
        TRIPS, TRIP_SAMPLES, LOCK_SAMPLES, WARM_UP);
    for (int i = 0; i < COUNT; i++)
        say("  %-24s %s", mechanisms[i].name, mechanisms[i].label);
    say("\nOptions:");
    print_options(options);
    say("\nExamples:\n"
        "  bench_mechanisms                         all, on one core\n"
        "  bench_mechanisms --placement=cross       between two cores\n"
        "  bench_mechanisms --only=pipe,tcp --csv   two of them, for a table\n"
        "\nExit status:\n"
        "  0  all was measured, and every message came as it was sent\n"
        "  2  wrong usage; nothing was started or changed\n"
        "  3  could not run: the system refused something, a process died, the run took\n"
        "     too long, or output could not be written\n"
        "  4  a message came in another shape than it was sent");
}

/* Returns the mechanism whose name is the first LENGTH bytes of NAME. */
static struct mechanism *find_mechanism(const char *name, size_t length)
{
    char names[1000];
    size_t used = 0;

    for (struct mechanism *row = mechanisms; row < mechanisms + COUNT; row++) {
        if (strlen(row->name) == length && strncmp(row->name, name, length) == 0)
            return row;
        used += (size_t)snprintf(names + used, sizeof names - used, " %s", row->name);
    }
    usage_error("--only=%s: must be some of%s, with commas between them", escaped(name), names);
}

/* Marks the mechanisms in the list of --only, or all; and the pipe, which is the first. */
static void choose_mechanisms(void)
{
    for (const char *name = settings.only; name;) {
        size_t length = strcspn(name, ",");
        find_mechanism(name, length)->is_shown = true;
        name = name[length] ? name + length + 1 : NULL;
    }
    for (struct mechanism *row = mechanisms; row < mechanisms + COUNT; row++) {
        row->is_shown = row->is_shown || !settings.only;
        row->is_measured = row->is_shown || row == mechanisms;
        if (row->kind == MESSAGE && row->size == 0)
            row->size = (size_t)settings.size;
    }
}

static void read_command_line(int argc, char **argv)
{
    program_name = "bench_mechanisms";
    advice_on = find_advice;
    normalize_process();
    add_options(options);
    settings.placement = can_pin() ? SAME : FREE;
    (void)parse_options(argc, argv);
    if (want_help)
        show_help();
    else if (want_version)
        say("%s %s", program_name, VERSION);
    if (want_help || want_version) {
        close_output();
        exit(EXIT_HELD);
    }
    if (optind < argc)
        usage_error("unexpected operand %s; see --help", escaped(argv[optind]));
    choose_mechanisms();
}

static void print_csv(int count)
{
    static const char *const placements[] = {"same", "cross", "free"};

    say("mechanism,placement,size,rounds,median_ns,p99_ns,min_ns,ratio_to_pipe");
    for (const struct mechanism *row = mechanisms; row < mechanisms + count; row++)
        say("%s,%s,%zu,%d,%.2f,%.2f,%.2f,%.5g", row->name, placements[settings.placement],
            row->size, settings.rounds, row->median, row->p99, row->least, row->ratio);
}

static int by_cost(const void *left, const void *right)
{
    double a = ((const struct mechanism *)left)->median;
    double b = ((const struct mechanism *)right)->median;

    return (a > b) - (a < b);
}

static noreturn void fail_picture(void)
{
    die("cannot write %s: %s; choose another file", escaped(settings.svg), strerror(errno));
}

int main(int argc, char **argv)
{
    int shown = 0, trips = 0;

    read_command_line(argc, argv);
    watchdog_set(settings.rounds);
    const char *placement = choose_cores();
    picture = settings.svg ? fopen(settings.svg, "w") : NULL;
    if (settings.svg && !picture)
        fail_picture();
    measure_all(mechanisms, COUNT);
    cleanup_now();
    for (const struct mechanism *row = mechanisms; row < mechanisms + COUNT; row++) {
        if (row->is_measured && row->kind == MESSAGE)
            trips += settings.rounds * (WARM_UP + TRIP_SAMPLES * TRIPS);
        if (row->is_shown)
            mechanisms[shown++] = *row;
    }
    if (shown == 0)
        die("nothing is left to show; choose others with --only");
    if (settings.csv)
        print_csv(shown);
    qsort(mechanisms, (size_t)shown, sizeof *mechanisms, by_cost);
    if (!settings.csv)
        print_chart(mechanisms, shown, placement);
    if (picture)
        draw_picture(mechanisms, shown, placement, picture);
    if (picture && fclose(picture) == EOF)
        fail_picture();
    close_output();
    warn("every message came as it was sent: %d round trips, checked at both ends", trips);
    return EXIT_HELD;
}
