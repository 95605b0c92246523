/* SPDX-License-Identifier: MIT */
/* demo_socket as a whole program, and with clients and servers of all kinds */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/program.h"

enum { MESSAGE_SIZE = 2048, MAX_CLIENTS = 1000 };

/* Text with its length: there may be a NUL in it. */
#define BYTES(text) text, sizeof(text) - 1

static const struct linger reset_on_close = {1, 0};

static void assert_verdict(const char *err, const char *verdict)
{
    const char *line = strstr(err, verdict);

    assert_non_null(line);
    assert_non_null(strstr(line, "seed 42)\n"));
}

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

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int port_of(int file)
{
    struct sockaddr_in own;
    socklen_t size = sizeof own;

    assert_int_equal(getsockname(file, (struct sockaddr *)&own, &size), 0);
    return ntohs(own.sin_port);
}

/* Takes a free port. Nobody can connect to it until the test listens. */
static int take_port(void)
{
    struct sockaddr_in address = loopback(0);
    int file = open_socket();

    assert_int_equal(
        bind(file, (struct sockaddr *)&address, sizeof address), 0);
    return file;
}

static struct result run_with_port(const char *option, int port)
{
    char port_option[32];

    (void)snprintf(port_option, sizeof port_option, "--port=%d", port);
    return RUN("demo_socket", "--seed=42", port_option, option);
}

/* The run of the listing. */

static void test_listing(void **state)
{
    struct result result = RUN("demo_socket", "--port=0", "--seed=42");
    int port = 0, end = 0;

    (void)state;
    assert_int_equal(result.status, 0);
    (void)sscanf(result.out,
        "Server received: ping from 127.0.0.1 : %d\nClient received: pong\n%n",
        &port, &end);
    assert_int_in_range(port, 1, 65535);
    assert_int_equal(end, result.out_size);
    assert_verdict(result.err, "demo_socket: guarantee held: 1 of 1 ");
    assert_int_equal(count_lines(result.err), 2); /* and the port */
    free_result(&result);
    assert_nothing_left();
}

static void test_clients_take_turns(void **state)
{
    struct result result =
        RUN("demo_socket", "--port=0", "--seed=42", "--clients=1000");

    (void)state;
    assert_int_equal(result.status, 0);
    assert_int_equal(
        count_text(result.out, "Server received: ping from "), MAX_CLIENTS);
    assert_int_equal(
        count_text(result.out, "Client received: pong\n"), MAX_CLIENTS);
    assert_int_equal(count_lines(result.out), 2 * MAX_CLIENTS);
    assert_verdict(result.err, "guarantee held: 1000 of 1000 ");
#ifdef __linux__ /* when one's turn comes, the others sleep on */
    assert_int_in_range(result.sleeps, MAX_CLIENTS, 20 * MAX_CLIENTS);
#endif
    free_result(&result);
    assert_nothing_left();
}

/* The longest and the shortest message, and one in UTF-8. */
static void test_messages(void **state)
{
    char longest[MESSAGE_SIZE + 1] = "", expected[MESSAGE_SIZE + 64];
    const char *messages[] = {"p", "\u00e9lan vital \u20ac", longest};

    (void)state;
    memset(longest, 'x', MESSAGE_SIZE);
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        struct result result =
            RUN("demo_socket", "--port=0", "--message", messages[i]);
        (void)snprintf(expected, sizeof expected,
            "Server received: %s from 127.0.0.1 : ", messages[i]);
        assert_int_equal(result.status, 0);
        assert_memory_equal(result.out, expected, strlen(expected));
        free_result(&result);
    }
}

static void test_broken(void **state)
{
    struct result result =
        RUN("demo_socket", "--port=0", "--broken", "--seed=42");

    (void)state;
    assert_int_equal(result.status, 4);
    /* where one recv takes less than there is, it may be a single byte */
    if (is_unkind())
        assert_non_null(strstr(result.out, "Server received: p"));
    else
        assert_non_null(
            strstr(result.out, "Server received: pi from 127.0.0.1"));
    assert_null(strstr(result.out, "ping"));
    assert_verdict(result.err, "demo_socket: guarantee VIOLATED: ");
    free_result(&result);
    assert_nothing_left();
}

