/* SPDX-License-Identifier: MIT */
/* streams - a message through pipe, FIFO, Unix socket, and TCP
 *
 * All four are written and read in the same way; the difference is in how they
 * are opened, and in what the system does.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/run/names.h"
#include "demos/bench/mechanisms.h"

/* Each side's descriptors; they are one and the same for a socket. */
struct stream {
    int in[SIDES], out[SIDES];
};

/* So that each one sees an end of file when the other has died. */
static void join_stream(void *context, enum side side, pid_t other)
{
    struct stream *stream = context;

    CHECK(close(stream->in[!side]));
    if (stream->in[!side] != stream->out[!side])
        CHECK(close(stream->out[!side]));
}

static void send_stream(void *context, enum side side, const void *message, size_t size)
{
    const struct stream *stream = context;
    const char *bytes = message;

    for (size_t sent = 0; sent < size;)
        sent += (size_t)CHECK(write(stream->out[side], bytes + sent, size - sent));
}

/* A stream knows no messages: it may give one in pieces. */
static size_t receive_stream(void *context, enum side side, void *message, size_t size)
{
    const struct stream *stream = context;
    char *bytes = message;
    size_t received = 0;

    while (received < size) {
        ssize_t more = CHECK(read(stream->in[side], bytes + received, size - received));
        if (more == 0)
            die("the other side of a round trip has gone");
        received += (size_t)more;
    }
    return received;
}

static const char *open_pipe(void *context, size_t size)
{
    struct stream *stream = context;
    int ends[2];

    for (enum side side = PING; side < SIDES; side++) {
        CHECK(pipe(ends));
        stream->in[side] = ends[0];
        stream->out[!side] = ends[1];
    }
    return NULL;
}

/* Opens both ends of a FIFO and takes its name away. For reading it is opened
 * first and without waiting: a writer is only let in when there is a reader.
 */
static void open_fifo(const char *name, int *in, int *out)
{
    CHECK(mkfifo(name, 0600));
    *in = open(name, O_RDONLY | O_NONBLOCK);
    *out = *in == -1 ? -1 : open(name, O_WRONLY);
    int error = errno;
    if (unlink(name) == -1)
        CHECK(unlink(name));
    if (*out == -1)
        die_call("open", error, __FILE__, __LINE__);
    CHECK(fcntl(*in, F_SETFL, 0)); /* from now on reading waits */
}

static const char *open_fifos(void *context, size_t size)
{
    struct stream *stream = context;
    const char *folder = getenv("TMPDIR");
    char name[NAME_SIZE], path[4200];

    for (enum side side = PING; side < SIDES; side++) {
        unique_name(name);
        (void)snprintf(path, sizeof path, "%s%s", folder && *folder ? folder : "/tmp", name);
        open_fifo(path, &stream->in[side], &stream->out[!side]);
        name_is_gone();
    }
    return NULL;
}

static const char *open_unix(void *context, size_t size)
{
    struct stream *stream = context;
    int ends[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    for (enum side side = PING; side < SIDES; side++)
        stream->in[side] = stream->out[side] = ends[side];
    return NULL;
}

/* A connection to ourselves: the system completes it before it is accepted.
 * Nagle's algorithm is off: it would hold back what is less than a segment.
 */
static const char *open_tcp(void *context, size_t size)
{
    struct stream *stream = context;
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
                       client, peer;
    socklen_t length = sizeof server;
    const int on = 1;

    int listener = CHECK(socket(AF_INET, SOCK_STREAM, 0));
    CHECK(bind(listener, (struct sockaddr *)&server, length));
    CHECK(getsockname(listener, (struct sockaddr *)&server, &length));
    CHECK(listen(listener, 1));
    int ping = CHECK(socket(AF_INET, SOCK_STREAM, 0));
    CHECK(connect(ping, (struct sockaddr *)&server, length));
    int pong = CHECK(accept(listener, NULL, NULL));
    CHECK(close(listener));
    CHECK(getsockname(ping, (struct sockaddr *)&client, &length));
    CHECK(getpeername(pong, (struct sockaddr *)&peer, &length));
    if (client.sin_port != peer.sin_port)
        die("somebody else has connected to port %d; try again", ntohs(server.sin_port));
    CHECK(setsockopt(ping, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    CHECK(setsockopt(pong, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    stream->in[PING] = stream->out[PING] = ping;
    stream->in[PONG] = stream->out[PONG] = pong;
    return NULL;
}

static struct stream pipes, fifos, unix_sockets, tcp_sockets;

struct channel pipe_channel = {0, &pipes, open_pipe, join_stream, send_stream, receive_stream};
struct channel fifo_channel = {0, &fifos, open_fifos, join_stream, send_stream, receive_stream};
struct channel unix_channel = {
    0, &unix_sockets, open_unix, join_stream, send_stream, receive_stream};
struct channel tcp_channel = {0, &tcp_sockets, open_tcp, join_stream, send_stream, receive_stream};
