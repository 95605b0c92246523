/* SPDX-License-Identifier: MIT */
/* socket_serve - what a server needs in the wild: a listening socket, patience
 * with strangers, and many clients at once
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MESSAGE_SIZE = 2048 };

/* The address of PORT on 127.0.0.1: nobody gets in from outside. */
struct sockaddr_in loopback(int port);

/* A socket that listens there. Port 0 is replaced by a free one, and reported.
 * Ends the run if the port is taken.
 */
int create_listener(struct sockaddr_in *address);

/* Whom the server of a run talks to: one of the run's own clients, or a
 * stranger who has found the port.
 */
struct guest {
    in_port_t expected; /* whose turn it is; 0 while this client connects */
    in_port_t port;     /* who has connected */
    int64_t deadline;   /* until when a stranger is served */
};

/* Begins the talk with the one who has connected from PORT. */
void greet(struct guest *guest, in_port_t port);

bool is_client(const struct guest *guest);

/* Waits until CONNECTION can be read. A client may take as long as it needs. A
 * stranger may not, or the clients would wait for it: then it returns false.
 */
bool await_bytes(int connection, const struct guest *guest);

/* Lets a server go on after accept(2) failed with ERROR: either the client, or
 * the network to it, is gone; or the system lacks something, as open files.
 * That is reported once, and it waits a moment. Ends the run if accept(2) can
 * never succeed.
 */
void after_failed_accept(int error);

/* After connect(3p) has failed. If it was only interrupted, it goes on by
 * itself and must not be called again: waits for its end. Returns whether the
 * connection is there; if not, errno says why.
 */
bool is_connected(int connection);

/* Sends all bytes. Returns false, with errno, if it cannot. */
bool send_all(int connection, const char *bytes, size_t length);

/* Listens there and answers each message that comes, until Ctrl-C. Prints the
 * messages, then the verdict, and returns the exit status.
 */
int serve(struct sockaddr_in *address);
