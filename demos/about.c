/* SPDX-License-Identifier: MIT */
/* about - what each of the nine says of itself in --help and with its verdict
 *
 * The texts stand here, side by side, so that the demos can show the mechanism.
 */
#include "demos/about.h"

const struct demo mutex_demo = {.name = "demo_mutex",
    .shows = "Processes append lines to one log file, piece by piece. A mutex\n"
             "in shared memory lets one of them write at a time.",
    .guarantee = "every new line of the log is whole, and none is missing.",
    .broken = "the writers do not take the lock, so that the pieces of\n"
              "their lines get mixed: torn lines.",
    .bug = "torn lines",
    .measure = MOST_INSIDE,
    .missing = "pthread_mutex_lock and pthread_mutex_unlock in writer()",
    .examples = {{"demo_mutex", "ten writers, as in the listing"},
        {"demo_mutex --broken --writers=3", "without the lock"},
        {"demo_mutex --kill-writer", "a writer dies with the lock"}},
    .source = "section 3.1, listing 1."};

const struct demo semaphore_demo = {.name = "demo_semaphore",
    .shows = "Threads want a resource that only a few may use at a time. A\n"
             "semaphore counts the free slots; who finds none waits.",
    .guarantee = "never more workers are inside than there are slots.",
    .broken = "nobody asks the semaphore, so that all workers are inside\n"
              "at once: overload.",
    .bug = "overload",
    .measure = MOST_INSIDE,
    .missing = "sem_wait and sem_post in worker()",
    .examples = {{"demo_semaphore", "ten workers, three slots"},
        {"demo_semaphore --broken", "all ten inside at once"},
        {"demo_semaphore --slots=1", "a semaphore as a mutex"}},
    .source = "section 3.2, listing 2."};

const struct demo condvar_demo = {.name = "demo_condvar",
    .shows = "A producer draws numbers; a consumer sleeps until the lucky one\n"
             "is there. Mutex and condition variable make a monitor.",
    .guarantee = "a lucky number is reported if and only if one was produced.",
    .broken = "the consumer tests without the lock; the number comes\n"
              "between its test and its sleep: nobody wakes it, a lost wakeup.",
    .bug = "lost wakeup",
    .measure = LONGEST_WAIT,
    .missing = "pthread_mutex_lock before the test in consumer()",
    .examples = {{"demo_condvar", "is there a 22 among 100 numbers?"},
        {"demo_condvar --broken", "sleeping through it"},
        {"demo_condvar --consumers=3", "all of them are woken"}},
    .source = "section 3.3, listing 3."};

const struct demo file_demo = {.name = "demo_file",
    .shows = "Processes leave their names in a file, and then look there for\n"
             "the others. A lock on the file lets one of them in at a time.",
    .guarantee = "every member finds the names of all members.",
    .broken = "the members do not lock the file, and write their names\n"
              "over each other's: a lost update.",
    .bug = "lost update",
    .measure = MOST_INSIDE,
    .missing = "fcntl with F_SETLKW in lock_names()",
    .examples = {{"demo_file", "five members, as in the listing"},
        {"demo_file --broken", "names overwrite each other"},
        {"demo_file --mmap --late=2", "mapped, and one comes late"}},
    .source = "section 3.4, listing 4."};

const struct demo signal_demo = {.name = "demo_signal",
    .shows = "A guard gives a task a deadline. If the task is not done by\n"
             "then, a signal ends it.",
    .guarantee = "the task finishes in time or not at all.",
    .broken = "the guard sends SIGTERM, which the task ignores, in place\n"
              "of SIGKILL, which nobody can ignore: the deadline is missed.",
    .bug = "missed deadline",
    .measure = LONGEST_RUN,
    .missing = "kill with SIGKILL in guard()",
    .examples = {{"demo_signal", "the task takes 60 s and has 2 s"},
        {"demo_signal --task=1", "it is done in time"},
        {"demo_signal --broken", "a signal that can be ignored"}},
    .source = "section 3.5, listing 5."};

const struct demo socket_demo = {.name = "demo_socket",
    .shows = "A client connects to a server on this machine, sends it a\n"
             "message, and gets an answer.",
    .guarantee = "each side receives exactly what the other sent.",
    .broken = "the server calls recv once and takes what comes for the\n"
              "whole message: one recv is not one message.",
    .bug = "one recv is not one message",
    .measure = MESSAGES,
    .missing = "the loop around recv in receive_message()",
    .examples = {{"demo_socket", "ping and pong"},
        {"demo_socket --broken", "half a message"},
        {"demo_socket --serve --port=0", "a server to try nc with"}},
    .source = "section 3.6, listing 6."};

const struct demo mqueue_demo = {.name = "demo_mqueue",
    .operands = "[FUNCTION ARG...] | -",
    .shows =
        "A client puts a request (add sub mul div pow gcd, or fib with one\n"
        "argument) into a worker's in-queue, and gets the answer from its\n"
        "out-queue. With - the requests are lines of standard input.",
    .guarantee = "every client gets the answer to its own request.",
    .broken = "the answers carry no tag, and a client takes the next\n"
              "one that comes, whoever it is for: swapped answers.",
    .bug = "swapped answers",
    .measure = MESSAGES,
    .missing = "the client's own answer_tag in ask()",
    .examples = {{"demo_mqueue", "3 + 4, as in the listing"},
        {"demo_mqueue --api=sysv pow 2 10", "System V queues"},
        {"demo_mqueue --broken", "three clients, swapped answers"}},
    .source = "section 3.7, listing 7."};

const struct demo pipe_demo = {.name = "demo_pipe",
    .operands = "[WORD...] | -",
    .shows = "Four processes, each with one small job (split, capitalize,\n"
             "merge, decapitalize the first letter), make camelCase of a\n"
             "sentence; pipes carry it on. With - the sentences come from\n"
             "standard input, one a line.",
    .guarantee = "every filter sees the end of its input, and the\n"
                 "pipeline ends by itself.",
    .broken = "the filters keep the pipe ends open that they do not\n"
              "use, and wait for ever for an end of file that never comes.",
    .bug = "the end of file never comes",
    .measure = MESSAGES,
    .missing = "close of unused ends by keep_own_ends() in filter()",
    .examples = {{"demo_pipe", "the listing's sentence"},
        {"demo_pipe --broken", "a pipeline that does not end"},
        {"demo_pipe --named - < FILE", "a line each, by FIFOs"}},
    .source = "section 3.8, listing 8."};

const struct demo shm_demo = {.name = "demo_shm",
    .shows = "A writer changes numbers in shared memory, and a monitor prints\n"
             "snapshots of them, until a flag in the same memory stops both.",
    .guarantee = "every snapshot shown is one that the writer published.",
    .broken = "nobody locks the numbers, and the monitor reads them\n"
              "while the writer changes them: torn snapshots (at the |).",
    .bug = "torn snapshot",
    .measure = MOST_INSIDE,
    .missing = "pthread_mutex_lock in writer() and monitor()",
    .examples = {{"demo_shm", "five numbers, watched for ten seconds"},
        {"demo_shm --broken", "half old, half new"},
        {"demo_shm --speed=10 --values=64", "more and faster"}},
    .source = "section 3.9, listing 9."};
