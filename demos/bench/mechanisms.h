/* SPDX-License-Identifier: MIT */
/* mechanisms - what bench_mechanisms measures, and what its files share */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* The two sides of a round trip, each a process: PING sends and awaits the
 * answer, PONG awaits and answers. */
enum side { PING, PONG, SIDES };

enum { MIN_SIZE = 16, MAX_SIZE = 4096 }; /* bytes of a message */

/* A mechanism that carries messages. A failure in any of its calls ends the
 * run.
 */
struct channel {
    size_t only_size; /* it carries just this many bytes; 0: as asked for */
    void *context;    /* what its calls share, their first argument */

    /* Once, before the two sides are forked: they inherit what it opens, so
     * that names can be gone at once. Returns NULL, or why there is none. */
    const char *(*open)(void *context, size_t size);

    /* In each side's process, before the first message; may be NULL. */
    void (*join)(void *context, enum side side, pid_t other);

    /* SIDE sends to the other one. */
    void (*send)(void *context, enum side side, const void *message, size_t size);

    /* SIDE waits for a message of SIZE bytes; there is room for MAX_SIZE.
     * Returns its length. */
    size_t (*receive)(void *context, enum side side, void *message, size_t size);
};

/* A mechanism that keeps others out. */
struct lock {
    bool within_process; /* threads alone can share it */
    void *context;       /* for lock_and_unlock() */
    const char *(*open)(void);
    void (*lock_and_unlock)(void *context, long times);
};

extern struct channel pipe_channel, fifo_channel, unix_channel, tcp_channel;
extern struct channel posix_queue_channel, sysv_queue_channel, signal_channel;
extern struct channel semaphore_channel, condition_channel, file_channel;
extern const struct lock mutex_lock, shared_mutex_lock, robust_mutex_lock;
extern const struct lock semaphore_lock, fcntl_lock;

/* A row of the table. */
struct mechanism {
    const char *name;        /* for --only and --csv */
    const char *label;       /* for the charts */
    struct channel *channel; /* one of the two, */
    const struct lock *lock; /* the other is NULL */
    bool contended;          /* the other side uses that lock all the time */

    bool is_measured, is_shown; /* --only may want it, or the yardstick */
    struct samples *samples;    /* shared with the sides */
    double median, p99, least;  /* nanoseconds */
    double ratio;               /* of the median to the pipe's */
};

/* What the command line says; set once. */
enum placement { SAME, CROSS, FREE };
extern struct settings {
    int rounds, size;
    int placement; /* an enum placement */
    bool csv;
    const char *only, *svg;
    int color;
} settings;

/* settings.c: reads the command line, answers --help and --version, marks which
 * of COUNT mechanisms are wanted. Wrong usage ends the program with status 2.
 */
void read_settings(int argc, char **argv, struct mechanism *mechanisms, int count);

/* The bytes of a message of MECHANISM; a lock has none. */
size_t size_of(const struct mechanism *mechanism);

/* measure.c: opens and measures all mechanisms that are wanted, in turn, and
 * marks those that there are not as neither measured nor shown. Afterwards
 * their samples are there. Ends the run if a payload has differed.
 */
struct samples {
    long count;
    double values[]; /* nanoseconds for one round trip, or one lock + unlock */
};
enum { SAMPLES = 200, CONTENDED_SAMPLES = 40, WARM_UP = 20 }; /* in a round */
void measure_all(struct mechanism *mechanisms, int count);

/* pinning.c: chooses the cores for settings.placement, or ends the run. */
void choose_cores(void);
void pin_to_core(enum side side); /* the calling thread; no-op when free */
bool can_pin(void);
const char *describe_placement(void);

/* shared.c: a new file without a name, a semaphore without one, for all
 * processes that are forked afterwards. The semaphore is a sem_t *: macOS has
 * no sem_init(3p).
 */
int open_nameless_file(void);
void *open_nameless_semaphore(unsigned value);

/* chart.c: for the terminal, and as a picture. */
void chart_write(const struct mechanism *mechanisms, int count, FILE *out);
void picture_write(const struct mechanism *mechanisms, int count, FILE *out);

/* For both: the ones to show, the cheapest first; returns how many. Nanoseconds
 * as "3.20 µs"; a ratio to the pipe, rounded. What the system is.
 */
int sort_by_cost(const struct mechanism *mechanisms, int count, const struct mechanism **sorted);
const char *describe_cost(double nanoseconds, char text[32]);
const char *describe_ratio(double ratio, char text[32]);
const char *describe_system(void);
enum { MAX_MECHANISMS = 32 };

/* The one axis, of ratios to the pipe: its ends are powers of ten, and each
 * power is as far from the next. A place on it is from 0 to 1.
 */
struct axis {
    int first, last;
};
struct axis choose_axis(const struct mechanism *const *sorted, int count);
double power_of_ten(int exponent);
double place_on(const struct axis *axis, double ratio);
