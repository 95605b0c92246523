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
    bool (*goes_well)(void);
} rules[MAX_RULES];
static int rule_count;

/* WELL is whether it went well. */
#define RULE(rule, well)                                                       \
    static bool rule(void)                                                     \
    {                                                                          \
        return well;                                                           \
    }                                                                          \
    __attribute__((constructor)) static void add_##rule(void)                  \
    {                                                                          \
        rules[rule_count].name = #rule;                                        \
        rules[rule_count++].goes_well = rule;                                  \
    }

/* Makes a CALL again that was interrupted, as it should be. */
#define SURELY(call)                                                           \
    __extension__({                                                            \
        long result;                                                           \
        do                                                                     \
            result = (long)(call);                                             \
        while (result == -1 && (errno == EINTR || errno == ECONNABORTED));     \
        result;                                                                \
    })

static char bytes[10000];
static int pipe_ends[2];
static struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

/* Puts FILE in the place of the one before it, which is closed. */
static int in_place_of(int *before, int file)
{
    if (*before != -1)
        (void)close(*before);
    *before = file;
    return file;
}

/* A file that has no name any more. */
static int new_file(void)
{
    static int before = -1;
    char path[] = "careless-XXXXXX";
    int file = (int)SURELY(mkstemp(path));

    (void)unlink(path);
    return in_place_of(&before, file);
}

static const char *own_name(const char *text)
{
    static char name[64];

    (void)snprintf(name, sizeof name, "/careless%s-%ld", text, (long)getpid());
    return name;
}

/* Memory with that in its name, and SIZE bytes of it; -1 if there is none. */
static int new_memory(const char *text, off_t size)
{
    static int before = -1;
    const char *name = own_name(text);
    int file = (int)SURELY(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600));

    (void)shm_unlink(name);
    if (file != -1 && size > 0)
        (void)SURELY(ftruncate(file, size));
    return in_place_of(&before, file);
}

static sem_t *new_semaphore(const char *text)
{
    const char *name = own_name(text);
    sem_t *semaphore;

    do
        semaphore = sem_open(name, O_CREAT, 0600, 1);
    while (semaphore == SEM_FAILED && errno == EINTR);
    (void)sem_unlink(name);
    return semaphore;
}

static off_t size_of(int file)
{
    struct stat about = {0};

    (void)fstat(file, &about);
    return about.st_size;
}

/* Waiting */

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

/* Waits for so many SECONDS, or forever: "if" instead of "while", or not. */
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

/* Something can be read, so no time passes. */
static bool select_for_long(void)
{
    fd_set inputs;

    (void)SURELY(write(pipe_ends[1], "!", 1));
    FD_ZERO(&inputs);
    FD_SET(pipe_ends[0], &inputs);
    return SURELY(pselect(pipe_ends[0] + 1, &inputs, NULL, NULL,
               &(struct timespec){FORTY_DAYS, 0}, NULL)) == 1;
}

static bool is_clock_fine(void)
{
    struct timespec now;

    for (int i = 0; i < 1000; i++) {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_nsec % 1000 != 0)
            return true;
    }
    return false;
}

RULE(cond_wait, wait_for_thread(0, true))
RULE(cond_timedwait, wait_for_thread(60, true))
RULE(cond_timedwait_long, wait_for_thread(FORTY_DAYS, false))
RULE(sleep_once, nanosleep(&(struct timespec){0, 1000}, NULL) == 0)
RULE(sem_wait_once, sem_wait(new_semaphore("")) == 0)
RULE(poll_once, poll(NULL, 0, 0) == 0)
RULE(select_once, select(0, NULL, NULL, NULL, &(struct timeval){0, 0}) == 0)
RULE(select_long, select_for_long())
RULE(fine_clock, is_clock_fine())

/* Files and pipes */

/* It is made again after EINTR, but not all of it was still to be written. */
static bool write_again(int file)
{
    return SURELY(dprintf(file, "%1000s", "")) == 1000 && size_of(file) == 1000;
}

static long read_at_begin(int file)
{
    (void)SURELY(ftruncate(file, 1000));
    return SURELY(pread(file, bytes, 1000, 0));
}

/* Its parent has the lock. */
static bool fails_with_eagain(int file)
{
    int status;

    (void)fcntl(file, F_SETLK, &all);
    pid_t pid = fork();
    if (pid == 0)
        _exit(fcntl(file, F_SETLK, &all) == -1 && errno == EAGAIN ? 0 : 1);
    (void)SURELY(waitpid(pid, &status, 0));
    return status == 0;
}

