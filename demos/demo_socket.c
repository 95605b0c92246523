/* SPDX-License-Identifier: MIT */
/* demo_socket - a client sends a message to a server, which answers
 *
 * Guarantee: each side receives exactly what the other sent.
 * --broken leaves out the receive loop: one recv is not one message.
 * Read receive_message() first, then server() and client().
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/check.h"
#include "common/gate.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include "common/text.h"
#include "demos/socket_serve.h"

enum { WINDOW = 1000000000 /* nanoseconds: longer it never stands open */ };

static struct {
    int port, clients;
    const char *message;
    bool serve, connect;
} settings;

struct conversation {
    int listener;
    struct sockaddr_in address; /* the server's */
    struct gate turn;           /* a knock: the next client may begin */
    struct gate taken; /* a knock: the server took what was sent so far */
    struct exchange {  /* the evidence: what came of each client's connection */
        in_port_t port;
        size_t received;
        char message[MESSAGE_SIZE];
        bool answered;
    } exchanges[];
};

/* TCP carries a stream of bytes, not messages: what was sent at once may come
 * in pieces. A message goes on until a newline, the other side's half-close
 * (end of file) or a full buffer. Returns its length.
 */
static size_t receive_message(int connection, char *message,
                              const struct gate *taken)
{
    size_t length = 0;
    char *newline = NULL;

    do {
        ssize_t more =
            recv(connection, message + length, MESSAGE_SIZE - length, 0);
        if (more == -1 && errno != EINTR) /* the other side's fault */
            report("recv: %s", strerror(errno));
        if (more == 0 || (more == -1 && errno != EINTR))
            break;
        length += more > 0 ? (size_t)more : 0;
        newline = memchr(message, '\n', length);
        if (taken)
            gate_knock(taken);
    } while (!run.broken && !newline && length < MESSAGE_SIZE);
    return newline ? (size_t)(newline - message) : length;
}

/* Serves one connection after the other. Whoever connects gets an answer, but
 * only messages of this run's clients are evidence.
 */
static void server(int number, void *context)
{
    const struct timeval patience = {.tv_sec = 5};
    struct conversation *talk = context;
    struct sockaddr_in peer;
    char message[MESSAGE_SIZE];

    (void)number;
    for (;;) {
        socklen_t size = sizeof peer;
        int connection =
            CHECK(accept(talk->listener, (struct sockaddr *)&peer, &size));
        CHECK(setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience,
                         sizeof patience)); /* waits no longer for a client */
        size_t length = receive_message(connection, message, &talk->taken);
        for (int i = 0; i < settings.clients; i++)
            if (talk->exchanges[i].port == peer.sin_port) {
                memcpy(talk->exchanges[i].message, message, length);
                talk->exchanges[i].received = length;
            }
        char *shown = escaped_bytes(message, length);
        say("Server received: %s from %s : %d", shown, inet_ntoa(peer.sin_addr),
            ntohs(peer.sin_port));
        free(shown);
        /* The answer ends with a half-close. Then the rest is read away, since
         * closing a connection with unread data resets it.
         */
        if (send(connection, "pong", 4, 0) == 4)
            (void)shutdown(connection, SHUT_WR);
        for (int rest = 0; rest < 100; rest++)
            if (recv(connection, message, sizeof message, 0) <= 0)
                break;
        CHECK_CLOSE(connection);
    }
}

/* Sends its message in two halves. The window, in normal runs too: the second
 * one waits until the server has taken the first; so clients take turns.
 */
static void client(int number, void *context)
{
    struct conversation *talk = context;
    struct exchange *mine = &talk->exchanges[number];
    const char *message = settings.message;
    size_t length = strlen(message), half = settings.connect ? 0 : length / 2;
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    char answer[MESSAGE_SIZE];

    (void)gate_await_knock(&talk->turn, -1);
    int connection = CHECK(socket(AF_INET, SOCK_STREAM, 0));
    if (connect(connection, (struct sockaddr *)&talk->address, size) == -1)
        fail("connect to port %d on 127.0.0.1: %s; is the server running?",
             ntohs(talk->address.sin_port), strerror(errno));
    CHECK(getsockname(connection, (struct sockaddr *)&address, &size));
    mine->port = address.sin_port;
    write_all(connection, message, half);
    if (half > 0)
        (void)gate_await_knock(&talk->taken, WINDOW);
    write_all(connection, message + half, length - half);
    CHECK(shutdown(connection, SHUT_WR)); /* half-close: that was all */

    length = receive_message(connection, answer, NULL);
    if (length == 0)
        fail("the server gave no answer");
    mine->answered = length == 4 && memcmp(answer, "pong", 4) == 0;
    char *shown = escaped_bytes(answer, length);
    say("Client received: %s", shown);
    free(shown);
    CHECK_CLOSE(connection);
    gate_knock(&talk->turn);
}

