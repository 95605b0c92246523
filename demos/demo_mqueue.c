/* SPDX-License-Identifier: MIT */
/* demo_mqueue - clients send requests to a worker, which sends answers back
 *
 * A message queue keeps messages until a process receives them, the oldest
 * first. Receiving waits while it is empty, sending waits while it is full.
 *
 *   $ ./demo_mqueue --clients=2
 *   client 0 asked add 3 4 and got 7
 *   client 1 asked mul 6 7 and got 42
 *        HELD  2 of 2 requests got their own answer (seed 69054)
 *
 *   $ ./demo_mqueue --clients=2 --broken
 *   client 1 asked mul 6 7 and got 7
 *   client 0 asked add 3 4 and got 42
 *    VIOLATED  2 of 2 requests got another one's answer
 *
 * Guarantee: every client gets the answer to its own request.
 * Each request has a tag: which client asks. With --broken all have tag 0,
 * so all answers go to one queue. Then client 0 asks first, and receives after
 * another one: every run shows the bug (swapped answers).
 */
#include "common/demo.h" /* CHECK(call): its value; a failure ends the run */
#include "demos/parts/mqueue.h" /* and <mqueue.h>, which macOS lacks */

static mqd_t requests;             /* from all clients to the worker */
static mqd_t answers[MAX_CLIENTS]; /* from the worker: one for each client */

/* The name is only for opening. Forked processes inherit the open queue. */
static mqd_t create_queue(void)
{
    struct mq_attr attr = {
        .mq_maxmsg = 10, .mq_msgsize = sizeof(struct message)};
    char name[NAME_SIZE];

    unique_name(name); /* Ctrl-C now waits: it would leave the name behind */
    mqd_t queue = CHECK(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr));
    CHECK(mq_unlink(name)); /* only the name goes; the open queue stays */
    name_is_gone();         /* Ctrl-C has waited long enough */
    return queue;
}

static void worker(int id)
{
    struct message message; /* .client: who asks; .text: "add 3 4"; .result */

    for (;;) { /* killed after the last client */
        /* waits while the queue is empty; NULL and 0: all have one priority */
        CHECK(mq_receive(requests, (char *)&message, sizeof message, NULL));
        compute(&message); /* fills in the result: now it is the answer */
        mqd_t queue = answers[message.client];
        CHECK(mq_send(queue, (char *)&message, sizeof message, 0));
    }
}

static void client(int id)
{
    struct message message;

    while (next_request(id, &message)) {
        message.client = id; /* its tag: where the worker has to answer */
        CHECK(mq_send(requests, (char *)&message, sizeof message, 0));
        CHECK(mq_receive(answers[id], (char *)&message, sizeof message, NULL));
        show_answer(id, &message);
    }
}

/* WRONG: all clients wait at one queue, and each takes the next answer. */
static void broken_client(int id)
{
    struct message message;

    while (next_request(id, &message)) {
        message.client = 0; /* WRONG: the same for all */
        CHECK(mq_send(requests, (char *)&message, sizeof message, 0));
        pause_for_others(id); /* window: another one receives first */
        /* WRONG: with tag 0 all answers come to this queue */
        CHECK(mq_receive(answers[0], (char *)&message, sizeof message, NULL));
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
    void (*asks)(int id) = run.broken ? broken_client : client;

    check_settings(&argv[first]); /* the words of the request, if any */
    if (settings.api == API_SYSV)
        return run_sysv(); /* in mqueue_sysv.c: the same with System V queues */

    requests = create_queue();
    for (int i = 0; i < settings.clients; i++)
        answers[i] = create_queue();
    add_daemon("worker", 0, worker);
    add_self("client", 0, asks); /* no fork: this process is client 0 */
    for (int i = 1; i < settings.clients; i++)
        add_process("client", i, asks);
    run_actors(planned_seconds());
    return check_answers();
}
