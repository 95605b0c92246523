/* SPDX-License-Identifier: MIT */
/* about - what each of the nine says of itself in --help and with its verdict
 *
 * The texts stand here, side by side, so that the demos can show the mechanism.
 */
#include "demos/parts/about.h"
#include "demos/parts/advice.h"

const struct demo mutex_demo = {.name = "demo_mutex",
    .shows = "Processes append lines to one log file, piece by piece. A mutex\n"
             "in shared memory lets one of them write at a time.",
    .guarantee = "every line that the run appends is intact, and none is\n"
                 "missing.",
    .no_guarantee = "in which order the writers write, and it does not keep\n"
                    "out a program that does not lock the mutex.",
    .broken = "the writers do not lock the mutex, so the pieces of their\n"
              "lines get mixed: torn lines.",
    .bug = "torn lines",
    .left_out = "pthread_mutex_lock and pthread_mutex_unlock in writer()",
    .wrong = "broken_writer()",
    .examples = {{"demo_mutex", "ten writers, as in the listing"},
        {"demo_mutex --broken --writers=3", "without the mutex"},
        {"demo_mutex --kill-writer", "a writer dies with the mutex"}},
    .source = "section 3.1, listing 1.",
    .advice = find_advice};

const struct demo semaphore_demo = {.name = "demo_semaphore",
    .shows =
        "Threads use a resource that only a few of them may use at a\n"
        "time. A semaphore counts the free slots; a thread that finds none\n"
        "waits.",
    .guarantee = "there are never more workers inside than slots.",
    .no_guarantee = "which worker gets in next, nor which slot it gets: a\n"
                    "semaphore only counts.",
    .broken = "the workers do not wait for a slot, so all of them are\n"
              "inside at once: overload.",
    .bug = "overload",
    .left_out = "sem_wait and sem_post in worker()",
    .wrong = "broken_worker()",
    .examples = {{"demo_semaphore", "ten workers, three slots"},
        {"demo_semaphore --broken", "all ten inside at once"},
        {"demo_semaphore --slots=1", "a semaphore as a mutex"}},
    .source = "section 3.2, listing 2.",
    .advice = find_advice};

const struct demo condvar_demo = {.name = "demo_condvar",
    .shows = "A producer draws numbers. A consumer sleeps until the lucky\n"
             "number has come. A mutex with a condition variable is a monitor.",
    .guarantee = "a lucky number is reported if and only if one was produced.",
    .no_guarantee = "that a consumer sees the numbers one by one: several\n"
                    "can be produced before it wakes up.",
    .broken = "the consumer unlocks the mutex between its test and its\n"
              "sleep. The number comes in between, and no thread wakes the\n"
              "consumer: a lost wakeup.",
    .bug = "lost wakeup",
    .left_out = "the mutex between test and sleep in consumer()",
    .wrong = "broken_consumer()",
    .examples = {{"demo_condvar", "is there a 22 among 100 numbers?"},
        {"demo_condvar --broken", "sleeping through it"},
        {"demo_condvar --consumers=3", "all of them are woken"}},
    .source = "section 3.3, listing 3.",
    .advice = find_advice};

const struct demo file_demo = {.name = "demo_file",
    .shows = "Processes leave their names in a file, and then look there for\n"
             "the others. A lock on the file lets one of them write at a time.",
    .guarantee = "every member finds the names of all members.",
    .no_guarantee = "in which order the names are left, and it does not keep\n"
                    "out a program that does not ask for the lock.",
    .broken = "the members do not lock the file, so their names\n"
              "overwrite each other: a lost update.",
    .bug = "lost update",
    .left_out = "fcntl with F_SETLKW in lock_file(), called by member()",
    .wrong = "broken_member()",
    .examples = {{"demo_file", "five members, as in the listing"},
        {"demo_file --broken", "names overwrite each other"},
        {"demo_file --mmap --late=2", "mapped, and one comes late"}},
    .source = "section 3.4, listing 4.",
    .advice = find_advice};

