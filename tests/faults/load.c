/* SPDX-License-Identifier: MIT */
/* load - many clients at once of a server that listens: demo_socket --serve
 *
 * Usage: load PORT CLIENTS MESSAGES [KINDS]
 *
 * Each sends a line, and begins again when it is done, until so many messages were answered. Of 3
 * KINDS a third says nothing, and a third resets the connection. All answers have to be right. For
 * tests/bench, and for tests/demos/socket.txt: MESSAGES=100000 in the environment of that is long.
 */
#include <sys/socket.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { PLAIN, SILENT, RESETS };

static struct sockaddr_in server = {.sin_family = AF_INET};
static uintptr_t kinds = 1;
static long messages;
static atomic_long answered, wrong;

static void check(bool good, const char *what)
{
    if (good)
        return;
    perror(what);
    exit(3);
}

/* What the server answers, or at least its end, has to come within 30 s. */
static void talk(int file, uintptr_t kind)
{
    const struct timeval longest = {.tv_sec = 30};
    const struct timespec moment = {.tv_nsec = 10000000};
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    const char *right = kind == SILENT ? "" : "pong";
    char answer[8];

    if (kind != SILENT)
        check(send(file, "ping\n", kind == RESETS ? 2 : 5, 0) > 0, "send");
    if (kind == RESETS) {
        (void)nanosleep(&moment, NULL);
        (void)setsockopt(file, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        return;
    }
    (void)setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    ssize_t got = recv(file, answer, sizeof answer, MSG_WAITALL);
    bool is_right = got == (ssize_t)strlen(right) && memcmp(answer, right, strlen(right)) == 0 &&
                    recv(file, answer, 1, 0) == 0;
    wrong += !is_right && answered < messages;
    answered += is_right && kind == PLAIN;
}

static void *be_client(void *number)
{
    while (answered < messages) {
        int file = socket(AF_INET, SOCK_STREAM, 0);
        check(file >= 0, "socket");
        bool done = connect(file, (struct sockaddr *)&server, sizeof server) == 0;
        check(done || answered >= messages, "connect");
        if (done)
            talk(file, (uintptr_t)number % kinds);
        (void)close(file);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_attr_t small;
    pthread_t client;

    if (argc < 4) {
        (void)fprintf(stderr, "usage: load PORT CLIENTS MESSAGES [KINDS]\n");
        return 2;
    }
    server.sin_port = htons((in_port_t)atoi(argv[1]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    messages = atol(argv[3]);
    if (argc > 4)
        kinds = (uintptr_t)atoi(argv[4]);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)pthread_attr_init(&small);
    (void)pthread_attr_setstacksize(&small, 256 * 1024);
    for (int i = 0; i < atoi(argv[2]); i++)
        check(pthread_create(&client, &small, be_client, (void *)(uintptr_t)i) == 0, "thread");
    (void)pthread_join(client, NULL);
    return wrong == 0 ? 0 : 1;
}
