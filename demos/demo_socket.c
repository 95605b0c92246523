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
#include <stdio.h>
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

enum { MOST_CLIENTS = 1000, PATIENCE = 5 /* s */, WINDOW = 1000 /* ms */ };

static struct {
    int port, clients;
    const char *message;
    bool serve, connect;
} settings;

/* The evidence: what came of one client's connection. */
struct exchange {
    in_port_t port; /* the client's */
    size_t received, answered;
    char message[MESSAGE_SIZE], answer[MESSAGE_SIZE];
};

struct conversation {
    int listener;
    in_port_t port;    /* the server's */
    struct gate turn;  /* a knock: the next client may begin */
    struct gate taken; /* a knock: the server took what was sent so far */
    struct exchange exchanges[];
};

/* TCP carries a stream of bytes, not messages: what was sent at once may come
 * in pieces. The message goes on until a newline, the other side's half-close
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
        if (more == -1 && errno == EINTR)
            continue;
        if (more == -1) /* the other side's fault, or its silence */
            report("recv: %s", strerror(errno));
        if (more <= 0)
            break;
        length += (size_t)more;
        newline = memchr(message, '\n', length);
        if (taken)
            gate_knock(taken);
    } while (!run.broken && !newline && length < MESSAGE_SIZE);
    return newline ? (size_t)(newline - message) : length;
}

/* Returns false if the other side is gone. */
static bool send_all(int connection, const char *bytes, size_t length)
{
    for (ssize_t sent; length > 0; bytes += sent, length -= (size_t)sent)
        while ((sent = send(connection, bytes, length, 0)) == -1)
            if (errno != EINTR) {
                report("send: %s", strerror(errno));
                return false;
            }
    return true;
}

/* No wait on a connection is without a bound. */
static void bound_waits(int connection)
{
    const struct timeval patience = {.tv_sec = PATIENCE};

    CHECK(setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience,
                     sizeof patience));
}

/* Serves one connection after the other. Whoever connects is answered, but
 * only messages of this run's clients are evidence.
 */
static void server(int number, void *context)
{
    struct conversation *talk = context;
    struct sockaddr_in peer;
    char message[MESSAGE_SIZE];

    (void)number;
    for (;;) {
        socklen_t size = sizeof peer;
        int connection =
            CHECK(accept(talk->listener, (struct sockaddr *)&peer, &size));
        bound_waits(connection);
        size_t length = receive_message(connection, message, &talk->taken);
        for (int i = 0; i < settings.clients; i++)
            if (talk->exchanges[i].port == peer.sin_port) {
                memcpy(talk->exchanges[i].message, message, length);
                talk->exchanges[i].received = length;
            }
        char *shown = escaped(message, length);
        say("Server received: %s from %s : %d", shown, inet_ntoa(peer.sin_addr),
            ntohs(peer.sin_port));
        free(shown);
        /* The answer ends with a half-close. What still comes is read away:
         * closing with unread data would reset the connection.
         */
        (void)(send_all(connection, "pong", 4) &&
               shutdown(connection, SHUT_WR) == 0);
        for (int rest = 0; rest < 100; rest++)
            if (recv(connection, message, sizeof message, 0) <= 0)
                break;
        CHECK_CLOSE(connection);
    }
}

/* Sends the message in two halves. The window: the second one waits until the
 * server has taken the first, in normal runs too.
 */
static void client(int number, void *context)
{
    struct conversation *talk = context;
    struct exchange *mine = &talk->exchanges[number];
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = talk->port,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    size_t length = strlen(settings.message);
    size_t first = settings.connect ? 0 : length / 2;

    (void)gate_await_knock(&talk->turn, -1);
    int connection = CHECK(socket(AF_INET, SOCK_STREAM, 0));
    bound_waits(connection);
    if (connect(connection, (struct sockaddr *)&address, size) == -1)
        fail("connect to 127.0.0.1:%d: %s; is the server running?",
             ntohs(talk->port), strerror(errno));
    CHECK(getsockname(connection, (struct sockaddr *)&address, &size));
    mine->port = address.sin_port;
    bool sent = send_all(connection, settings.message, first);
    if (first > 0)
        (void)gate_await_knock(&talk->taken, WINDOW);
    sent =
        sent && send_all(connection, settings.message + first, length - first);
    if (!sent || shutdown(connection, SHUT_WR) == -1)
        fail("the server went away");
    mine->answered = receive_message(connection, mine->answer, NULL);
    if (mine->answered == 0)
        fail("the server did not answer within %d s", PATIENCE);
    char *shown = escaped(mine->answer, mine->answered);
    say("Client received: %s", shown);
    free(shown);
    CHECK_CLOSE(connection);
    gate_knock(&talk->turn);
}