const struct demo signal_demo = {.name = "demo_signal",
    .shows = "A guard gives a task a deadline. Some time before, it asks the\n"
             "task to stop (SIGTERM); at the deadline it ends it (SIGKILL).",
    .guarantee = "the task finishes in time or not at all.",
    .no_guarantee = "that the task can clean up: SIGKILL ends it at once.",
    .broken = "the guard sends SIGTERM, which the task catches, but not\n"
              "SIGKILL, which it could not catch: a missed deadline.",
    .bug = "missed deadline",
    .left_out = "SIGKILL in guard()",
    .wrong = "broken_guard()",
    .status_1 = "the guard killed the task in time: the guarantee held",
    .examples = {{"demo_signal", "the task takes 60 s and has 2 s"},
        {"demo_signal --task=1", "it is done in time"},
        {"demo_signal --broken", "asked, but not made to stop"}},
    .source = "section 3.5, listing 5.",
    .advice = find_advice};

const struct demo socket_demo = {.name = "demo_socket",
    .shows = "A client connects to a server on this machine, sends it a\n"
             "message, and gets an answer.",
    .guarantee = "each side receives exactly what the other sent.",
    .no_guarantee = "who the other side is: any program on this machine can\n"
                    "connect to the port.",
    .broken = "the server calls recv once and takes what arrives for the\n"
              "whole message: one recv is not one message.",
    .bug = "one recv is not one message",
    .left_out = "the loop around recv in receive_message()",
    .wrong = "broken_receive_message()",
    .examples = {{"demo_socket", "ping and pong"},
        {"demo_socket --broken", "half a message"},
        {"demo_socket --serve --port=0", "a server to try nc with"}},
    .source = "section 3.6, listing 6.",
    .advice = find_advice};

const struct demo mqueue_demo = {.name = "demo_mqueue",
    .operands = "[FUNCTION ARG...] | -",
    .shows =
        "A client sends a request (add sub mul div pow gcd, or fib with one\n"
        "argument) to a worker through one message queue, and receives the\n"
        "answer from another. With - the requests are lines of standard input.",
    .guarantee = "every client gets the answer to its own request.",
    .no_guarantee = "in which order the clients are answered.",
    .broken = "the requests carry no tag, so all answers go to one queue,\n"
              "and each client takes the next one: swapped answers.",
    .bug = "swapped answers",
    .left_out = "the client's own tag in client()",
    .wrong = "broken_client()",
    .status_3 = "also when a request was answered with an error",
    .examples = {{"demo_mqueue", "3 + 4, as in the listing"},
        {"demo_mqueue --api=sysv pow 2 10", "System V queues"},
        {"demo_mqueue --broken", "three clients, swapped answers"}},
    .source = "section 3.7, listing 7.",
    .advice = find_advice};

const struct demo pipe_demo = {.name = "demo_pipe",
    .operands = "[WORD...] | -",
    .shows = "Four processes, each with one small job (split, capitalize,\n"
             "merge, decapitalize the first letter), turn a sentence into\n"
             "camelCase. Pipes carry it from one to the next. With - the\n"
             "sentences come from standard input, one a line.",
    .guarantee = "every filter sees end-of-file, and so the pipeline ends.",
    .no_guarantee = "that a reader gets what was written in the same pieces:\n"
                    "a pipe carries bytes, not lines.",
    .broken = "the filters keep pipe ends open that they do not use, and\n"
              "wait forever: end-of-file never comes.",
    .bug = "end-of-file never comes",
    .left_out = "close_unused_ends() in filter()",
    .wrong = "broken_filter()",
    .examples = {{"demo_pipe", "the listing's sentence"},
        {"demo_pipe --broken", "a pipeline that does not end"},
        {"demo_pipe --named - < FILE", "a line each, by FIFOs"}},
    .source = "section 3.8, listing 8.",
    .advice = find_advice};

const struct demo shm_demo = {.name = "demo_shm",
    .shows = "A writer changes numbers in shared memory. A reader prints\n"
             "snapshots of them. A mutex keeps the two apart.",
    .guarantee = "every snapshot shown is one that the writer published.",
    .no_guarantee = "that the reader sees every update: some come and go\n"
                    "between two snapshots.",
    .broken = "the reader does not lock the mutex and copies the numbers\n"
              "while the writer changes them: torn snapshots (at the |).",
    .bug = "torn snapshot",
    .left_out = "pthread_mutex_lock and pthread_mutex_unlock in reader()",
    .wrong = "broken_reader()",
    .examples = {{"demo_shm", "five numbers, watched for ten seconds"},
        {"demo_shm --broken", "half old, half new"},
        {"demo_shm --speed=10 --values=64", "more and faster"}},
    .source = "section 3.9, listing 9.",
    .advice = find_advice};
