/* SPDX-License-Identifier: MIT */
/* load_clients - keeps a server on 127.0.0.1 busy with many clients at once
 *
 * load_clients PORT CLIENTS CONNECTIONS: each client connects, sends "ping",
 * reads the answer to its end, closes, and begins again, until there were that
 * many connections in all. Prints how many there were in a second.
 */
#include <sys/socket.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CLIENTS = 1000 };

static struct sockaddr_in server = {.sin_family = AF_INET};
static struct pollfd files[MAX_CLIENTS]; /* one for each client */
static struct {
    char bytes[5];
    size_t length;
} answers[MAX_CLIENTS];

static void check(int good, const char *what)
{
    if (good)
        return;
    perror(what);
    exit(3);
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* On the loopback a connect waits for nothing but room in the backlog. */
static void begin(int client)
{
    int file = socket(AF_INET, SOCK_STREAM, 0);

    check(file >= 0, "socket");
    check(connect(file, (struct sockaddr *)&server, sizeof server) == 0,
        "connect");
    check(send(file, "ping\n", 5, 0) == 5, "send");
    files[client] = (struct pollfd){.fd = file, .events = POLLIN};
    answers[client].length = 0;
}

/* Returns whether the answer has come to its end. */
static int advance(int client)
{
    char *bytes = answers[client].bytes;
    size_t length = answers[client].length;
    ssize_t more = recv(
        files[client].fd, bytes + length, sizeof answers->bytes - length, 0);

    check(more >= 0, "recv");
    answers[client].length += (size_t)more;
    if (more > 0)
        return 0;
    check(length == 4 && memcmp(bytes, "pong", 4) == 0, "wrong answer");
    close(files[client].fd);
    files[client].fd = -1; /* poll(2) leaves it out */
    return 1;
}

int main(int argc, char **argv)
{
    int clients = argc > 3 ? atoi(argv[2]) : 0;
    int connections = argc > 3 ? atoi(argv[3]) : 0, begun = 0, done = 0;

    if (clients < 1 || clients > MAX_CLIENTS || connections < clients) {
        fprintf(stderr, "usage: load_clients PORT CLIENTS CONNECTIONS\n");
        return 2;
    }
    server.sin_port = htons((in_port_t)atoi(argv[1]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    double start = seconds_now();
    while (begun < clients)
        begin(begun++);
    while (done < connections) {
        check(poll(files, (nfds_t)clients, 10000) > 0, "no answer for 10 s");
        for (int i = 0; i < clients; i++)
            if (files[i].fd >= 0 && files[i].revents != 0 && advance(i)) {
                done++;
                if (begun++ < connections)
                    begin(i);
            }
    }
    printf("%.0f connections a second\n", done / (seconds_now() - start));
    return 0;
}
