/* SPDX-License-Identifier: MIT */
/* demo_socket - a client sends a message to a server, which answers it
 *
 * A socket is an endpoint of communication. Here two of them make a connection:
 * what a process sends into one can be received, in order, from the other.
 *
 *   $ ./demo_socket --message=ping
 *   Server received: ping from 127.0.0.1 : 53279
 *   Client received: pong
 *        HELD  1 of 1 messages arrived intact and were answered (seed 34017)
 *
 *   $ ./demo_socket --message=ping --broken
 *   Server received: pi from 127.0.0.1 : 36033
 *   Client received: pong
 *    VIOLATED  1 of 1 messages were cut, the last to 2 of 4 bytes
 *
 * Guarantee: each side receives exactly what the other sent.
 * --broken leaves out the receive loop. The client pauses after half of its
 * message until the answer is there, so that every run shows the bug.
 */
#include <sys/socket.h>
#include <string.h>
#include <unistd.h>

#include "common/demo.h" /* CHECK(call) ends the run if the call fails */
#include "demos/parts/socket.h"

static int listener; /* the server's socket, to which clients connect */
static ssize_t (*receive)(
    int, char *); /* receive_message(), or the wrong one */

/* Returns an address on this machine. The network has its own byte order. */
static struct sockaddr_in local_address(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int create_listener(void)
{
    struct sockaddr_in address = local_address(settings.port);
    int on = 1; /* the port can be used again as soon as the run is over */
    int created = CHECK(socket(AF_INET, SOCK_STREAM, 0)); /* for TCP */

    CHECK(setsockopt(created, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    if (bind(created, (struct sockaddr *)&address, sizeof address) == -1)
        die_bind();
    CHECK(listen(created, SOMAXCONN)); /* from now on clients can connect */
    settings.port = port_of(created);  /* for --port=0: the one that was free */
    return created;
}

/* A connection carries bytes, not messages. Here a message ends at a newline,
 * at end-of-file, or when it is too long. One recv may return a part of it.
 */
static ssize_t receive_message(int connection, char *message)
{
    ssize_t length = 0, received;

    do {
        size_t room = MAX_MESSAGE - (size_t)length;
        received = CHECK(recv(connection, message + length, room, 0));
        length += received;
    } while (received > 0 && !is_complete(message, length)); /* 0: end */
    return length;
}

/* WRONG: takes what one recv returns for the whole message. */
static ssize_t broken_receive_message(int connection, char *message)
{
    ssize_t length = 0, received;

    size_t room = MAX_MESSAGE - (size_t)length;
    received = CHECK(recv(connection, message + length, room, 0));
    length += received;
    return length;
}

/* Sends it all: one send may take only a part. */
static void send_all(int connection, const char *bytes, size_t length)
{
    size_t sent = 0;

    while (sent < length)
        sent += (size_t)CHECK(send(connection, bytes + sent, length - sent, 0));
}

static void server(int id)
{
    char message[MAX_MESSAGE];
    struct sockaddr_in peer;

    for (;;) {
        socklen_t size = sizeof peer;
        /* waits until a client connects; returns a socket for this client */
        int accepted = CHECK(accept(listener, (struct sockaddr *)&peer, &size));
        if (serve_stranger(accepted, &peer)) /* not of this run */
            continue;
        ssize_t length = receive(accepted, message);
        show_message(&peer, message, length);
        send_all(accepted, "pong", 4);
        finish_sending(accepted); /* half-close; drains the input */
        CHECK(close(accepted));
    }
}

static void client(int id)
{
    char answer[MAX_MESSAGE];
    struct sockaddr_in address = local_address(settings.port);
    int connection = CHECK(socket(AF_INET, SOCK_STREAM, 0));

    bind_to_any_port(id, connection); /* by it the verdict knows the client */
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        finish_connecting(connection); /* a signal interrupted it */
    size_t half = first_half(), rest = strlen(settings.message) - half;
    send_all(connection, settings.message, half);
    pause_until_answered(connection); /* the window, with --broken */
    send_all(connection, settings.message + half, rest);
    CHECK(shutdown(connection, SHUT_WR)); /* the server sees end-of-file */
    show_answer(id, answer, receive_message(connection, answer));
    CHECK(close(connection));
}

/* ---- The mechanism ends here. Below: set-up, options. ---- */

static const struct option_spec options[] = {
    OPTION_INT("port", &settings.port, 0, 65535, "0 takes any free one"),
    OPTION_TEXT("message", &settings.message, MAX_MESSAGE, "to be sent"),
    OPTION_INT("clients", &settings.clients, 1, MAX_CLIENTS, "processes"),
    OPTION_FLAG("serve", &settings.serve, "only a server, until Ctrl-C"),
    OPTION_FLAG("connect", &settings.connect, "only the clients"), {0}};

int main(int argc, char **argv)
{
    read_command_line(&socket_demo, options, argc, argv);
    check_settings();
    if (settings.serve)
        return serve(create_listener); /* socket_serve.c: many clients */
    if (!settings.connect) {
        receive = run.broken ? broken_receive_message : receive_message;
        listener = create_listener();
        add_daemon("server", 0, server);
    }
    for (int i = 0; i < settings.clients; i++)
        add_process("client", i, client);
    run_actors(0);
    return check_conversations();
}
