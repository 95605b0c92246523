/* SPDX-License-Identifier: MIT */
/* demo_mutex - processes append lines to one log file, one at a time
 *
 * A mutex is a lock that only one process or thread at a time can have. The
 * others wait until that one unlocks it.
 *
 *   $ ./demo_mutex --writers=2
 *   1 mu: writing to shared resource!
 *   0 mu: writing to shared resource!
 *        HELD  2 of 2 lines are intact (seed 68199)
 *
 *   $ ./demo_mutex --writers=2 --broken
 *   1 mu: 0 mu: writing to shared resource!
 *   writing to shared resource!
 *    VIOLATED  2 of 2 lines are torn
 *
 * Guarantee: every line that the run appends is intact, and none is missing.
 * --broken leaves out lock and unlock. Then each writer pauses in the middle of
 * its first line until all are halfway: every run shows the bug (torn lines).
 */
#include <pthread.h>

#include "common/demo.h" /* CHECK, CHECK_PTHREAD: end the run if a call fails */
#include "demos/parts/mutex.h" /* settings: what the options say */

static pthread_mutex_t *mutex; /* in memory that all processes share */
static int log_file; /* with O_APPEND: each write goes to the end of it */

/* The critical section: a line takes two writes, and another process must not
 * write in between.
 */
static void append_line(int id)
{
    write_text(log_file, "%d mu: ", id); /* by one write(2); mu: mutex */
    pause_a_moment(); /* slow work; others come here, unless they must wait */
    write_text(log_file, "%s\n", settings.message);
}

static void writer(int id)
{
    for (int i = 0; i < settings.lines; i++) {
        /* waits while another process has the mutex */
        CHECK_PTHREAD(pthread_mutex_lock(mutex));
        append_line(id);
        /* lets one waiting process go on */
        CHECK_PTHREAD(pthread_mutex_unlock(mutex));
    }
}

/* WRONG: no mutex. */
static void broken_writer(int id)
{
    for (int i = 0; i < settings.lines; i++) {
        append_line(id);
    }
}

/* Makes a mutex for several processes. By default it works only between the
 * threads of one process.
 */
static void init_mutex(void)
{
    pthread_mutexattr_t attributes;

    /* by mmap with MAP_SHARED: the writers, forked later, see it, too */
    mutex = shared_alloc(sizeof(pthread_mutex_t));
    CHECK_PTHREAD(pthread_mutexattr_init(&attributes));
    CHECK_PTHREAD(
        pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    CHECK_PTHREAD(pthread_mutex_init(mutex, &attributes));
    CHECK_PTHREAD(pthread_mutexattr_destroy(&attributes));
}

/* ---- The mechanism ends here. Below: options, set-up. ---- */

static const struct option_spec options[] = {
    OPTION_INT("writers", &settings.writers, 1, MAX_WRITERS, "processes"),
    OPTION_INT("lines", &settings.lines, 1, 10000, "lines of each one"),
    OPTION_TEXT("message", &settings.message, 200,
        "what a line says; no control characters"),
    OPTION_FILE("file", &settings.path, "the log that is appended to"),
    OPTION_FLAG("kill-writer", &settings.kill_writer,
        "kill one in the middle of its line; the next repairs it"),
    {0}};

int main(int argc, char **argv)
{
    read_command_line(&mutex_demo, options, argc, argv);
    if (settings.kill_writer)
        return run_robust(); /* in mutex_robust.c: the owner of a mutex dies */
    if (run.broken && settings.writers == 1)
        usage_error("--broken needs at least two writers; use --writers=2");

    log_file = open_log();
    init_mutex();
    for (int i = 0; i < settings.writers; i++)
        add_process("writer", i, run.broken ? broken_writer : writer);
    run_actors(0);
    CHECK_PTHREAD(pthread_mutex_destroy(mutex));
    return check_log(log_file);
}
