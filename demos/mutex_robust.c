/* SPDX-License-Identifier: MIT */
/* mutex_robust - demo_mutex --kill-writer: the owner of a lock dies
 *
 *   $ ./demo_mutex --writers=3 --kill-writer
 *   1 mu: writing to shared resource!
 *   2 mu: writing to shared resource!
 *        HELD  2 of 2 lines are intact, and a killed writer's torn line is cut
 *              off (seed 52981)
 *
 * The first writer inside is killed in the middle of its line. With an ordinary
 * mutex the others would wait forever; a robust one goes to the next writer,
 * with EOWNERDEAD. Repairing the data is up to the program.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/demo.h" /* CHECK, CHECK_PTHREAD: end the run if a call fails */
#include "demos/parts/latch.h"
#include "demos/parts/mutex.h"

static noreturn void die_without_robust_mutexes(void)
{
    die("--kill-writer needs robust mutexes; this system has none");
}

#if HAVE_ROBUST_MUTEX

enum { NO_ID = -1 };

struct shared {
    pthread_mutex_t mutex;
    off_t end;  /* guarded: where the last whole line of the log ends */
    int victim; /* guarded: the writer that is killed */
    struct latch halted; /* the victim is in the middle of its line */
    bool is_repaired;    /* what the victim left */
};
static struct shared *shared; /* in memory that all processes share */

static int log_file;

static void cut_off_torn_line(void);
static void wait_to_be_killed(int id);
static void check_lock(int error);

static void robust_writer(int id)
{
    for (int i = 0; i < settings.lines; i++) {
        int error = AGAIN(pthread_mutex_lock(&shared->mutex));

        if (error == EOWNERDEAD) { /* this writer has it now; the owner died */
            cut_off_torn_line();
            /* says that the data are repaired; otherwise no lock works again */
            CHECK_PTHREAD(pthread_mutex_consistent(&shared->mutex));
        } else
            check_lock(error);
        write_text(log_file, "%d mu: ", id);
        if (shared->victim == NO_ID) /* the first one inside */
            wait_to_be_killed(id);
        write_text(log_file, "%s\n", settings.message);
        shared->end = CHECK(lseek(log_file, 0, SEEK_END));
        CHECK_PTHREAD(pthread_mutex_unlock(&shared->mutex));
    }
}

/* Prepares a mutex whose owner can die. */
static void create_robust_mutex(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;

    CHECK_PTHREAD(pthread_mutexattr_init(&attributes));
    CHECK_PTHREAD(
        pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    if (pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) != 0)
        die_without_robust_mutexes();
    CHECK_PTHREAD(pthread_mutex_init(mutex, &attributes));
    CHECK_PTHREAD(pthread_mutexattr_destroy(&attributes));
}

/* ---- The mechanism ends here. Below: set-up. ---- */

static void cut_off_torn_line(void)
{
    while (shared->victim == NO_ID || shared->is_repaired)
        (void)
            pause(); /* another one was killed: main says so, and ends it all */
    shared->is_repaired = true;
    record_note("cuts off the killed writer's line");
    cut_off_line(log_file, shared->victim, shared->end);
}

static void check_lock(int error)
{
    if (error != 0)
        die_call("pthread_mutex_lock", error, __FILE__, __LINE__);
}

static void wait_to_be_killed(int id)
{
    shared->victim = id;
    latch_count_down(&shared->halted);
    for (;;)
        (void)pause();
}

/* An emulator may accept the attribute and not do what it says. So a process
 * dies with the mutex, and this one must then get it.
 */
static void prepare_robust_mutex(void)
{
    shared = shared_alloc(sizeof *shared);
    create_robust_mutex(&shared->mutex);
    pid_t probe = CHECK(fork());
    if (probe == 0) {
        CHECK_PTHREAD(pthread_mutex_lock(&shared->mutex));
        _exit(EXIT_HELD);
    }
    CHECK(waitpid(probe, NULL, 0));
    if (pthread_mutex_trylock(&shared->mutex) != EOWNERDEAD)
        die_without_robust_mutexes();
    CHECK_PTHREAD(pthread_mutex_consistent(&shared->mutex));
    CHECK_PTHREAD(pthread_mutex_unlock(&shared->mutex));
}

int run_robust(void)
{
    if (run.broken)
        usage_error("--broken cannot be combined with --kill-writer");
    if (settings.writers == 1)
        usage_error("--kill-writer needs at least two writers");
    prepare_robust_mutex();
    log_file = open_log();
    shared->end = CHECK(lseek(log_file, 0, SEEK_END));
    shared->victim = NO_ID;
    latch_init(&shared->halted, 1);
    for (int i = 0; i < settings.writers; i++)
        add_process("writer", i, robust_writer);
    start_actors(0);
    while (!latch_wait_for(&shared->halted, NS_PER_SECOND / 10))
        (void)wait_for_actors(0); /* ends the run if a writer has failed */
    record_sent("writer", shared->victim, "SIGKILL");
    pid_t victim = process_id("writer", shared->victim);
    /* before kill: the next owner may go on before that returns */
    record_killed("writer", shared->victim, "SIGKILL");
    CHECK(kill(victim, SIGKILL));
    (void)wait_process(victim, FOREVER, SIGKILL);
    (void)wait_for_actors(FOREVER);
    CHECK_PTHREAD(pthread_mutex_destroy(&shared->mutex));
    return check_log(log_file);
}

#else

int run_robust(void)
{
    die_without_robust_mutexes();
}

#endif
