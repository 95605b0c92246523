/* SPDX-License-Identifier: MIT */
#include "tests/support/program.h"
#include "tests/support/environment.h"
#include "tests/support/queues.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <regex.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 10 /* seconds */ };

const char *built(const char *name)
{
    static char path[4096];
    const char *folder = getenv("DEMOS"); /* of another C library or machine */

    (void)snprintf(
        path, sizeof path, "%s/%s", folder ? folder : BUILD_FOLDER, name);
    return path;
}

/* What this program has started since when, and what the environment of that
 * is marked with.
 */
static pid_t started[4096];
static int started_count;
static time_t began;
static char mark[4096];

/* What is left of that, a line each. */
static char leftovers[8192];

bool is_unkind(void)
{
    return getenv("UNKIND_SEED") != NULL;
}

static double now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Fills a pipe, and returns how many bytes that took. */
static size_t fill(int descriptor)
{
    static const char bytes[4096];
    size_t filled = 0;
    ssize_t more;

    while ((more = write(descriptor, bytes, sizeof bytes)) > 0)
        filled += (size_t)more;
    return filled;
}

static void drain(int descriptor, size_t size)
{
    char bytes[4096];

    while (size > 0) {
        size_t most = size < sizeof bytes ? size : sizeof bytes;
        ssize_t got = read(descriptor, bytes, most);
        assert_true(got > 0);
        size -= (size_t)got;
    }
}

void program_note_start(pid_t pid)
{
    if (started_count < (int)(sizeof started / sizeof *started))
        started[started_count++] = pid;
}

static struct program start(const char *const argv[], bool full)
{
    int in[2], out[2], err[2];
    size_t filled_out = 0, filled_err = 0;

    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    assert_int_equal(pipe(err), 0);
    if (full) {
        (void)fcntl(in[0], F_SETFL, O_NONBLOCK);
        (void)fcntl(out[1], F_SETFL, O_NONBLOCK);
        (void)fcntl(err[1], F_SETFL, O_NONBLOCK);
        filled_out = fill(out[1]);
        filled_err = fill(err[1]);
    }
    (void)fcntl(in[1], F_SETFD, FD_CLOEXEC); /* or its input would not end */
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        begin_child();
        (void)signal(SIGPIPE, SIG_DFL); /* we ignore it */
        (void)setpgid(0, 0); /* so that the deadline ends its children, too */
        (void)dup2(in[0], 0);
        (void)dup2(out[1], 1);
        (void)dup2(err[1], 2);
        for (int i = 3; i < 64; i++)
            (void)close(i);
        (void)execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    program_note_start(pid);
    (void)close(in[0]);
    (void)close(out[1]);
    (void)close(err[1]);
    (void)fcntl(in[1], F_SETFL, O_NONBLOCK);
    (void)signal(SIGPIPE, SIG_IGN);
    if (full) {
        const struct timespec while_it_tries = {0, 200000000};
        (void)nanosleep(&while_it_tries, NULL);
        drain(out[0], filled_out);
        drain(err[0], filled_err);
    }
    return (struct program){.pid = pid,
        .in = in[1],
        .out = out[0],
        .err = err[0],
        .so_far = {.out = calloc(1, 1), .err = calloc(1, 1)}};
}

struct program program_start(const char *const argv[])
{
    return start(argv, false);
}

struct program program_start_full(const char *const argv[])
{
    return start(argv, true);
}

void program_close_input(struct program *program)
{
    if (program->in != -1)
        (void)close(program->in);
    program->in = -1;
}

/* Adds what can be read; at the end of file closes the descriptor. */
static void take(int *descriptor, char **text, size_t *size)
{
    char piece[65536];
    ssize_t got = read(*descriptor, piece, sizeof piece);

    if (got <= 0) {
        if (got == 0 || errno != EINTR) {
            (void)close(*descriptor);
            *descriptor = -1;
        }
        return;
    }
    *text = realloc(*text, *size + (size_t)got + 1);
    assert_non_null(*text);
    memcpy(*text + *size, piece, (size_t)got);
    *size += (size_t)got;
    (*text)[*size] = '\0';
}

/* Lets the program and this process exchange what they have, once. Returns
 * whether BYTES could be written, and how many.
 */
static size_t exchange(
    struct program *program, const char *bytes, size_t size, double deadline)
{
    struct pollfd files[3] = {{.fd = program->out, .events = POLLIN},
        {.fd = program->err, .events = POLLIN},
        {.fd = size > 0 ? program->in : -1, .events = POLLOUT}};
    struct result *so_far = &program->so_far;
    double left = deadline - now();

