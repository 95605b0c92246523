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
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "common/check.h"
#include "common/gate.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include "common/record/recorder.h"
#include "common/text.h"
#include "demos/about.h"
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
    struct gate turn, taken;    /* knocks: a client's turn; data was taken */
    struct guest guest;         /* of the server: a client, or a stranger */
    int client;                 /* the number of whose turn it is */
    size_t length; /* the evidence: what the server received from there, */
    char message[MESSAGE_SIZE];
    int whole; /* and how many exchanges were right */
};

/* TCP carries a stream of bytes, not messages: what was sent at once may come
 * in pieces. A message ends at a newline, a half-close (end of file) or a full
 * buffer. Returns its length, or -1 if none came.
 */
static ssize_t receive_message(
    int connection, char *message, const struct conversation *at_server)
{
    size_t length = 0;
    char *newline = NULL;

    do {
        if (at_server && !await_bytes(connection, &at_server->guest))
            break;
        ssize_t more =
            AGAIN(recv(connection, message + length, MESSAGE_SIZE - length, 0));
        if (more == -1) { /* the other side's fault, which gets no answer */
            report("recv: %s", strerror(errno));
            (void)shutdown(connection, SHUT_RDWR);
            length = 0;
        }
        if (more <= 0)
            break;
        bool is_ours = !at_server || is_client(&at_server->guest);
        if (is_ours)
            record_received(at_server ? "client" : "server",
                at_server ? at_server->client : 0, "%.*s", (int)more,
                message + length);
        if (at_server && is_ours && length == 0) /* the first piece */
            gate_knock(&at_server->taken);
        length += (size_t)more;
        newline = memchr(message, '\n', length);
    } while (!run.broken && !newline && length < MESSAGE_SIZE);
    if (newline)
        return newline - message;
    return length > 0 ? (ssize_t)length : -1;
}

/* Whoever sends something gets an answer; only this run's messages are
 * evidence.
 */
static void answer(
    int connection, const struct sockaddr_in *peer, struct conversation *talk)
{
    char message[MESSAGE_SIZE], shown[4 * MESSAGE_SIZE + 1];
    ssize_t length = receive_message(connection, message, talk);

    if (length == -1)
        return;
    shown[escape(message, (size_t)length, shown, false)] = '\0';
    say("Server received: %s from %s : %d", shown, inet_ntoa(peer->sin_addr),
        ntohs(peer->sin_port));
    if (is_client(&talk->guest)) {
        memcpy(talk->message, message, (size_t)length);
        talk->length = (size_t)length;
        record_sent("client", talk->client, "pong");
    }
    /* half-close, and read the rest away: else close(2) would reset */
    if (!send_all(connection, "pong", 4) || shutdown(connection, SHUT_WR) == -1)
        report("send: %s", strerror(errno));
    for (int rest = 0; rest < 100 && await_bytes(connection, &talk->guest);
         rest++)
        if (AGAIN(recv(connection, message, sizeof message, 0)) <= 0)
            break;
}

static void server(int number, void *context)
{
    struct conversation *talk = context;
    struct sockaddr_in peer;

    (void)number;
    for (;;) {
        socklen_t size = sizeof peer;
        record_state(WAITING, "waiting for a client");
        int connection =
            accept(talk->listener, (struct sockaddr *)&peer, &size);
        if (connection == -1) {
            after_failed_accept(errno);
            continue;
        }
        record_state(RUNNING, "talking");
        greet(&talk->guest, peer.sin_port);
        answer(connection, &peer, talk);
        CHECK_ONCE(close(connection));
    }
}

/* Sends its message in two halves. The window, in normal runs too: the second
 * one waits until the server has taken the first; so clients take turns.
 */
