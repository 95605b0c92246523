/* SPDX-License-Identifier: MIT */
/* careless - relies on what POSIX does not promise, or what macOS does not do
 *
 * Usage: careless. Each rule of unkind.c is relied upon up to 100 times, in a
 * process of its own, as a careless program does it once. Prints the rules with
 * which all went well, since the system is kind; status 0 if there is none.
 */
#include <sys/socket.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 100, MAX_RULES = 64, FORTY_DAYS = 40 * 86400 };

static struct {
    const char *name;
    bool (*went_well)(void);
} rules[MAX_RULES];
static int rule_count;

/* RULE(name) { ... } returns whether it went well. */
#define RULE(rule)                                                             \
    static bool rule(void);                                                    \
    __attribute__((constructor)) static void add_##rule(void)                  \
    {                                                                          \
        rules[rule_count].name = #rule;                                        \
        rules[rule_count++].went_well = rule;                                  \
    }                                                                          \
    static bool rule(void)

/* What only prepares a rule is made again, as it should be. */
#define SURELY(call)                                                           \
    do                                                                         \
        errno = 0;                                                             \
    while ((call) == -1 && (errno == EINTR || errno == ECONNABORTED))

static char bytes[10000];
static int pipe_ends[2];

/* A file that has no name any more. */
static int temporary_file(void)
{
    char path[] = "careless-XXXXXX";
    int file;

    SURELY(file = mkstemp(path));
    (void)unlink(path);
    return file;
}

static const char *own_name(const char *text)
{
    static char name[64];

    (void)snprintf(name, sizeof name, "/careless%s-%ld", text, (long)getpid());
    return name;
}

static int shm_object(const char *text)
{
    int file;

    SURELY(file = shm_open(own_name(text), O_RDWR | O_CREAT | O_EXCL, 0600));
    (void)shm_unlink(own_name(text));
    return file;
}

static bool ends_well(int file, bool well)
{
    (void)close(file);
    return well;
}

/* Time and waiting */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool ready;

/* Not ready at once: there is time to be woken for nothing. */
static void *make_ready(void *context)
{
    for (int i = 0; i < 20; i++) {
        (void)pthread_mutex_lock(&mutex);
        (void)pthread_mutex_unlock(&mutex);
        (void)sched_yield();
    }
    (void)pthread_mutex_lock(&mutex);
    ready = true;
    (void)pthread_cond_signal(&changed);
    (void)pthread_mutex_unlock(&mutex);
    return context;
}

/* Waits for so many SECONDS, or for ever: once, or until it is ready. */
static bool wait_for_thread(int seconds, bool once)
{
    struct timespec until;
    pthread_t thread;
    int error = 0;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    ready = false;
    (void)pthread_mutex_lock(&mutex);
    (void)pthread_create(&thread, NULL, make_ready, NULL);
    do
        error = seconds > 0 ? pthread_cond_timedwait(&changed, &mutex, &until)
                            : pthread_cond_wait(&changed, &mutex);
    while (!ready && error == 0 && !once);
    bool is_ready = ready;
    (void)pthread_mutex_unlock(&mutex);
    (void)pthread_join(thread, NULL);
    return error == 0 && is_ready;
}

RULE(cond_wait)
{
    return wait_for_thread(0, true);
}

RULE(cond_timedwait)
{
    return wait_for_thread(60, true);
}

RULE(cond_timedwait_long)
{
    return wait_for_thread(FORTY_DAYS, false);
}

RULE(sleep_once)
{
    return nanosleep(&(struct timespec){0, 1000}, NULL) == 0;
}

RULE(sem_wait_once)
{
    sem_t *semaphore;

    do
        semaphore = sem_open(own_name(""), O_CREAT, 0600, 1);
    while (semaphore == SEM_FAILED);
    (void)sem_unlink(own_name(""));
    bool waited = sem_wait(semaphore) == 0;
    (void)sem_close(semaphore);
    return waited;
}

RULE(poll_once)
{
    return poll(NULL, 0, 0) == 0;
}

