/* SPDX-License-Identifier: MIT */
/* mqueue_requests - where the requests of demo_mqueue come from, and what
 * becomes of the answers
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/demo.h"
#include "demos/parts/calls.h"
#include "demos/parts/exclusive.h"
#include "demos/parts/input.h"
#include "demos/parts/mqueue.h"
#include "demos/parts/window.h"

enum { LINE_SIZE = 4096 };

struct settings settings = {.api = NOT_GIVEN}; /* clients: 0, not given */

/* In memory that all processes share. */
static struct {
    struct latch first_has_asked, other_has_answer; /* for the window */
    atomic_long answers, own_answers, not_made, errors;
    bool has_asked[MAX_CLIENTS]; /* each client writes its own */
} * shared;

/* The C library can know POSIX queues that the running system lacks. */
static bool has_posix_queues(void)
{
    mqd_t queue = AGAIN(mq_open("/demo-none", O_RDONLY)); /* of no such name */

    return queue != -1 || errno != ENOSYS;
}

static _Thread_local int own_id = -1; /* of this actor, if it is a client */

/* With --window, as broken_client() calls it. The worker sends, too. */
static void call_ends(const struct call_place *place)
{
    int error = errno; /* of the call, if it failed */

    if (own_id >= 0 &&
        (is_call(place, "mq_send(") || is_call(place, "msgsnd(")))
        pause_for_others(own_id);
    errno = error;
}

void check_settings(char **words)
{
    static const struct call_watcher watcher = {ignore_call, call_ends, NULL};
    struct message request;
    const char *problem = NULL;

    settings.words = words;
    settings.is_stream = *words && strcmp(*words, "-") == 0;
    if (settings.is_stream && words[1])
        usage_error("unexpected operand %s after -", escaped(words[1]));
    if (settings.is_stream && (run.broken || settings.clients > 0))
        usage_error("- cannot be combined with --broken or --clients");
    if (run.broken && *words)
        usage_error("--broken cannot be combined with a request, whose answer "
                    "would look right; leave out the request");
    if (settings.is_stream)
        check_input();
    if (settings.api == NOT_GIVEN)
        settings.api = has_posix_queues() ? API_POSIX : API_SYSV;
    if (settings.clients == 0) /* not given */
        settings.clients = run.broken ? 3 : 1;
    if (run.broken && settings.clients == 1)
        usage_error("--broken needs at least two clients; use --clients=2");
    if (*words && !settings.is_stream)
        problem = make_request(words, &request);
    if (problem)
        usage_error("%s: %s", escaped(*words), problem);

    shared = shared_alloc(sizeof *shared);
    if (run.broken || run.window) { /* else nobody waits for them */
        latch_init(&shared->first_has_asked, 1);
        latch_init(&shared->other_has_answer, 1);
    }
    if (run.window)
        call_watcher = &watcher;
}

static void complain(long line, const char *problem)
{
    atomic_fetch_add(&shared->errors, 1);
    if (settings.is_stream)
        warn("line %ld: %s", line, problem);
    else
        warn("%s", problem);
}

/* Returns the next byte of standard input or EOF, as getchar(3p), also where
 * that is non-blocking. */
static int next_byte(void)
{
    static unsigned char bytes[256];
    static size_t next, end; /* of what is not yet returned */
    static bool is_over;

    if (next == end && !is_over) {
        ssize_t got = read_some(STDIN_FILENO, bytes, sizeof bytes);
        if (got == -1)
            die_call("read", errno, __FILE__, __LINE__);
        is_over = got == 0;
        next = 0;
        end = (size_t)got;
    }
    return is_over ? EOF : bytes[next++];
}

/* Reads a line, of which only the beginning is kept, so that a line without an
 * end does not fill the memory. Sets LENGTH to its length, without the newline.
 * Returns false at end-of-file.
 */
static bool read_line(char line[LINE_SIZE], size_t *length)
{
    int byte = next_byte();

    memset(line, 0, LINE_SIZE);
    *length = 0;
    if (byte == EOF)
        return false;
    for (; byte != EOF && byte != '\n'; byte = next_byte()) {
        if (*length < LINE_SIZE - 1)
            line[*length] = (char)byte;
        (*length)++;
    }
    return true;
}

static long line_number;

