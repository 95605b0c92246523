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

/* Receives what the client still sends, until it ends: if data were unread,
 * close(2) would reset the connection, and the answer could be lost.
 */
void read_rest(int connection);

/* Sends half of the MESSAGE, then the other half, as a network may deliver it.
 * With --broken it waits in between until the answer is there, at most one
 * second, and with --window at most 20 ms. A server that is not this run's gets
 * all of it at once: there a part would prove nothing.
 */
void send_in_two_parts(int connection, const char *message);

/* Ends the run after bind(3p) has failed: says why, and what to do. */
noreturn void explain_bind_error(void);

/* Sends all LENGTH bytes; returns false if the other side has gone. */
bool try_to_send(int connection, const char *bytes, size_t length);

/* Whether there is a newline in the message, or no space for more. */
bool is_complete(const char *message, size_t length);

/* Any program can connect to the port. Returns whether the other side is one of
 * this run's clients, which is known when its first byte arrives. If it is not,
 * answers it, and waits at most a second or two for what it has to say.
 */
bool is_own_client(int connection, const struct sockaddr_in *peer);

/* Says BEFORE and the message, up to its newline and escaped, and (unless it is
 * NULL) from which PEER it came.
 */
void say_message(const char *before, const char *message, size_t length,
    const struct sockaddr_in *peer);

/* Each prints what arrived, and keeps it for the verdict. */
void show_message(
    const struct sockaddr_in *peer, const char *message, size_t length);
void show_answer(int id, const char *answer, size_t length);

/* A client tells, after connect and before it sends, which port the system has
 * given it: by that the server knows it.
 */
void remember_port(int id, int connection);

/* Gives the verdict, and returns the exit status. */
int check_conversations(void);
