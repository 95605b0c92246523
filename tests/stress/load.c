/* SPDX-License-Identifier: MIT */
/* load - demo_socket --serve under 1000 clients of all kinds at once
 *
 * Usage: load BUILD_FOLDER [MESSAGES]
 *        load PORT CLIENTS MESSAGES
 *
 * The second form is for tests/bench: so many clients of a server that listens
 * send a line. In the first form a third of them says nothing, and a third
 * resets the connection. Each begins again when it is done, until so many
 * messages were answered. All answers have to be right, the server prints a
 * line for each, and its memory must not grow on and on. (What else a client
 * may send: see tests/demos/socket.c.)
 */
#include "tests/support/process.h"

#include <sys/socket.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CLIENTS = 1000, SKIPPED = 77 };
enum kind { PLAIN, SILENT, RESETS, KINDS };
enum { PARTS = 5, GROWTH = 16 /* kilobytes, less than what a leak takes */ };

static const char *const names[KINDS] = {"plain", "silent", "reset"};

static struct sockaddr_in server = {.sin_family = AF_INET};
static int client_count = CLIENTS, kinds = KINDS;
static struct pollfd files[CLIENTS + 1]; /* the last is the server's output */
static struct client {
    size_t got;
    double reset; /* when, if at all */
    char answer[8];
} clients[CLIENTS];
static long ended[KINDS], answered, wrong, lines;

static void check(bool good, const char *what)
{
    if (good)
        return;
    perror(what);
    exit(3);
}

static enum kind kind_of(int client)
{
    return (enum kind)(client % kinds);
}

static void begin(int client)
{
    static const char line[] = "ping\n";
    ssize_t size = kind_of(client) == RESETS ? 2 : (ssize_t)strlen(line);
    int file = socket(AF_INET, SOCK_STREAM, 0);

    check(file >= 0, "socket");
    check(connect(file, (struct sockaddr *)&server, sizeof server) == 0, "connect");
    files[client] = (struct pollfd){.fd = file, .events = POLLIN};
    clients[client] = (struct client){.reset = now() + 0.01};
    if (kind_of(client) != SILENT)
        check(send(file, line, (size_t)size, 0) == size, "send");
}

static void end(int client, bool reset)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (reset)
        (void)setsockopt(files[client].fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    (void)close(files[client].fd);
    files[client].fd = -1;
    ended[kind_of(client)]++;
}

/* The answer, or its end. */
static void take(int client)
{
    struct client *me = &clients[client];
    ssize_t more = recv(files[client].fd, me->answer + me->got, sizeof me->answer - me->got, 0);

    if (more > 0) {
        me->got += (size_t)more;
        wrong += me->got > 4;
        if (me->got <= 4)
            return;
    }
    bool right = more == 0 && me->got == 4 && !memcmp(me->answer, "pong", 4);
    if (kind_of(client) == SILENT)
        right = more == 0 && me->got == 0;
    wrong += !right;
    answered += right && kind_of(client) != SILENT;
    end(client, false);
}

/* Reads some of what the server prints. Returns whether there was anything. */
static bool read_output(int from)
{
    static char bytes[65536];
    ssize_t got = read(from, bytes, sizeof bytes);

    for (ssize_t i = 0; i < got; i++)
        lines += bytes[i] == '\n';
    return got > 0;
}

/* The memory of PID in kilobytes; 0 where there is no /proc. (The line VmRSS in
 * /proc/PID/status is not exact.)
 */
static long memory_of(pid_t pid)
{
    char path[64], row[256];
    long value = 0;

    (void)snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", (long)pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(row, sizeof row, file))
        if (strncmp(row, "Rss:", 4) == 0)
            value = strtol(row + 4, NULL, 10);
    if (file)
        (void)fclose(file);
    return value;
}

/* Keeps all clients busy until so many messages were answered. */
static void load(long messages)
{
    double last = now();

    for (long before = answered; answered < messages;) {
        check(poll(files, (nfds_t)client_count + 1, 5) >= 0, "poll");
        if (files[client_count].revents != 0)
            (void)read_output(files[client_count].fd);
        double time = now();
        for (int i = 0; i < client_count; i++) {
            if (files[i].fd >= 0 && files[i].revents != 0)
                take(i);
            if (files[i].fd >= 0 && kind_of(i) == RESETS && time >= clients[i].reset)
                end(i, true);
            if (files[i].fd < 0)
                begin(i);
        }
        if (answered > before)
            last = time;
        before = answered;
        errno = ETIMEDOUT;
        check(time < last + 30, "no answer for 30 s");
    }
}

static void connect_to(int port, int output)
{
    server.sin_port = htons((in_port_t)port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < CLIENTS; i++)
        files[i].fd = -1;
    files[client_count] = (struct pollfd){.fd = output, .events = POLLIN};
}

int main(int argc, char **argv)
{
    long messages = argc > 2 ? atol(argv[2]) : 100000;
    struct rlimit most;

    if (argc == 4) {
        client_count = atoi(argv[2]);
        kinds = 1;
        connect_to(atoi(argv[1]), -1);
        load(atol(argv[3]));
        return wrong == 0 ? 0 : 1;
    }
    if (argc < 2 || messages < 10 * CLIENTS) {
        (void)fprintf(stderr, "usage: load BUILD_FOLDER [MESSAGES >= %d]\n", 10 * CLIENTS);
        return 2;
    }
    check(getrlimit(RLIMIT_NOFILE, &most) == 0, "getrlimit");
    if (most.rlim_cur < CLIENTS + 100)
        most.rlim_cur = CLIENTS + 100;
    if (setrlimit(RLIMIT_NOFILE, &most) == -1) {
        (void)printf("skipped: no more files may be opened here\n");
        return SKIPPED;
    }
    (void)setenv("DEMOS", argv[1], 1);
    struct program program = start_words("demo_socket --serve --port=0 --timeout=3600");
    (void)program_await(&program, "\n", true);
    connect_to(atoi(strrchr(program.so_far.err, ':') + 1), program.out);

    double start = now();
    long memory[PARTS], least = LONG_MAX;
    for (int part = 0; part < PARTS; part++) {
        load(messages / PARTS * (part + 1));
        memory[part] = memory_of(program.pid);
        /* The first time that so many are there at once it needs more. But what
         * is lost with each message makes it grow in each part.
         */
        if (part > 0 && memory[part] - memory[part - 1] < least)
            least = memory[part] - memory[part - 1];
    }
    double took = now() - start;
    for (int i = 0; i < CLIENTS; i++)
        if (files[i].fd >= 0)
            (void)close(files[i].fd);
    check(kill(program.pid, SIGINT) == 0, "kill");
    while (read_output(program.out))
        continue;
    struct result result = program_finish(&program);

    for (int kind = 0; kind < KINDS; kind++)
        (void)printf("%7ld connections, %s\n", ended[kind], names[kind]);
    (void)printf("%ld messages answered in %.1f s, %ld answers wrong\n"
                 "%ld lines printed\n%ld kB before, %ld kB after; in each part it grew "
                 "by %ld kB or more\n%s",
        answered, took, wrong, lines, memory[0], memory[PARTS - 1], least, result.err);
    bool good = result.status == 0 && wrong == 0 && lines >= answered;
    return good && least <= GROWTH ? 0 : 1;
}
