/* square.c - a parent sends numbers, and its child sends back their squares
 * Run: cc -Wall -Wextra -pthread square.c -o square && ./square
 * Prints: 2 squared is 4 (and two more lines)
 * Needs Linux: macOS has no POSIX message queues. */
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <unistd.h>

static mqd_t create(const char *name)
{
    struct mq_attr limits = {.mq_maxmsg = 2, .mq_msgsize = sizeof(int)};
    mqd_t queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &limits);
    if (queue == (mqd_t)-1)
        err(3, "mq_open");
    if (mq_unlink(name) == -1)
        err(3, "mq_unlink");
    return queue;
}

static void put(mqd_t queue, int number)
{
    if (mq_send(queue, (char *)&number, sizeof number, 0) == -1)
        err(3, "mq_send");
}

static int get(mqd_t queue)
{
    int number = 0;
    if (mq_receive(queue, (char *)&number, sizeof number, NULL) == -1)
        err(3, "mq_receive");
    return number;
}

int main(void)
{
    mqd_t requests = create("/answer_requests");
    mqd_t answers = create("/answer_answers");

    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child == 0) {
        int number;
        while ((number = get(requests)) != 0) /* 0 says: no more */
            put(answers, number * number);
        return 0;
    }
    for (int i = 2; i <= 4; i++) {
        put(requests, i);
        printf("%d squared is %d\n", i, get(answers));
    }
    put(requests, 0); /* a queue has no end-of-file */
    if (waitpid(child, NULL, 0) == -1)
        err(3, "waitpid");
    return 0;
}
