/* ten.c - a thread produces ten numbers, and main prints each exactly once
 * Run: cc -Wall -Wextra -pthread ten.c -o ten && ./ten
 * Prints: 1 2 3 4 5 6 7 8 9 10 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static pthread_cond_t emptied = PTHREAD_COND_INITIALIZER;
static bool is_full; /* the mutex guards both */
static int number;

static void check(int error, const char *call)
{
    errno = error; /* pthread calls return their error */
    if (error != 0)
        err(3, "%s", call);
}

static void *produce(void *argument)
{
    const struct timespec pause = {.tv_nsec = 1000000}; /* 1 ms */
    for (int i = 1; i <= 10; i++) {
        nanosleep(&pause, NULL);
        check(pthread_cond_signal(&filled), "pthread_cond_signal"); /* early */
        nanosleep(&pause, NULL);
        check(pthread_mutex_lock(&mutex), "pthread_mutex_lock");
        while (is_full)
            check(pthread_cond_wait(&emptied, &mutex), "pthread_cond_wait");
        number = i;
        is_full = true;
        check(pthread_cond_signal(&filled), "pthread_cond_signal");
        check(pthread_mutex_unlock(&mutex), "pthread_mutex_unlock");
    }
    return argument;
}

int main(void)
{
    pthread_t thread;
    check(pthread_create(&thread, NULL, produce, NULL), "pthread_create");
    for (int i = 1; i <= 10; i++) {
        check(pthread_mutex_lock(&mutex), "pthread_mutex_lock");
        while (!is_full)
            check(pthread_cond_wait(&filled, &mutex), "pthread_cond_wait");
        printf("%d%c", number, i < 10 ? ' ' : '\n');
        is_full = false;
        check(pthread_cond_signal(&emptied), "pthread_cond_signal");
        check(pthread_mutex_unlock(&mutex), "pthread_mutex_unlock");
    }
    check(pthread_join(thread, NULL), "pthread_join");
    return 0;
}
