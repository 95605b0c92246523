/* SPDX-License-Identifier: MIT */
/* mqueue_sysv - demo_mqueue --api=sysv: System V message queues
 *
 *   $ ./demo_mqueue --api=sysv add 3 4
 *   demo_mqueue: the queues are System V queues
 *   7
 *        HELD  1 of 1 requests got their own answer (seed 56023)
 *
 * Read it beside demo_mqueue.c. Each message has a type, and msgrcv can wait
 * for a message of one type: that is the tag, so one queue is enough for the
 * answers to all clients. A queue stays until msgctl removes it, even when no
 * process uses it.
 */
#include <sys/msg.h>

#include "common/demo.h" /* CHECK(call) ends the run if the call fails */
#include "demos/parts/cleanup.h"
#include "demos/parts/mqueue.h"

static int requests, answers; /* the queues' ids */

/* The type, the long at the beginning of a message, does not count. */
static const size_t size = sizeof(struct message) - sizeof(long);

/* Creates a queue that only this run knows, since its key is private. */
static int create_queue(void)
{
    return CHECK(msgget(IPC_PRIVATE, 0600));
}

static void worker(int id)
{
    struct message message;

    for (;;) {
        /* 0: of any type; 0: no flags, so it waits */
        CHECK(msgrcv(requests, &message, size, 0, 0));
        compute(&message);
        CHECK(msgsnd(answers, &message, size, 0));
    }
}

static void client(int id)
{
    struct message message;

    while (next_request(id, &message)) {
        message.client = id + 1; /* a type is 1 or more; the answer keeps it */
        CHECK(msgsnd(requests, &message, size, 0));
        CHECK(msgrcv(answers, &message, size, id + 1, 0));
        show_answer(id, &message);
    }
}

/* WRONG: all clients wait for one type, and each takes the next answer. */
static void broken_client(int id)
{
    struct message message;

    while (next_request(id, &message)) {
        message.client = 1; /* WRONG: the same for all */
        CHECK(msgsnd(requests, &message, size, 0));
        pause_for_others(id); /* window: another one receives first */
        CHECK(msgrcv(answers, &message, size, 1, 0)); /* WRONG */
        show_answer(id, &message);
    }
}

/* ---- The mechanism ends here. Below: set-up. ---- */

enum { QUEUES = 2, NONE = -1 };

/* Called by the cleanup process, however this process ends. */
static int remove_queues(void *context)
{
    int *queues = context, result = 0;

    for (int i = 0; i < QUEUES; i++) {
        if (queues[i] != NONE && msgctl(queues[i], IPC_RMID, NULL) == -1)
            result = -1;
        else
            queues[i] = NONE;
    }
    return result;
}

static void create_queues(void)
{
    int *queues = shared_alloc(QUEUES * sizeof *queues);
    struct msqid_ds about;
    sigset_t before = hold_signals();

    queues[0] = queues[1] = NONE;
    cleanup_start(remove_queues, queues);
    requests = queues[0] = create_queue();
    answers = queues[1] = create_queue();
    release_signals(before);
    CHECK(msgctl(requests, IPC_STAT, &about));
    if (about.msg_qbytes < sizeof(struct message)) /* msgsnd would not return */
        die("a queue takes %lu bytes here, too few for a message; let root "
            "raise kernel.msgmnb",
            (unsigned long)about.msg_qbytes);
}

int run_sysv(void)
{
    void (*asks)(int id) = run.broken ? broken_client : client;

    warn("the queues are System V queues");
    create_queues();
    add_daemon("worker", 0, worker);
    add_self("client", 0, asks); /* no fork: this process is client 0 */
    for (int i = 1; i < settings.clients; i++)
        add_process("client", i, asks);
    run_actors(planned_seconds());
    return check_answers();
}
