/* SPDX-License-Identifier: MIT */
/* client - a client of any kind: for tests/demos/socket.txt
 *
 * Usage: client PORT PIECE [half] <BYTES
 *
 * Sends its input to the server on 127.0.0.1, with calls that send PIECE bytes at most, as far as
 * it is taken; "half" then closes this direction. Prints its own port and what is answered, to the
 * end. Exit status 3 if there is no server, or no end for a minute; 75 if it took so long to send
 * that the server may have heard 100 ms of silence. */
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    const struct timeval longest = {.tv_sec = 60};
    const int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    char bytes[8192];
    size_t piece = argc > 2 ? (size_t)atoi(argv[2]) : 0;
    ssize_t got;
    int file = socket(AF_INET, SOCK_STREAM, 0);

    if (piece == 0 || piece > sizeof bytes || file == -1)
        return 2;
    (void)signal(SIGPIPE, SIG_IGN);
    address.sin_port = htons((in_port_t)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    (void)setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(file, (struct sockaddr *)&address, sizeof address) == -1 ||
        getsockname(file, (struct sockaddr *)&address, &size) == -1)
        return 3;
    double began = now();
    while ((got = read(STDIN_FILENO, bytes, piece)) > 0 && send(file, bytes, (size_t)got, 0) == got)
        continue;
    if (argc > 3)
        (void)shutdown(file, SHUT_WR);
    double took = now() - began;
    (void)printf("%d ", ntohs(address.sin_port));
    while ((got = recv(file, bytes, sizeof bytes, 0)) > 0)
        (void)fwrite(bytes, 1, (size_t)got, stdout);
    if (got == -1)
        return 3;
    return took < 0.09 ? 0 : 75;
}
