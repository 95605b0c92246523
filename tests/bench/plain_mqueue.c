/* SPDX-License-Identifier: MIT */
/* plain_mqueue - listing 7 at its plainest: what demo_mqueue is measured by
 *
 * As in the listing the main process is the client. */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

struct request {
    int (*function)(int, int); /* the same address in a forked worker */
    int first, second;
};

static int add(int first, int second)
{
    return first + second;
}

static mqd_t create_queue(const char *which, long message_size)
{
    struct mq_attr attributes = {.mq_maxmsg = 10, .mq_msgsize = message_size};
    char name[64];

    snprintf(name, sizeof name, "/plain_mqueue-%d-%s", (int)getpid(), which);
    mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    mq_unlink(name);
    return queue;
}

int main(void)
{
    struct request request = {add, 3, 4};
    int result;
    mqd_t in_queue = create_queue("in", sizeof request);
    mqd_t out_queue = create_queue("out", sizeof result);

    if (fork() == 0) {
        mq_receive(in_queue, (char *)&request, sizeof request, NULL);
        result = request.function(request.first, request.second);
        mq_send(out_queue, (const char *)&result, sizeof result, 0);
        _exit(0);
    }
    mq_send(in_queue, (const char *)&request, sizeof request, 0);
    mq_receive(out_queue, (char *)&result, sizeof result, NULL);
    printf("%d\n", result);
    wait(NULL);
    return 0;
}
