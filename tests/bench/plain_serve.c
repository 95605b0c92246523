/* SPDX-License-Identifier: MIT */
/* plain_serve - a fork for each connection: what demo_socket --serve is
 * measured by
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void answer(int connection, const struct sockaddr_in *peer)
{
    char message[2048];
    size_t length = 0;

    while (!memchr(message, '\n', length) && length < sizeof message) {
        ssize_t more =
            recv(connection, message + length, sizeof message - length, 0);
        if (more <= 0)
            return;
        length += (size_t)more;
    }
    printf("Server received: %.*s from %s : %d\n", (int)length - 1, message,
        inet_ntoa(peer->sin_addr), ntohs(peer->sin_port));
    send(connection, "pong", 4, 0);
}

int main(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    bind(listener, (struct sockaddr *)&address, size); /* to any free port */
    listen(listener, SOMAXCONN);
    getsockname(listener, (struct sockaddr *)&address, &size);
    fprintf(stderr, "plain_serve: listening on 127.0.0.1:%d\n",
        ntohs(address.sin_port));
    signal(SIGCHLD, SIG_IGN); /* nobody waits for the children */
    for (;;) {
        int connection = accept(listener, (struct sockaddr *)&address, &size);
        if (fork() == 0) {
            answer(connection, &address);
            return 0;
        }
        close(connection);
    }
}
