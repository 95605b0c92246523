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
 * may send: see tests/demos/socket.c.) */
#include "tests/support/process.h"

#include <sys/socket.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

enum { CLIENTS = 1000, FILES = CLIENTS + 100, SKIPPED = 77 };
enum { PLAIN, SILENT, RESETS, KINDS };
enum { PARTS = 5, GROWTH = 16 /* kilobytes, less than what a leak takes */ };

static struct sockaddr_in server = {.sin_family = AF_INET};
static int kinds = KINDS;
static long messages;
static atomic_long ended[KINDS], answered, wrong;

static void check(bool good, const char *what)
{
    if (good)
        return;
    perror(what);
    exit(3);
}

/* What the server answers, or at least its end, has to come within 30 s. */
static void talk(int file, int kind)
{
    const struct timeval longest = {.tv_sec = 30};
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    char answer[8];
    size_t got = 0;
    ssize_t more;

    if (kind != SILENT)
        check(send(file, "ping\n", kind == RESETS ? 2 : 5, 0) > 0, "send");
    if (kind == RESETS) {
        nap(0.01);
        (void)setsockopt(file, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        return;
    }
    (void)setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    while ((more = recv(file, answer + got, sizeof answer - got, 0)) > 0)
        got += (size_t)more;
    bool is_right = kind == SILENT ? got == 0 : got == 4 && memcmp(answer, "pong", 4) == 0;
    is_right = is_right && more == 0;
    wrong += !is_right && answered < messages;
    answered += is_right && kind == PLAIN;
}

static void *be_client(void *number)
{
    int kind = (int)((uintptr_t)number % (unsigned)kinds);

    while (answered < messages) {
        int file = socket(AF_INET, SOCK_STREAM, 0);
        check(file >= 0, "socket");
        bool done = connect(file, (struct sockaddr *)&server, sizeof server) == 0;
        check(done || answered >= messages, "connect");
        if (done)
            talk(file, kind);
        (void)close(file);
        ended[kind]++;
    }
    return NULL;
}

/* Returns the last one. */
static pthread_t start_clients(int port, int count)
{
    pthread_attr_t small;
    pthread_t client;

    server.sin_port = htons((in_port_t)port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)pthread_attr_init(&small);
    (void)pthread_attr_setstacksize(&small, 256 * 1024);
    for (int i = 0; i < count; i++)
        check(pthread_create(&client, &small, be_client, (void *)(uintptr_t)i) == 0, "thread");
    return client;
}

/* The memory of PID in kilobytes; 0 where there is no /proc. (The line VmRSS in /proc/PID/status is
 * not exact.) */
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

static bool load(const char *build)
{
    long memory[PARTS], lines = 0;
    bool grows = true;

    (void)setenv("DEMOS", build, 1);
    struct program program = start_words("demo_socket --serve --port=0 --timeout=3600");
    (void)program_await(&program, "\n", true);
    (void)start_clients(atoi(strrchr(program.so_far.err, ':') + 1), CLIENTS);
    /* The first time that so many are there at once it needs more. But what is lost with each
     * message makes it grow in each part. */
    for (int part = 0; part < PARTS; part++) {
        while (answered < messages / PARTS * (part + 1) && !program_ended(&program, 0.01))
            continue;
        memory[part] = memory_of(program.pid);
        grows = grows && (part == 0 || memory[part] - memory[part - 1] > GROWTH);
        (void)printf("%ld kB after %ld messages\n", memory[part], answered);
    }
    (void)kill(program.pid, SIGINT);
    struct result result = program_finish(&program);

    for (const char *line = result.out; (line = strchr(line, '\n')); line++)
        lines++;
    (void)printf("%ld plain connections, %ld silent, %ld reset; %ld answers wrong\n"
                 "%ld lines printed\n%s",
        ended[PLAIN], ended[SILENT], ended[RESETS], wrong, lines, result.err);
    bool is_short =
        strstr(result.err, "trying again"); /* it had no time to look for what is over */
    return result.status == 0 && wrong == 0 && lines >= answered && !grows && !is_short;
}

int main(int argc, char **argv)
{
    struct rlimit most;

    messages = argc > 2 ? atol(argv[argc - 1]) : 100000;
    if (argc == 4) { /* the server is there */
        kinds = 1;
        (void)pthread_join(start_clients(atoi(argv[1]), atoi(argv[2])), NULL);
        return wrong == 0 ? 0 : 1;
    }
    if (argc < 2 || messages < 10 * CLIENTS) {
        (void)fprintf(stderr, "usage: load BUILD_FOLDER [MESSAGES >= %d]\n", 10 * CLIENTS);
        return 2;
    }
    check(getrlimit(RLIMIT_NOFILE, &most) == 0, "getrlimit");
    if (most.rlim_cur < FILES)
        most.rlim_cur = FILES;
    if (setrlimit(RLIMIT_NOFILE, &most) == -1) {
        (void)printf("skipped: no more files may be opened here\n");
        return SKIPPED;
    }
    return load(argv[1]) ? 0 : 1;
}