/* Starts a run with many clients. Returns where it listens. */
static int start_run(struct program *run)
{
    static const char said[] = "demo_socket: listening on 127.0.0.1:";

    *run = program_start((const char *const[]){built("demo_socket"), "--port=0",
        "--seed=42", "--clients=300", "--timeout=30", NULL});
    (void)program_await(run, "\n", true);
    assert_memory_equal(run->so_far.err, said, sizeof said - 1);
    return atoi(run->so_far.err + sizeof said - 1);
}

/* Strangers who find the port and then say nothing, or too little, or do not
 * leave: each is served or dropped, and the run goes on. One who has come too
 * late finds nobody, which proves nothing: then it is tried again.
 */
static void test_strangers(void **state)
{
    static const char *const said[] = {NULL, "pi", "ping\n"};
    enum { STRANGERS = sizeof said / sizeof *said };
    const struct timeval deadline = {DEADLINE, 0};
    bool served = false;

    (void)state;
    for (int tries = 0; tries < 20 && !served; tries++) {
        struct program run;
        struct sockaddr_in address = loopback(start_run(&run));
        int files[STRANGERS];
        served = true;
        for (int i = 0; i < STRANGERS; i++) {
            files[i] = open_socket();
            (void)setsockopt(
                files[i], SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
            served = connect(files[i], (struct sockaddr *)&address,
                         sizeof address) == 0 &&
                     served;
            if (served && said[i])
                (void)!send(files[i], said[i], strlen(said[i]), MSG_NOSIGNAL);
        }
        for (int i = 0; i < STRANGERS; i++) {
            char answer[8] = "";
            ssize_t got = recv(files[i], answer, 4, MSG_WAITALL);
            served = served && got == (said[i] ? 4 : 0);
        }
        struct result result = program_finish(&run);
        assert_int_equal(result.status, 0);
        assert_non_null(strstr(result.err, "guarantee held: 300 of 300 "));
        free_result(&result);
        for (int i = 0; i < STRANGERS; i++)
            (void)close(files[i]);
    }
    assert_true(served);
    assert_nothing_left();
}

/* A stranger that sends a byte now and then, each soon after the one before,
 * is not listened to forever either: it would hold the run for minutes.
 */
static void test_slow_stranger(void **state)
{
    const struct timespec moment = {0, 100000000};
    struct program run;
    struct sockaddr_in address = loopback(start_run(&run));
    int file = open_socket();

    (void)state;
    (void)connect(file, (struct sockaddr *)&address, sizeof address);
    while (send(file, "x", 1, MSG_NOSIGNAL) == 1)
        (void)nanosleep(&moment, NULL);
    (void)close(file);
    struct result result = program_finish(&run);
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.err, "guarantee held: 300 of 300 "));
    free_result(&result);
    assert_nothing_left();
}

static void test_wrong_usage(void **state)
{
    char too_long[MESSAGE_SIZE + 2] = "";
    const char *const wrong[][2] = {{"--port=65536"}, {"--port=-1"},
        {"--port="}, {"--clients=0"}, {"--clients=1001"}, {"--message="},
        {"--message", too_long}, {"--message=a\nb"}, {"--message=\x7f"},
        {"--serve", "--connect"}, {"--broken", "--serve"},
        {"--broken", "--connect"}, {"--connect", "--port=0"},
        {"--broken", "--message=p"}, {"--serve=1"}};

    (void)state;
    memset(too_long, 'x', MESSAGE_SIZE + 1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct result result =
            RUN("demo_socket", "--port=0", wrong[i][0], wrong[i][1]);
        if (result.status != 2)
            fail_msg("%s: status %d", wrong[i][0], result.status);
        assert_int_equal(result.out_size, 0);
        assert_int_equal(count_lines(result.err), 1);
        free_result(&result);
    }
}

