/* SPDX-License-Identifier: MIT */
/* bench_mechanisms - what each mechanism costs
 *
 * A round trip of a message between two processes, and a lock that is taken and
 * given back; compared with the pipe. Read exchange() in measure.c first, then
 * how a mechanism sends and receives: streams.c, queues.c, shared.c, locks.c.
 */
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/run/names.h"
#include "common/run/output.h"
#include "common/run/actors.h"
#include "common/base/text.h"
#include "common/views/view_files.h"
#include "demos/parts/cleanup.h"
#include "demos/bench/mechanisms.h"

/* In the order of measuring: the yardstick is the first one. */
#define CHANNEL(its_name, its_label, its_channel)                                                  \
    {                                                                                              \
        .name = its_name, .label = its_label, .channel = &(its_channel)                            \
    }
#define LOCK(its_name, its_label, its_lock)                                                        \
    {                                                                                              \
        .name = its_name, .label = its_label, .lock = &(its_lock)                                  \
    }
#define CONTENDED(its_name, its_label, its_lock)                                                   \
    {                                                                                              \
        .name = its_name "-contended", .label = its_label ", contended", .lock = &(its_lock),      \
        .contended = true                                                                          \
    }
static struct mechanism mechanisms[] = {CHANNEL("pipe", "pipe", pipe_channel),
    CHANNEL("fifo", "FIFO", fifo_channel), CHANNEL("unix", "Unix socket", unix_channel),
    CHANNEL("tcp", "TCP on 127.0.0.1", tcp_channel),
    CHANNEL("posix-queue", "POSIX queue", posix_queue_channel),
    CHANNEL("sysv-queue", "System V queue", sysv_queue_channel),
    CHANNEL("signal", "signal with an int", signal_channel),
    CHANNEL("shm-semaphore", "shared mem., semaphore", semaphore_channel),
    CHANNEL("shm-condition", "shared mem., condition", condition_channel),
    CHANNEL("file-lock", "file, fcntl lock", file_channel),
    LOCK("mutex", "mutex of threads", mutex_lock), CONTENDED("mutex", "mutex", mutex_lock),
    LOCK("shared-mutex", "process-shared mutex", shared_mutex_lock),
    CONTENDED("shared-mutex", "shared", shared_mutex_lock),
    LOCK("robust-mutex", "robust mutex", robust_mutex_lock),
    CONTENDED("robust-mutex", "robust", robust_mutex_lock),
    LOCK("semaphore", "semaphore", semaphore_lock),
    CONTENDED("semaphore", "semaphore", semaphore_lock),
    LOCK("fcntl-lock", "fcntl lock", fcntl_lock),
    CONTENDED("fcntl-lock", "fcntl lock", fcntl_lock)};
enum { COUNT = sizeof mechanisms / sizeof *mechanisms };

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* The median, the 99th percentile by the nearest rank, and the least. */
static void summarize(struct mechanism *mechanism)
{
    double *values = mechanism->samples->values;
    long count = mechanism->samples->count;

    qsort(values, (size_t)count, sizeof *values, by_value);
    mechanism->median = (values[(count - 1) / 2] + values[count / 2]) / 2;
    mechanism->p99 = values[(99 * count + 99) / 100 - 1];
    mechanism->least = values[0];
}

static void print_csv(void)
{
    static const char *const placements[] = {"same", "cross", "free"};

    say("mechanism,placement,size,rounds,median_ns,p99_ns,min_ns,"
        "ratio_to_pipe");
    for (const struct mechanism *row = mechanisms; row < mechanisms + COUNT; row++)
        if (row->is_shown)
            say("%s,%s,%zu,%d,%.2f,%.2f,%.2f,%.5f", row->name, placements[settings.placement],
                size_of(row), settings.rounds, row->median, row->p99, row->least, row->ratio);
}

static noreturn void fail_picture(void)
{
    const char *reason = strerror(errno);

    die("cannot write %s: %s; choose another file", escaped(settings.svg), reason);
}

/* Finds out before the measuring whether the picture can be written. */
static struct output try_picture(void)
{
    struct output picture = {.path = settings.svg, .file = -1};
    sigset_t before = hold_signals();
    bool good = try_output(&picture);
    int error = errno;

    leave_output(&picture);
    release_signals(before);
    errno = error;
    if (!good)
        fail_picture();
    return picture;
}

static void show(void (*write_chart)(const struct mechanism *, int, FILE *), struct output *picture)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = CHECK_NOT(NULL, open_memstream(&bytes, &size));

    write_chart(mechanisms, COUNT, out);
    if (fclose(out) == EOF)
        die_call("fclose", errno, __FILE__, __LINE__);
    if (!picture)
        write_all(STDOUT_FILENO, bytes, size);
    else if (!write_output(picture, bytes, size))
        fail_picture();
    free(bytes);
}

int main(int argc, char **argv)
{
    int shown = 0, channels = 0;

    read_settings(argc, argv, mechanisms, COUNT);
    watchdog_set(settings.rounds);
    choose_cores();
    struct output picture = {0};
    if (settings.svg)
        picture = try_picture();
    measure_all(mechanisms, COUNT);
    cleanup_now();
    for (int i = 0; i < COUNT; i++)
        if (mechanisms[i].is_measured) {
            summarize(&mechanisms[i]);
            mechanisms[i].ratio = mechanisms[i].median / mechanisms[0].median;
            shown += mechanisms[i].is_shown;
            channels += mechanisms[i].channel != NULL;
        }
    if (shown == 0)
        die("nothing is left to show; choose others with --only");
    if (settings.csv)
        print_csv();
    else
        show(chart_write, NULL);
    if (settings.svg)
        show(picture_write, &picture);
    close_output();
    warn("every message came as it was sent: %d round trips, checked at both "
         "ends",
        channels * settings.rounds * (WARM_UP + SAMPLES));
    return EXIT_HELD;
}
