/* mutex.c - two threads add 1 to the same counter, 10000 times each
 * Run: cc -Wall -Wextra -pthread mutex.c -o mutex && ./mutex
 * Prints: The counter is 20000. */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int counter; /* the mutex guards it */

static void check(int error, const char *call)
{
    errno = error; /* pthread calls return their error */
    if (error != 0)
        err(3, "%s", call);
}

static void *count(void *argument)
{
    for (int i = 0; i < 10000; i++) {
        check(pthread_mutex_lock(&mutex), "pthread_mutex_lock");
        int seen = counter;
        sched_yield(); /* the other thread may run here: this lets it */
        counter = seen + 1;
        check(pthread_mutex_unlock(&mutex), "pthread_mutex_unlock");
    }
    return argument;
}

int main(void)
{
    pthread_t thread;
    check(pthread_create(&thread, NULL, count, NULL), "pthread_create");
    count(NULL); /* main() is a thread, too: now there are two */
    check(pthread_join(thread, NULL), "pthread_join");
    printf("The counter is %d.\n", counter);
    return 0;
}
