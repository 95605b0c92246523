/* SPDX-License-Identifier: MIT */
/* demo_socket - a client sends a message to a server, which answers it
 *
 * A socket is one end of a connection: what a process sends into it can be
 * received, in order, from the other end. A server's listener lets clients in.
 * The server calls socket, bind, listen, accept, recv, send, and close; a
 * client calls socket, connect, send, shutdown, recv, and close.
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
 * --broken leaves out the server's receive loop. Then the client pauses after
 * half of its message until the answer is there: every run shows the bug.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "common/demo.h" /* CHECK(call): its value; a failure ends the run */
#include "demos/parts/socket.h"

static int listener; /* the server's socket, to which clients connect */
/* What the server calls: receive_message(), or with --broken the wrong one. */
static size_t (*receive)(int connection, char *message);

/* IPv4, on this machine. htons and htonl put the highest byte first. */
static struct sockaddr_in local_address(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int create_listener(void)
{
    struct sockaddr_in address = local_address(settings.port);
    int on = 1; /* SO_REUSEADDR: else bind may fail for a minute after a run */
    int listening = CHECK(socket(AF_INET, SOCK_STREAM, 0)); /* TCP */

    CHECK(setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    /* its address and port; the cast: bind takes any kind of address */
    if (bind(listening, (struct sockaddr *)&address, sizeof address) == -1)
        explain_bind_error();            /* it ends the run */
    CHECK(listen(listening, SOMAXCONN)); /* from now on clients can connect */
    settings.port = port_of(listening);  /* --port=0 takes a free one */
    return listening;
}

/* A connection carries bytes, not messages. Here a message ends at a newline,
 * at end-of-file, or at MAX_MESSAGE bytes. One recv may return only a part. */
static size_t receive_message(int connection, char *message)
{
    size_t length = 0;
    ssize_t received; /* 0: end-of-file, the other side sends no more */

    do {
        size_t space = MAX_MESSAGE - length;
        received = CHECK(recv(connection, message + length, space, 0));
        length += (size_t)received;
    } while (received > 0 && !is_complete(message, length));
    return length;
}

/* WRONG: takes what one recv returns for the whole message. */
static size_t broken_receive_message(int connection, char *message)
{
    return (size_t)CHECK(recv(connection, message, MAX_MESSAGE, 0)); /* WRONG */
}

/* Sends it all: one send may take only a part. */
static void send_all(int connection, const char *bytes, size_t length)
{
    size_t sent = 0;

    while (sent < length)
        sent += (size_t)CHECK(send(connection, bytes + sent, length - sent, 0));
}

static void serve_client(int connection, const struct sockaddr_in *peer)
{
    char message[MAX_MESSAGE];
    size_t length = receive(connection, message);

    show_message(peer, message, length);
    send_all(connection, "pong", 4);
    read_rest(connection); /* if bytes are unread, close may lose the answer */
}

static void server(int id)
{
    for (;;) { /* killed after the last client */
        struct sockaddr_in peer;
        socklen_t size = sizeof peer;
        /* waits until a client connects; returns a socket for this client */
        int connection =
            CHECK(accept(listener, (struct sockaddr *)&peer, &size));
        if (is_own_client(connection, &peer)) /* or it answers a stranger */
            serve_client(connection, &peer);
        CHECK(close(connection)); /* the client sees end-of-file */
    }
}

static void client(int id)
{
    char answer[MAX_MESSAGE];
    struct sockaddr_in address = local_address(settings.port);
    int connection = CHECK(socket(AF_INET, SOCK_STREAM, 0));

    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        finish_connecting(connection); /* waits, if a signal interrupted it */
    remember_port(id, connection);     /* for the verdict */
    send_in_two_parts(connection, settings.message); /* as a network might */
    CHECK(shutdown(connection, SHUT_WR)); /* ends sending, not receiving */
    size_t length = receive_message(connection, answer);
    show_answer(id, answer, length);
    CHECK(close(connection));
}

/* ---- The mechanism ends here. Below: set-up, options. ---- */

static const struct option_spec options[] = {
    OPTION_INT("port", &settings.port, 0, 65535, "the server's; 0: any free"),
    OPTION_TEXT("message", &settings.message, MAX_MESSAGE, "what is sent"),
    OPTION_INT("clients", &settings.clients, 1, MAX_CLIENTS, "that send"),
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
