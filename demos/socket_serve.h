/* SPDX-License-Identifier: MIT */
/* socket_serve - a server for any number of clients at the same time */
#pragma once

enum { MESSAGE_SIZE = 2048 };

/* Answers each message that comes in over LISTENER, until Ctrl-C. Prints the
 * messages, then the verdict, and returns the exit status.
 */
int serve(int listener);
