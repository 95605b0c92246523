/* SPDX-License-Identifier: MIT */
#include "demos/parts/cleanup.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/demo.h"

static struct {
    pid_t owner, pid;
    int (*remove)(void *context); /* NULL when there is nothing to remove */
    void *context;
    int pipe; /* a byte or the end of file means: remove it */
} cleanup;

static int remove_or_report(void)
{
    if (cleanup.remove(cleanup.context) == 0 ||
        cleanup.remove(cleanup.context) == 0)
        return EXIT_HELD; /* at the latest when tried once more */
    warn("cannot remove what the run created: %s", strerror(errno));
    return EXIT_TROUBLE;
}

void cleanup_start(int (*remove)(void *context), void *context)
{
    int ends[2];
    char byte;

    cleanup.owner = getpid();
    cleanup.remove = remove;
    cleanup.context = context;
    (void)atexit(cleanup_now);
    CHECK(pipe(ends));
    cleanup.pipe = ends[1];
    cleanup.pid = CHECK(fork());
    if (cleanup.pid > 0) {
        (void)close(ends[0]);
        return;
    }
    (void)close(ends[1]);
    (void)setsid(); /* out of reach for what is sent to the run's group */
    CHECK(read(ends[0], &byte,
        1)); /* a cleanup that fails leaves it to cleanup_now() */
    _exit(remove_or_report());
}

void cleanup_now(void)
{
    int status = -1;

    if (cleanup.remove == NULL || cleanup.owner != getpid())
        return;
    if (cleanup.pid > 0 && AGAIN(write(cleanup.pipe, "!", 1)) == 1)
        (void)AGAIN(waitpid(cleanup.pid, &status, 0));
    if (status != 0) /* there is no cleanup, or it was killed */
        (void)remove_or_report();
    cleanup.remove = NULL;
}
