/* SPDX-License-Identifier: MIT */
/* mqueue_posix - mailboxes of POSIX message queues
 *
 * These queues know priorities, but no tags: a mailbox is one queue for each
 * tag. The last close removes them. Compare mqueue_sysv.c.
 */
#if HAVE_MQUEUE
#include <mqueue.h>
#include <fcntl.h>
#include <stddef.h>

#include "common/check.h"
#include "common/names.h"
#include "demos/mqueue.h"

static void create(struct mailbox *box)
{
    struct mq_attr attributes = {.mq_maxmsg = QUEUE_LENGTH,
                                 .mq_msgsize = sizeof(struct message)};
    char name[NAME_SIZE];

    for (int tag = 1; tag <= box->tags; tag++) {
        make_name(name);
        sigset_t before = hold_signals();
        box->queues[tag - 1] =
            CHECK(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes));
        if (mq_unlink(name) == -1) /* children inherit the open queue */
            CHECK(mq_unlink(name));
        release_signals(before);
    }
}

static void put(const struct mailbox *box, int tag,
                const struct message *message)
{
    CHECK(mq_send(box->queues[tag - 1], (const char *)message, sizeof *message,
                  0));
}

static void fetch(const struct mailbox *box, int tag, struct message *message)
{
    CHECK(mq_receive(box->queues[tag - 1], (char *)message, sizeof *message,
                     NULL));
}

const struct mailbox_kind posix_mailbox = {create, put, fetch};
#else
typedef int nothing_to_see_here; /* ISO C wants a declaration in each file */
#endif