static void test_taken_port(void **state)
{
    int listener = take_port();

    (void)state;
    assert_int_equal(listen(listener, 1), 0);
    for (int serve = 0; serve <= 1; serve++) {
        struct result result =
            run_with_port(serve ? "--serve" : NULL, port_of(listener));
        assert_int_equal(result.status, 3);
        assert_non_null(strstr(result.err, "is in use; try --port=0"));
        assert_int_equal(result.out_size, 0);
        free_result(&result);
    }
    (void)close(listener);
    assert_nothing_left();
}

/* Our server, with clients of all kinds. */

/* A failed test cannot stop its server: so it has a timeout. */
static struct program start_server_with(const char *option, int *port)
{
    static const char said[] = "demo_socket: listening on 127.0.0.1:";
    struct program server =
        program_start((const char *const[]){built("demo_socket"), "--serve",
            "--port=0", "--seed=42", option, NULL});

    (void)program_await(&server, "\n", true);
    assert_memory_equal(server.so_far.err, said, sizeof said - 1);
    *port = atoi(server.so_far.err + sizeof said - 1);
    return server;
}

static struct program start_server(int *port)
{
    return start_server_with("--timeout=600", port);
}

/* Ctrl-C: status 0, and the counts have to add up. */
static void stop_server(struct program *server, long answered)
{
    long counts[3] = {0};

    assert_int_equal(kill(server->pid, SIGINT), 0);
    struct result result = program_finish(server);
    assert_int_equal(result.status, 0);
    assert_verdict(result.err, "demo_socket: guarantee held: of ");
    assert_int_equal(
        sscanf(strstr(result.err, "held: of "),
            "held: of %ld connections %ld were answered and %ld dropped",
            &counts[0], &counts[1], &counts[2]),
        3);
    assert_int_equal(counts[0], counts[1] + counts[2]);
    assert_int_equal(counts[1], answered);
    assert_int_equal(count_lines(result.out), answered);
    free_result(&result);
    assert_nothing_left();
}

/* Whoever has read where the server listens may end it. */
static void test_ctrl_c_at_once(void **state)
{
    int port;

    (void)state;
    for (int i = 0; i < 20; i++) {
        struct program server = start_server(&port);
        stop_server(&server, 0);
    }
}

static int connect_to(int port)
{
    struct sockaddr_in address = loopback(port);
    int file = open_socket();

    assert_int_equal(
        connect(file, (struct sockaddr *)&address, sizeof address), 0);
    return file;
}

static void send_bytes(int file, const char *bytes, size_t size)
{
    assert_int_equal(send(file, bytes, size, 0), size);
}

/* Reads to the end of file: that has to be ANSWER and nothing else. */
static void assert_answer(int file, const char *answer)
{
    char got[64];
    size_t length = 0;
    ssize_t more;

    while ((more = recv(file, got + length, sizeof got - 1 - length, 0)) > 0)
        length += (size_t)more;
    assert_int_equal(more, 0);
    got[length] = '\0';
    assert_string_equal(got, answer);
    (void)close(file);
}

/* The server has shown what it received from FILE as SHOWN; it is answered. */
static void assert_served(struct program *server, int file, const char *shown)
{
    static char line[4 * MESSAGE_SIZE + 64];

    (void)snprintf(line, sizeof line,
        "Server received: %s from 127.0.0.1 : %d\n", shown, port_of(file));
    (void)program_await(server, line, false);
    assert_answer(file, "pong");
}

enum { WORDS = 12 };

static void trace_accept(const char *words[WORDS], char *fault, size_t room,
    const char *error, const char *mode)
{
    (void)snprintf(
        fault, room, "inject=?accept,?accept4:error=%s:when=1", error);
    const char *const all[WORDS] = {"/usr/bin/env",
        "ASAN_OPTIONS=detect_leaks=0", "strace", "-f", "-o", "/dev/null", "-e",
        fault, built("demo_socket"), "--port=0", mode, NULL};
    memcpy(words, all, sizeof all);
}

/* A client that is gone before its turn, a network that is down, a system that
 * lacks something for a moment: the server tries again.
 */
