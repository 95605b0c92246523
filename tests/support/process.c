/* SPDX-License-Identifier: MIT */
#include "tests/support/process.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 10 /* seconds */ };

static void end_with_message(const char *reason)
{
    (void)fprintf(stderr, "%s\n", reason);
    exit(3);
}

void (*end_test)(const char *reason) = end_with_message;

_Noreturn static void stop(const char *format, ...)
{
    static char reason[16384];
    va_list values;

    va_start(values, format);
    (void)vsnprintf(reason, sizeof reason, format, values);
    va_end(values);
    end_test(reason);
    abort();
}

static void check(bool good, const char *call)
{
    if (!good)
        stop("%s: %s", call, strerror(errno));
}

double now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void nap(double seconds)
{
    time_t whole = (time_t)seconds;
    struct timespec rest = {whole, (long)((seconds - (double)whole) * 1e9)};

    while (nanosleep(&rest, &rest) == -1 && errno == EINTR)
        continue;
}

const char *built(const char *name)
{
    static char path[4096];
    const char *folder = getenv("DEMOS"); /* of another C library or machine */

    (void)snprintf(path, sizeof path, "%s/%s", folder ? folder : BUILD_FOLDER, name);
    return path;
}

bool matches(const char *text, const char *pattern)
{
    regex_t compiled;

    check(regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) == 0, pattern);
    bool found = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return found;
}

/* In the new process, with the ends of three pipes. */
_Noreturn static void become(
    const char *const argv[], int (*body)(const void *context), const void *context, int ends[3][2])
{
    (void)signal(SIGHUP, SIG_DFL); /* these we may ignore: see environment.c */
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGQUIT, SIG_DFL);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)setsid();
    for (int i = argv ? 0 : 1; i < 3; i++)
        (void)dup2(ends[i][i > 0], i);
    for (int i = 0; i < 3; i++) {
        (void)close(ends[i][0]);
        (void)close(ends[i][1]);
    }
    for (int i = 3; argv && i < 64; i++)
        (void)close(i);
    int status = body ? body(context) : 0;
    if (!argv)
        exit(status);
    if (status == 0)
        (void)execv(argv[0], (char *const *)(uintptr_t)(const void *)argv);
    _exit(status == 0 ? 127 : status);
}

static struct program begin(
    const char *const argv[], int (*body)(const void *context), const void *context)
{
    int ends[3][2];

    for (int i = 0; i < 3; i++) {
        check(pipe(ends[i]) == 0, "pipe");
        (void)fcntl(ends[i][0], F_SETFD, FD_CLOEXEC); /* or the input of others would not end */
        (void)fcntl(ends[i][1], F_SETFD, FD_CLOEXEC);
    }
    (void)fflush(NULL); /* or exit() in the child would print it again */
    pid_t pid = fork();
    check(pid >= 0, "fork");
    if (pid == 0)
        become(argv, body, context, ends);
    for (int i = 0; i < 3; i++)
        (void)close(ends[i][i > 0]);
    (void)signal(SIGPIPE, SIG_IGN);
    return (struct program){.pid = pid,
        .in = ends[0][1],
        .out = ends[1][0],
        .err = ends[2][0],
        .so_far = {.status = -1, .out = calloc(1, 1), .err = calloc(1, 1)}};
}

struct program program_start(const char *const argv[])
{
    return begin(argv, NULL, NULL);
}

struct program start_body(int (*body)(const void *context), const void *context)
{
    return begin(NULL, body, context);
}

struct program start_with(
    int (*body)(const void *context), const void *context, const char *format, ...)
{
    char line[8192], *rest = line;
    const char *words[64] = {NULL};
    size_t count = 0;
    va_list values;

    va_start(values, format);
    (void)vsnprintf(line, sizeof line, format, values);
    va_end(values);
    for (char *word; (word = strtok_r(rest, " ", &rest)); count++) {
        check(count < sizeof words / sizeof *words - 1, word);
        words[count] = word;
    }
    words[0] = built(words[0]);
    return begin(words, body, context);
}

