/* SPDX-License-Identifier: MIT */
/* mqueue_sysv - mailboxes of System V message queues
 *
 * Each message has a type, and msgrcv waits for one of a given type: that is
 * the tag, so a mailbox is one queue. Nothing removes such a queue when its
 * last user ends; the keeper does. Compare mqueue_posix.c.
 */
#include <sys/msg.h>
#include <stddef.h>
#include <string.h>

#include "common/check.h"
#include "common/names.h"
#include "common/process.h"
#include "demos/keeper.h"
#include "demos/mqueue.h"

enum { MOST_BOXES = 2, NONE = -1 };

struct typed_message {
    long type;
    struct message message;
};

static int remove_queues(void *context)
{
    int *queues = context, result = 0;

    for (int i = 0; i < MOST_BOXES; i++)
        if (queues[i] != NONE && msgctl(queues[i], IPC_RMID, NULL) == -1)
            result = -1;
        else
            queues[i] = NONE;
    return result;
}

static int open_queue(void)
{
    const char *advice = HAVE_MQUEUE ? ", so use --api=posix" : "";
    int queue = msgget(IPC_PRIVATE, 0600);

    if (queue == -1 && (errno == ENOSYS || errno == EACCES || errno == EPERM))
        fail("msgget: %s; this system does not allow System V queues%s",
            strerror(errno), advice);
    if (queue == -1)
        fail_call("msgget", errno, __FILE__, __LINE__);
    return queue;
}

static void create(struct mailbox *box, int tags)
{
    static int *queues, count; /* the keeper sees them in shared memory */
    sigset_t before = hold_signals();
    struct msqid_ds about;

    (void)tags; /* any number of them */
    if (queues == NULL) {
        queues = share_memory(MOST_BOXES * sizeof *queues);
        queues[0] = queues[1] = NONE;
        keeper_start(remove_queues, queues);
    }
    box->queues[0] = queues[count++] = open_queue();
    release_signals(before);
    CHECK(msgctl(box->queues[0], IPC_STAT, &about));
    if (about.msg_qbytes < sizeof(struct message)) /* msgsnd would not return */
        fail("a queue takes %lu bytes here, too few for a message; let root "
             "raise kernel.msgmnb",
            (unsigned long)about.msg_qbytes);
}

static void put(
    const struct mailbox *box, int tag, const struct message *message)
{
    const struct typed_message typed = {tag, *message};

    CHECK(msgsnd(box->queues[0], &typed, sizeof typed.message, 0));
}

static void fetch(const struct mailbox *box, int tag, struct message *message)
{
    struct typed_message typed;

    CHECK(msgrcv(box->queues[0], &typed, sizeof typed.message, tag, 0));
    *message = typed.message;
}

const struct mailbox_kind sysv_mailbox = {create, put, fetch};