static void client(int number, void *context)
{
    struct conversation *talk = context;
    const char *message = settings.message;
    size_t length = strlen(message), half = settings.connect ? 0 : length / 2;
    struct sockaddr_in own;
    socklen_t size = sizeof own;
    char text[MESSAGE_SIZE], shown[4 * MESSAGE_SIZE + 1];

    (void)gate_await_knock(&talk->turn, -1);
    record_state(RUNNING, "talking");
    int connection = CHECK(socket(AF_INET, SOCK_STREAM, 0));
    talk->guest.expected = 0;
    if (connect(connection, (struct sockaddr *)&talk->address, size) == -1 &&
        !is_connected(connection))
        fail("connect to port %d on 127.0.0.1: %s%s",
            ntohs(talk->address.sin_port), strerror(errno),
            errno == ECONNREFUSED ? "; is the server running?"
                                  : advice_on("connect", errno));
    CHECK(getsockname(connection, (struct sockaddr *)&own, &size));
    talk->guest.expected = own.sin_port;
    talk->client = number;
    if (half > 0) {
        record_sent("server", 0, "%.*s", (int)half, message);
        write_all(connection, message, half);
        (void)gate_await_knock(&talk->taken, WINDOW);
    }
    record_sent("server", 0, "%s", message + half);
    write_all(connection, message + half, length - half);
    CHECK(shutdown(connection, SHUT_WR)); /* half-close: that was all */
    ssize_t answered = receive_message(connection, text, NULL);
    if (answered <= 0)
        fail("client %d got no answer", number);
    shown[escape(text, (size_t)answered, shown, false)] = '\0';
    say("Client received: %s", shown);
    CHECK_ONCE(close(connection));
    talk->whole +=
        settings.connect || (answered == 4 && memcmp(text, "pong", 4) == 0 &&
                                talk->length == length &&
                                memcmp(talk->message, message, length) == 0);
    gate_knock(&talk->turn);
}

static const struct option_row options[] = {
    {"port", "N", WHOLE, &settings.port, 0, 65535, "1234",
        "the server's port; 0 takes any free one"},
    {"message", "TEXT", TEXT, &settings.message, 1, MESSAGE_SIZE, "ping",
        "what a client sends; no control characters"},
    {"clients", "N", WHOLE, &settings.clients, 1, 1000, "1",
        "processes that send it"},
    {"serve", NULL, FLAG, &settings.serve, 0, 0, NULL,
        "only the server, for many clients at once, until Ctrl-C"},
    {"connect", NULL, FLAG, &settings.connect, 0, 0, NULL,
        "only the client, of a server that is running"},
    {0}};

int main(int argc, char **argv)
{
    demo_start(&socket_demo, options, argc, argv);
    if (settings.serve + settings.connect + run.broken > 1)
        usage_error("--serve, --connect and --broken exclude each other");
    if (settings.connect && settings.port == 0)
        usage_error("--connect wants a server's --port, 1 to 65535");
    if (run.broken && strlen(settings.message) == 1)
        usage_error("--broken wants a --message of at least 2 bytes");
    struct conversation *talk = share_memory(sizeof *talk);
    talk->address = loopback(settings.port);
    watchdog_start(settings.serve ? -1 : 0);
    if (settings.serve)
        return serve(&talk->address);
    if (!settings.connect)
        talk->listener = create_listener(&talk->address);
    talk->turn = gate_create();
    talk->taken = gate_create();
    if (!settings.connect)
        (void)start_process("server", 0, server, talk);
    for (int i = 0; i < settings.clients; i++)
        (void)start_process("client", i, client, talk);
    gate_knock(&talk->turn);
    join_processes(settings.connect ? 0 : 1); /* the server would go on */
    stop_processes();
    if (talk->whole < settings.clients)
        return verdict(false,
            "%d of %d messages were cut, the last to %zu of %zu bytes",
            settings.clients - talk->whole, settings.clients, talk->length,
            strlen(settings.message));
    return verdict(true, "%d of %d messages %s", talk->whole, settings.clients,
        settings.connect ? "were answered" : "came whole and were answered");
}
