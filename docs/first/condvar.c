/* condvar.c - a thread sleeps until another one has a number for it
 * Run: cc -Wall -Wextra -pthread condvar.c -o condvar && ./condvar
 * Prints: The number is 22. */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int number; /* the mutex guards it; 0: there is none yet */

static void check(int error, const char *call)
{
    errno = error; /* pthread calls return their error */
    if (error != 0)
        err(3, "%s", call);
}

static void *produce(void *argument)
{
    check(pthread_mutex_lock(&mutex), "pthread_mutex_lock");
    number = 22;
    check(pthread_cond_signal(&changed), "pthread_cond_signal");
    check(pthread_mutex_unlock(&mutex), "pthread_mutex_unlock");
    return argument;
}

int main(void)
{
    pthread_t thread;
    check(pthread_mutex_lock(&mutex), "pthread_mutex_lock");
    check(pthread_create(&thread, NULL, produce, NULL), "pthread_create");
    while (number == 0) /* unlocks and sleeps; locks again when woken */
        check(pthread_cond_wait(&changed, &mutex), "pthread_cond_wait");
    printf("The number is %d.\n", number);
    check(pthread_mutex_unlock(&mutex), "pthread_mutex_unlock");
    check(pthread_join(thread, NULL), "pthread_join");
    return 0;
}
