/* SPDX-License-Identifier: MIT */
/* demo_mutex - processes take turns at writing to one log file
 *
 * Guarantee: every line that the run appends is whole, and none is missing.
 * --broken leaves out the lock: lines are torn by other writers' pieces.
 * Read writer() first, then write_line().
 */
#include <pthread.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/check.h"
#include "common/files.h"
#include "common/gate.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include "common/record/recorder.h"
#include "common/text.h"
#include "demos/about.h"
#include "demos/robust.h"

enum { MOST_WRITERS = 100, NOBODY = -1 };

static struct {
    int writers, lines;
    const char *message, *path;
    bool kill_writer;
} settings;

/* Shared by all writers: the mutex beside what it guards. */
struct log {
    pthread_mutex_t mutex;
    off_t end;   /* guarded: where the last whole line of the file ends */
    int victim;  /* guarded: the writer that is killed, NOBODY until then */
    int file;    /* these are set before the writers start */
    off_t begin; /* where this run's lines begin */
    struct gate start;     /* opens when all writers are there */
    struct gate all_began; /* --broken: opens when all have begun a line */
    struct gate halted;    /* the victim knocks in the middle of its line */
};

/* The critical section: the line goes out in pieces. The window, where no lock
 * keeps the others out: it stands open until all have begun a line.
 */
static void write_line(struct log *log, int number, int line)
{
    char label[16];
    int length = snprintf(label, sizeof label, "%d mu: ", number);

    write_all(log->file, label, (size_t)length);
    if (run.broken && line == 0) {
        record_note("began its line");
        gate_pass(&log->all_began);
    }
    write_all(log->file, settings.message, strlen(settings.message));
    if (settings.kill_writer && log->victim == NOBODY) {
        log->victim = number;
        gate_knock(&log->halted);
        for (;;) /* until the parent kills it */
            (void)pause();
    }
    write_all(log->file, "\n", 1);
    log->end += length + (off_t)strlen(settings.message) + 1;
}

#if HAVE_ROBUST_MUTEX
/* Cuts off what the killed writer left, a line without its newline, and nothing
 * else: another program may have written into the log.
 */
static void cut_off_torn_line(const struct log *log)
{
    char label[16];
    int length = snprintf(label, sizeof label, "%d mu: ", log->victim);
    off_t torn = length + (off_t)strlen(settings.message);

    if (CHECK(lseek(log->file, 0, SEEK_END)) != log->end + torn)
        fail("%s: another program has written there, so that nothing can be "
             "cut off; choose another with --file",
            escaped(settings.path));
    CHECK(ftruncate(log->file, log->end));
}
#endif

static void writer(int number, void *context)
{
    struct log *log = context;

    gate_pass(&log->start);
    for (int line = 0; line < settings.lines; line++) {
        record_state(WAITING, "waiting for the lock");
        int error = run.broken ? 0 : pthread_mutex_lock(&log->mutex);
#if HAVE_ROBUST_MUTEX
        if (error == EOWNERDEAD) { /* in the middle of a line: repair the log */
            record_killed("writer", log->victim, "SIGKILL");
            record_note("cuts its line off");
            cut_off_torn_line(log);
            error = pthread_mutex_consistent(&log->mutex);
        }
#endif
        if (error != 0)
            fail_call("pthread_mutex_lock", error, __FILE__, __LINE__);
        record_state(INSIDE, "inside");
        write_line(log, number, line);
        record_state(IDLE, "outside");
        if (!run.broken)
            CHECK_RETURNED(pthread_mutex_unlock(&log->mutex));
    }
}

/* Between processes a mutex has to be process-shared, in shared memory. */
static void create_mutex(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;
    int robust = ENOTSUP;

    CHECK_RETURNED(pthread_mutexattr_init(&attributes));
    CHECK_RETURNED(
        pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
#if HAVE_ROBUST_MUTEX
    robust = pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
#endif
    CHECK_RETURNED(pthread_mutex_init(mutex, &attributes));
    if (settings.kill_writer && (robust != 0 || !outlives_owner(mutex)))
        fail("--kill-writer wants robust mutexes; this system has none");
}

static void open_log(struct log *log)
{
    char last = '\n';

    log->file = open_for_run(settings.path, O_APPEND);
    log->begin = CHECK(lseek(log->file, 0, SEEK_END));
    if (log->begin > 0)
        CHECK(pread(log->file, &last, 1, log->begin - 1));
    if (last != '\n') /* somebody else's last line: ours begin after it */
        write_all(log->file, "\n", 1);
    log->end = log->begin += last != '\n';
}

/* The evidence: this run's lines, read back from the file. */
static int judge(const struct log *log)
{
    int whole[MOST_WRITERS] = {0}, lines = 0, good = 0;
    bool killed = log->victim != NOBODY;
    int all = (settings.writers - killed) * settings.lines;
    char expected[256], *line = NULL;
    size_t room = 0;
    FILE *file = CHECK_NOT(NULL, fdopen(log->file, "r"));

    record_as("log", 0);
    CHECK(fseeko(file, log->begin, SEEK_SET));
    for (ssize_t size; (size = next_line(file, &line, &room)) > 0; lines++) {
        unsigned number = (unsigned)strtoul(line, NULL, 10);
        (void)snprintf(
            expected, sizeof expected, "%u mu: %s\n", number, settings.message);
        if (number < (unsigned)settings.writers && strcmp(line, expected) == 0)
            good += ++whole[number] <= settings.lines;
        char *shown = escaped_bytes(line, (size_t)size - 1);
        say("%s", shown);
        free(shown);
    }
    free(line);
    if (good < all)
        return verdict(false, "%d of %d lines are torn", all - good, all);
    return verdict(good == lines, "%d of %d lines are whole%s", good, lines,
        killed ? ", and a killed writer's torn one is cut off" : "");
}

static const struct option_row options[] = {
    {"writers", "N", WHOLE, &settings.writers, 1, MOST_WRITERS, "10",
        "processes that write"},
    {"lines", "N", WHOLE, &settings.lines, 1, 10000, "1", "lines of each"},
    {"message", "TEXT", TEXT, &settings.message, 1, 200,
        "writing to shared resource!",
        "what a line says; no control characters"},
    {"file", "FILE", TEXT, &settings.path, 1, 4095, "mutexfile.txt",
        "the log that is appended to"},
    {"kill-writer", NULL, FLAG, &settings.kill_writer, 0, 0, NULL,
        "kill one in the middle of its line; the next repairs it"},
    {0}};

int main(int argc, char **argv)
{
    pid_t writers[MOST_WRITERS];

    demo_start(&mutex_demo, options, argc, argv);
    if (run.broken && settings.kill_writer)
        usage_error("--broken and --kill-writer exclude each other");
    if (settings.writers == 1 && (run.broken || settings.kill_writer))
        usage_error("one writer alone shows nothing; use --writers=2 or more");
    struct log *log = share_memory(sizeof *log);
    *log = (struct log){.victim = NOBODY};
    create_mutex(&log->mutex);
    open_log(log);
    watchdog_start(0);
    log->start = gate_create();
    log->halted = gate_create();
    log->all_began = gate_create();
    for (int i = 0; i < settings.writers; i++)
        writers[i] = start_process("writer", i, writer, log);
    record_lanes("log", 1);
    gate_let_go(&log->start);
    gate_let_go(&log->halted);
    gate_let_go(&log->all_began);
    if (settings.kill_writer && gate_await_knock(&log->halted, -1)) {
        record_sent("writer", log->victim, "SIGKILL");
        stop_process(writers[log->victim]);
    }
    join_processes(0);
    return judge(log);
}