static void close_end(int *descriptor)
{
    if (*descriptor != -1)
        (void)close(*descriptor);
    *descriptor = -1;
}

/* Adds what can be read; at the end of file closes the descriptor. */
static void take(int *descriptor, char **text, size_t *size)
{
    char piece[65536];
    ssize_t got = read(*descriptor, piece, sizeof piece);

    if (got == 0 || (got == -1 && errno != EINTR))
        close_end(descriptor);
    if (got <= 0)
        return;
    *text = realloc(*text, *size + (size_t)got + 1);
    check(*text != NULL, "realloc");
    memcpy(*text + *size, piece, (size_t)got);
    *size += (size_t)got;
    (*text)[*size] = '\0';
}

/* Takes what the program has written, as soon as there is some, within SECONDS. */
static void listen_to(struct program *program, double seconds)
{
    struct pollfd files[2] = {
        {.fd = program->out, .events = POLLIN}, {.fd = program->err, .events = POLLIN}};
    struct result *so_far = &program->so_far;

    if (poll(files, 2, seconds > 0 ? (int)(seconds * 1000) : 0) <= 0)
        return;
    if (files[0].revents != 0)
        take(&program->out, &so_far->out, &so_far->out_size);
    if (files[1].revents != 0)
        take(&program->err, &so_far->err, &so_far->err_size);
}

static void stop_late(struct program *program)
{
    program_kill(program);
    stop("still running after %d s; it said: %s%s", DEADLINE, program->so_far.out,
        program->so_far.err);
}

void program_await(struct program *program, const char *text)
{
    double end = now() + (double)DEADLINE;
    struct result *so_far = &program->so_far;

    while (!strstr(so_far->out, text)) {
        if (program->out == -1 && program->err == -1)
            stop("it ended without saying \"%s\": %s%s", text, so_far->out, so_far->err);
        if (now() > end)
            stop_late(program);
        listen_to(program, end - now());
    }
}

bool program_ended(struct program *program, double seconds)
{
    double end = now() + seconds;
    struct result *result = &program->so_far;
    struct rusage usage;
    int status;

    if (result->status != -1)
        return true;
    while (program->out != -1 || program->err != -1) {
        listen_to(program, end - now());
        if (now() > end)
            return false;
    }
    while (wait4(program->pid, &status, WNOHANG, &usage) != program->pid) {
        if (now() > end)
            return false;
        nap(0.001);
    }
    close_end(&program->in);
    result->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    result->processor = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                        (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    result->sleeps = usage.ru_nvcsw;
    return true;
}

void program_kill(struct program *program)
{
    (void)kill(program->pid, SIGKILL); /* if it has no group yet */
    (void)kill(-program->pid, SIGKILL);
    (void)waitpid(program->pid, NULL, 0);
    close_end(&program->in);
    close_end(&program->out);
    close_end(&program->err);
}

/* Texts to be freed. */
static char **kept;
static size_t kept_count;

char *keep(char *text)
{
    kept = realloc(kept, (kept_count + 1) * sizeof *kept);
    check(kept && text, "realloc");
    kept[kept_count++] = text;
    return text;
}

void free_kept(void)
{
    while (kept_count > 0)
        free(kept[--kept_count]);
    free(kept);
    kept = NULL;
}

struct result program_finish(struct program *program)
{
    close_end(&program->in);
    if (!program_ended(program, DEADLINE))
        stop_late(program);
    (void)keep(program->so_far.out);
    (void)keep(program->so_far.err);
    return program->so_far;
}

struct result result_of(struct program program)
{
    return program_finish(&program);
}

/* When the first folder was entered, the current one, and what is left, a line each. */
static time_t began;
static char scratch[PATH_MAX + 32], leftovers[16384];

void scratch_enter(void)
{
    static char room[PATH_MAX]; /* where the caller of the tests wants temporary files */
    const char *wanted = getenv("TMPDIR");

    if (!*room) {
        check(realpath(wanted && *wanted ? wanted : "/tmp", room) != NULL, "TMPDIR");
        (void)time(&began);
#ifdef __linux__
        (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#endif
    }
    (void)snprintf(scratch, sizeof scratch, "%s/nine-test-XXXXXX", room);
    check(mkdtemp(scratch) && chdir(scratch) == 0, scratch);
    check(setenv("TMPDIR", scratch, 1) == 0, "setenv");
}

static void remove_all(const char *path)
{
    char command[5000];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", path);
    (void)!system(command);
}

void scratch_leave(void)
{
    (void)!chdir("/");
    remove_all(scratch);
}

static void note(const char *format, ...)
{
    size_t used = strlen(leftovers);
    va_list values;

    va_start(values, format);
    (void)vsnprintf(leftovers + used, sizeof leftovers - used, format, values);
    va_end(values);
}

int find_children(pid_t parent, pid_t children[MAX_CHILDREN])
{
    char path[64];
    int count = 0;

    (void)snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)parent, (long)parent);
    FILE *file = fopen(path, "r");
    while (file && count < MAX_CHILDREN && fscanf(file, "%d", &children[count]) == 1)
        count++;
    if (file)
        (void)fclose(file);
    return count;
}

