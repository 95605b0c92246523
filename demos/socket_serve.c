/* SPDX-License-Identifier: MIT */
/* socket_serve - demo_socket --serve: one process serves many clients at once
 *
 * poll(2) waits for many sockets at once, and says which of them have something
 * to receive. So no recv ever waits. Each client has a deadline: a silent one
 * delays nobody.
 *
 *   $ ./demo_socket --serve --port=4321
 *   Server received: hello from 127.0.0.1 : 51892
 *   ^Cdemo_socket: guarantee held: of 1 connections 1 were answered and 0
 *   dropped (seed 20)
 *
 *   $ printf 'hello\n' | nc 127.0.0.1 4321        (in another terminal)
 *   pong
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/demo.h" /* CHECK(call) ends the run if the call fails */
#include "demos/parts/socket.h"

static const int64_t MS = 1000000; /* nanoseconds */

struct connection {
    struct sockaddr_in peer;
    enum { RECEIVING, DRAINING } phase; /* before and after the answer */
    int64_t deadline;                   /* of this phase */
    size_t length;                      /* of what has arrived */
    char message[MAX_MESSAGE];
};

/* polled[0] is the listener; connections[i] belongs to polled[i]. */
static struct pollfd *polled;
static struct connection **connections;
static size_t count;
static long accepted, answered, dropped; /* for the verdict */

static volatile sig_atomic_t is_stopping;
static int64_t now; /* nanoseconds, as read_clock() read them last */
static void read_clock(void);
static void add(int socket, struct connection *connection);
static void drop(size_t i);
static void accept_clients(void);
static int milliseconds_left(void);

/* Receives what is there. Returns whether the message has ended: by a newline,
 * by end-of-file, because there is no space for more, or by 100 ms of silence.
 */
static bool receive_part(int socket, struct connection *connection)
{
    char *place = connection->message + connection->length;
    size_t space = MAX_MESSAGE - connection->length;
    ssize_t received = AGAIN(recv(socket, place, space, MSG_DONTWAIT));

    if (received > 0) {
        connection->length += (size_t)received;
        connection->deadline = now + 100 * MS;
        return is_complete(connection->message, connection->length);
    }
    if (received == -1 && errno == EAGAIN) /* nothing is there */
        return now >= connection->deadline;
    if (received == -1) /* the client has gone */
        connection->length = 0;
    return true;
}

/* Returns whether the answer could be sent. */
static bool answer(int socket, struct connection *connection)
{
    say_message("Server received: ", connection->message, connection->length,
        &connection->peer);
    connection->phase = DRAINING;
    connection->deadline = now + 1000 * MS;
    return try_to_send(socket, "pong", 4) && shutdown(socket, SHUT_WR) == 0;
}

/* Receives what the client still sends: closing with unread data would reset
 * the connection, and the answer could be lost. Returns whether that was all.
 */
static bool drain(int socket, const struct connection *connection)
{
    static char rest[MAX_MESSAGE];
    ssize_t received = AGAIN(recv(socket, rest, sizeof rest, MSG_DONTWAIT));
    bool has_gone = received == 0 || (received == -1 && errno != EAGAIN);

    return has_gone || now >= connection->deadline;
}

/* Does for one client what can be done without waiting. */
static void advance(size_t i)
{
    struct connection *connection = connections[i];
    int socket = polled[i].fd;

    if (connection->phase == RECEIVING) {
        if (!receive_part(socket, connection))
            return;
        if (connection->length == 0 || !answer(socket, connection)) {
            dropped++;
            drop(i);
            return;
        }
        answered++;
    }
    if (drain(socket, connection))
        drop(i);
}

static void serve_clients(int listener)
{
    CHECK(fcntl(listener, F_SETFL, O_NONBLOCK)); /* so accept does not wait */
    add(listener, NULL);
    while (!is_stopping) {
        /* waits until a client connects or sends, or a deadline passes */
        CHECK(poll(polled, (nfds_t)count, milliseconds_left()));
        read_clock();
        for (size_t i = count - 1; i > 0; i--)
            if (polled[i].revents != 0 || now >= connections[i]->deadline)
                advance(i);
        polled[0].events = POLLIN;
        if (polled[0].revents != 0)
            accept_clients();
    }
}

