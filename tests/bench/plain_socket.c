/* SPDX-License-Identifier: MIT */
/* plain_socket - listing 6 at its plainest: what demo_socket is measured by */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int serve(int listener)
{
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    char message[2048];
    int connection = accept(listener, (struct sockaddr *)&peer, &size);
    ssize_t length = recv(connection, message, sizeof message, 0);

    printf("Server received: %.*s from %s : %d\n", (int)length, message,
        inet_ntoa(peer.sin_addr), ntohs(peer.sin_port));
    send(connection, "pong", 4, 0);
    return close(connection);
}

static int ping(const struct sockaddr_in *address)
{
    char answer[2048];
    int connection = socket(AF_INET, SOCK_STREAM, 0);

    connect(connection, (const struct sockaddr *)address, sizeof *address);
    send(connection, "ping", 4, 0);
    ssize_t length = recv(connection, answer, sizeof answer, 0);
    printf("Client received: %.*s\n", (int)length, answer);
    return close(connection);
}

int main(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    bind(listener, (struct sockaddr *)&address, size); /* to any free port */
    listen(listener, 5);
    getsockname(listener, (struct sockaddr *)&address, &size);
    if (fork() == 0)
        return serve(listener);
    if (fork() == 0)
        return ping(&address);
    while (wait(NULL) > 0)
        continue;
    return 0;
}
