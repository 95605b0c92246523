/* SPDX-License-Identifier: MIT */
#include "common/base/transfer.h"
#include "common/base/check.h"
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* Whether a call that returned RESULT has to be made again: after a wait, if that is why. */
static bool is_again(ssize_t result, int descriptor, short events)
{
    if (result == -1 && errno == EAGAIN)
        (void)poll(&(struct pollfd){.fd = descriptor, .events = events}, 1, -1);
    else if (result != -1 || errno != EINTR)
        return false;
    return true;
}

ssize_t write_some(int descriptor, const void *bytes, size_t size)
{
    ssize_t written;

    do
        written = write(descriptor, bytes, size);
    while (is_again(written, descriptor, POLLOUT));
    return written;
}

ssize_t read_some(int descriptor, void *bytes, size_t size)
{
    ssize_t got;

    do
        got = read(descriptor, bytes, size);
    while (is_again(got, descriptor, POLLIN));
    return got;
}

bool write_whole(int descriptor, const void *bytes, size_t size)
{
    const char *next = bytes;

    while (size > 0) {
        ssize_t written = write_some(descriptor, next, size);
        if (written == -1)
            return false;
        next += written;
        size -= (size_t)written;
    }
    return true;
}