static const char *const accept_errors[] = {"ECONNABORTED", "EPROTO",
    "ENETDOWN", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"};
enum { ACCEPT_ERRORS = sizeof accept_errors / sizeof *accept_errors };

static void test_failed_accept(void **state)
{
    const char *words[WORDS];
    char fault[100];

    (void)state;
    if (!has_strace())
        skip();
    for (int i = 0; i < ACCEPT_ERRORS; i++) {
        trace_accept(
            words, fault, sizeof fault, accept_errors[i], "--clients=2");
        struct result result = run_program(words, NULL, 0);
        if (result.status != 0)
            fail_msg("%s: status %d, %s", accept_errors[i], result.status,
                result.err);
        assert_int_equal(count_text(result.err, "; trying again\n"), i > 2);
        free_result(&result);
    }
    assert_nothing_left();
}

static void test_failed_accept_of_server(void **state)
{
    static const char said[] = "demo_socket: listening on 127.0.0.1:";
    const char *words[WORDS];
    char fault[100];

    (void)state;
    if (!has_strace())
        skip();
    for (int i = 0; i < ACCEPT_ERRORS; i++) {
        trace_accept(words, fault, sizeof fault, accept_errors[i], "--serve");
        struct program server = program_start(words);
        (void)program_await(&server, "\n", true);
        int file = connect_to(atoi(server.so_far.err + sizeof said - 1));
        send_bytes(file, "ping\n", 5);
        assert_served(&server, file, "ping");
        assert_int_equal(
            kill(-server.pid, SIGINT), 0); /* strace(1) ignores it */
        struct result result = program_finish(&server);
        if (!strstr(result.err, "guarantee held: of 1 "))
            fail_msg("%s: %s", accept_errors[i], result.err);
        free_result(&result);
    }
    assert_nothing_left();
}

static void test_ways_to_send(void **state)
{
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
        {BYTES("\x1b[31m \x7f"), true, "\\x1b[31m \\x7f"},
        {BYTES("a\0b"), true, "a\\x00b"},
        {BYTES("\xc2\x9b"), true, "\\xc2\\x9b"},          /* C1 */
        {BYTES("\xff\xc0\xaf"), true, "\\xff\\xc0\\xaf"}, /* overlong */
        {BYTES("\xed\xa0\x80"), true, "\\xed\\xa0\\x80"}, /* surrogate */
        {BYTES("\xe2\x82"), true, "\\xe2\\x82"},          /* cut off */
        {BYTES("\xe2\x82\xc3\xa9"), true, "\\xe2\\x82\u00e9"}};
    enum { WAYS = sizeof ways / sizeof *ways };
    int port;
    struct program server = start_server(&port);

    (void)state;
    for (int i = 0; i < WAYS; i++) {
        int file = connect_to(port);
        send_bytes(file, ways[i].sent, ways[i].size);
        if (ways[i].half_close)
            (void)shutdown(file, SHUT_WR);
        assert_served(&server, file, ways[i].shown);
    }
    stop_server(&server, WAYS);
}

/* What is beyond the longest message is read away: the answer comes. */
static void test_too_long(void **state)
{
    char sent[2 * MESSAGE_SIZE], shown[MESSAGE_SIZE + 1] = "";
    int port;
    struct program server = start_server(&port);
    int file = connect_to(port);

    (void)state;
    memset(sent, 'x', sizeof sent);
    memset(shown, 'x', MESSAGE_SIZE);
    send_bytes(file, sent, sizeof sent);
    assert_served(&server, file, shown);
    stop_server(&server, 1);
}

/* Byte by byte. If that took so long that the server may have heard 100 ms of
 * silence, which end a message, it is tried again.
 */
static void test_pieces(void **state)
{
    int port;
    struct program server = start_server(&port);

    (void)state;
    for (int tries = 1;; tries++) {
        struct timespec before, after;
        int file = connect_to(port);
        (void)clock_gettime(CLOCK_MONOTONIC, &before);
        for (int i = 0; i < 6; i++)
            send_bytes(file, &"ping\r\n"[i], 1);
        (void)clock_gettime(CLOCK_MONOTONIC, &after);
        if ((double)(after.tv_sec - before.tv_sec) +
                (double)(after.tv_nsec - before.tv_nsec) / 1e9 <
            0.09) {
            assert_served(&server, file, "ping");
            stop_server(&server, tries);
            return;
        }
        assert_true(tries < 100);
        assert_answer(file, "pong");
    }
}

