/* SPDX-License-Identifier: MIT */
#include "demos/keeper.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/check.h"

static struct {
    pid_t owner, pid;
    int (*remove)(void *context); /* NULL when there is nothing to remove */
    void *context;
    int pipe; /* a byte or the end of file means: remove it */
} keeper;

static int remove_or_report(void)
{
    if (keeper.remove(keeper.context) == 0 ||
        keeper.remove(keeper.context) == 0)
        return HELD; /* at the latest when tried once more */
    report("cannot remove what the run created: %s", strerror(errno));
    return COULD_NOT_RUN;
}

void keeper_start(int (*remove)(void *context), void *context)
{
    int ends[2];
    char byte;

    keeper.owner = getpid();
    keeper.remove = remove;
    keeper.context = context;
    (void)atexit(keeper_dismiss);
    CHECK(pipe(ends));
    keeper.pipe = ends[1];
    keeper.pid = CHECK(fork());
    if (keeper.pid > 0) {
        (void)close(ends[0]);
        return;
    }
    (void)close(ends[1]);
    (void)setsid(); /* out of reach for what is sent to the run's group */
    CHECK(read(ends[0], &byte,
        1)); /* a keeper that fails leaves it to keeper_dismiss() */
    _exit(remove_or_report());
}

void keeper_dismiss(void)
{
    int status = -1;

    if (keeper.remove == NULL || keeper.owner != getpid())
        return;
    if (keeper.pid > 0 && AGAIN(write(keeper.pipe, "!", 1)) == 1)
        (void)AGAIN(waitpid(keeper.pid, &status, 0));
    if (status != 0) /* there is no keeper, or it was killed */
        (void)remove_or_report();
    keeper.remove = NULL;
}
