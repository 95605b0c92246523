/* SPDX-License-Identifier: MIT */
/* socket_serve - the listening socket, and a server for many clients at once */
#pragma once

#include <netinet/in.h>

enum { MESSAGE_SIZE = 2048 };

/* The address of PORT on 127.0.0.1: nobody gets in from outside. */
struct sockaddr_in loopback(int port);

/* A socket that listens there. Port 0 is replaced by a free one, and reported.
 * Ends the run if the port is taken.
 */
int create_listener(struct sockaddr_in *address);

/* Listens there and answers each message that comes, until Ctrl-C. Prints the
 * messages, then the verdict, and returns the exit status.
 */
int serve(struct sockaddr_in *address);
