/* SPDX-License-Identifier: MIT */
/* demo_mqueue - clients ask a worker through a queue, and get answers by
 * another
 *
 * Guarantee: every client gets the answer to its own request.
 * --broken leaves out the tags: answers are swapped.
 * Read ask() and worker() first; the queues are in mqueue_posix.c and
 * mqueue_sysv.c.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/gate.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include "common/text.h"
#include "demos/mqueue.h"

enum { MOST_WORDS = 4, WINDOW = 1000 /* milliseconds */ };

static struct {
    int clients, api;
} settings;

/* Shared by all processes. */
struct office {
    const struct mailbox_kind *kind;
    struct mailbox in, out;
    struct gate asked;   /* opens when client 0 has asked */
    struct gate fetched; /* any other client knocks when it has its answer */
    struct message requests[MOST_TAGS];
    atomic_long asked_for, own, errors; /* the evidence */
};

/* Carries out one request after the other. */
static void worker(int number, void *context)
{
    struct office *office = context;
    struct message message;

    (void)number;
    for (;;) {
        office->kind->fetch(&office->in, 1, &message);
        carry_out(&message);
        office->kind->put(&office->out, message.answer_tag, &message);
    }
}

/* Shows the answer; LINE, if any, begins the report of an error. */
static void show(struct office *office, const struct message *request,
                 const struct message *answer, const char *line)
{
    char asked[64];
    int two = strcmp(request->function, "fib") != 0;

    (void)snprintf(
        asked, sizeof asked, two ? "%s %" PRId64 " %" PRId64 : "%s %" PRId64,
        request->function, request->arguments[0], request->arguments[1]);
    if (answer->error != 0) {
        report("%s%s: %s", line, asked,
               answer->error == EDOM ? "division by zero"
                                     : "the result is beyond 64 bits");
        atomic_fetch_add(&office->errors, 1);
    } else if (run.broken)
        say("client %ld asked %s and got %" PRId64, request->asker, asked,
            answer->result);
    else
        say("%" PRId64, answer->result);
}

/* Puts a request into the one queue and fetches its answer from the other. The
 * tag makes sure that it is this client's; without it all share one.
 */
static void client(int number, void *context)
{
    struct office *office = context;
    struct message request = office->requests[number], answer;
    struct gate asked = office->asked;

    request.asker = number;
    request.answer_tag = run.broken ? 1 : number + 1;
    if (number > 0)
        gate_pass(&asked); /* client 0 asks first */
    office->kind->put(&office->in, 1, &request);
    atomic_fetch_add(&office->asked_for, 1);
    gate_let_go(&asked);

    /* The window, in normal runs too: another one fetches before client 0. */
    if (number == 0 && settings.clients > 1)
        (void)gate_await_knock(&office->fetched, WINDOW);
    office->kind->fetch(&office->out, request.answer_tag, &answer);
    if (number > 0)
        gate_knock(&office->fetched);
    atomic_fetch_add(&office->own, answer.asker == number);
    show(office, &request, &answer, "");
}

/* A client that takes its requests from standard input, one a line. */
static void stream(int number, void *context)
{
    struct office *office = context;
    struct message request, answer;
    char *line = NULL, *words[MOST_WORDS], *rest, prefix[32];
    size_t room = 0;

    (void)number;
    for (ssize_t size, i = 1; (size = getline(&line, &room, stdin)) > 0; i++) {
        int count = 0;
        size -= line[size - 1] == '\n';
        line[size] = '\0';
        char *shown = escaped_bytes(line, (size_t)size);
        bool text = strlen(line) == (size_t)size; /* no NUL in it */
        for (char *word = strtok_r(line, " \t\r", &rest);
             word && count < MOST_WORDS; word = strtok_r(NULL, " \t\r", &rest))
            words[count++] = word;
        const char *problem =
            text ? parse_request(count, words, &request) : "it is not text";
        if (problem) {
            report("line %zd: %.100s: %s", i, shown, problem);
            atomic_fetch_add(&office->errors, 1);
        } else {
            request.asker = i;
            office->kind->put(&office->in, 1, &request);
            atomic_fetch_add(&office->asked_for, 1);
            office->kind->fetch(&office->out, request.answer_tag, &answer);
            atomic_fetch_add(&office->own, answer.asker == i);
            (void)snprintf(prefix, sizeof prefix, "line %zd: ", i);
            show(office, &request, &answer, prefix);
        }
        free(shown);
    }
    if (ferror(stdin))
        fail_call("getline", errno, __FILE__, __LINE__);
}