/* What we have started is finished by now, and what else is there was orphaned: it is left, but for
 * zombies. */
static void note_processes(void)
{
    pid_t children[MAX_CHILDREN];

    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
    int count = find_children(getpid(), children);
    for (int i = 0; i < count; i++)
        note("process %ld\n", (long)children[i]);
}

/* Whether there is no such process. */
static bool is_gone(int pid)
{
    return pid == 0 || (kill(pid, 0) == -1 && errno == ESRCH);
}

/* Those in FOLDER that a demo may have made: all, or younger ones than the tests whose process,
 * which has its number in the name, is gone. */
static void note_names(const char *folder, const char *form, bool all)
{
    char pattern[PATH_MAX + 64];
    struct stat about;
    glob_t found = {.gl_pathc = 0};
    int pid;

    (void)snprintf(pattern, sizeof pattern, "%s/%s", folder, form);
    (void)glob(pattern, 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];
        if (stat(path, &about) == 0 &&
            (all || (about.st_ctime >= began &&
                        sscanf(strstr(path, "demo-"), "demo-%d-", &pid) == 1 && is_gone(pid))))
            note("%s\n", path);
    }
    globfree(&found);
}

/* System V queues of this user that are younger than the tests, and whose last sender and receiver
 * are gone. */
static void note_queues(void)
{
    FILE *file = fopen("/proc/sysvipc/msg", "r");
    char line[256];
    int id, sender, receiver;
    unsigned user;
    long created;

    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "%*d %d %*o %*u %*u %d %d %u %*u %*u %*u %*u %*u %ld", &id, &sender,
                &receiver, &user, &created) == 5 &&
            user == geteuid() && created >= began && is_gone(sender) && is_gone(receiver))
            note("queue %d\n", id);
    if (file)
        (void)fclose(file);
}

const char *find_leftovers(void)
{
    *leftovers = '\0';
    note_processes();
    note_names("/dev/shm", "*demo-*", false);
    note_names("/dev/mqueue", "demo-*", false);
    note_names(scratch, "demo-*", true);
    note_names(scratch, "demo_pipe-*", true);
    note_queues();
    return leftovers;
}

const char *await_leftovers(void)
{
    for (double end = now() + (double)PATIENCE; *find_leftovers() && now() < end;)
        nap(0.005);
    return leftovers;
}

void remove_leftovers(void)
{
    char *rest = leftovers;
    int pid;

    for (char *line; (line = strtok_r(rest, "\n", &rest));)
        if (sscanf(line, "process %d", &pid) == 1)
            (void)kill(pid, SIGKILL);
        else if (*line == '/')
            remove_all(line);
}