/* A silent client delays nobody, and is dropped in the end. */
static void test_silent_client(void **state)
{
    char nothing;
    int port;
    struct program server = start_server(&port);
    int silent = connect_to(port), active = connect_to(port);

    (void)state;
    send_bytes(active, "ping\n", 5);
    assert_served(&server, active, "ping");
    assert_int_equal(recv(silent, &nothing, 1, MSG_DONTWAIT), -1);
    assert_answer(silent, "");
    stop_server(&server, 1);
}

/* One resets its connection, another ends it without a word. */
static void test_clients_that_leave(void **state)
{
    int port;
    struct program server = start_server(&port);
    int resets = connect_to(port), ends = connect_to(port);

    (void)state;
    send_bytes(resets, "pi", 2);
    (void)setsockopt(
        resets, SOL_SOCKET, SO_LINGER, &reset_on_close, sizeof reset_on_close);
    (void)close(resets);
    (void)shutdown(ends, SHUT_WR);
    assert_answer(ends, "");
    int active = connect_to(port);
    send_bytes(active, "ping\n", 5);
    assert_served(&server, active, "ping");
    stop_server(&server, 1);
}

/* Whatever comes, no control character reaches the terminal. */
static void test_random_bytes(void **state)
{
    enum { CLIENTS = 100 };
    int port;
    struct program server = start_server(&port);

    (void)state;
    srand(42);
    for (int i = 0; i < CLIENTS; i++) {
        char bytes[1000];
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (char)(rand() >> 4);
        int file = connect_to(port);
        send_bytes(file, bytes, sizeof bytes);
        (void)shutdown(file, SHUT_WR);
        /* its line stands before the answer: so no pipe runs full */
        char end[32];
        (void)snprintf(end, sizeof end, " : %d\n", port_of(file));
        (void)program_await(&server, end, false);
        assert_answer(file, "pong");
    }
    const unsigned char *out = (unsigned char *)server.so_far.out;
    for (size_t i = 0; i < server.so_far.out_size; i++) {
        assert_true(out[i] == '\n' || (out[i] >= 0x20 && out[i] != 0x7f));
        assert_false(out[i] == 0xc2 && out[i + 1] < 0xa0); /* C1 */
    }
    stop_server(&server, CLIENTS);
}

/* All are connected before the first one says anything. */
static void serve_concurrently(int clients)
{
    static int files[MAX_CLIENTS];
    int port;
    struct program server = start_server(&port);

    for (int i = 0; i < clients; i++)
        files[i] = connect_to(port);
    for (int i = 0; i < clients; i++) {
        send_bytes(files[i], "ping", 4);
        (void)shutdown(files[i], SHUT_WR);
    }
    for (int i = 0; i < clients; i++)
        assert_served(&server, files[i], "ping");
    stop_server(&server, clients);
}

static void test_100_clients(void **state)
{
    (void)state;
    serve_concurrently(100);
}

static void test_1000_clients(void **state)
{
    const rlim_t needed = MAX_CLIENTS + 64;
    struct rlimit files;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    if (files.rlim_max < needed)
        skip(); /* no more files may be opened here */
    if (files.rlim_cur < needed)
        files.rlim_cur = needed;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    serve_concurrently(MAX_CLIENTS);
}

/* Our client, with servers of all kinds. */

/* Runs the client against a plain server that answers FIRST (NULL: nothing)
 * and a moment later REST, if there is any.
 */
static struct result ask_plain_server(const char *first, const char *rest)
{
    const struct timespec moment = {0, 50000000};
    char option[32], message[64];
    int listener = take_port();
    struct pollfd incoming = {.fd = listener, .events = POLLIN};

