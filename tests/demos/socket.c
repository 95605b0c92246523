/* SPDX-License-Identifier: MIT */
/* demo_socket with clients of all kinds; what it does alone, and with its own, is in socket.txt */
#include "tests/support/test.h"

#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

enum { MESSAGE_SIZE = 2048 };

/* Text with its length: there may be a NUL in it. */
#define BYTES(text) text, sizeof(text) - 1

/* A TCP socket; what it waits for has to come before the deadline. */
static int open_socket(void)
{
    const struct timeval deadline = {DEADLINE, 0};
    const int on = 1;
    int file = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(file >= 0);
    (void)setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    (void)setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return file;
}

static int port_of(int file)
{
    struct sockaddr_in own;
    socklen_t size = sizeof own;

    assert_int_equal(getsockname(file, (struct sockaddr *)&own, &size), 0);
    return ntohs(own.sin_port);
}

static struct program our_server;
static struct sockaddr_in address = {.sin_family = AF_INET};

/* It says first where it listens. A failed test cannot stop it: so it has a timeout. */
static void start_server(const char *options)
{
    our_server = start_words("demo_socket --port=0 %s", options);
    (void)program_await(&our_server, "\n", true);
    const char *port = strstr(our_server.so_far.err, "127.0.0.1:") + strlen("127.0.0.1:");
    address.sin_port = htons((uint16_t)atoi(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

static bool can_connect(int file)
{
    return connect(file, (struct sockaddr *)&address, sizeof address) == 0;
}

static int new_client(void)
{
    int file = open_socket();

    assert_true(can_connect(file));
    return file;
}

/* Reads to the end of file: that has to be ANSWER and nothing else. */
static void assert_answer(int file, const char *answer)
{
    char got[64];

    assert_int_equal(recv(file, got, sizeof got, MSG_WAITALL), strlen(answer));
    assert_memory_equal(got, answer, strlen(answer));
    (void)close(file);
}

/* Our server: with Ctrl-C it ends, and the counts are right. (1000 clients at once: see
 * tests/faults/load.c.) */
#define SERVE "--serve --timeout=600"

static void stop_server(int answered, int dropped)
{
    char said[100];

    (void)snprintf(said, sizeof said, "held: of %d connections %d were answered and %d dropped ",
        answered + dropped, answered, dropped);
    assert_int_equal(kill(our_server.pid, SIGINT), 0);
    struct result result = program_finish(&our_server);
    assert_result(&result, 0, said, "--serve");
    assert_int_equal(count_lines(result.out), answered);
}

/* The server has shown what it received from FILE as SHOWN; it is answered. */
static void assert_served(int file, const char *shown)
{
    static char line[4 * MESSAGE_SIZE + 64];

    (void)snprintf(
        line, sizeof line, "Server received: %s from 127.0.0.1 : %d\n", shown, port_of(file));
    (void)program_await(&our_server, line, false);
    assert_answer(file, "pong");
}

/* Strangers who find the port and then say nothing, or too little, or do not leave, or send a byte
 * now and then, which would hold the run for minutes: each is served or dropped, and the run goes
 * on. One who has come too late finds nobody, which proves nothing: then it is tried again. */
TEST(strangers)
{
    static const char *const said[] = {"", "pi", "ping\n", "x"}, *const answers[] = {
                                                                     "", "pong", "pong"};
    int files[COUNT(said)];
    bool served = false;

    for (int tries = 0; tries < 20 && !served; tries++) {
        served = true;
        start_server("--clients=300 --timeout=30");
        for (size_t i = 0; i < COUNT(said); i++) {
            files[i] = open_socket();
            served = can_connect(files[i]) && served;
            (void)!send(files[i], said[i], strlen(said[i]), MSG_NOSIGNAL);
        }
        while (send(files[3], "x", 1, MSG_NOSIGNAL) == 1)
            nap(0.1);
        for (size_t i = 0; i < COUNT(answers); i++) {
            char answer[8] = "";
            (void)!recv(files[i], answer, 4, MSG_WAITALL);
            served = served && strcmp(answer, answers[i]) == 0;
        }
        struct result result = program_finish(&our_server);
        assert_result(&result, 0, "held: 300 of 300", "with strangers");
        for (size_t i = 0; i < COUNT(said); i++)
            (void)close(files[i]);
    }
    assert_true(served);
}

/* At once, and byte by byte. What is beyond the longest message is read away. If that took so long
 * that the server may have heard 100 ms of silence, which end a message, it is tried again. A
 * client that ends without a word is dropped, and so is one that is still there when the server
 * ends. */
TEST(ways_to_send)
{
    static char sent[2 * MESSAGE_SIZE], longest[MESSAGE_SIZE + 1];
    static const struct {
        const char *sent;
        size_t size;
        bool half_close;
        const char *shown;
    } ways[] = {{BYTES("ping"), true, "ping"}, /* as nc does */
        {BYTES("ping\r\n"), false, "ping"},    /* as telnet does */
        {BYTES("ping"), false, "ping"},        /* and waits for the answer */
        {BYTES("ping\npong\n"), true, "ping"}, {BYTES("\n"), false, ""},
        {BYTES("\u00e9\u20ac\U0001f600"), true, "\u00e9\u20ac\U0001f600"},
        {BYTES("\x1b[31m \x7f"), true, "\\x1b[31m \\x7f"}, {BYTES("a\0b"), true, "a\\x00b"},
        {BYTES("\xe2\x82\xc3\xa9"), true, "\\xe2\\x82\u00e9"}, {sent, sizeof sent, false, longest}};
    int answered = 0;

    memset(sent, 'x', sizeof sent);
    memset(longest, 'x', MESSAGE_SIZE);
    start_server(SERVE);
    int silent = new_client(), ends = new_client();
    (void)shutdown(ends, SHUT_WR);
    assert_answer(ends, "");
    for (size_t i = 0; i < 2 * COUNT(ways); answered++) {
        int file = new_client();
        size_t all = ways[i / 2].size, piece = i % 2 == 0 ? all : 1;
        double before = now();
        for (size_t at = 0; at < all; at += piece)
            if (send(file, ways[i / 2].sent + at, piece, MSG_NOSIGNAL) != (ssize_t)piece)
                break; /* it has got enough */
        if (ways[i / 2].half_close)
            (void)shutdown(file, SHUT_WR);
        if (now() - before >= 0.09) {
            assert_true(answered < 200);
            assert_answer(file, "pong");
            continue;
        }
        assert_served(file, ways[i / 2].shown);
        i++;
    }
    stop_server(answered, 2);
    assert_answer(silent, "");
}
