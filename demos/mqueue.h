/* SPDX-License-Identifier: MIT */
/* mqueue - mailboxes over either kind of message queue, and what they carry */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { MOST_TAGS = 100, QUEUE_LENGTH = 10 };

/* A request, and with the result filled in its answer: below 128 bytes. */
struct message {
    int answer_tag; /* under which tag the asker wants the answer */
    int error;      /* 0, or an error number of carry_out() */
    long asker;     /* the evidence: whose request this is */
    char text[56];  /* the request: "add 3 4" */
    int64_t result;
};

/* Keeps messages, each under a tag from 1 on, until somebody fetches the next
 * one that has his tag.
 */
struct mailbox {
    int queues[MOST_TAGS]; /* POSIX: one a tag; System V: one for all */
};

/* One kind of mailbox. A failure in any of the calls ends the run. */
struct mailbox_kind {
    void (*create)(struct mailbox *box, int tags); /* before the first fork */
    void (*put)(const struct mailbox *box, int tag,
        const struct message *message); /* waits while it is full */
    void (*fetch)(const struct mailbox *box, int tag,
        struct message *message); /* waits while there is none */
};

/* The kinds that there are on this platform, in the order of MAILBOX_KINDS. */
#if HAVE_MQUEUE
#define MAILBOX_KINDS "posix sysv"
#else
#define MAILBOX_KINDS "sysv"
#endif
extern const struct mailbox_kind *const mailbox_kinds[], sysv_mailbox;

/* The first of them that the running system has: it may lack POSIX queues that
 * the C library knows (ENOSYS).
 */
const struct mailbox_kind *standard_mailbox(void);

/* Makes REQUEST from WORDS, "FUNCTION ARG..." and a NULL. Returns NULL, or what
 * is wrong with them.
 */
const char *make_request(char *const words[], struct message *request);

/* Splits LINE into the first of its words, and a NULL. */
enum { MOST_WORDS = 5 };
void split_line(char *line, size_t length, char *words[MOST_WORDS]);

/* Fills in the result of REQUEST, or its error: ERANGE when it is beyond 64
 * bits, EDOM when it divides by zero.
 */
void carry_out(struct message *request);

/* "add 3 4 = 7", or "div 1 0: division by zero"; valid until the next call. */
const char *describe_answer(const struct message *answer);
