/* SPDX-License-Identifier: MIT */
/* socket_serve - one process serves many clients at once, by poll(2)
 *
 * No read ever blocks: poll tells which connections have something to read,
 * and each has a deadline. So a silent client delays nobody.
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "demos/socket_serve.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/output.h"
#include "common/record/recorder.h"
#include "common/text.h"

#define MILLISECONDS INT64_C(1000000)

static const int64_t first_byte = 5000 * MILLISECONDS; /* then: dropped */
static const int64_t silence = 100 * MILLISECONDS;     /* ends a message */
static const int64_t linger = 1000 * MILLISECONDS;     /* after the answer */
static const int64_t patience = 1000 * MILLISECONDS;   /* with a stranger */

/* The signal that ends the server may come just before poll(2) begins to
 * wait; so it never waits longer than this. In milliseconds.
 */
enum { POLL_BOUND = 250 };

struct connection {
    struct sockaddr_in peer;
    int64_t deadline;
    bool answered;
    size_t length;
    char message[MESSAGE_SIZE];
};

/* files[0] is the listener; connections[i] is the state of files[i]. */
static struct server {
    struct pollfd *files;
    struct connection **connections;
    size_t count, room;
    long accepted, answered, dropped; /* the evidence */
} server;

static volatile sig_atomic_t stopping;

static void stop(int signal_number)
{
    (void)signal_number;
    stopping = 1;
}

static void add(int file, struct connection *connection)
{
    if (server.count == server.room) {
        server.room = 2 * server.room + 64;
        server.files = CHECK_NOT(
            NULL, realloc(server.files, server.room * sizeof *server.files));
        server.connections = CHECK_NOT(
            NULL, realloc(server.connections, server.room * sizeof(void *)));
    }
    server.connections[server.count] = connection;
    server.files[server.count++] =
        (struct pollfd){.fd = file, .events = POLLIN};
}

/* The last one takes its place. */
static void close_connection(size_t i)
{
    (void)close(server.files[i].fd);
    free(server.connections[i]);
    server.count--;
    server.files[i] = server.files[server.count];
    server.connections[i] = server.connections[server.count];
}

struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static noreturn void fail_bind(int port)
{
    const char *reason = strerror(errno), *advice = advice_on("bind", errno);

    if (errno == EADDRINUSE && port > 0)
        fail("port %d on 127.0.0.1 is in use; try --port=0 for any free one",
            port);
    if (errno == EADDRINUSE)
        advice = "; try again when other programs have ended";
    else if (errno == EACCES && port > 0 && port < 1024)
        advice = "; ports below 1024 need root, so use --port=1024 or higher";
    else if (errno == EADDRNOTAVAIL)
        advice = "; let root start the interface (ip link set lo up)";
    else if (errno == EACCES || errno == EPERM)
        advice = "; this system does not allow servers";
    fail("port %d on 127.0.0.1: %s%s", port, reason, advice);
}