    assert_int_equal(listen(listener, 1), 0);
    (void)snprintf(option, sizeof option, "--port=%d", port_of(listener));
    struct program client = program_start((const char *const[]){
        built("demo_socket"), "--connect", "--seed=42", option, NULL});
    assert_int_equal(poll(&incoming, 1, DEADLINE * 1000), 1);
    int file = accept(listener, NULL, NULL);
    assert_true(file >= 0);
    assert_int_equal(recv(file, message, sizeof message, 0), 4);
    assert_memory_equal(message, "ping", 4);
    if (first)
        send_bytes(file, first, strlen(first));
    if (rest) {
        /* in time for the client to take the first part alone */
        (void)nanosleep(&moment, NULL);
        send_bytes(file, rest, strlen(rest));
    }
    (void)close(file);
    (void)close(listener);
    return program_finish(&client);
}

static void test_connect(void **state)
{
    static const char *const answers[][2] = {{"pong"}, {"po", "ng"}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct result result = ask_plain_server(answers[i][0], answers[i][1]);
        assert_int_equal(result.status, 0);
        assert_string_equal(result.out, "Client received: pong\n");
        assert_verdict(result.err, "demo_socket: guarantee held: 1 of 1 ");
        free_result(&result);
    }
    assert_nothing_left();
}

static void test_connect_without_answer(void **state)
{
    struct result result = ask_plain_server(NULL, NULL);

    (void)state;
    assert_int_equal(result.status, 3);
    assert_int_equal(result.out_size, 0);
    assert_non_null(strstr(result.err, "got no answer"));
    free_result(&result);
    assert_nothing_left();
}

/* Time in which the server is stopped (Ctrl-Z) is no client's silence: 5 s of
 * that would drop it. With the watchdog the server's poll ends with EINTR when
 * it goes on; without, at its time.
 */
static void stop_and_go_on(const char *option)
{
    int port;
    struct program server = start_server_with(option, &port);
    int silent = connect_to(port), other = connect_to(port);

    send_bytes(other, "ping\n", 5);
    assert_answer(other, "pong"); /* so the first one is accepted, too */
    assert_int_equal(kill(server.pid, SIGSTOP), 0);
    assert_int_equal(poll(NULL, 0, 5500), 0);
    assert_int_equal(kill(server.pid, SIGCONT), 0);
    assert_int_equal(poll(NULL, 0, 200), 0); /* now it would drop it */
    send_bytes(silent, "ping\n", 5);
    assert_answer(silent, "pong");
    stop_server(&server, 2);
}

static void test_stopped_server(void **state)
{
    (void)state;
    stop_and_go_on("--timeout=600");
    stop_and_go_on("--speed=1"); /* the default, so without the watchdog */
}

static void test_connect_to_nobody(void **state)
{
    int file = take_port(); /* where nobody listens */
    struct result result = run_with_port("--connect", port_of(file));

    (void)state;
    assert_int_equal(result.status, 3);
    assert_int_equal(result.out_size, 0);
    assert_non_null(strstr(result.err, "is the server running?"));
    free_result(&result);
    (void)close(file);
    assert_nothing_left();
}

/* Both are ours: several clients of one server. */
static void test_connect_to_server(void **state)
{
    char option[32];
    int port;
    struct program server = start_server(&port);

    (void)state;
    (void)snprintf(option, sizeof option, "--port=%d", port);
    struct result result =
        RUN("demo_socket", "--connect", option, "--clients=3");
    assert_int_equal(result.status, 0);
    assert_int_equal(count_text(result.out, "Client received: pong\n"), 3);
    free_result(&result);
    stop_server(&server, 3);
}

#define TEST(function)                                                         \
    cmocka_unit_test_setup_teardown(function, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_listing),
        TEST(test_clients_take_turns), TEST(test_messages), TEST(test_broken),
        TEST(test_strangers), TEST(test_slow_stranger),
        TEST(test_failed_accept), TEST(test_failed_accept_of_server),
        TEST(test_wrong_usage), TEST(test_taken_port),
        TEST(test_ctrl_c_at_once), TEST(test_ways_to_send), TEST(test_too_long),
        TEST(test_pieces), TEST(test_silent_client),
        TEST(test_clients_that_leave), TEST(test_random_bytes),
        TEST(test_100_clients), TEST(test_1000_clients), TEST(test_connect),
        TEST(test_connect_without_answer), TEST(test_stopped_server),
        TEST(test_connect_to_nobody), TEST(test_connect_to_server)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