static bool next_line(struct message *message)
{
    static const char mark[] = "\xef\xbb\xbf"; /* some editors begin with it */
    enum { PART = 200 }; /* bytes of a line that cannot be used */
    char line[LINE_SIZE], *words[MAX_WORDS], shown[4 * PART + 1], text[1000];
    size_t length;

    while (read_line(line, &length)) {
        size_t kept = length < LINE_SIZE ? length : LINE_SIZE - 1;
        line_number++;
        if (line_number == 1 && memcmp(line, mark, 3) == 0)
            memset(line, ' ', 3);
        size_t part = utf8_prefix(line, PART);
        shown[escape(line, part, shown, false)] = '\0';
        split_line(line, kept, words);
        if (!words[0]) /* a blank line asks nothing */
            continue;
        const char *problem = make_request(words, message);
        if (kept < length)
            problem = "the line is too long";
        if (!problem)
            return true;
        (void)snprintf(text, sizeof text, "%s%s: %s", shown,
            part < kept ? "..." : "", problem);
        complain(line_number, text);
    }
    return false;
}

/* Without a request on the command line each client asks something else:
 * otherwise the answer to another would look right.
 */
static void make_example(int id, struct message *message)
{
    char own[16];
    char *examples[][4] = {{"add", "3", "4"}, {"mul", "6", "7"},
        {"pow", "2", "10"}, {"mul", "1000", own}};

    (void)snprintf(own, sizeof own, "%d", id);
    (void)make_request(examples[id < 3 ? id : 3], message);
}

bool next_request(int id, struct message *message)
{
    own_id = id;
    if (settings.is_stream && !next_line(message))
        return false;
    if (!settings.is_stream && shared->has_asked[id])
        return false;
    if (!settings.is_stream && *settings.words)
        (void)make_request(settings.words, message);
    else if (!settings.is_stream)
        make_example(id, message);
    shared->has_asked[id] = true;
    message->asker = settings.is_stream ? line_number : id;
    if (id > 0 && (run.broken || run.window)) /* it always asks */
        (void)latch_wait_for(&shared->first_has_asked, WINDOW);
    record_sent("worker", 0, "%s", message->text);
    return true;
}

void pause_for_others(int id)
{
    if (id > 0 || settings.clients == 1)
        return;
    latch_count_down(&shared->first_has_asked);
    pause_until(&shared->other_has_answer);
}

void compute(struct message *request)
{
    int client = settings.is_stream ? 0 : (int)request->asker;
    int first_tag = settings.api == API_SYSV ? 1 : 0;

    record_received("client", client, "%s", request->text);
    compute_result(request);
    /* with --broken it is not known yet which client will receive it */
    record_sent(run.broken ? NULL : "client", (int)request->client - first_tag,
        "%s", describe_answer(request));
}

/* Whether the worker has made this answer: otherwise it is the request still.
 */
static bool is_made(const struct message *answer)
{
    struct message again = *answer;

    compute_result(&again);
    return again.result == answer->result && again.error == answer->error;
}

void show_answer(int id, const struct message *answer)
{
    long asker = settings.is_stream ? line_number : id;

    record_received("worker", 0, "%s", describe_answer(answer));
    if (id > 0)
        latch_count_down(&shared->other_has_answer);
    atomic_fetch_add(&shared->answers, 1);
    if (!is_made(answer))
        atomic_fetch_add(&shared->not_made, 1);
    else if (answer->asker == asker)
        atomic_fetch_add(&shared->own_answers, 1);
    else
        record_wrong("meant for %ld", (long)answer->asker);
    if (answer->error != 0)
        complain(asker, describe_answer(answer));
    else if (settings.clients > 1 && !*settings.words) {
        struct message asked;
        make_example(id, &asked);
        say("client %d asked %s and got %" PRId64, id, asked.text,
            answer->result);
    } else
        say("%" PRId64, answer->result);
}

double planned_seconds(void)
{
    return settings.is_stream ? -1 : 0;
}

int check_answers(void)
{
    long answers = shared->answers, own = shared->own_answers;
    int status;

    if (shared->not_made > 0)
        return verdict(false, "%ld of %ld requests got no answer",
            (long)shared->not_made, answers);
    if (own < answers)
        return verdict(false, "%ld of %ld requests got another one's answer",
            answers - own, answers);
    status =
        verdict(true, "%ld of %ld requests got their own answer", own, answers);
    return shared->errors > 0 ? EXIT_TROUBLE : status;
}
