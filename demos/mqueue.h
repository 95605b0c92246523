/* SPDX-License-Identifier: MIT */
/* mqueue - mailboxes over either kind of message queue, and what they carry */
#pragma once

#include <stdint.h>

enum { MOST_TAGS = 100, QUEUE_LENGTH = 10 };

/* A request, and with the result filled in its answer: below 128 bytes. */
struct message {
    int answer_tag; /* under which tag the asker wants the answer */
    int error;      /* 0, or an error number of carry_out() */
    long asker;     /* the evidence: whose request this is */
    char function[8];
    int64_t arguments[2], result;
};

/* Keeps messages, each under a tag from 1 to TAGS, until somebody fetches the
 * next one that has his tag.
 */
struct mailbox {
    int tags;
    int queues[MOST_TAGS]; /* POSIX: one a tag; System V: one for all */
};

/* One kind of mailbox. A failure in any of the calls ends the run. */
struct mailbox_kind {
    void (*create)(struct mailbox *box); /* before processes are started */
    void (*put)(const struct mailbox *box, int tag,
                const struct message *message); /* waits while it is full */
    void (*fetch)(const struct mailbox *box, int tag,
                  struct message *message); /* waits while there is none */
};
extern const struct mailbox_kind posix_mailbox, sysv_mailbox;

/* Reads "FUNCTION ARG..." from COUNT words into REQUEST. Returns NULL, or what
 * is wrong with them.
 */
const char *parse_request(int count, char **words, struct message *request);

/* Fills in the result of REQUEST, or its error: ERANGE when it is beyond 64
 * bits, EDOM when it divides by zero.
 */
void carry_out(struct message *request);
