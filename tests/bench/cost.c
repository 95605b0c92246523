/* SPDX-License-Identifier: MIT */
/* cost - bare loops over calls, and what one turn of them takes
 *
 * cost pipe|mutex|event|watched: prints the nanoseconds for a round trip of 64 bytes between two
 * processes, or a lock and an unlock, as bench_mechanisms measures them; or for an event of the
 * recorder when no view is asked for, or with constant text in pages that were touched before. That
 * is the median of many batches, which are so long that the clock does not count. */
#include "common/demo.h"
#include <pthread.h>
#include <stdio.h>
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

static void record_events(int times)
{
    if (recorder)
        recorder->next = 0;
    for (int i = 0; i < times; i++) {
        record_state(WAITING, "waiting for a slot");
        /* the compiler neither joins the events nor leaves them out */
        __asm__ volatile("" ::: "memory");
    }
}

static void start_recorder(void)
{
    recorder = shared_alloc(sizeof *recorder);
    recorder_start();
    record_lanes("server", 1);
    record_as("server", 0);
    record_events(10000);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*start)(void), (*use)(int times);
        int times;
    } all[] = {{"pipe", start_pipes, use_pipes, 10}, {"mutex", start_mutex, use_mutex, 1000},
        {"event", NULL, record_events, 10000}, {"watched", start_recorder, record_events, 10000}};
    static double costs[BATCHES];

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (argc < 2 || strcmp(argv[1], all[i].name) != 0)
            continue;
        if (all[i].start)
            all[i].start();
        for (int batch = 0; batch < BATCHES; batch++) {
            int64_t begin = clock_now();
            all[i].use(all[i].times);
            costs[batch] = (double)(clock_now() - begin) / all[i].times;
        }
        printf("%.2f\n", median(costs, BATCHES));
    }
    return 0;
}