/* Only this machine can reach the loopback address. */
static int create_listener(in_port_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)settings.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int on = 1, listener = CHECK(socket(AF_INET, SOCK_STREAM, 0));

    CHECK(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    if (bind(listener, (struct sockaddr *)&address, size) == -1)
        fail(errno == EADDRINUSE ? "port %d on 127.0.0.1 is in use; try "
                                   "--port=0 for any free one"
                                 : "port %d on 127.0.0.1 cannot be used; try "
                                   "--port=0 for any free one",
             settings.port);
    CHECK(listen(listener, SOMAXCONN));
    CHECK(getsockname(listener, (struct sockaddr *)&address, &size));
    *port = address.sin_port;
    if (settings.port == 0 || settings.serve)
        report("listening on 127.0.0.1:%d", ntohs(*port));
    return listener;
}

static int judge(const struct conversation *talk)
{
    size_t length = strlen(settings.message);
    const struct exchange *worst = NULL;
    int whole = 0;

    for (int i = 0; i < settings.clients; i++) {
        const struct exchange *this = &talk->exchanges[i];
        bool good =
            settings.connect ||
            (this->received == length &&
             memcmp(this->message, settings.message, length) == 0 &&
             this->answered == 4 && memcmp(this->answer, "pong", 4) == 0);
        whole += good;
        worst = good ? worst : this;
    }
    if (worst)
        return verdict(false,
                       "the server received %zu of %zu bytes, in %d of "
                       "%d messages",
                       worst->received, length, settings.clients - whole,
                       settings.clients);
    return verdict(true,
                   "%d of %d messages were received as they were sent, "
                   "and answered",
                   whole, settings.clients);
}

static const struct option_row options[] = {
    {"port", "N", WHOLE, &settings.port, 0, 65535, "1234",
     "the server's port; 0 takes any free one"},
    {"message", "TEXT", TEXT, &settings.message, 1, MESSAGE_SIZE, "ping",
     "what a client sends"},
    {"clients", "N", WHOLE, &settings.clients, 1, MOST_CLIENTS, "1",
     "processes that send it, one after the other"},
    {"serve", NULL, FLAG, &settings.serve, 0, 0, NULL,
     "be the server only, for many clients at once, until Ctrl-C"},
    {"connect", NULL, FLAG, &settings.connect, 0, 0, NULL,
     "be the client only, of a server that runs already"},
    {0}};

static const struct demo demo = {
    .name = "demo_socket",
    .shows = "A client connects to a server on this machine, sends it a "
             "message, and gets an answer.",
    .guarantee = "each side receives exactly what the other sent.",
    .broken = "the server calls recv once and takes what comes for the whole "
              "message: one recv is not one message.",
    .bug = "one recv is not one message",
    .missing = "the loop around recv in receive_message()",
    .options = options,
    .examples = {{"demo_socket", "ping and pong"},
                 {"demo_socket --broken", "half a message"},
                 {"demo_socket --serve --port=0", "a server to try nc with"}},
    .source = "section 3.6, listing 6."};

int main(int argc, char **argv)
{
    static pid_t clients[MOST_CLIENTS];

    demo_start_plain(&demo, argc, argv);
    if (settings.serve && settings.connect)
        usage_error("--serve and --connect exclude each other");
    if (run.broken && (settings.serve || settings.connect))
        usage_error("--broken wants both sides; leave out --serve, --connect");
    if (run.broken && strlen(settings.message) < 2)
        usage_error("--broken wants a --message that can come in two pieces");
    if (settings.connect && settings.port == 0)
        usage_error("--connect wants the port of a server; use --port=N");

    struct conversation *talk = share_memory(
        sizeof *talk + (size_t)settings.clients * sizeof talk->exchanges[0]);
    talk->port = htons((uint16_t)settings.port);
    watchdog_start(settings.serve ? -1 : 0);
    if (!settings.connect)
        talk->listener = create_listener(&talk->port);
    if (settings.serve)
        return serve(talk->listener);
    talk->turn = gate_create();
    talk->taken = gate_create();
    gate_knock(&talk->turn); /* the first client may begin */
    for (int i = 0; i < settings.clients; i++)
        clients[i] = start_process("client", i, client, talk);
    if (!settings.connect)
        (void)start_process("server", -1, server, talk);
    for (int i = 0; i < settings.clients; i++)
        join_process(clients[i]);
    stop_processes(); /* the server, which would go on for ever */
    return judge(talk);
}