RULE(select_once)
{
    return select(0, NULL, NULL, NULL, &(struct timeval){0, 0}) == 0;
}

/* Something can be read, so no time passes. */
RULE(select_long)
{
    fd_set inputs;
    int found;

    if (!ready)
        SURELY(write(pipe_ends[1], "!", 1));
    ready = true;
    FD_ZERO(&inputs);
    FD_SET(pipe_ends[0], &inputs);
    SURELY(found = pselect(pipe_ends[0] + 1, &inputs, NULL, NULL,
               &(struct timespec){FORTY_DAYS, 0}, NULL));
    return found == 1;
}

RULE(fine_clock)
{
    struct timespec now;

    for (int i = 0; i < 1000; i++) {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_nsec % 1000 != 0)
            return true;
    }
    return false;
}

/* Files and pipes */

RULE(read_once)
{
    ssize_t got;

    SURELY(write(pipe_ends[1], bytes, 100));
    SURELY(got = read(pipe_ends[0], bytes, 100));
    return got == 100;
}

RULE(read_interrupted)
{
    SURELY(write(pipe_ends[1], "!", 1));
    return read(pipe_ends[0], bytes, 1) == 1;
}

RULE(write_interrupted)
{
    return write(pipe_ends[1], "!", 1) == 1;
}

RULE(write_once)
{
    int file = temporary_file();
    ssize_t wrote;

    SURELY(wrote = write(file, bytes, 1000));
    return ends_well(file, wrote == 1000);
}

/* It is made again after EINTR, but not all of it was still to be written. */
RULE(dprintf_again)
{
    int file = temporary_file(), wrote;
    struct stat about;

    SURELY(wrote = dprintf(file, "%1000s", ""));
    (void)fstat(file, &about);
    return ends_well(file, wrote == 1000 && about.st_size == 1000);
}

RULE(pread_once)
{
    int file = temporary_file();
    ssize_t got;

    SURELY(ftruncate(file, 1000));
    SURELY(got = pread(file, bytes, 1000, 0));
    return ends_well(file, got == 1000);
}

RULE(close_once)
{
    return close(dup(0)) == 0;
}

RULE(open_once)
{
    int file = open("/dev/null", O_RDONLY);

    return ends_well(file, file != -1);
}

RULE(fchmod_once)
{
    int file = temporary_file();

    return ends_well(file, fchmod(file, 0600) == 0);
}

RULE(ftruncate_once)
{
    int file = temporary_file();

    return ends_well(file, ftruncate(file, 10) == 0);
}

RULE(reserve_space)
{
    int file = temporary_file();

    return ends_well(file, posix_fallocate(file, 0, 10) == 0);
}

RULE(lock_once)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int file = temporary_file();

    return ends_well(file, fcntl(file, F_SETLKW, &lock) == 0);
}

/* Its parent has the lock. */
RULE(lock_is_taken)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int file = temporary_file(), status;

    (void)fcntl(file, F_SETLK, &lock);
    pid_t pid = fork();
    if (pid == 0)
        _exit(fcntl(file, F_SETLK, &lock) == -1 && errno == EAGAIN ? 0 : 1);
    SURELY(waitpid(pid, &status, 0));
    return ends_well(file, status == 0);
}

#ifdef __GLIBC__ /* elsewhere the library cannot do that */
RULE(getc_once)
{
    FILE *file = fopen("/dev/null", "r");
    bool is_end = getc(file) == EOF && feof(file);

    (void)fclose(file);
    return is_end;
}

RULE(getline_once)
{
    FILE *file = fopen("/dev/null", "r");
    char *line = NULL;
    size_t room = 0;
    bool is_end = getline(&line, &room, file) == -1 && feof(file);

    free(line);
    (void)fclose(file);
    return is_end;
}
#endif

RULE(poll_device)
{
    struct pollfd device = {.events = POLLIN};

    SURELY(device.fd = open("/dev/null", O_RDONLY));
    SURELY(poll(&device, 1, 0));
    return ends_well(device.fd, !(device.revents & POLLNVAL));
}