/* Binds to the loopback address: nobody gets in from outside. */
static int create_listener(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    int on = 1, listener = CHECK(socket(AF_INET, SOCK_STREAM, 0));

    CHECK(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    if (bind(listener, (struct sockaddr *)address, size) == -1)
        fail("port %d on 127.0.0.1 %s; try --port=0 for any free one",
             settings.port,
             errno == EADDRINUSE ? "is in use" : strerror(errno));
    CHECK(listen(listener, SOMAXCONN));
    CHECK(getsockname(listener, (struct sockaddr *)address, &size));
    if (settings.port == 0 || settings.serve)
        report("listening on 127.0.0.1:%d", ntohs(address->sin_port));
    return listener;
}

static int judge(const struct conversation *talk)
{
    size_t length = strlen(settings.message), received = 0;
    int whole = 0;

    for (int i = 0; i < settings.clients; i++) {
        const struct exchange *this = &talk->exchanges[i];
        received += this->received;
        whole += settings.connect ||
                 (this->answered && this->received == length &&
                  memcmp(this->message, settings.message, length) == 0);
    }
    if (whole < settings.clients)
        return verdict(false,
                       "%d of %d messages were not received as they "
                       "were sent (%zu of %zu bytes)",
                       settings.clients - whole, settings.clients, received,
                       length * (size_t)settings.clients);
    return verdict(true, "%d of %d messages were received whole and answered",
                   whole, settings.clients);
}

static const struct option_row options[] = {
    {"port", "N", WHOLE, &settings.port, 0, 65535, "1234",
     "the server's port; 0 takes any free one"},
    {"message", "TEXT", TEXT, &settings.message, 1, MESSAGE_SIZE, "ping",
     "what a client sends"},
    {"clients", "N", WHOLE, &settings.clients, 1, 1000, "1",
     "processes that send it"},
    {"serve", NULL, FLAG, &settings.serve, 0, 0, NULL,
     "only the server, for many clients at once, until Ctrl-C"},
    {"connect", NULL, FLAG, &settings.connect, 0, 0, NULL,
     "only the client, of a server that is running"},
    {0}};

static const struct demo demo = {
    .name = "demo_socket",
    .shows = "A client connects to a server on this machine, sends it a\n"
             "message, and gets an answer.",
    .guarantee = "each side receives exactly what the other sent.",
    .broken = "the server calls recv once and takes what comes for the\n"
              "whole message: one recv is not one message.",
    .bug = "one recv is not one message",
    .missing = "the loop around recv in receive_message()",
    .options = options,
    .examples = {{"demo_socket", "ping and pong"},
                 {"demo_socket --broken", "half a message"},
                 {"demo_socket --serve --port=0", "a server to try nc with"}},
    .source = "section 3.6, listing 6."};

int main(int argc, char **argv)
{
    demo_start(&demo, argc, argv);
    if (settings.serve + settings.connect + run.broken > 1)
        usage_error("--serve, --connect and --broken exclude each other");
    if (settings.connect && settings.port == 0)
        usage_error("--connect wants a server's port; use --port=1 to 65535");
    if (run.broken && strlen(settings.message) == 1)
        usage_error("--broken wants a --message of at least 2 bytes");

    size_t size = (size_t)settings.clients * sizeof(struct exchange);
    struct conversation *talk = share_memory(sizeof *talk + size);
    talk->address =
        (struct sockaddr_in){.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)settings.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    watchdog_start(settings.serve ? -1 : 0);
    if (!settings.connect)
        talk->listener = create_listener(&talk->address);
    if (settings.serve)
        return serve(talk->listener);

    talk->turn = gate_create();
    talk->taken = gate_create();
    if (!settings.connect)
        (void)start_process("server", 0, server, talk);
    for (int i = 0; i < settings.clients; i++)
        (void)start_process("client", i, client, talk);
    gate_knock(&talk->turn);
    join_processes(settings.connect ? 0 : 1); /* the server would go on */
    stop_processes();
    return judge(talk);
}
