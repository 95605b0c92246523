/* mqueue.c - a child sends two messages, and its parent receives them
 * Run: cc -Wall -Wextra -pthread mqueue.c -o mqueue && ./mqueue
 * Prints: The parent received: Good morning (and then: Bye)
 * Needs Linux: macOS has no POSIX message queues. */
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    struct mq_attr limits = {.mq_maxmsg = 2, .mq_msgsize = 16};
    char text[16];
    mqd_t queue =
        mq_open("/first_mqueue", O_CREAT | O_EXCL | O_RDWR, 0600, &limits);
    if (queue == (mqd_t)-1)
        err(3, "mq_open");
    if (mq_unlink("/first_mqueue") == -1)
        err(3, "mq_unlink");
    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child == 0) {
        if (mq_send(queue, "Good morning", 13, 0) == -1)
            err(3, "mq_send");
        if (mq_send(queue, "Bye", 4, 0) == -1)
            err(3, "mq_send");
        return 0;
    }
    if (waitpid(child, NULL, 0) == -1)
        err(3, "waitpid");
    for (int i = 0; i < 2; i++) {
        if (mq_receive(queue, text, sizeof text, NULL) == -1)
            err(3, "mq_receive");
        printf("The parent received: %s\n", text);
    }
    return 0;
}
