/* SPDX-License-Identifier: MIT */
/* demo_mqueue - a worker answers the requests of its clients through queues
 *
 * Guarantee: every client gets the answer to its own request.
 * --broken leaves out the tags: answers are swapped.
 * Read ask() first; the queues are in mqueue_posix.c and mqueue_sysv.c.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/files.h"
#include "common/gate.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include "common/record/recorder.h"
#include "common/text.h"
#include "common/transfer.h"
#include "demos/about.h"
#include "demos/mqueue.h"

enum { LINE_SIZE = 256, WINDOW = 1000000000 /* ns: it lasts no longer */ };

static struct {
    int clients, api;
    bool streaming;
    char **words; /* the operands */
} settings = {.api = -1};

/* Shared by all processes. */
struct office {
    const struct mailbox_kind *kind;
    struct mailbox in, out;
    struct gate asked;   /* opens when client 0 has asked */
    struct gate fetched; /* any other client knocks when it has its answer */
    atomic_long answers, own, errors; /* the evidence */
};

static void worker(int number, void *context)
{
    struct office *office = context;
    struct message message;

    (void)number;
    for (;;) {
        record_state(WAITING, "waiting for a request");
        office->kind->fetch(&office->in, 1, &message);
        int client = settings.streaming ? 0 : (int)message.asker;
        record_received("client", client, "%s", message.text);
        record_state(RUNNING, "working");
        carry_out(&message);
        record_sent("client", client, "%s", describe_answer(&message));
        office->kind->put(&office->out, message.answer_tag, &message);
    }
}

static void complain(struct office *office, long line, const char *problem)
{
    office->errors++;
    if (settings.streaming)
        report("line %ld: %s", line, problem);
    else
        report("%s", problem);
}

/* Puts a request into the one queue and fetches its answer from the other. The
 * tag ties them together: with --broken there is one tag for all clients.
 */
static void ask(struct office *office, int client, struct message *request)
{
    struct message answer;

    request->answer_tag = run.broken ? 1 : client + 1;
    record_sent("worker", 0, "%s", request->text);
    office->kind->put(&office->in, 1, request);
    /* The window, in normal runs too: another one fetches before client 0. */
    if (client == 0 && settings.clients > 1) {
        gate_let_go(&office->asked);
        (void)gate_await_knock(&office->fetched, WINDOW);
    }
    record_state(WAITING, "waiting for its answer");
    office->kind->fetch(&office->out, request->answer_tag, &answer);
    record_received("worker", 0, "%s", describe_answer(&answer));
    record_state(RUNNING, "has its answer");
    if (client > 0)
        gate_knock(&office->fetched);

    office->answers++;
    office->own += answer.asker == request->asker;
    if (answer.error != 0)
        complain(office, request->asker, describe_answer(&answer));
    else if (run.broken)
        say("client %d asked %s and got %" PRId64, client, request->text,
            answer.result);
    else
        say("%" PRId64, answer.result);
}

/* All clients ask the same, but with --broken each something else: otherwise an
 * answer could be another's and look right.
 */
static void client(int number, void *context)
{
    char own[16];
    char *examples[][4] = {{"add", "3", "4"}, {"mul", "6", "7"},
        {"pow", "2", "10"}, {"mul", "1000", own}};
    int example = run.broken ? number : 0;
    struct office *office = context;
    struct message request;

    (void)snprintf(own, sizeof own, "%d", number);
    if (example > 3)
        example = 3;
    (void)make_request(
        *settings.words ? settings.words : examples[example], &request);
    request.asker = number;
    if (number > 0)
        gate_pass(&office->asked);
    ask(office, number, &request);
}

/* Reads a line, of which only the beginning is kept, so that a line without an
 * end does not fill the memory. Sets LENGTH to its length, without the newline.
 * Returns false at the end of the file.
 */
static bool read_line(char line[LINE_SIZE], size_t *length)
{
    int byte;

    memset(line, 0, LINE_SIZE);
    for (*length = 0; (byte = next_byte()) != EOF && byte != '\n'; (*length)++)
        if (*length < LINE_SIZE - 1)
            line[*length] = (char)byte;
    return byte != EOF || *length > 0;
}

/* The client that takes its requests from standard input, one a line. */
static void stream(int number, void *context)
{
    static const char mark[] = "\xef\xbb\xbf"; /* some editors begin with it */
    struct office *office = context;
    struct message request;
    char line[LINE_SIZE], *words[MOST_WORDS], text[1000];
    size_t length;

    for (long i = 1; read_line(line, &length); i++) {
        size_t kept = length < LINE_SIZE ? length : LINE_SIZE - 1;
        if (i == 1 && memcmp(line, mark, 3) == 0)
            memset(line, ' ', 3);
        const char *shown = escaped_part(line, kept);
        split_line(line, kept, words);
        if (!words[0]) /* a blank line asks nothing */
            continue;
        const char *problem = make_request(words, &request);
        if (kept < length)
            problem = "the line is too long";
        request.asker = i;
        if (problem) {
            (void)snprintf(text, sizeof text, "%s: %s", shown, problem);
            complain(office, i, text);
        } else
            ask(office, number, &request);
    }
}

static const struct option_row options[] = {
    {"clients", "N", WHOLE, &settings.clients, 1, MOST_TAGS, NULL,
        "processes that ask; default: 1, with --broken 3"},
    {"api", "KIND", CHOICE, &settings.api, 0, 0, MAILBOX_KINDS,
        "the kind of queue, by default the first that is there"},
    {0}};

int main(int argc, char **argv)
{
    char **words = argv + demo_start(&mqueue_demo, options, argc, argv);
    struct message request;

    settings.streaming = *words && strcmp(*words, "-") == 0;
    if (settings.streaming && (words[1] || run.broken || settings.clients))
        usage_error("- stands alone; leave out --broken and --clients");
    if (settings.streaming)
        check_input();
    if (settings.clients == 0) /* not given */
        settings.clients = run.broken ? 3 : 1;
    if (run.broken && *words)
        usage_error("--broken cannot be combined with a request, whose answer "
                    "would look right; leave out the request");
    if (run.broken && settings.clients == 1)
        usage_error("one client has no other's answer; use --clients=2");
    const char *problem =
        !*words || settings.streaming ? NULL : make_request(words, &request);
    if (problem)
        usage_error("%s: %s", escaped(*words), problem);
    settings.words = words;

    struct office *office = share_memory(sizeof *office);
    office->kind =
        settings.api < 0 ? standard_mailbox() : mailbox_kinds[settings.api];
    if (office->kind == &sysv_mailbox)
        report("the queues are System V queues");
    office->kind->create(&office->in, 1);
    office->kind->create(&office->out, settings.clients);
    watchdog_start(settings.streaming ? -1 : 0);
    (void)start_process("worker", 0, worker, office);
    office->asked = gate_create(); /* which the worker does not hold */
    office->fetched = gate_create();
    for (int i = 0; i < settings.clients; i++)
        (void)start_process(
            "client", i, settings.streaming ? stream : client, office);
    gate_let_go(&office->asked);
    join_processes(1); /* all but the worker, which would wait for ever */
    stop_processes();

    long answers = office->answers, own = office->own;
    if (own < answers)
        return verdict(false, "%ld of %ld requests got another's answer",
            answers - own, answers);
    int status =
        verdict(true, "%ld of %ld requests got their own answer", own, answers);
    return office->errors > 0 ? COULD_NOT_RUN : status;
}