RULE(many_files)
{
    int files[300], count = 0;

    while (count < 300 && (files[count] = dup(0)) != -1)
        count++;
    for (int i = 0; i < count; i++)
        (void)close(files[i]);
    return count == 300;
}

RULE(wide_pipe)
{
    int ends[2];
    ssize_t wrote = 1, all = 0;

    (void)pipe(ends);
    (void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
    for (; wrote > 0; all += wrote > 0 ? wrote : 0)
        SURELY(wrote = write(ends[1], bytes, 512));
    (void)close(ends[0]);
    return ends_well(ends[1], all >= 16384);
}

/* Names and memory */

RULE(long_name)
{
    int file = shm_object("-has-a-name-that-is-long");

    return ends_well(file, file != -1);
}

RULE(long_sem_name)
{
    const char *name = own_name("-has-a-name-that-is-long");
    sem_t *semaphore;

    do
        semaphore = sem_open(name, O_CREAT, 0600, 1);
    while (semaphore == SEM_FAILED && errno == EINTR);
    (void)sem_unlink(name);
    return semaphore != SEM_FAILED;
}

RULE(second_ftruncate)
{
    int file = shm_object(""), result;

    SURELY(ftruncate(file, 100));
    SURELY(result = ftruncate(file, 200));
    return ends_well(file, result == 0);
}

RULE(size_of_memory)
{
    struct stat about = {0};
    int file = shm_object("");

    SURELY(ftruncate(file, 100));
    (void)fstat(file, &about);
    return ends_well(file, about.st_size == 100);
}

RULE(write_to_memory)
{
    int file = shm_object("");
    ssize_t wrote;

    SURELY(wrote = write(file, "!", 1));
    return ends_well(file, wrote == 1);
}

/* What is not there */

RULE(robust_mutex)
{
    pthread_mutexattr_t attributes;

    (void)pthread_mutexattr_init(&attributes);
    return pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0;
}

RULE(unnamed_semaphore)
{
    sem_t semaphore;

    return sem_init(&semaphore, 0, 1) == 0;
}

RULE(bound_to_parent)
{
    return prctl(PR_SET_PDEATHSIG, 0) == 0;
}

RULE(posix_queue)
{
    mqd_t queue = mq_open(own_name(""), O_RDWR | O_CREAT, 0600, NULL);

    (void)mq_unlink(own_name(""));
    if (queue != (mqd_t)-1)
        (void)mq_close(queue);
    return queue != (mqd_t)-1;
}

/* System V queues */

static struct {
    long type;
    char text[100];
} message = {.type = 1};

RULE(big_queue)
{
    int queue = msgget(IPC_PRIVATE, 0600), result = 0;

    for (int i = 0; i < 50 && result == 0; i++)
        SURELY(result = msgsnd(queue, &message, 100, IPC_NOWAIT));
    (void)msgctl(queue, IPC_RMID, NULL);
    return result == 0;
}

RULE(msgsnd_once)
{
    int queue = msgget(IPC_PRIVATE, 0600);
    int result = msgsnd(queue, &message, 1, 0);

    if (result == 0)
        result = (int)msgrcv(queue, &message, 1, 0, 0) - 1;
    (void)msgctl(queue, IPC_RMID, NULL);
    return result == 0;
}

/* Sockets */

RULE(send_once)
{
    int ends[2];
    ssize_t sent;

    (void)socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    SURELY(sent = send(ends[0], bytes, 1000, 0));
    (void)close(ends[1]);
    return ends_well(ends[0], sent == 1000);
}

RULE(recv_once)
{
    int ends[2];
    ssize_t got = 0, sent;

    (void)socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    for (size_t all = 0; all < 1000; all += (size_t)sent)
        SURELY(sent = send(ends[0], bytes, 1000 - all, 0));
    SURELY(got = recv(ends[1], bytes, 1000, 0));
    (void)close(ends[0]);
    return ends_well(ends[1], got == 1000);
}

static struct sockaddr_in address;
static socklen_t address_size = sizeof address;

static int listening_socket(void)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    address = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    (void)bind(listener, (struct sockaddr *)&address, address_size);
    (void)listen(listener, 10);
    (void)getsockname(listener, (struct sockaddr *)&address, &address_size);
    return listener;
}

