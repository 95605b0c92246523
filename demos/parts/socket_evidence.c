/* SPDX-License-Identifier: MIT */
/* socket_evidence - what demo_socket shows of its messages, and its verdict */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/demo.h"
#include "demos/parts/input.h"
#include "demos/parts/socket.h"
#include "demos/parts/window.h"

struct settings settings = {.port = 1234, .clients = 1, .message = "ping"};

/* Every client gets an answer, but only this run's clients count: the server
 * knows them by their ports.
 */
static struct {
    atomic_int client_at[65536]; /* by port: the client's id + 1, or 0 */
    struct latch all_are_known;  /* each client is in client_at */
    struct {
        size_t length; /* of the message as the server received it */
        bool arrived_intact, was_answered;
    } clients[MAX_CLIENTS];
} * shared; /* lies in memory that all processes share */

/* How long a stranger is served: the clients wait for their turn in the
 * meantime.
 */
static const int64_t PATIENCE = NS_PER_SECOND;

void check_settings(void)
{
    if (settings.serve + settings.connect + run.broken > 1)
        usage_error("--serve, --connect and --broken cannot be combined");
    if (settings.connect && settings.port == 0)
        usage_error("--connect needs a server's --port, 1 to 65535");
    if (run.broken && strlen(settings.message) == 1)
        usage_error("--broken needs a --message of at least 2 bytes");
    shared = shared_alloc(sizeof *shared);
    latch_init(&shared->all_are_known, settings.clients);
}

int port_of(int socket)
{
    struct sockaddr_in own;
    socklen_t size = sizeof own;

    CHECK(getsockname(socket, (struct sockaddr *)&own, &size));
    if (settings.port == 0 || settings.serve)
        warn("listening on 127.0.0.1:%d", ntohs(own.sin_port));
    return ntohs(own.sin_port);
}

noreturn void explain_bind_error(void)
{
    int port = settings.port;
    const char *reason = strerror(errno), *advice = advice_on("bind", errno);

    if (errno == EADDRINUSE && port > 0)
        die("port %d on 127.0.0.1 is in use; try --port=0 for any free one",
            port);
    if (errno == EADDRINUSE)
        advice = "; try again when other programs have ended";
    else if (errno == EACCES && port > 0 && port < 1024)
        advice = "; ports below 1024 need root, so use --port=1024 or higher";
    else if (errno == EADDRNOTAVAIL)
        advice = "; let root start the interface (ip link set lo up)";
    else if (errno == EACCES || errno == EPERM)
        advice = "; this system does not allow servers";
    die("port %d on 127.0.0.1: %s%s", port, reason, advice);
}

void finish_connecting(int connection)
{
    struct pollfd made = {.fd = connection, .events = POLLOUT};
    struct sockaddr_in peer;
    int error = errno;
    socklen_t size = sizeof error;

    if (error == EINTR) {
        CHECK(poll(&made, 1, -1));
        CHECK(getsockopt(connection, SOL_SOCKET, SO_ERROR, &error, &size));
        size = sizeof peer;
        if (error == 0 &&
            getpeername(connection, (struct sockaddr *)&peer, &size) == -1)
            error = EINTR; /* the signal came before it began */
    }
    if (error != 0)
        die_call("connect", error, __FILE__, __LINE__);
}

bool try_to_send(int connection, const char *bytes, size_t length)
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

/* Of the message that the server receives: from which client (-1: none), how
 * much of it has arrived and was recorded, and whether nothing arrived in time.
 */
static struct {
    int from;
    size_t recorded;
    bool is_silent;
} arriving = {.from = -1};

/* The client sends its message in two halves; what arrives of each is recorded
 * by itself.
 */
static void record_arrived(const char *message, size_t length)
{
    size_t half = strlen(settings.message) / 2, end;

    for (size_t at = arriving.recorded; at < length; at = end) {
        end = at < half && half < length ? half : length;
        record_received(
            "client", arriving.from, "%.*s", (int)(end - at), message + at);
    }
    arriving.recorded = length;
}

bool is_complete(const char *message, size_t length)
{
    if (arriving.from >= 0)
        record_arrived(message, length);
    return length == MAX_MESSAGE || memchr(message, '\n', length);
}

void say_message(const char *before, const char *message, size_t length,
    const struct sockaddr_in *peer)
{
    const char *newline = memchr(message, '\n', length);
    char address[INET_ADDRSTRLEN];

    if (newline)
        length = (size_t)(newline - message);
    if (newline && length > 0 && message[length - 1] == '\r')
        length--; /* telnet ends its lines with \r\n */
    char *shown = escape_dup(message, length);
    if (peer)
        say("%s%s from %s : %d", before, shown,
            inet_ntop(AF_INET, &peer->sin_addr, address, sizeof address),
            ntohs(peer->sin_port));
    else
        say("%s%s", before, shown);
    free(shown);
}

