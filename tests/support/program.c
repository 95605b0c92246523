/* SPDX-License-Identifier: MIT */
#include "tests/support/program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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

    (void)snprintf(path, sizeof path, "%s/%s", BUILD_FOLDER, name);
    return path;
}

static double now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct program program_start(const char *const argv[])
{
    int in[2], out[2], err[2];

    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    assert_int_equal(pipe(err), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)setpgid(0, 0); /* so that the deadline ends its children, too */
        (void)dup2(in[0], 0);
        (void)dup2(out[1], 1);
        (void)dup2(err[1], 2);
        for (int i = 3; i < 64; i++)
            (void)close(i);
        (void)execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    (void)close(err[1]);
    (void)fcntl(in[1], F_SETFD, FD_CLOEXEC);
    (void)fcntl(in[1], F_SETFL, O_NONBLOCK);
    (void)signal(SIGPIPE, SIG_IGN);
    return (struct program){
        .pid = pid,
        .in = in[1],
        .out = out[0],
        .err = err[0],
        .so_far = {.out = calloc(1, 1), .err = calloc(1, 1)}};
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
static size_t exchange(struct program *program, const char *bytes, size_t size,
                       double deadline)
{
    struct pollfd files[3] = {
        {.fd = program->out, .events = POLLIN},
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

const char *program_await(struct program *program, const char *text,
                          bool from_err)
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
    assert_int_equal(wait4(program->pid, &status, 0, &usage), program->pid);
    struct result result = program->so_far;
    result.status =
        WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    result.processor =
        (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
        (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    result.peak = usage.ru_maxrss;
    return result;
}

struct result run(const char *const argv[], const char *input, size_t size)
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
    return run(with_path, NULL, 0);
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

int enter_scratch(void **state)
{
    const char *folder = getenv("TMPDIR");
    char *path = malloc(4096);

    (void)snprintf(path, 4096, "%s/nine-test-XXXXXX",
                   folder && *folder ? folder : "/tmp");
    *state = path;
    return mkdtemp(path) && chdir(path) == 0 ? 0 : -1;
}

int leave_scratch(void **state)
{
    DIR *folder = opendir(".");

    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            if (unlink(entry->d_name) == -1)
                (void)rmdir(entry->d_name);
    (void)closedir(folder);
    (void)chdir("/");
    (void)rmdir(*state);
    free(*state);
    return 0;
}

/* Whether the file at PATH has TEXT in its first 4 KB. */
static bool has_text(const char *path, const char *text)
{
    char start[4096] = {0};
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(start, 1, sizeof start - 1, file) : 0;

    if (file)
        (void)fclose(file);
    return size > 0 && strstr(start, text);
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

/* Processes of this session of tests whose name begins with demo_; Linux only,
 * elsewhere there is no /proc. The name stands in parentheses in "stat", and
 * the state after it.
 */
static int count_processes(void)
{
    DIR *folder = opendir("/proc");
    char path[300];
    int count = 0;

    if (!folder)
        return 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        (void)snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        if (has_text(path, "(demo_") && !has_text(path, ") Z "))
            count++;
    }
    (void)closedir(folder);
    return count;
}

void assert_nothing_left(void)
{
    struct timespec nap = {0, 10000000};

    /* What was just killed may need a moment to be gone. */
    for (int i = 0; i < 100 && count_processes() > 0; i++)
        (void)nanosleep(&nap, NULL);
    assert_int_equal(count_processes(), 0);
    assert_int_equal(count_entries("/dev/shm", "demo-"), 0);
    assert_int_equal(count_entries("/dev/shm", "sem.demo-"), 0);
    assert_int_equal(count_entries("/dev/mqueue", "demo-"), 0);
    assert_int_equal(count_entries("/tmp", "demo_pipe-"), 0);
    /* the first line of the table is its heading */
    assert_true(!has_text("/proc/sysvipc/msg", "\n         0 "));
}
