/* SPDX-License-Identifier: MIT */
/* mqueue_posix - mailboxes of POSIX message queues
 *
 * These queues know priorities, but no tags: a mailbox is one queue for each
 * tag. The last close removes them. Compare mqueue_sysv.c.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#if HAVE_MQUEUE
#include <mqueue.h>
#endif

#include "common/check.h"
#include "common/names.h"
#include "demos/mqueue.h"

#if HAVE_MQUEUE
/* Some systems allow queues of fewer messages only: any length does here. */
static mqd_t open_queue(const char *name)
{
    struct mq_attr attributes = {
        .mq_maxmsg = QUEUE_LENGTH, .mq_msgsize = sizeof(struct message)};
    const int flags = O_RDWR | O_CREAT | O_EXCL;
    mqd_t queue = AGAIN(mq_open(name, flags, 0600, &attributes));

    while (queue == (mqd_t)-1 && errno == EINVAL && attributes.mq_maxmsg > 1) {
        attributes.mq_maxmsg--;
        queue = AGAIN(mq_open(name, flags, 0600, &attributes));
    }
    if (queue != (mqd_t)-1)
        return queue;
    if (errno == ENOSYS || errno == EACCES || errno == EPERM)
        fail("mq_open: %s; this system does not allow POSIX queues, so use "
             "--api=sysv",
            strerror(errno));
    if (errno == EINVAL)
        fail("mq_open: %s; let root raise fs.mqueue.msgsize_max to %zu or "
             "more, or use --api=sysv",
            strerror(errno), sizeof(struct message));
    fail_call("mq_open", errno, __FILE__, __LINE__);
}

static void create(struct mailbox *box, int tags)
{
    char name[NAME_SIZE];

    for (int tag = 1; tag <= tags; tag++) {
        make_name(name);
        sigset_t before = hold_signals();
        box->queues[tag - 1] = open_queue(name);
        if (mq_unlink(name) == -1) /* children inherit the open queue */
            CHECK(mq_unlink(name));
        release_signals(before);
    }
}

static void put(
    const struct mailbox *box, int tag, const struct message *message)
{
    CHECK(mq_send(
        box->queues[tag - 1], (const char *)message, sizeof *message, 0));
}

static void fetch(const struct mailbox *box, int tag, struct message *message)
{
    CHECK(mq_receive(
        box->queues[tag - 1], (char *)message, sizeof *message, NULL));
}

static const struct mailbox_kind posix_mailbox = {create, put, fetch};
const struct mailbox_kind *const mailbox_kinds[] = {
    &posix_mailbox, &sysv_mailbox};

const struct mailbox_kind *standard_mailbox(void)
{
    char name[NAME_SIZE]; /* which nobody has: so no queue is opened */

    make_name(name);
    bool missing = AGAIN(mq_open(name, O_RDONLY)) == -1 && errno == ENOSYS;
    return missing ? &sysv_mailbox : &posix_mailbox;
}
#else
const struct mailbox_kind *const mailbox_kinds[] = {&sysv_mailbox};

const struct mailbox_kind *standard_mailbox(void)
{
    return &sysv_mailbox;
}
#endif
