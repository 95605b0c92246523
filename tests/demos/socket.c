/* SPDX-License-Identifier: MIT */
/* demo_socket as a whole program, and with clients and servers of all kinds */
#include "tests/support/test.h"

#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

enum { MESSAGE_SIZE = 2048, MAX_CLIENTS = 1000 };

/* Text with its length: there may be a NUL in it. */
#define BYTES(text) text, sizeof(text) - 1

#define ANSWERED(of) "demo_socket: guarantee held: " of " [^\n]*seed [0-9]+\\)\n$"

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

    assert_int_equal(bind(file, (struct sockaddr *)&address, sizeof address), 0);
    return file;
}

TEST(listing)
{
    struct result result = expect_run(0, ANSWERED("1 of 1"), "demo_socket --port=0");

    assert_matches(result.out, "^Server received: ping from 127.0.0.1 : "
                               "[1-9][0-9]*\nClient received: pong\n$");
    assert_int_equal(count_lines(result.err), 2); /* and the port */
}

/* With few files: a server that closes no connection runs out of them. */
TEST(clients_take_turns)
{
    struct result result = run_script(
        "ulimit -n 30; exec '%s' --port=0 --clients=%d", built("demo_socket"), MAX_CLIENTS);

    assert_result(&result, 0, ANSWERED("1000 of 1000"), "demo_socket");
    assert_int_equal(count_text(result.out, "Server received: ping from "), MAX_CLIENTS);
    assert_int_equal(count_text(result.out, "Client received: pong\n"), MAX_CLIENTS);
    assert_int_equal(count_lines(result.out), 2 * MAX_CLIENTS);
#ifdef __linux__ /* when one's turn comes, the others sleep on */
    assert_int_in_range(result.sleeps, MAX_CLIENTS, 20 * MAX_CLIENTS);
#endif
}

/* The longest and the shortest message, and one in UTF-8. */
TEST(messages)
{
    char longest[MESSAGE_SIZE + 1] = "", expected[MESSAGE_SIZE + 64];
    const char *messages[] = {"p", "\u00e9lan_\u20ac", longest};

    memset(longest, 'x', MESSAGE_SIZE);
    for (size_t i = 0; i < COUNT(messages); i++) {
        struct result result =
            expect_run(0, ANSWERED("1 of 1"), "demo_socket --port=0 --message=%s", messages[i]);
        (void)snprintf(
            expected, sizeof expected, "Server received: %s from 127.0.0.1 : ", messages[i]);
        assert_memory_equal(result.out, expected, strlen(expected));
    }
}

TEST(broken)
{
    struct result result =
        expect_run(4, "demo_socket: guarantee VIOLATED: ", "demo_socket --port=0 --broken");

    /* where one recv takes less than there is, it may be a single byte */
    assert_non_null(strstr(
        result.out, is_unkind() ? "Server received: p" : "Server received: pi from 127.0.0.1"));
    assert_null(strstr(result.out, "ping"));
    REFUSED("demo_socket", "--serve --connect", "--broken --serve", "--broken --connect",
        "--connect --port=0", "--broken --message=p", "-- operand");
}

/* Reads where the program listens, which is the first thing that it says. */
static int await_port(struct program *program)
{
    static const char said[] = "demo_socket: listening on 127.0.0.1:";

    (void)program_await(program, "\n", true);
    assert_memory_equal(program->so_far.err, said, sizeof said - 1);
    return atoi(program->so_far.err + sizeof said - 1);
}

static struct program our_server;
static int our_port;

/* A failed test cannot stop its server: so it has a timeout. */
static void start_server(const char *options)
{
    our_server = start_words("demo_socket --port=0 %s", options);
    our_port = await_port(&our_server);
}

static bool can_connect(int file)
{
    struct sockaddr_in address = loopback(our_port);

    return connect(file, (struct sockaddr *)&address, sizeof address) == 0;
}

static void assert_others_served(void)
{
    struct result result = program_finish(&our_server);

    assert_result(&result, 0, ANSWERED("300 of 300"), "with strangers");
}

/* Strangers who find the port and then say nothing, or too little, or do not
 * leave: each is served or dropped, and the run goes on. One who has come too
 * late finds nobody, which proves nothing: then it is tried again.
 */