    if (left <= 0 || poll(files, 3, (int)(left * 1000) + 1) == 0) {
        (void)kill(-program->pid, SIGKILL);
        fail_msg("still running after %d s; it said: %s%s", DEADLINE,
            so_far->out, so_far->err);
    }
    if (files[0].revents != 0)
        take(&program->out, &so_far->out, &so_far->out_size);
    if (files[1].revents != 0)
        take(&program->err, &so_far->err, &so_far->err_size);
    if (files[2].revents == 0)
        return 0;
    ssize_t wrote = write(program->in, bytes, size);
    if (wrote == -1 && errno == EPIPE)
        return size; /* it does not want any more */
    return wrote > 0 ? (size_t)wrote : 0;
}

void program_write(struct program *program, const void *bytes, size_t size)
{
    double deadline = now() + (double)DEADLINE;

    for (const char *next = bytes; size > 0;) {
        size_t wrote = exchange(program, next, size, deadline);
        next += wrote;
        size -= wrote;
    }
}

const char *program_await(
    struct program *program, const char *text, bool from_err)
{
    double deadline = now() + (double)DEADLINE;
    struct result *so_far = &program->so_far;

    for (;;) {
        const char *at = strstr(from_err ? so_far->err : so_far->out, text);
        if (at)
            return at;
        if (program->out == -1 && program->err == -1)
            fail_msg("it ended without saying \"%s\": %s%s", text, so_far->out,
                so_far->err);
        (void)exchange(program, NULL, 0, deadline);
    }
}

struct result program_finish(struct program *program)
{
    double deadline = now() + (double)DEADLINE;
    struct rusage usage;
    int status;

    program_close_input(program);
    while (program->out != -1 || program->err != -1)
        (void)exchange(program, NULL, 0, deadline);
    while (wait4(program->pid, &status, WNOHANG, &usage) != program->pid) {
        const struct timespec nap = {0, 1000000};
        if (now() > deadline) {
            (void)kill(-program->pid, SIGKILL);
            fail_msg("it closed its outputs, but still runs");
        }
        (void)nanosleep(&nap, NULL);
    }
    struct result result = program->so_far;
    result.status =
        WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    result.processor =
        (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
        (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    result.peak = usage.ru_maxrss;
    result.sleeps = usage.ru_nvcsw;
    return result;
}

struct result run_program(
    const char *const argv[], const char *input, size_t size)
{
    struct program program = program_start(argv);

    if (input)
        program_write(&program, input, size);
    return program_finish(&program);
}

struct result run_built(const char *const argv[])
{
    const char *with_path[64] = {built(argv[0])};

    for (int i = 1; argv[i] && i < 63; i++)
        with_path[i] = argv[i];
    return run_program(with_path, NULL, 0);
}

void free_result(struct result *result)
{
    free(result->out);
    free(result->err);
}

void assert_asleep(
    const struct result *result, const struct result *prompt, double seconds)
{
    double busy = result->processor - prompt->processor;
    double waits = (double)(result->sleeps - prompt->sleeps);

    if (busy > 0.2 * seconds || waits > 100 * seconds)
        fail_msg("a wait of %g s took %g s of the processor and woke up %.0f "
                 "times",
            seconds, busy, waits);
}

bool is_undecided(const struct result *result)
{
    return result->status == 3 &&
           strstr(result->err, "the machine was too busy, run it again");
}

int count_text(const char *string, const char *text)
{
    int count = 0;

    for (; (string = strstr(string, text)); string += strlen(text))
        count++;
    return count;
}

int count_lines(const char *string)
{
    return count_text(string, "\n");
}

void assert_matches(const char *text, const char *pattern)
{
    regex_t compiled;

    assert_int_equal(regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&compiled, text, 0, NULL, 0) != 0)
        fail_msg("\"%s\" does not match %s", text, pattern);
    regfree(&compiled);
}

void assert_refused(const char *demo, const char *first, const char *second)
{
    struct result result = RUN(demo, first, second);
    char pattern[64];
    glob_t created;

    (void)snprintf(pattern, sizeof pattern, "^%s: [^\n]+\n$", demo);
    assert_int_equal(result.status, 2);
    assert_string_equal(result.out, "");
    assert_matches(result.err, pattern);
    assert_int_equal(glob("*", 0, NULL, &created), GLOB_NOMATCH);
    free_result(&result);
}

/* Where the caller of the tests wants temporary files. */
static const char *find_room(void)
{
    static char room[4096];
    const char *wanted = getenv("TMPDIR");

    wanted = wanted && *wanted ? wanted : "/tmp";
    if (!*room && !realpath(wanted, room)) {
        print_error("TMPDIR=%s: %s\n", wanted, strerror(errno));
        *room = '\0';
    }
    return room;
}

/* The demos put their temporary folders there, too. */
int enter_scratch(void **state)
{
    char *path = malloc(8192);

    assert_non_null(path);
    (void)snprintf(path, 8192, "%s/nine-test-XXXXXX", find_room());
    *state = path;
    if (!mkdtemp(path) || chdir(path) == -1) {
        print_error("%s: %s\n", path, strerror(errno));
        return -1;
    }
    if (!*mark) { /* the name of the first folder is of this program only */
        (void)snprintf(mark, sizeof mark, "NINE_TEST=%s", path);
        (void)setenv("NINE_TEST", path, 1);
        (void)time(&began);
        (void)queues_watch();
    }
    return setenv("TMPDIR", path, 1);
}

int leave_scratch(void **state)
{
    DIR *folder = opendir(".");

    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            if (unlink(entry->d_name) == -1)
                (void)rmdir(entry->d_name);
    (void)closedir(folder);
    (void)!chdir("/");
    (void)rmdir(*state);
    free(*state);
    return 0;
}

static void note(const char *format, ...)
{
    size_t used = strlen(leftovers);
    va_list values;

    va_start(values, format);
    (void)vsnprintf(leftovers + used, sizeof leftovers - used, format, values);
    va_end(values);
}

/* Whether the file at PATH has TEXT among its strings, which end with NUL. */
static bool has_string(const char *path, const char *text)
{
    FILE *file = fopen(path, "r");
    char *string = NULL;
    size_t room = 0;
    bool found = false;

    while (file && !found && getdelim(&string, &room, '\0', file) > 0)
        found = strcmp(string, text) == 0;
    free(string);
    if (file)
        (void)fclose(file);
    return found;
}

/* Those that the environment shows to be of this test program (Linux only:
 * elsewhere there is no /proc). A zombie, which only waits for its parent, has
 * no environment any more.
 */
static void note_processes(void)
{
    DIR *folder = opendir("/proc");
    char path[300], line[300];

    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        int pid = atoi(entry->d_name);
        (void)snprintf(path, sizeof path, "/proc/%d/environ", pid);
        if (pid <= 0 || pid == getpid() || !has_string(path, mark))
            continue;
        (void)snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
        FILE *file = fopen(path, "r");
        note("process %d, %s\n", pid,
            file && fgets(line, sizeof line, file) ? line : "");
        if (file)
            (void)fclose(file);
    }
    if (folder)
        (void)closedir(folder);
}

