/* SPDX-License-Identifier: MIT */
/* load - demo_socket --serve under 1000 clients of all kinds at once
 *
 * Usage: load BUILD_FOLDER [MESSAGES]
 *        load PORT CLIENTS MESSAGES
 *
 * The second form is for tests/bench: so many clients of a server that listens
 * send a line. In the first form of the clients 200 each say nothing,
 * reset the connection, send byte by byte, send random bytes; the others send a
 * line. Each begins again when it is done, until so many messages were
 * answered. All answers have to be right, what the server prints clean, and its
 * memory must not grow on and on.
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

enum { CLIENTS = 1000, MOST = 2048, SKIPPED = 77 };
enum kind { PLAIN, SILENT, RESETS, BY_BYTES, RANDOM, KINDS };
enum { PARTS = 5, GROWTH = 16 /* kilobytes, less than what a leak takes */ };

static const char *const names[KINDS] = {
    "plain", "silent", "reset", "byte by byte", "random bytes"};

static const char line[] = "ping\n";

static struct sockaddr_in server = {.sin_family = AF_INET};
static int client_count = CLIENTS, kinds = KINDS;
static struct pollfd files[CLIENTS + 1]; /* the last is the server's output */
static struct client {
    size_t sent, size, got;
    double next; /* when it does something without being asked */
    char answer[8];
} clients[CLIENTS];
static long ended[KINDS], answered, wrong, lines;
static bool clean = true; /* there was no control character */

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
    char bytes[MOST];
    struct client *me = &clients[client];
    int file = socket(AF_INET, SOCK_STREAM, 0);

    check(file >= 0, "socket");
    check(connect(file, (struct sockaddr *)&server, sizeof server) == 0,
        "connect");
    files[client] = (struct pollfd){.fd = file, .events = POLLIN};
    *me = (struct client){.size = sizeof line - 1, .next = now() + 0.01};
    if (kind_of(client) == RANDOM) {
        me->size = 1 + (size_t)rand() % MOST;
        for (size_t i = 0; i < me->size; i++)
            bytes[i] = (char)(rand() >> 4);
        check(send(file, bytes, me->size, 0) == (ssize_t)me->size, "send");
        me->sent = me->size;
    }
    if (kind_of(client) == PLAIN) {
        check(send(file, line, me->size, 0) == (ssize_t)me->size, "send");
        me->sent = me->size;
    }
    if (kind_of(client) == RESETS)
        check(send(file, line, 2, 0) == 2, "send");
}

static void end(int client, bool reset)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (reset)
        (void)setsockopt(
            files[client].fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    (void)close(files[client].fd);
    files[client].fd = -1;
    ended[kind_of(client)]++;
}

/* A byte is due; or this one is to go away now. */
static void act(int client, double time)
{
    struct client *me = &clients[client];

    if (kind_of(client) == RESETS)
        end(client, true);
    if (kind_of(client) == BY_BYTES && me->sent < me->size) {
        /* an answer to the first bytes may be under way: too late, then */
        (void)send(files[client].fd, &line[me->sent++], 1, 0);
        me->next = time + 0.005;
    }
}

/* The answer, or its end. */
static void take(int client)
{
    struct client *me = &clients[client];
    ssize_t more = recv(
        files[client].fd, me->answer + me->got, sizeof me->answer - me->got, 0);

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
    static unsigned char bytes[65536], last;
    ssize_t got = read(from, bytes, sizeof bytes);

    for (ssize_t i = 0; i < got; i++) {
        unsigned char byte = bytes[i];
        bool is_control = (byte < 0x20 && byte != '\n') || byte == 0x7f ||
                          (last == 0xc2 && byte < 0xa0); /* C1 */
        clean = clean && !is_control;
        lines += byte == '\n';
        last = byte;
    }
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
            if (files[i].fd >= 0 && time >= clients[i].next)
                act(i, time);
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
        (void)fprintf(stderr, "usage: load BUILD_FOLDER [MESSAGES >= %d]\n",
            10 * CLIENTS);
        return 2;
    }
    check(getrlimit(RLIMIT_NOFILE, &most) == 0, "getrlimit");
    if (most.rlim_cur < CLIENTS + 100)
        most.rlim_cur = CLIENTS + 100;
    if (setrlimit(RLIMIT_NOFILE, &most) == -1) {
        (void)printf("skipped: no more files may be opened here\n");
        return SKIPPED;
    }
    srand(42);
    (void)setenv("DEMOS", argv[1], 1);
    struct program program =
        start_words("demo_socket --serve --port=0 --timeout=3600");
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
    (void)printf(
        "%ld messages answered in %.1f s, %ld answers wrong\n"
        "%ld lines printed%s\n%ld kB before, %ld kB after; in each part it "
        "grew by %ld kB or more\n%s",
        answered, took, wrong, lines, clean ? "" : ": control characters",
        memory[0], memory[PARTS - 1], least, result.err);
    return result.status == 0 && wrong == 0 && clean && lines >= answered &&
                   least <= GROWTH
               ? 0
               : 1;
}