TEST(strangers)
{
    static const char *const said[] = {NULL, "pi", "ping\n"};
    bool served = false;

    for (int tries = 0; tries < 20 && !served; tries++) {
        int files[COUNT(said)];
        served = true;
        start_server("--clients=300 --timeout=30");
        for (size_t i = 0; i < COUNT(said); i++) {
            files[i] = open_socket();
            served = can_connect(files[i]) && served;
            if (served && said[i])
                (void)!send(files[i], said[i], strlen(said[i]), MSG_NOSIGNAL);
        }
        for (size_t i = 0; i < COUNT(said); i++) {
            char answer[8] = "";
            ssize_t got = recv(files[i], answer, 4, MSG_WAITALL);
            served = served && got == (said[i] ? 4 : 0);
        }
        assert_others_served();
        for (size_t i = 0; i < COUNT(said); i++)
            (void)close(files[i]);
    }
    assert_true(served);
}

/* A stranger that sends a byte now and then, each soon after the one before,
 * is not listened to forever either: it would hold the run for minutes.
 */
TEST(slow_stranger)
{
    int file = open_socket();

    start_server("--clients=300 --timeout=30");
    (void)can_connect(file);
    while (send(file, "x", 1, MSG_NOSIGNAL) == 1)
        nap(0.1);
    (void)close(file);
    assert_others_served();
}

TEST(taken_port)
{
    static const char *const options[] = {"", "--serve"};
    int listener = take_port();

    assert_int_equal(listen(listener, 1), 0);
    for (size_t i = 0; i < COUNT(options); i++) {
        struct result result = expect_run(3, "is in use; try --port=0", "demo_socket --port=%d %s",
            port_of(listener), options[i]);
        assert_string_equal(result.out, "");
    }
    (void)close(listener);
}

/* Our server, with clients of all kinds. (1000 at once: see
 * tests/stress/load.c.)
 */
#define SERVE "--serve --timeout=600"

/* Ctrl-C: status 0, and the counts are right. */
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

static int new_client(void)
{
    int file = open_socket();

    assert_true(can_connect(file));
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

    assert_int_equal(recv(file, got, sizeof got, MSG_WAITALL), strlen(answer));
    assert_memory_equal(got, answer, strlen(answer));
    (void)close(file);
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

/* A client comes, says a line, and is served. */
static void ask_server(void)
{
    int file = new_client();

    send_bytes(file, "ping\n", 5);
    assert_served(file, "ping");
}

/* Whoever has read where the server listens may end it, also while a client is
 * there: that is dropped, as is one that ends without a word.
 */
TEST(ctrl_c)
{
    for (int i = 0; i < 20; i++) {
        start_server(SERVE);
        stop_server(0, 0);
    }
    start_server(SERVE);
    int silent = new_client(), ends = new_client();
    (void)shutdown(ends, SHUT_WR);
    assert_answer(ends, "");
    ask_server(); /* so the first one is accepted, too */
    stop_server(1, 2);
    assert_answer(silent, "");
}

/* A client that has gone before its turn does not count; a server of its own
 * waits for a network that is down and for what the system lacks, too.
 */
TEST(failed_accept)
{
    static const char *const errors[] = {
        "ECONNABORTED", "EPROTO", "ENETDOWN", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"};
    char fault[100];

    for (size_t i = 0; i < COUNT(errors); i++) {
        (void)snprintf(
            fault, sizeof fault, "-e inject=?accept,?accept4:error=%s:when=1", errors[i]);
        our_server = start_straced(fault, "demo_socket --port=0 --serve");
        our_port = await_port(&our_server);
        ask_server();
        (void)kill(-our_server.pid, SIGINT);
        struct result result = program_finish(&our_server);
        assert_non_null(strstr(result.err, "guarantee held: of 1 "));
        assert_int_equal(count_text(result.err, "; trying again\n"), i > 2);
        result = run_straced(fault, "demo_socket --port=0 --clients=2");
        if (i < 2)
            assert_result(&result, 0, ANSWERED("2 of 2"), errors[i]);
        else
            assert_non_null(strstr(result.err, "accept: "));
    }
}

TEST(ways_to_send)
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
        {BYTES("\x1b[31m \x7f"), true, "\\x1b[31m \\x7f"}, {BYTES("a\0b"), true, "a\\x00b"},
        {BYTES("\xe2\x82\xc3\xa9"), true, "\\xe2\\x82\u00e9"}};
    char sent[2 * MESSAGE_SIZE], shown[MESSAGE_SIZE + 1] = "";

    start_server(SERVE);
    for (size_t i = 0; i < COUNT(ways); i++) {
        int file = new_client();
        send_bytes(file, ways[i].sent, ways[i].size);
        if (ways[i].half_close)
            (void)shutdown(file, SHUT_WR);
        assert_served(file, ways[i].shown);
    }
    /* what is beyond the longest message is read away: the answer comes */
    int file = new_client();
    memset(sent, 'x', sizeof sent);
    memset(shown, 'x', MESSAGE_SIZE);
    send_bytes(file, sent, sizeof sent);
    assert_served(file, shown);
    stop_server((int)COUNT(ways) + 1, 0);
}

