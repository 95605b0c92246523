/* SPDX-License-Identifier: MIT */
/* terminal - runs something on a terminal of its own, and types there
 *
 * It is a pseudo-terminal of 80 columns and 24 rows (posix_openpt(3p)). */
#pragma once

#include "tests/support/program.h"

struct terminal {
    struct program program; /* its output is what the terminal shows */
    const char *shown;      /* all that was shown so far, with a final NUL */
    size_t size;
};

/* Starts a shell with this command, a printf(3p) format, in the foreground of a new terminal, where
 * its three standard descriptors are. */
struct terminal terminal_start(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with a function of ours instead of the shell. */
struct terminal terminal_with(int (*body)(const void *context), const void *context);

/* Types TEXT; "\n" is Enter, "\003" is Ctrl-C. */
void terminal_type(const struct terminal *terminal, const char *text);

/* Reads on until TEXT was shown COUNT times, which has to be within 5 minutes. */
void terminal_await(struct terminal *terminal, const char *text, int count);

/* Reads on for MILLISECONDS: for what should not come. */
void terminal_watch(struct terminal *terminal, int milliseconds);

void terminal_resize(const struct terminal *terminal, int columns);

/* Whether keys act only at the end of a line and are shown, as usual. */
bool terminal_is_usual(const struct terminal *terminal);

/* Closes the window; or reads on until all there have ended. Returns the exit status of what was
 * started, or 128 + the signal that ended it. SHOWN stays, as results do. */
int terminal_close(struct terminal *terminal);
int terminal_finish(struct terminal *terminal);
