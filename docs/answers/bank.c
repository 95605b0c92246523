/* bank.c - two threads move money between two accounts; none is lost
 * Run: cc -Wall -Wextra -pthread bank.c -o bank && ./bank
 * Prints: The bank has 200. */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int account[2] = {100, 100}; /* the mutex guards both */
static int first = 0, second = 1;

static void check(int error, const char *call)
{
    errno = error; /* pthread calls return their error */
    if (error != 0)
        err(3, "%s", call);
}

static void move_money(int from, int to)
{
    check(pthread_mutex_lock(&mutex), "pthread_mutex_lock");
    int left = account[from] - 1;
    int more = account[to] + 1;
    account[from] = left;
    sched_yield(); /* the other thread may run here: this lets it */
    account[to] = more;
    check(pthread_mutex_unlock(&mutex), "pthread_mutex_unlock");
}

static void *work(void *argument)
{
    int from = *(int *)argument;

    for (int i = 0; i < 10000; i++)
        move_money(from, 1 - from);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    check(pthread_create(&thread, NULL, work, &first), "pthread_create");
    work(&second);
    check(pthread_join(thread, NULL), "pthread_join");
    printf("The bank has %d.\n", account[0] + account[1]);
    return 0;
}