/* Byte by byte. If that took so long that the server may have heard 100 ms of
 * silence, which end a message, it is tried again.
 */
TEST(pieces)
{
    start_server(SERVE);
    for (int tries = 1;; tries++) {
        int file = new_client();
        double before = now();
        for (int i = 0; i < 6; i++)
            send_bytes(file, &"ping\r\n"[i], 1);
        if (now() - before < 0.09) {
            assert_served(file, "ping");
            stop_server(tries, 0);
            return;
        }
        assert_true(tries < 100);
        assert_answer(file, "pong");
    }
}

/* Time in which the server is stopped (Ctrl-Z) is no client's silence: 5 s of
 * that would drop it. With the watchdog the server's poll ends with EINTR when
 * it goes on; without (the default), at its time.
 */
TEST(stopped_server)
{
    static const char *const options[] = {SERVE, "--serve"};

    for (size_t i = 0; i < COUNT(options); i++) {
        start_server(options[i]);
        int silent = new_client();
        ask_server(); /* so the first one is accepted, too */
        assert_int_equal(kill(our_server.pid, SIGSTOP), 0);
        nap(5.5);
        assert_int_equal(kill(our_server.pid, SIGCONT), 0);
        nap(0.2); /* now it would drop it */
        send_bytes(silent, "ping\n", 5);
        assert_answer(silent, "pong");
        stop_server(2, 0);
    }
}

/* Our client, with servers of all kinds. */

/* Runs the client against a plain server that answers FIRST (NULL: nothing)
 * and a moment later REST, if there is any.
 */
static struct result ask_plain_server(const char *first, const char *rest)
{
    char message[64];
    int listener = take_port();
    struct pollfd incoming = {.fd = listener, .events = POLLIN};

    assert_int_equal(listen(listener, 1), 0);
    struct program client = start_words("demo_socket --connect --port=%d", port_of(listener));
    assert_int_equal(poll(&incoming, 1, DEADLINE * 1000), 1);
    int file = accept(listener, NULL, NULL);
    assert_true(file >= 0);
    assert_int_equal(recv(file, message, sizeof message, 0), 4);
    assert_memory_equal(message, "ping", 4);
    if (first)
        send_bytes(file, first, strlen(first));
    if (rest) {
        nap(0.05); /* in time for the client to take the first part alone */
        send_bytes(file, rest, strlen(rest));
    }
    (void)close(file);
    (void)close(listener);
    return program_finish(&client);
}

TEST(connect)
{
    static const char *const answers[][2] = {{"pong"}, {"po", "ng"}};

    for (size_t i = 0; i < COUNT(answers); i++) {
        struct result result = ask_plain_server(answers[i][0], answers[i][1]);
        assert_result(&result, 0, ANSWERED("1 of 1"), "--connect");
        assert_string_equal(result.out, "Client received: pong\n");
    }
    struct result result = ask_plain_server(NULL, NULL);
    assert_result(&result, 3, "got no answer", "--connect");
    assert_int_equal(result.out_size, 0);
}

TEST(connect_to_nobody)
{
    int file = take_port(); /* where nobody listens */
    struct result result =
        expect_run(3, "is the server running\\?", "demo_socket --connect --port=%d", port_of(file));

    assert_int_equal(result.out_size, 0);
    (void)close(file);
}

/* Both are ours: several clients of one server. */
TEST(connect_to_server)
{
    start_server(SERVE);
    struct result result =
        expect_run(0, ANSWERED("3 of 3"), "demo_socket --connect --port=%d --clients=3", our_port);

    assert_int_equal(count_text(result.out, "Client received: pong\n"), 3);
    stop_server(3, 0);
}