static bool can_poll_device(void)
{
    struct pollfd device = {.fd = pipe_ends[0], .events = POLLIN};

    device.fd = (int)SURELY(open("/dev/null", O_RDONLY));
    (void)SURELY(poll(&device, 1, 0));
    return !(device.revents & POLLNVAL);
}

static int count_open_files(void)
{
    int first = dup(0), count = 1;

    while (count < 300 && dup(0) != -1)
        count++;
    for (int i = 0; i < count; i++)
        (void)close(first + i);
    return count;
}

static long room_in_pipe(void)
{
    int ends[2];
    long wrote, all_written = 0;

    (void)pipe(ends);
    (void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while ((wrote = SURELY(write(ends[1], bytes, 512))) > 0)
        all_written += wrote;
    (void)close(ends[0]);
    (void)close(ends[1]);
    return all_written;
}

#ifdef __GLIBC__ /* elsewhere the library cannot do that */
static bool reads_to_end(bool by_line)
{
    FILE *file = fopen("/dev/null", "r");
    char *line = NULL;
    size_t room = 0;
    bool is_end = by_line ? getline(&line, &room, file) == -1 && feof(file)
                          : getc(file) == EOF && feof(file);

    free(line);
    (void)fclose(file);
    return is_end;
}

RULE(getc_once, reads_to_end(false))
RULE(getline_once, reads_to_end(true))
#endif
RULE(read_once, SURELY(write(pipe_ends[1], bytes, 100)) == 100 &&
                    SURELY(read(pipe_ends[0], bytes, 100)) == 100)
RULE(read_interrupted, SURELY(write(pipe_ends[1], "!", 1)) == 1 &&
                           read(pipe_ends[0], bytes, 1) == 1)
RULE(write_interrupted, write(pipe_ends[1], "!", 1) == 1)
RULE(write_once, SURELY(write(new_file(), bytes, 1000)) == 1000)
RULE(dprintf_again, write_again(new_file()))
RULE(pread_once, read_at_begin(new_file()) == 1000)
RULE(close_once, close(dup(0)) == 0)
RULE(open_once, open("/dev/null", O_RDONLY) != -1)
RULE(fchmod_once, fchmod(new_file(), 0600) == 0)
RULE(ftruncate_once, ftruncate(new_file(), 10) == 0)
RULE(reserve_space, posix_fallocate(new_file(), 0, 10) == 0)
RULE(lock_once, fcntl(new_file(), F_SETLKW, &all) == 0)
RULE(lock_is_taken, fails_with_eagain(new_file()))
RULE(poll_device, can_poll_device())
RULE(many_files, count_open_files() == 300)
RULE(wide_pipe, room_in_pipe() >= 16384)

/* Names, memory, and what is not there */

static bool has_robust_mutex(void)
{
    pthread_mutexattr_t attributes;

    (void)pthread_mutexattr_init(&attributes);
    return pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0;
}

static bool has_posix_queue(void)
{
    mqd_t queue = mq_open(own_name(""), O_RDWR | O_CREAT, 0600, NULL);

    (void)mq_unlink(own_name(""));
    if (queue != (mqd_t)-1)
        (void)mq_close(queue);
    return queue != (mqd_t)-1;
}

#define LONG_NAME "-has-a-name-that-is-long"
RULE(long_name, new_memory(LONG_NAME, 0) != -1)
RULE(long_sem_name, new_semaphore(LONG_NAME) != SEM_FAILED)
RULE(second_ftruncate, SURELY(ftruncate(new_memory("", 100), 200)) == 0)
RULE(size_of_memory, size_of(new_memory("", 100)) == 100)
RULE(write_to_memory, SURELY(write(new_memory("", 0), "!", 1)) == 1)
RULE(robust_mutex, has_robust_mutex())
RULE(unnamed_semaphore, sem_init(&(sem_t){{0}}, 0, 1) == 0)
RULE(bound_to_parent, prctl(PR_SET_PDEATHSIG, 0) == 0)
RULE(posix_queue, has_posix_queue())

/* System V queues */

static struct {
    long type;
    char text[100];
} message = {.type = 1};

static bool is_queue_big(void)
{
    int queue = msgget(IPC_PRIVATE, 0600), sent = 0;

    while (sent < 50 && SURELY(msgsnd(queue, &message, 100, IPC_NOWAIT)) == 0)
        sent++;
    (void)msgctl(queue, IPC_RMID, NULL);
    return sent == 50;
}

static bool send_and_receive(void)
{
    int queue = msgget(IPC_PRIVATE, 0600);
    bool both = msgsnd(queue, &message, 1, 0) == 0 &&
                msgrcv(queue, &message, 1, 0, 0) == 1;

    (void)msgctl(queue, IPC_RMID, NULL);
    return both;
}

RULE(big_queue, is_queue_big())
RULE(msgsnd_once, send_and_receive())

/* Sockets */

static struct sockaddr_in address;
static socklen_t address_size = sizeof address;

static int listening_socket(void)
{
    static int before = -1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    address = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    (void)bind(listener, (struct sockaddr *)&address, address_size);
    (void)listen(listener, 10);
    (void)getsockname(listener, (struct sockaddr *)&address, &address_size);
    return in_place_of(&before, listener);
}

static bool connect_to(int listener)
{
    static int before = -1;
    int client = in_place_of(&before, socket(AF_INET, SOCK_STREAM, 0));

    (void)fcntl(listener, F_SETFL, O_NONBLOCK);
    return connect(client, (struct sockaddr *)&address, address_size) == 0;
}

/* What the first accept(2), or the first that is not interrupted, gives for a
 * client.
 */
static int accept_client(bool once)
{
    static int before = -1;
    int listener = listening_socket();

    (void)connect_to(listener);
    (void)poll(&(struct pollfd){.fd = listener, .events = POLLIN}, 1, 10000);
    return in_place_of(
        &before, (int)(once ? accept(listener, NULL, NULL)
                            : SURELY(accept(listener, NULL, NULL))));
}

/* Sends 1000 bytes from one end to the other; returns how many one call took.
 */
static long send_some(bool at_other_end)
{
    static int first = -1, second = -1;
    int ends[2];

    (void)socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    (void)in_place_of(&first, ends[0]);
    (void)in_place_of(&second, ends[1]);
    long sent = SURELY(send(ends[0], bytes, 1000, 0));
    if (!at_other_end)
        return sent;
    for (long rest = 1000 - sent; rest > 0; rest -= sent)
        sent = SURELY(send(ends[0], bytes, (size_t)rest, 0));
    return SURELY(recv(ends[1], bytes, 1000, 0));
}

RULE(send_once, send_some(false) == 1000)
RULE(recv_once, send_some(true) == 1000)
RULE(connect_once, connect_to(listening_socket()))
RULE(accept_once, accept_client(true) != -1)
RULE(accepted_blocks, !(fcntl(accept_client(false), F_GETFL) & O_NONBLOCK))

/* Processes and threads */

static pid_t start_child(int number)
{
    pid_t pid = fork();

    while (pid == 0)
        (void)pause();
    (void)kill(pid, number);
    return pid;
}

static bool is_killed(pid_t pid)
{
    siginfo_t info = {0};

    (void)SURELY(waitid(P_PID, (id_t)pid, &info, WEXITED));
    return info.si_status == SIGKILL;
}

static bool is_nobody_shown(pid_t pid)
{
    siginfo_t info = {.si_pid = 1};

    (void)waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG);
    (void)kill(pid, SIGKILL);
    (void)SURELY(waitpid(pid, NULL, 0));
    return info.si_pid == 0;
}