/* Whether NAME, which has the process that made it in it, is of one that we
 * have started. That has ended: if there is one of this number, the system has
 * given the number away again.
 */
static bool is_ours(const char *name)
{
    long pid;

    if (strncmp(name, "sem.", 4) == 0)
        name += 4;
    if (sscanf(name, "demo-%ld-", &pid) != 1 || kill((pid_t)pid, 0) == 0)
        return false;
    for (int i = 0; i < started_count; i++)
        if (started[i] == pid)
            return true;
    return false;
}

/* Those in FOLDER that are younger than the tests. */
static void note_names(const char *path)
{
    DIR *folder = opendir(path);
    struct stat about;

    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (is_ours(entry->d_name) &&
            fstatat(dirfd(folder), entry->d_name, &about, 0) == 0 &&
            about.st_ctime >= began)
            note("%s/%s\n", path, entry->d_name);
    if (folder)
        (void)closedir(folder);
}

static void note_temporary_files(void)
{
    const char *path = getenv("TMPDIR");
    DIR *folder = opendir(path);

    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (strncmp(entry->d_name, "demo_pipe-", 10) == 0 ||
            strncmp(entry->d_name, "demo-", 5) == 0)
            note("%s/%s\n", path, entry->d_name);
    if (folder)
        (void)closedir(folder);
}

const char *find_leftovers(void)
{
    char queues[1024] = "";

    *leftovers = '\0';
    note_processes();
    note_names("/dev/shm");
    note_names("/dev/mqueue");
    note_temporary_files();
    (void)queues_left(queues, sizeof queues);
    note("%s", queues);
    return leftovers;
}

void assert_nothing_left(void)
{
    const struct timespec nap = {0, 10000000};

    /* What was just killed may need a moment to be gone. */
    for (double end = now() + (double)PATIENCE;
         *find_leftovers() && now() < end;)
        (void)nanosleep(&nap, NULL);
    if (*leftovers)
        fail_msg("left behind: %s", leftovers);
}
