/* SPDX-License-Identifier: MIT */
#include "demos/parts/input.h"
#include "common/demo.h"
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

ssize_t read_some(int descriptor, void *bytes, size_t size)
{
    struct pollfd input = {.fd = descriptor, .events = POLLIN};

    for (;;) {
        ssize_t got = read(descriptor, bytes, size);
        int error = errno;
        if (got == -1 && error == EAGAIN)
            CHECK(poll(&input, 1, -1)); /* a signal: looks for failed actors */
        else if (got != -1 || !is_worth_repeating("read(", error))
            return got;
    }
}

char *escape_dup(const char *bytes, size_t length)
{
    char *shown = CHECK_NOT(NULL, malloc(4 * length + 1));

    shown[escape(bytes, length, shown, false)] = '\0';
    return shown;
}
