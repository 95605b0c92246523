/* SPDX-License-Identifier: MIT */
/* mechanisms - what bench_mechanisms measures, and what its files share */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The two sides of a round trip, each a process: PING sends a message and waits for the answer,
 * PONG waits for the message and answers. */
enum side { PING, PONG, SIDES };

enum { MIN_SIZE = 16, MAX_SIZE = 4096 }; /* bytes of a message */

/* How to use a mechanism. A failure in any of these calls ends the run. */
struct way {
    /* Opens it before the two sides are forked, which inherit it: so names can go at once. Returns
     * what the other calls share, or NULL with errno if the system does not allow it. */
    void *(*open)(size_t size); /* NULL: the system has none */

    /* If it carries messages: sends one to the other side; waits for one of SIZE bytes, where there
     * is room for MAX_SIZE, and returns its length. */
    void (*send)(void *shared, enum side side, const void *message, size_t size);
    size_t (*receive)(void *shared, enum side side, void *message, size_t size);

    /* In each side's process, before the first message; or NULL. */
    void (*join)(void *shared, enum side side);

    /* If it is a lock: acquires and releases it. */
    void (*lock_and_unlock)(void *shared, long times);
};
extern const struct way pipe_way, fifo_way, unix_way, tcp_way; /* messages.c */
extern const struct way posix_queue_way, sysv_queue_way, signal_way;
extern const struct way shm_semaphore_way, shm_condition_way, file_way;
extern const struct way mutex_way, shared_mutex_way, robust_mutex_way; /* locks.c */
extern const struct way semaphore_way, fcntl_way;

struct mechanism {
    const char *name;  /* for --only and --csv */
    const char *label; /* for the charts */
    const struct way *way;
    size_t size; /* bytes of a message */
    enum { MESSAGE, LOCK, CONTENDED_LOCK } kind;

    bool is_measured, is_shown; /* --only may want it, or the yardstick */
    void *shared;               /* what way->open() has returned */
    double *samples;            /* nanoseconds; in memory that the sides share */
    double median, p99, least;  /* of the samples */
    double ratio;               /* of the median to the pipe's */
};

/* What the command line says. */
enum placement { SAME, CROSS, FREE };
extern struct settings {
    int rounds, size;
    int placement; /* an enum placement */
    bool csv;
    const char *only, *svg;
} settings;

/* measure.c: whether the system can pin a process to a core. Chooses the cores for
 * settings.placement, and returns a description, or ends the run. */
bool can_pin(void);
const char *choose_cores(void);

/* Opens and measures in turn all mechanisms that are wanted. Those that this system has not are
 * then marked as neither measured nor shown. Ends the run if a message has changed. */
enum { TRIP_SAMPLES = 20, TRIPS = 10, LOCK_SAMPLES = 40, WARM_UP = 20 }; /* in a round */
void measure_all(struct mechanism *mechanisms, int count);

/* messages.c: for all processes that are forked afterwards. A sem_t *: macOS has no sem_init(3p).
 */
void *open_nameless_semaphore(unsigned value);

/* chart.c: COUNT mechanisms, sorted by cost, in the terminal and as a picture. */
void print_chart(const struct mechanism *mechanisms, int count, const char *placement);
void draw_picture(const struct mechanism *mechanisms, int count, const char *placement, FILE *out);
