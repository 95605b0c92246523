/* SPDX-License-Identifier: MIT */
/* plain_mechanisms - bare loops over a mechanism's calls: what bench_mechanisms is measured by
 *
 * plain_mechanisms pipe|mutex: prints the nanoseconds for one round trip of 64 bytes between two
 * processes, or for one lock and unlock. That is the median of many batches, which are so long that
 * the clock does not count. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "median.h"

enum { BATCHES = 5001 };

static int there[2], back[2];
static char message[64];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void use_pipes(int times)
{
    for (int i = 0; i < times; i++) {
        write(there[1], message, sizeof message);
        read(back[0], message, sizeof message);
    }
}

static void start_pipes(void)
{
    pipe(there);
    pipe(back);
    if (fork() > 0) {
        close(there[0]);
        close(back[1]);
        return;
    }
    close(there[1]);
    close(back[0]);
    while (read(there[0], message, sizeof message) > 0)
        write(back[1], message, sizeof message);
    _exit(0);
}

__attribute__((aligned(64))) /* or where it lies makes a difference */
static void
use_mutex(int times)
{
    for (int i = 0; i < times; i++) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
}

static void *sleep_on(void *nothing)
{
    pause();
    return nothing;
}

/* Without a second thread glibc leaves out the atomic instructions. */
static void start_mutex(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, sleep_on, NULL);
}

int main(int argc, char **argv)
{
    static double costs[BATCHES];
    struct timespec start, end;
    int is_pipe = argc > 1 && strcmp(argv[1], "pipe") == 0;
    void (*use)(int times) = is_pipe ? use_pipes : use_mutex;
    int times = is_pipe ? 10 : 1000;

    (is_pipe ? start_pipes : start_mutex)();
    for (int batch = 0; batch < BATCHES; batch++) {
        clock_gettime(CLOCK_MONOTONIC, &start);
        use(times);
        clock_gettime(CLOCK_MONOTONIC, &end);
        costs[batch] =
            ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) /
            times;
    }
    printf("%.2f\n", median(costs, BATCHES));
    return 0;
}
