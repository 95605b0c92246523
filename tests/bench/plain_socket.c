/* SPDX-License-Identifier: MIT */
/* plain_socket - listing 6 at its plainest: what demo_socket is measured by
 *
 * plain_socket: one client, and one server. plain_socket serve: a server that forks for each
 * connection, until it is killed; for demo_socket --serve. */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int answer(int connection, const struct sockaddr_in *peer)
{
    char message[2048], address[INET_ADDRSTRLEN];
    ssize_t length = 0, more = 1;

    while (more > 0 && !memchr(message, '\n', (size_t)length)) {
        more = recv(connection, message + length, sizeof message - (size_t)length, 0);
        length += more;
    }
    inet_ntop(AF_INET, &peer->sin_addr, address, sizeof address);
    printf("Server received: %.*s from %s : %d\n", (int)length - 1, message, address,
        ntohs(peer->sin_port));
    send(connection, "pong", 4, 0);
    return close(connection);
}

static int ping(const struct sockaddr_in *address)
{
    char answer[2048];
    int connection = socket(AF_INET, SOCK_STREAM, 0);

    connect(connection, (const struct sockaddr *)address, sizeof *address);
    send(connection, "ping\n", 5, 0);
    ssize_t length = recv(connection, answer, sizeof answer, 0);
    printf("Client received: %.*s\n", (int)length, answer);
    return close(connection);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in peer;
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    (void)argv;
    bind(listener, (struct sockaddr *)&address, size); /* to any free port */
    listen(listener, SOMAXCONN);
    getsockname(listener, (struct sockaddr *)&address, &size);
    if (argc == 1) {
        if (fork() == 0)
            return answer(accept(listener, (struct sockaddr *)&peer, &size), &peer);
        if (fork() == 0)
            return ping(&address);
        while (wait(NULL) > 0)
            continue;
        return 0;
    }
    fprintf(stderr, "plain_socket: listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    signal(SIGCHLD, SIG_IGN); /* nobody waits for the children */
    for (;;) {
        int connection = accept(listener, (struct sockaddr *)&peer, &size);
        if (fork() == 0)
            return answer(connection, &peer);
        close(connection);
    }
}