void read_rest(int connection)
{
    char rest[MAX_MESSAGE];
    ssize_t received = 1;

    for (int i = 0; i < 100 && received > 0; i++) {
        received = AGAIN(recv(connection, rest, sizeof rest, 0));
        if (received > 0 && arriving.from >= 0) {
            record_received(
                "client", arriving.from, "%.*s", (int)received, rest);
            record_wrong("too late, thrown away");
        }
    }
}

/* Bounds each recv, or not (0). Fails on macOS if the peer has gone: then recv
 * does not wait.
 */
static void bound_receiving(int connection, int64_t nanoseconds)
{
    const struct timeval bound = {
        .tv_sec = (time_t)(nanoseconds / NS_PER_SECOND)};

    (void)setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
}

static void serve_stranger(int connection, const struct sockaddr_in *peer)
{
    int64_t deadline = clock_now() + PATIENCE;
    char message[MAX_MESSAGE], rest[MAX_MESSAGE];
    size_t length = 0;
    ssize_t received = 1;

    if (arriving.is_silent)
        return;
    bound_receiving(connection, PATIENCE);
    while (received > 0 && !is_complete(message, length) &&
           clock_now() < deadline) {
        received =
            AGAIN(recv(connection, message + length, MAX_MESSAGE - length, 0));
        if (received > 0)
            length += (size_t)received;
    }
    show_message(peer, message, length);
    received = length > 0 && try_to_send(connection, "pong", 4) &&
               shutdown(connection, SHUT_WR) == 0;
    while (received > 0 && clock_now() < deadline)
        received = AGAIN(recv(connection, rest, sizeof rest, 0));
}

/* A client is in client_at before it sends. So it need not be there yet when it
 * has connected: then its first byte tells, or that all others are there.
 */
bool is_own_client(int connection, const struct sockaddr_in *peer)
{
    atomic_int *client = &shared->client_at[ntohs(peer->sin_port)];
    char first;

    arriving.recorded = 0;
    arriving.is_silent = false;
    if (*client == 0) {
        bound_receiving(connection, PATIENCE);
        arriving.is_silent = AGAIN(recv(connection, &first, 1, MSG_PEEK)) == -1;
        if (arriving.is_silent)
            (void)latch_wait_for(&shared->all_are_known, 5 * PATIENCE);
        bound_receiving(connection, 0);
    }
    arriving.from = *client - 1;
    if (arriving.from < 0)
        serve_stranger(connection, peer);
    return arriving.from >= 0;
}

void remember_port(int id, int connection)
{
    struct sockaddr_in own;
    socklen_t size = sizeof own;

    CHECK(getsockname(connection, (struct sockaddr *)&own, &size));
    shared->client_at[ntohs(own.sin_port)] = id + 1;
    latch_count_down(&shared->all_are_known);
}

static void send_part(int connection, const char *bytes, size_t length)
{
    record_sent("server", 0, "%.*s", (int)length, bytes);
    if (!try_to_send(connection, bytes, length))
        die_call("send", errno, __FILE__, __LINE__);
}

void send_in_two_parts(int connection, const char *message)
{
    struct pollfd answer = {.fd = connection, .events = POLLIN};
    size_t length = strlen(message);
    size_t half = settings.connect ? 0 : length / 2;

    if (half > 0)
        send_part(connection, message, half);
    if (run.broken || run.window)
        CHECK(poll(&answer, 1, (run.broken ? WINDOW : SHORT_WINDOW) / 1000000));
    send_part(connection, message + half, length - half);
}

static bool equals(const char *text, const char *bytes, size_t length)
{
    return length == strlen(text) && memcmp(text, bytes, length) == 0;
}

void show_message(
    const struct sockaddr_in *peer, const char *message, size_t length)
{
    int id = shared->client_at[ntohs(peer->sin_port)] - 1;

    if (length == 0 && id < 0) /* a stranger who says nothing */
        return;
    if (id >= 0)
        record_arrived(message, length);
    say_message("Server received: ", message, length, peer);
    if (id < 0)
        return;
    shared->clients[id].length = length;
    shared->clients[id].arrived_intact =
        equals(settings.message, message, length);
    if (!shared->clients[id].arrived_intact)
        record_wrong("cut: %zu of %zu bytes", length, strlen(settings.message));
    if (length > 0)
        record_sent("client", id, "pong");
}

void show_answer(int id, const char *answer, size_t length)
{
    if (length == 0)
        die("client %d got no answer", id);
    record_received("server", 0, "%.*s", (int)length, answer);
    say_message("Client received: ", answer, length, NULL);
    shared->clients[id].was_answered = equals("pong", answer, length);
}

int check_conversations(void)
{
    int whole = 0;
    size_t last = 0;

    for (int i = 0; i < settings.clients; i++)
        if (settings.connect || (shared->clients[i].arrived_intact &&
                                    shared->clients[i].was_answered))
            whole++;
        else
            last = shared->clients[i].length;
    if (whole < settings.clients)
        return verdict(false,
            "%d of %d messages were cut, the last to %zu of %zu bytes",
            settings.clients - whole, settings.clients, last,
            strlen(settings.message));
    return verdict(true, "%d of %d messages %s", whole, settings.clients,
        settings.connect ? "were answered"
                         : "arrived intact and were answered");
}
