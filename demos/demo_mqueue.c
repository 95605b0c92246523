/* SPDX-License-Identifier: MIT */
/* demo_mqueue - clients send requests to a worker, which sends answers back
 *
 * A message queue keeps messages until a process receives them, the oldest
 * first. Receiving waits while it is empty, sending waits while it is full.
 *
 *   $ ./demo_mqueue --clients=2
 *   7
 *   7
 *        HELD  2 of 2 requests got their own answer (seed 52070)
 *
 *   $ ./demo_mqueue --clients=2 --broken
 *   client 1 asked mul 6 7 and got 7
 *   client 0 asked add 3 4 and got 42
 *    VIOLATED  2 of 2 requests got the answer to another one
 *
 * Guarantee: every client gets the answer to its own request.
 * --broken gives all requests the same tag, so all answers go to one queue. The
 * client that asks first receives last: every run shows the bug.
 */
#include "common/demo.h"        /* CHECK(call) ends the run if the call fails */
#include "demos/parts/mqueue.h" /* and <mqueue.h>, which macOS lacks */

static mqd_t requests;                 /* from all clients to the worker */
static mqd_t answers[MAX_CLIENTS + 1]; /* from the worker; tags are 1, 2, ... */

/* All processes inherit the queue. Without a name, it ends with them. */
static mqd_t create_queue(void)
{
    struct mq_attr attr = {
        .mq_maxmsg = 10, .mq_msgsize = sizeof(union message)};
    char name[NAME_SIZE];

    unique_name(name);
    mqd_t queue = CHECK(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr));
    CHECK(mq_unlink(name));
    name_is_gone();
    return queue;
}

static void worker(int id)
{
    union message message; /* .bytes is all of it, as the queue keeps it */

    for (;;) {
        /* NULL here, and 0 below: no message has priority over another */
        CHECK(mq_receive(requests, message.bytes, sizeof message, NULL));
        compute(&message);
        CHECK(mq_send(answers[message.tag], message.bytes, sizeof message, 0));
    }
}

static void client(int id)
{
    union message message;

    while (next_request(id, &message)) {
        message.tag = id + 1; /* tells the worker where this client waits */
        CHECK(mq_send(requests, message.bytes, sizeof message, 0));
        pause_for_others(id); /* window: the first one to ask comes last */
        mqd_t reply = answers[message.tag];
        CHECK(mq_receive(reply, message.bytes, sizeof message, NULL));
        show_answer(id, &message);
    }
}

/* WRONG: all clients wait at one queue, and each takes the next answer. */
static void broken_client(int id)
{
    union message message;

    while (next_request(id, &message)) {
        message.tag = 1; /* WRONG: the same for all */
        CHECK(mq_send(requests, message.bytes, sizeof message, 0));
        pause_for_others(id); /* window: the first one to ask comes last */
        mqd_t reply = answers[message.tag];
        CHECK(mq_receive(reply, message.bytes, sizeof message, NULL));
        show_answer(id, &message);
    }
}

/* ---- The mechanism ends here. Below: set-up, options. ---- */

static const struct option_spec options[] = {
    OPTION_INT("clients", &settings.clients, 1, MAX_CLIENTS,
        "processes that ask; default: 1, with --broken 3"),
    OPTION_ENUM("api", "KIND", &settings.api, API_WORDS,
        "the kind of queue, by default the first that is there"),
    {0}};

int main(int argc, char **argv)
{
    int first = read_command_line(&mqueue_demo, options, argc, argv);

    check_settings(argv + first);
    if (settings.api == API_SYSV)
        return run_sysv(); /* in mqueue_sysv.c: the same with System V queues */

    requests = create_queue();
    for (int tag = 1; tag <= settings.clients; tag++)
        answers[tag] = create_queue();
    add_daemon("worker", 0, worker);
    for (int i = 0; i < settings.clients; i++)
        add_process("client", i, run.broken ? broken_client : client);
    run_actors(settings.is_stream ? -1 : 0);
    return check_answers();
}
