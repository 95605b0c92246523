/* SPDX-License-Identifier: MIT */
/* plain_condvar - listing 3 at its plainest: what demo_condvar is measured by */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { COUNT = 100, LUCKY = 22 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int numbers[COUNT], count; /* these are guarded by the mutex */
static bool lucky;

static void *produce(void *context)
{
    for (int i = 0; i < COUNT; i++) {
        pthread_mutex_lock(&mutex);
        numbers[count++] = rand() % 101;
        lucky = lucky || numbers[i] == LUCKY;
        if (lucky || count == COUNT)
            pthread_cond_signal(&changed);
        pthread_mutex_unlock(&mutex);
    }
    return context;
}

static void *consume(void *context)
{
    pthread_mutex_lock(&mutex);
    while (!lucky && count < COUNT)
        pthread_cond_wait(&changed, &mutex);
    if (lucky) {
        printf("Lucky number %d found! [", LUCKY);
        for (int i = 0; i < count; i++)
            printf(i + 1 < count ? "%d, " : "%d]\n", numbers[i]);
    }
    pthread_mutex_unlock(&mutex);
    return context;
}

int main(void)
{
    pthread_t producer, consumer;

    srand((unsigned)getpid());
    pthread_create(&producer, NULL, produce, NULL);
    pthread_create(&consumer, NULL, consume, NULL);
    pthread_join(producer, NULL);
    pthread_join(consumer, NULL);
    return 0;
}
