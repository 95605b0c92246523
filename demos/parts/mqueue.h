/* SPDX-License-Identifier: MIT */
/* mqueue - what the files of demo_mqueue share */
#pragma once

#include "demos/parts/about.h"
#include "demos/parts/unique_name.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#if HAVE_MQUEUE
#include <mqueue.h>
#define API_WORDS "posix sysv"
enum { API_POSIX, API_SYSV };
#else /* demo_mqueue.c compiles, but all runs use System V queues */
#define API_WORDS "sysv"
enum { API_SYSV, API_POSIX };
typedef int mqd_t;
struct mq_attr {
    long mq_maxmsg, mq_msgsize;
};
static inline int no_queue(void)
{
    errno = ENOSYS;
    return -1;
}
static inline mqd_t mq_open(const char *name, int flags, ...)
{
    return no_queue();
}
static inline int mq_unlink(const char *name)
{
    return no_queue();
}
static inline int mq_send(
    mqd_t queue, const char *bytes, size_t size, unsigned priority)
{
    return no_queue();
}
static inline ssize_t mq_receive(
    mqd_t queue, char *bytes, size_t size, unsigned *priority)
{
    return no_queue();
}
#endif

enum { MAX_CLIENTS = 100 };

extern struct settings {
    int clients, api;
    bool is_stream; /* requests are the lines of standard input */
    char **words;   /* the request on the command line; *words NULL: none */
} settings;

/* A request, and with the result filled in its answer. */
struct message {
    long client;        /* ties the answer to the request: its tag */
    long asker;         /* for the verdict: the client; with -, the line */
    char text[56];      /* the request: "add 3 4" */
    int64_t numbers[2]; /* its arguments */
    int function;       /* the place in the worker's table of functions */
    int error;          /* 0, or an error number of compute() */
    int64_t result;     /* filled in by compute() */
};

/* Refuses what cannot be combined, and a request that makes no sense. */
void check_settings(char **words);

/* In mqueue_sysv.c: the whole run. Returns the exit status. */
int run_sysv(void);

/* In mqueue_requests.c, as those that follow. Fills in the next request
 * of client ID; returns false if there is none.
 */
bool next_request(int id, struct message *message);

/* After its request: client 0 pauses until another one has its answer. With
 * --window it does so without this call.
 */
void pause_for_others(int id);

/* Prints the answer, and keeps for the verdict whether it is the client's own.
 */
void show_answer(int id, const struct message *answer);

/* How long the run takes, for run_actors(): a stream may take any time. */
double planned_seconds(void);

/* The verdict; returns the exit status. */
int check_answers(void);

/* The worker's part: fills in the result of a request, or its error. */
void compute(struct message *request);

/* In mqueue_functions.c: the same. The error is ERANGE if the result is beyond
 * 64 bits, and EDOM if the request divides by zero.
 */
void compute_result(struct message *request);

/* Makes REQUEST from WORDS, "FUNCTION ARG..." and a NULL. Returns NULL, or what
 * is wrong with them.
 */
const char *make_request(char *const words[], struct message *request);

/* Splits LINE into the first of its words, and a NULL. */
enum { MAX_WORDS = 5 };
void split_line(char *line, size_t length, char *words[MAX_WORDS]);

/* "add 3 4 = 7", or "div 1 0: division by zero"; valid until the next call. */
const char *describe_answer(const struct message *answer);