/* Without operands, --broken needs requests that can be told apart. */
static void choose_requests(struct office *office, int count, char **words)
{
    static char *examples[][3] = {
        {"add", "3", "4"}, {"mul", "6", "7"}, {"pow", "2", "10"}};

    for (int i = 0; i < settings.clients; i++) {
        bool example = count == 0;
        int which = run.broken ? i % 3 : 0;
        const char *problem = parse_request(example ? 3 : count,
                                            example ? examples[which] : words,
                                            &office->requests[i]);
        if (problem)
            usage_error("%.80s: %s; see --help", escaped(words[0]), problem);
    }
}

#if HAVE_MQUEUE
#define KINDS "posix sysv"
static const struct mailbox_kind *const kinds[] = {&posix_mailbox,
                                                   &sysv_mailbox};
#else
#define KINDS "sysv"
static const struct mailbox_kind *const kinds[] = {&sysv_mailbox};
#endif

static const struct option_row options[] = {
    {"clients", "N", WHOLE, &settings.clients, 1, MOST_TAGS, "1",
     "processes that ask, all the same"},
    {"api", "KIND", CHOICE, &settings.api, 0, 0, KINDS,
     "the kind of queue, the first one by default"},
    {0}};

static const struct demo demo = {
    .name = "demo_mqueue",
    .operands = "[FUNCTION ARG...] | -",
    .shows = "A client puts a request (add, sub, mul, div, pow, gcd: two "
             "numbers; fib: one) into the in-queue of a worker, and gets the "
             "answer from its out-queue. With - the requests come from "
             "standard input, one a line.",
    .guarantee = "every client gets the answer to its own request.",
    .broken = "the answers carry no tag, and a client takes the next one "
              "that comes, whoever it is for: swapped answers.",
    .bug = "swapped answers",
    .missing = "answer_tag in client() and worker()",
    .options = options,
    .examples = {{"demo_mqueue", "3 + 4, as in the listing"},
                 {"demo_mqueue --api=sysv pow 2 10", "System V queues"},
                 {"demo_mqueue --broken", "three clients, swapped answers"}},
    .source = "section 3.7, listing 7."};

int main(int argc, char **argv)
{
    int first = demo_start(&demo, argc, argv);
    int words = argc - first;
    bool streaming = words > 0 && strcmp(argv[first], "-") == 0;

    if (streaming && words > 1)
        usage_error("there is no operand after -; see --help");
    if (streaming && (run.broken || option_given("clients")))
        usage_error("- is one client; leave out --broken and --clients");
    if (run.broken && !option_given("clients"))
        settings.clients = 3;
    if (run.broken && settings.clients == 1)
        usage_error("one client gets no other's answer; use --clients=2");

    struct office *office = share_memory(sizeof *office);
    if (!streaming)
        choose_requests(office, words, argv + first);
    office->kind = kinds[settings.api];
    if (settings.api != 0)
        report("the queues are System V queues");
    office->in.tags = 1;
    office->out.tags = settings.clients;
    office->kind->create(&office->in);
    office->kind->create(&office->out);
    watchdog_start(streaming ? -1 : 0);
    (void)start_process("worker", -1, worker, office);
    office->asked = gate_create(); /* which the worker does not hold */
    office->fetched = gate_create();
    struct gate asked = office->asked;
    for (int i = 0; i < settings.clients; i++)
        (void)start_process("client", i, streaming ? stream : client, office);
    gate_let_go(&asked);
    join_processes(1); /* all but the worker, which would wait for ever */
    stop_processes();

    long asked_for = atomic_load(&office->asked_for);
    long own = atomic_load(&office->own);
    int status = own == asked_for
                     ? verdict(true, "%ld of %ld requests got their own answer",
                               own, asked_for)
                     : verdict(false,
                               "%ld of %ld requests got the answer to "
                               "another's",
                               asked_for - own, asked_for);
    return status == HELD && atomic_load(&office->errors) > 0 ? COULD_NOT_RUN
                                                              : status;
}
