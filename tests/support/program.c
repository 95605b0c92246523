/* SPDX-License-Identifier: MIT */
#include "tests/support/program.h"

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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

const char *built(const char *name)
{
    static char path[4096];
    const char *folder = getenv("DEMOS"); /* of another C library or machine */

    (void)snprintf(
        path, sizeof path, "%s/%s", folder ? folder : BUILD_FOLDER, name);
    return path;
}

/* What this program has started, and what its environment is marked with. */
static pid_t started[4096];
static int started_count;
static char mark[32];

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
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
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
    if (started_count < 4096)
        started[started_count++] = pid;
    (void)close(in[0]);
    (void)close(out[1]);
    (void)close(err[1]);
    (void)fcntl(in[1], F_SETFD, FD_CLOEXEC);
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
    double deadline = now() + DEADLINE;

    for (const char *next = bytes; size > 0;) {
        size_t wrote = exchange(program, next, size, deadline);
        next += wrote;
        size -= wrote;
    }
}

const char *program_await(
    struct program *program, const char *text, bool from_err)
{
    double deadline = now() + DEADLINE;
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
    double deadline = now() + DEADLINE;
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

/* The demos put their temporary folders there, too. */
int enter_scratch(void **state)
{
    static char original[4096];
    char *path = malloc(8192), number[16];

    if (!*original)
        (void)snprintf(original, sizeof original, "%s",
            getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    (void)snprintf(path, 8192, "%s/nine-test-XXXXXX", original);
    *state = path;
    if (!mkdtemp(path) || chdir(path) == -1)
        return -1;
    (void)snprintf(number, sizeof number, "%ld", (long)getpid());
    (void)snprintf(mark, sizeof mark, "NINE_TEST=%s", number);
    return setenv("NINE_TEST", number, 1) == 0 && setenv("TMPDIR", path, 1) == 0
               ? 0
               : -1;
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

/* Whether the file at PATH has TEXT in its first 64 KB, NULs or not. */
static bool has_bytes(const char *path, const char *text)
{
    static char bytes[65536];
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    size_t length = strlen(text);
    bool found = false;

    if (file)
        (void)fclose(file);
    for (size_t i = 0; i + length <= size && !found; i++)
        found = memcmp(bytes + i, text, length) == 0;
    return found;
}

static int count_entries(const char *path, const char *prefix)
{
    DIR *folder = opendir(path);
    int count = 0;

    if (!folder)
        return 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    (void)closedir(folder);
    return count;
}

/* Processes that the environment shows to be of this test program (Linux only:
 * elsewhere there is no /proc). A zombie, which only waits for its parent, has
 * no environment any more.
 */
static int count_processes(void)
{
    DIR *folder = opendir("/proc");
    char path[300];
    int count = 0;

    if (!folder)
        return 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        (void)snprintf(path, sizeof path, "/proc/%s/environ", entry->d_name);
        if (atoi(entry->d_name) != getpid() && has_bytes(path, mark))
            count++;
    }
    (void)closedir(folder);
    return count;
}

/* What is left now of the programs that this one has started. */
static int count_leftovers(void)
{
    int count = count_processes();
    char name[64];

    for (int i = 0; i < started_count; i++) {
        (void)snprintf(name, sizeof name, "demo-%ld-", (long)started[i]);
        count += count_entries("/dev/shm", name);
        count += count_entries("/dev/mqueue", name);
        (void)snprintf(name, sizeof name, "sem.demo-%ld-", (long)started[i]);
        count += count_entries("/dev/shm", name);
    }
    count += count_entries(getenv("TMPDIR"), "demo_pipe-");
    count += count_entries(getenv("TMPDIR"), "demo-");
    /* a private System V queue of anybody: they come and go */
    return count + has_bytes("/proc/sysvipc/msg", "\n         0 ");
}

void assert_nothing_left(void)
{
    const struct timespec nap = {0, 10000000};
    int left = count_leftovers();

    /* What was just killed may need a moment to be gone. It counts what was
     * seen last: a queue of another run may come at any time.
     */
    for (int i = 0; i < 300 && left > 0; i++) {
        (void)nanosleep(&nap, NULL);
        left = count_leftovers();
    }
    assert_int_equal(left, 0);
}
