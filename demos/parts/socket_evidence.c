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

struct settings settings = {.port = 1234, .clients = 1, .message = "ping"};

/* Every client gets an answer, but only this run's clients count: the server
 * knows them by their ports.
 */
static struct {
    int client_at[65536]; /* by port: the client's id + 1, or 0 */
    struct {
        size_t length; /* of the message as the server received it */
        bool arrived_intact, was_answered;
    } clients[MAX_CLIENTS];
} * shared; /* lies in memory that all processes share */

/* How long a stranger is served: the clients wait for their turn in the
 * meantime.
 */
enum { PATIENCE = 1000000000 /* nanoseconds */ };

void check_settings(void)
{
    if (settings.serve + settings.connect + run.broken > 1)
        usage_error("--serve, --connect and --broken cannot be combined");
    if (settings.connect && settings.port == 0)
        usage_error("--connect needs a server's --port, 1 to 65535");
    if (run.broken && strlen(settings.message) == 1)
        usage_error("--broken needs a --message of at least 2 bytes");
    shared = shared_alloc(sizeof *shared);
}

int port_of(int socket)
{
    struct sockaddr_in own;
    socklen_t size = sizeof own;

    CHECK(getsockname(socket, (struct sockaddr *)&own, &size));
    if (settings.port == 0)
        warn("listening on 127.0.0.1:%d", ntohs(own.sin_port));
    return ntohs(own.sin_port);
}

noreturn void die_bind(void)
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

/* Of the message that the server receives: from which client (-1: none), and
 * how much of it has arrived and was recorded.
 */
static struct {
    int from;
    ssize_t recorded;
} arriving = {-1, 0};

/* The client sends its message in two halves; what arrives of each is recorded
 * by itself.
 */
static void record_arrived(const char *message, ssize_t length)
{
    ssize_t half = (ssize_t)strlen(settings.message) / 2, end;

    for (ssize_t at = arriving.recorded; at < length; at = end) {
        end = at < half && half < length ? half : length;
        record_received(
            "client", arriving.from, "%.*s", (int)(end - at), message + at);
    }
    arriving.recorded = length;
}

bool is_complete(const char *message, ssize_t length)
{
    if (arriving.from >= 0)
        record_arrived(message, length);
    return length == MAX_MESSAGE || memchr(message, '\n', (size_t)length);
}

void say_message(const char *before, const char *message, ssize_t size,
    const struct sockaddr_in *peer)
{
    size_t length = (size_t)size;
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

void finish_sending(int connection)
{
    char rest[MAX_MESSAGE];

    if (shutdown(connection, SHUT_WR) == -1)
        return;
    for (int i = 0; i < 100; i++)
        if (AGAIN(recv(connection, rest, sizeof rest, 0)) <= 0)
            break;
}

bool serve_stranger(int connection, const struct sockaddr_in *peer)
{
    const struct timeval patience = {.tv_sec = PATIENCE / 1000000000};
    int64_t deadline = clock_now() + PATIENCE;
    char message[MAX_MESSAGE], rest[MAX_MESSAGE];
    ssize_t length = 0, received = 1;

    arriving.from = shared->client_at[ntohs(peer->sin_port)] - 1;
    arriving.recorded = 0;
    if (arriving.from >= 0)
        return false;
    CHECK(setsockopt(
        connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience));
    while (received > 0 && !is_complete(message, length) &&
           clock_now() < deadline) {
        received = AGAIN(recv(
            connection, message + length, MAX_MESSAGE - (size_t)length, 0));
        if (received > 0)
            length += received;
    }
    show_message(peer, message, length);
    received = length > 0 && try_to_send(connection, "pong", 4) &&
               shutdown(connection, SHUT_WR) == 0;
    while (received > 0 && clock_now() < deadline)
        received = AGAIN(recv(connection, rest, sizeof rest, 0));
    CHECK(close(connection));
    return true;
}

static size_t half_length(void)
{
    return settings.connect ? 0 : strlen(settings.message) / 2;
}

size_t first_half(void)
{
    if (half_length() > 0)
        record_sent("server", 0, "%.*s", (int)half_length(), settings.message);
    return half_length();
}

/* The port must be known before the server gets to see it. */
void bind_to_any_port(int id, int connection)
{
    struct sockaddr_in any = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    CHECK(bind(connection, (struct sockaddr *)&any, sizeof any));
    shared->client_at[port_of(connection)] = id + 1;
}

void pause_until_answered(int connection)
{
    struct pollfd answer = {.fd = connection, .events = POLLIN};

    if (run.broken || run.window)
        CHECK(poll(&answer, 1, (run.broken ? WINDOW : SHORT_WINDOW) / 1000000));
    record_sent("server", 0, "%s", settings.message + half_length());
}

static bool equals(const char *text, const char *bytes, size_t length)
{
    return length == strlen(text) && memcmp(text, bytes, length) == 0;
}

void show_message(
    const struct sockaddr_in *peer, const char *message, ssize_t length)
{
    int id = shared->client_at[ntohs(peer->sin_port)] - 1;

    if (length < 0 || (length == 0 && id < 0)) /* a stranger who says nothing */
        return;
    if (id >= 0)
        record_arrived(message, length);
    say_message("Server received: ", message, length, peer);
    if (id < 0)
        return;
    shared->clients[id].length = (size_t)length;
    shared->clients[id].arrived_intact =
        equals(settings.message, message, (size_t)length);
    if (!shared->clients[id].arrived_intact)
        record_wrong("cut: %zd of %zu bytes", length, strlen(settings.message));
    if (length > 0)
        record_sent("client", id, "pong");
}

void show_answer(int id, const char *answer, ssize_t length)
{
    if (length <= 0)
        die("client %d got no answer", id);
    record_received("server", 0, "%.*s", (int)length, answer);
    say_message("Client received: ", answer, length, NULL);
    shared->clients[id].was_answered = equals("pong", answer, (size_t)length);
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
