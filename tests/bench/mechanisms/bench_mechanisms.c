/* SPDX-License-Identifier: MIT */
/* bench_mechanisms - what each mechanism costs
 *
 * A round trip of a message between two processes, and a lock that is taken and
 * given back; compared with the pipe. Read exchange() in measure.c first, then
 * how a mechanism sends and receives: streams.c, queues.c, shared.c, locks.c.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/check.h"
#include "common/files.h"
#include "common/output.h"
#include "common/process.h"
#include "common/text.h"
#include "demos/keeper.h"
#include "tests/bench/mechanisms/mechanisms.h"

/* In the order of measuring: the yardstick is the first one. */
#define CHANNEL(its_name, its_label, its_channel)                              \
    {                                                                          \
        .name = its_name, .label = its_label, .channel = &(its_channel)        \
    }
#define LOCK(its_name, its_label, its_lock)                                    \
    {                                                                          \
        .name = its_name, .label = its_label, .lock = &(its_lock)              \
    }
#define CONTENDED(its_name, its_label, its_lock)                               \
    {                                                                          \
        .name = its_name "-contended", .label = its_label ", contended",       \
        .lock = &(its_lock), .contended = true                                 \
    }
static struct mechanism mechanisms[] = {CHANNEL("pipe", "pipe", pipe_channel),
    CHANNEL("fifo", "FIFO", fifo_channel),
    CHANNEL("unix", "Unix socket", unix_channel),
    CHANNEL("tcp", "TCP on 127.0.0.1", tcp_channel),
    CHANNEL("posix-queue", "POSIX queue", posix_queue_channel),
    CHANNEL("sysv-queue", "System V queue", sysv_queue_channel),
    CHANNEL("signal", "signal with an int", signal_channel),
    CHANNEL("shm-semaphore", "shared mem., semaphore", semaphore_channel),
    CHANNEL("shm-condition", "shared mem., condition", condition_channel),
    CHANNEL("file-lock", "file, fcntl lock", file_channel),
    LOCK("mutex", "mutex of threads", mutex_lock),
    CONTENDED("mutex", "mutex", mutex_lock),
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
    for (const struct mechanism *row = mechanisms; row < mechanisms + COUNT;
         row++)
        if (row->is_shown)
            say("%s,%s,%zu,%d,%.2f,%.2f,%.2f,%.5f", row->name,
                placements[settings.placement], size_of(row), settings.rounds,
                row->median, row->p99, row->least, row->ratio);
}

/* A regular or absent file is replaced; anything else is written straight.
 * Without BYTES it only tries whether that can be done.
 */
static void write_picture(const char *bytes, size_t size)
{
    struct stat about;
    bool exists = stat(settings.svg, &about) == 0, done;

    if (exists && !S_ISREG(about.st_mode)) {
        int file = open(settings.svg, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        done = file != -1;
        if (done && bytes) {
            CHECK(fcntl(file, F_SETFL, 0));
            write_all(file, bytes, size);
        }
        if (done)
            CHECK_ONCE(close(file));
    } else {
        char *target =
            exists ? realpath(settings.svg, NULL) : strdup(settings.svg);
        done = target && replace_file(target, bytes, size);
        free(target);
    }
    if (!done)
        fail("cannot write %s: %s; choose another file", escaped(settings.svg),
            strerror(errno));
}

static void show(
    void (*write_chart)(const struct mechanism *, int, FILE *), bool is_picture)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = CHECK_NOT(NULL, open_memstream(&bytes, &size));

    write_chart(mechanisms, COUNT, out);
    if (fclose(out) == EOF)
        fail_call("fclose", errno, __FILE__, __LINE__);
    if (is_picture)
        write_picture(bytes, size);
    else
        write_all(STDOUT_FILENO, bytes, size);
    free(bytes);
}

int main(int argc, char **argv)
{
    int shown = 0, channels = 0;

    read_settings(argc, argv, mechanisms, COUNT);
    choose_cores();
    if (settings.svg)
        write_picture(NULL, 0);
    watchdog_start(settings.rounds);
    measure_all(mechanisms, COUNT);
    keeper_dismiss();
    for (int i = 0; i < COUNT; i++)
        if (mechanisms[i].is_measured) {
            summarize(&mechanisms[i]);
            mechanisms[i].ratio = mechanisms[i].median / mechanisms[0].median;
            shown += mechanisms[i].is_shown;
            channels += mechanisms[i].channel != NULL;
        }
    if (shown == 0)
        fail("nothing is left to show; choose others with --only");
    if (settings.csv)
        print_csv();
    else
        show(chart_write, false);
    if (settings.svg)
        show(picture_write, true);
    close_output();
    report("every message came as it was sent: %d round trips, checked at both "
           "ends",
        channels * settings.rounds * (WARM_UP + SAMPLES));
    return HELD;
}