int create_listener(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    int port = ntohs(address->sin_port), on = 1;
    int listener = CHECK(socket(AF_INET, SOCK_STREAM, 0));

    CHECK(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    if (bind(listener, (struct sockaddr *)address, size) == -1)
        fail_bind(port);
    CHECK(listen(listener, SOMAXCONN));
    CHECK(getsockname(listener, (struct sockaddr *)address, &size));
    if (port == 0)
        report("listening on 127.0.0.1:%d", ntohs(address->sin_port));
    return listener;
}

void greet(struct guest *guest, in_port_t port)
{
    guest->port = port;
    guest->deadline = clock_now() + patience;
}

bool is_client(const struct guest *guest)
{
    return guest->port == guest->expected;
}

bool await_bytes(int connection, const struct guest *guest)
{
    struct pollfd file = {.fd = connection, .events = POLLIN};
    bool is_there = false;

    while (!is_there) {
        is_there = CHECK(poll(&file, 1, POLL_BOUND)) > 0;
        bool is_stranger = guest->expected != 0 && !is_client(guest);
        if (is_stranger && clock_now() > guest->deadline)
            return false;
    }
    return true;
}

bool is_connected(int connection)
{
    struct pollfd file = {.fd = connection, .events = POLLOUT};
    int error = errno;
    socklen_t size = sizeof error;

    if (error == EINTR) {
        CHECK(poll(&file, 1, -1));
        CHECK(getsockopt(connection, SOL_SOCKET, SO_ERROR, &error, &size));
    }
    errno = error;
    return error == 0;
}

bool send_all(int connection, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = AGAIN(send(connection, bytes, length, 0));
        if (sent == -1)
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

/* Whether the system lacks something that it may have again in a moment. */
static bool is_shortage(int error)
{
    static int reported;

    switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        if (error != reported)
            report("accept: %s%s; trying again", strerror(error),
                advice_on("accept", error));
        reported = error;
        return true;
    case EBADF:
    case EFAULT:
    case EINVAL:
    case ENOSYS:
    case ENOTSOCK:
    case EACCES: /* these two: a sandbox denies the call */
    case EPERM:
        fail_call("accept", error, __FILE__, __LINE__);
    default:
        return false;
    }
}

void after_failed_accept(int error)
{
    if (is_shortage(error))
        pause_for(POLL_BOUND * MILLISECONDS);
}

static bool answer(int file, const struct connection *connection)
{
    const char *message = connection->message;
    const char *newline = memchr(message, '\n', connection->length);
    size_t length = newline ? (size_t)(newline - message) : connection->length;

    if (newline && length > 0 && message[length - 1] == '\r')
        length--; /* telnet ends its lines with \r\n */
    char *shown = escaped_bytes(message, length);
    say("Server received: %s from %s : %d", shown,
        inet_ntoa(connection->peer.sin_addr), ntohs(connection->peer.sin_port));
    free(shown);
    return send_all(file, "pong", 4) && shutdown(file, SHUT_WR) == 0;
}

/* Reads what is there. A message ends at a newline, at the client's half-close,
 * when the buffer is full, or after some silence. Once it is answered, what
 * still comes is read away, since closing with unread data resets the
 * connection.
 */
static void advance(size_t i, int64_t now)
{
    static char rest[MESSAGE_SIZE];
    struct connection *connection = server.connections[i];
    size_t length = connection->length;
    bool answered = connection->answered;
    int file = server.files[i].fd;
    char *place = answered ? rest : connection->message + length;
    size_t room = MESSAGE_SIZE - (answered ? 0 : length);
    ssize_t more = AGAIN(recv(file, place, room, MSG_DONTWAIT));
    bool nothing = more == -1 && errno == EAGAIN;
    bool complete = more == 0 || (nothing && now >= connection->deadline);

    if (more > 0 && !answered) {
        connection->length += (size_t)more;
        connection->deadline = now + silence;
        complete = connection->length == MESSAGE_SIZE ||
                   memchr(connection->message + length, '\n', (size_t)more);
    }
    if (more > 0 && answered)
        complete = now >= connection->deadline;
    if (!complete && (more > 0 || nothing))
        return;
    if (complete && !answered && connection->length > 0 &&
        answer(file, connection)) {
        server.answered++;
        connection->answered = true;
        connection->deadline = now + linger;
        if (more != 0)
            return;
    } else if (!answered)
        server.dropped++;
    close_connection(i);
}

static void accept_clients(int64_t now)
{
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;

    for (;;) {
        int file = accept(server.files[0].fd, (struct sockaddr *)&peer, &size);
        if (file == -1) { /* poll(2) will tell of the next client */
            if (errno != EAGAIN && is_shortage(errno))
                server.files[0].events = 0;
            return;
        }
        struct connection *connection = malloc(sizeof *connection);
        server.accepted++;
        if (!connection) {
            server.dropped++;
            (void)close(file);
            continue;
        }
        connection->peer = peer;
        connection->deadline = now + first_byte;
        connection->answered = false;
        connection->length = 0;
        add(file, connection);
        advance(server.count - 1, now); /* often the message is there */
    }
}

/* The server has been stopped (Ctrl-Z) for a while: no client is to blame. */
static void postpone_deadlines(int64_t nanoseconds)
{
    for (size_t i = 1; i < server.count; i++)
        server.connections[i]->deadline += nanoseconds;
}

int serve(struct sockaddr_in *address)
{
    const struct sigaction action = {.sa_handler = stop};
    struct rlimit files;

    /* each client is an open file */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < 10240) {
        files.rlim_cur = files.rlim_max < 10240 ? files.rlim_max : 10240;
        (void)setrlimit(RLIMIT_NOFILE, &files); /* or there are fewer */
    }
    CHECK(sigaction(SIGINT, &action, NULL));
    int listener = create_listener(address);
    record_as("server", 0);
    record_state(RUNNING, "serving");
    CHECK(fcntl(listener, F_SETFL, O_NONBLOCK));
    add(listener, NULL);
    while (!stopping) {
        int64_t next = clock_now() + POLL_BOUND * MILLISECONDS;
        for (size_t i = 1; i < server.count; i++)
            if (server.connections[i]->deadline < next)
                next = server.connections[i]->deadline;
        int64_t wait = (next - clock_now() + MILLISECONDS - 1) / MILLISECONDS;
        if (poll(server.files, (nfds_t)server.count,
                wait > 0 ? (int)wait : 0) == -1 &&
            errno != EINTR)
            fail_call("poll", errno, __FILE__, __LINE__);
        int64_t now = clock_now();
        if (now - next > POLL_BOUND * MILLISECONDS)
            postpone_deadlines(now - next);
        server.files[0].events = POLLIN; /* if it was short of something */
        for (size_t i = server.count - 1; i > 0; i--)
            if (server.files[i].revents != 0 ||
                now >= server.connections[i]->deadline)
                advance(i, now);
        if (server.files[0].revents != 0)
            accept_clients(now);
    }
    while (server.count > 1) { /* who has not been answered by now is dropped */
        server.dropped += !server.connections[server.count - 1]->answered;
        close_connection(server.count - 1);
    }
    return verdict(server.accepted == server.answered + server.dropped,
        "of %ld connections %ld were answered and %ld dropped", server.accepted,
        server.answered, server.dropped);
}
