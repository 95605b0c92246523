/* SPDX-License-Identifier: MIT */
#include "common/base/transfer.h"
#include "common/base/check.h"
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* After a call that failed: waits if it would have had to, and returns whether to make it again. */
static bool is_again(int descriptor, short events)
{
    if (errno == EAGAIN)
        (void)poll(&(struct pollfd){.fd = descriptor, .events = events}, 1, -1);
    return errno == EAGAIN || errno == EINTR;
}

ssize_t read_some(int descriptor, void *bytes, size_t size)
{
    ssize_t got;

    do
        got = read(descriptor, bytes, size);
    while (got == -1 && is_again(descriptor, POLLIN));
    return got;
}

bool write_whole(int descriptor, const void *bytes, size_t size)
{
    const char *next = bytes, *end = next + size;

    while (next < end) {
        ssize_t written = write(descriptor, next, (size_t)(end - next));
        if (written != -1)
            next += written;
        else if (!is_again(descriptor, POLLOUT))
            return false;
    }
    return true;
}
