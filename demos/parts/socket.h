/* SPDX-License-Identifier: MIT */
/* socket - what the files of demo_socket share */
#pragma once

#include "demos/parts/about.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

enum { MAX_MESSAGE = 2048, MAX_CLIENTS = 1000 };

extern struct settings {
    int port, clients;
    const char *message;
    bool serve, connect;
} settings;

/* In socket_serve.c: answers each message that arrives at the socket that
 * CREATE_LISTENER returns, until Ctrl-C. Prints the messages, then the verdict,
 * and returns the exit status.
 */
int serve(int (*create_listener)(void));

/* All others are in socket_evidence.c. Refuses what cannot be combined. */
void check_settings(void);

/* Returns the port of a socket on this machine. */
int port_of(int socket);

/* If a signal has interrupted connect(3p), the system goes on with it, and to
 * call it again would be an error: waits until the connection is there. Ends
 * the run if connect has failed otherwise.
 */
void finish_connecting(int connection);

/* Half-closes the connection, so that the client sees end-of-file, and drains
 * the input: with unread data, close(2) would reset the connection, and the
 * answer could be lost. Does nothing if the client has gone.
 */
void finish_sending(int connection);

/* Waits until the answer is there: with --broken at most one second, with
 * --window at most 20 ms, otherwise not at all.
 */
void pause_until_answered(int connection);

/* Ends the run after bind(3p) has failed: says why, and what to do. */
noreturn void die_bind(void);

/* Returns how much of its message a client sends before the rest, and is about
 * to send: half of it, but nothing to a server that is not this run's, where a
 * part would prove nothing.
 */
size_t first_half(void);

/* Sends all LENGTH bytes; returns false if the other side has gone. */
bool try_to_send(int connection, const char *bytes, size_t length);

/* Whether there is a newline in the message, or no room for more. */
bool is_complete(const char *message, ssize_t length);

/* Any program can connect to the port. If it is none of this run's clients,
 * this answers it, waits at most a second or two for what it has to say, closes
 * the connection, and returns true.
 */
bool serve_stranger(int connection, const struct sockaddr_in *peer);

/* Says BEFORE and the message, up to its newline and escaped, and (unless it is
 * NULL) from which PEER it came.
 */
void say_message(const char *before, const char *message, ssize_t length,
    const struct sockaddr_in *peer);

/* Each prints what arrived, and keeps it for the verdict. */
void show_message(
    const struct sockaddr_in *peer, const char *message, ssize_t length);
void show_answer(int id, const char *answer, ssize_t length);

/* A client tells the server which port is its own; the verdict, which returns
 * the exit status.
 */
void bind_to_any_port(int id, int connection);
int check_conversations(void);