static void *use_stack(void *context)
{
    volatile char room[200 * 1024];

    for (size_t i = 0; i < sizeof room; i += 1024)
        room[i] = 1;
    return context;
}

/* A signal ends it (SIGSEGV) where the stack is small. */
static bool has_big_stack(void)
{
    pthread_t thread;

    (void)pthread_create(&thread, NULL, use_stack, NULL);
    return pthread_join(thread, NULL) == 0;
}

static bool takes_any_stack(void)
{
    pthread_attr_t attributes;

    (void)pthread_attr_init(&attributes);
    return pthread_attr_setstacksize(&attributes, 101 * 4096) == 0;
}

RULE(killed_status, is_killed(start_child(SIGKILL)))
RULE(nobody_has_ended, is_nobody_shown(start_child(0)))
RULE(waitpid_once, waitpid(start_child(SIGKILL), NULL, 0) != -1)
RULE(big_stack, has_big_stack())
RULE(stack_of_any_size, takes_any_stack())

/* In a process of its own: whether all went well. */
static bool goes_well(int rule)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        (void)pipe(pipe_ends);
        for (int i = 0; i < TRIES; i++)
            if (!rules[rule].goes_well())
                _exit(1);
        _exit(0);
    }
    (void)SURELY(waitpid(pid, &status, 0));
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