/* ---- The mechanism ends here. Below: the list of clients, set-up. ---- */

static void add(int socket, struct connection *connection)
{
    static size_t size;

    if (count == size) {
        size = 2 * size + 64;
        polled = CHECK_NOT(NULL, realloc(polled, size * sizeof *polled));
        connections =
            CHECK_NOT(NULL, realloc(connections, size * sizeof *connections));
    }
    polled[count] = (struct pollfd){.fd = socket, .events = POLLIN};
    connections[count] = connection;
    count++;
}

/* Closes a connection; the last one of the list takes its place. */
static void drop(size_t i)
{
    (void)close(polled[i].fd);
    free(connections[i]);
    count--;
    polled[i] = polled[count];
    connections[i] = connections[count];
}

/* Returns whether the system lacks something that it may have again in a
 * moment. Ends the run if accept can never work.
 */
static bool is_shortage(int error)
{
    static int reported;

    switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        if (error != reported)
            warn("accept: %s%s; trying again", strerror(error),
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
        die_call("accept", error, __FILE__, __LINE__);
    default:
        return false;
    }
}

/* As many as wait, but at most so many: clients that are there wait, too. */
static void accept_clients(void)
{
    for (int i = 0; i < 100; i++) {
        struct sockaddr_in peer;
        socklen_t size = sizeof peer;
        int socket = accept(polled[0].fd, (struct sockaddr *)&peer, &size);
        if (socket == -1) { /* poll will tell of the next client */
            if (errno != EAGAIN && is_shortage(errno))
                polled[0].events = 0; /* but not at once */
            return;
        }
        accepted++;
        struct connection *connection = calloc(1, sizeof *connection);
        if (!connection) {
            dropped++;
            (void)close(socket);
            continue;
        }
        connection->peer = peer;
        connection->deadline = now + 5000 * MS; /* for the first byte */
        add(socket, connection);
        advance(count - 1); /* often the message is there already */
    }
}

static int64_t turn_ends = INT64_MAX; /* by then poll has returned */

/* Sets now. If it is much later than it should be, the server was stopped
 * (Ctrl-Z) and no client is to blame: all deadlines move.
 */
static void read_clock(void)
{
    now = clock_now();
    if (now < turn_ends || now - turn_ends <= 250 * MS)
        return;
    for (size_t i = 1; i < count; i++)
        connections[i]->deadline += now - turn_ends;
    turn_ends = now;
}

/* Returns how long poll may wait for the next deadline, but at most 250: the
 * signal that ends the server may arrive just before poll begins to wait.
 */
static int milliseconds_left(void)
{
    read_clock();
    turn_ends = now + 250 * MS;
    for (size_t i = 1; i < count; i++)
        if (connections[i]->deadline < turn_ends)
            turn_ends = connections[i]->deadline;
    if (turn_ends < now)
        turn_ends = now;
    return (int)((turn_ends - now + MS - 1) / MS);
}

static void stop(int signal_number)
{
    is_stopping = 1;
}

int serve(int (*create_listener)(void))
{
    const struct sigaction action = {.sa_handler = stop};
    struct rlimit files;

    /* each client is an open file */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < 10240) {
        files.rlim_cur = files.rlim_max < 10240 ? files.rlim_max : 10240;
        (void)setrlimit(RLIMIT_NOFILE, &files); /* or there are fewer */
    }
    CHECK(sigaction(SIGINT, &action, NULL));
    start_actors(-1);
    int listener = create_listener();
    record_as("server", 0);
    serve_clients(listener);
    while (count > 1) { /* clients that have no answer by now are dropped */
        if (connections[count - 1]->phase == RECEIVING)
            dropped++;
        drop(count - 1);
    }
    return verdict(accepted == answered + dropped,
        "of %ld connections %ld were answered and %ld dropped", accepted,
        answered, dropped);
}