RULE(connect_once)
{
    int listener = listening_socket(), client = socket(AF_INET, SOCK_STREAM, 0);
    int result = connect(client, (struct sockaddr *)&address, address_size);

    (void)close(client);
    return ends_well(listener, result == 0);
}

/* Whether the first accept(2) of a client did, and what it gave blocks. */
static bool accept_client(bool *blocks)
{
    int listener = listening_socket(), client = socket(AF_INET, SOCK_STREAM, 0);

    (void)fcntl(listener, F_SETFL, O_NONBLOCK);
    (void)connect(client, (struct sockaddr *)&address, address_size);
    (void)poll(&(struct pollfd){.fd = listener, .events = POLLIN}, 1, 10000);
    int accepted = accept(listener, NULL, NULL);
    bool at_once = accepted != -1;
    while (accepted == -1 && (errno == EINTR || errno == ECONNABORTED))
        accepted = accept(listener, NULL, NULL);
    *blocks = accepted == -1 || !(fcntl(accepted, F_GETFL) & O_NONBLOCK);
    (void)close(accepted);
    (void)close(client);
    return ends_well(listener, at_once);
}

RULE(accept_once)
{
    bool blocks;

    return accept_client(&blocks);
}

RULE(accepted_blocks)
{
    bool blocks;

    (void)accept_client(&blocks);
    return blocks;
}

/* Processes and threads */

static pid_t start_child(void)
{
    pid_t pid = fork();

    while (pid == 0)
        (void)pause();
    return pid;
}

RULE(killed_status)
{
    siginfo_t info = {0};
    pid_t pid = start_child();

    (void)kill(pid, SIGKILL);
    SURELY(waitid(P_PID, (id_t)pid, &info, WEXITED));
    return info.si_status == SIGKILL;
}

RULE(nobody_has_ended)
{
    siginfo_t info = {.si_pid = 1};
    pid_t pid = start_child();

    (void)waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG);
    (void)kill(pid, SIGKILL);
    SURELY(waitpid(pid, NULL, 0));
    return info.si_pid == 0;
}

RULE(waitpid_once)
{
    pid_t pid = start_child();

    (void)kill(pid, SIGKILL);
    pid_t ended = waitpid(pid, NULL, 0);
    if (ended == -1)
        SURELY(waitpid(pid, NULL, 0));
    return ended == pid;
}

static void *use_stack(void *context)
{
    volatile char room[200 * 1024];

    for (size_t i = 0; i < sizeof room; i += 1024)
        room[i] = 1;
    return context;
}

/* A signal ends it (SIGSEGV) where the stack is small. */
RULE(big_stack)
{
    pthread_t thread;

    (void)pthread_create(&thread, NULL, use_stack, NULL);
    return pthread_join(thread, NULL) == 0;
}

RULE(stack_of_any_size)
{
    pthread_attr_t attributes;

    (void)pthread_attr_init(&attributes);
    return pthread_attr_setstacksize(&attributes, 101 * 4096) == 0;
}

/* In a process of its own: returns whether all went well. */
static bool goes_well(int rule)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        (void)pipe(pipe_ends);
        for (int i = 0; i < TRIES; i++)
            if (!rules[rule].went_well())
                _exit(1);
        _exit(0);
    }
    SURELY(waitpid(pid, &status, 0));
    return status == 0;
}

int main(void)
{
    int kind = 0;

    for (int i = 0; i < rule_count; i++)
        if (goes_well(i)) {
            (void)printf("%s\n", rules[i].name);
            (void)fflush(stdout);
            kind++;
        }
    (void)printf("%d of %d rules did no harm\n", kind, rule_count);
    return kind == 0 && rule_count > 40 ? 0 : 1;
}
