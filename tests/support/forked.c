/* SPDX-License-Identifier: MIT */
#include "tests/support/forked.h"
#include "tests/support/environment.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SILENCE = 60 /* seconds */ };

/* Adds what can be read to TEXT, as far as there is room; at the end of file
 * closes the descriptor.
 */
static void take(struct pollfd *file, char *text, size_t room, size_t *size)
{
    char piece[65536];
    ssize_t got = read(file->fd, piece, sizeof piece);

    for (ssize_t i = 0; i < got; i++, ++*size)
        if (*size + 1 < room)
            text[*size] = piece[i];
    if (got <= 0) {
        (void)close(file->fd);
        file->fd = -1; /* poll(2) passes over it */
    }
}

struct outcome forked(int (*body)(const void *context), const void *context)
{
    struct outcome outcome = {0};
    size_t err_size = 0;
    int out[2], err[2], status;

    assert_int_equal(pipe(out), 0);
    assert_int_equal(pipe(err), 0);
    (void)fflush(NULL); /* or exit() in the child would print it again */
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        begin_child();
        (void)setpgid(0, 0); /* so that all of them can be ended */
        (void)dup2(out[1], STDOUT_FILENO);
        (void)dup2(err[1], STDERR_FILENO);
        for (int i = 0; i < 2; i++) {
            (void)close(out[i]);
            (void)close(err[i]);
        }
        exit(body(context));
    }
    (void)close(out[1]);
    (void)close(err[1]);
    struct pollfd files[] = {
        {.fd = out[0], .events = POLLIN}, {.fd = err[0], .events = POLLIN}};
    while (files[0].fd != -1 || files[1].fd != -1) {
        int ready = poll(files, 2, SILENCE * 1000);
        if (ready == 0) {
            (void)kill(-pid, SIGKILL);
            fail_msg("something still runs; it said: %s%s", outcome.out,
                outcome.err);
        }
        if (ready > 0 && files[0].revents != 0)
            take(&files[0], outcome.out, sizeof outcome.out, &outcome.out_size);
        if (ready > 0 && files[1].revents != 0)
            take(&files[1], outcome.err, sizeof outcome.err, &err_size);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    outcome.status =
        WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return outcome;
}

struct outcome expect(int status, const char *err,
    int (*body)(const void *context), const void *context)
{
    struct outcome outcome = forked(body, context);

    if (outcome.status != status)
        fail_msg("status %d instead of %d; it said: %s%s", outcome.status,
            status, outcome.out, outcome.err);
    if (*err)
        assert_says(outcome.err, err);
    else
        assert_string_equal(outcome.err, "");
    return outcome;
}

void assert_says(const char *said, const char *text)
{
    if (!strstr(said, text))
        fail_msg("\"%s\" is missing in: %s", text, said);
}
