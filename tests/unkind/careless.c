/* SPDX-License-Identifier: MIT */
/* careless - relies on what POSIX does not promise, or what macOS does not do
 *
 * Usage: careless RULE; without one it lists
 * them. Status 0: it came through, since the system is kind; 1: it did not, as
 * under unkind.c. Each does, up to 100 times, what a careless program does
 * once.
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

enum { TRIES = 100, FORTY_DAYS = 40 * 86400 };

static char bytes[10000];

/* What only prepares a rule is made again, as it should be. */
#define SURELY(call)                                                           \
    do                                                                         \
        errno = 0;                                                             \
    while ((call) == -1 && (errno == EINTR || errno == ECONNABORTED))

static int pipe_ends[2];
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

/* "if" instead of "while". */
static bool wait_once(const struct timespec *until)
{
    pthread_t thread;
    int error = 0;

    ready = false;
    (void)pthread_mutex_lock(&mutex);
    (void)pthread_create(&thread, NULL, make_ready, NULL);
    if (!ready && until)
        error = pthread_cond_timedwait(&changed, &mutex, until);
    else if (!ready)
        error = pthread_cond_wait(&changed, &mutex);
    bool is_ready = ready;
    (void)pthread_mutex_unlock(&mutex);
    (void)pthread_join(thread, NULL);
    return error == 0 && is_ready;
}

static bool cond_wait(void)
{
    return wait_once(NULL);
}

static bool cond_timedwait(void)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    return wait_once(&until);
}

static bool cond_timedwait_long(void)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += FORTY_DAYS;
    (void)pthread_mutex_lock(&mutex);
    ready = false;
    pthread_t thread;
    (void)pthread_create(&thread, NULL, make_ready, NULL);
    int error = 0;
    while (!ready && error == 0)
        error = pthread_cond_timedwait(&changed, &mutex, &until);
    (void)pthread_mutex_unlock(&mutex);
    (void)pthread_join(thread, NULL);
    return error == 0;
}

static bool read_once(void)
{
    SURELY(write(pipe_ends[1], bytes, 100));
    ssize_t got;
    SURELY(got = read(pipe_ends[0], bytes, 100));
    for (ssize_t rest = 100 - got, more; rest > 0; rest -= more) {
        SURELY(more = read(pipe_ends[0], bytes, (size_t)rest));
        more = more < 0 ? rest : more;
    }
    return got == 100;
}

static bool read_interrupted(void)
{
    SURELY(write(pipe_ends[1], "!", 1));
    return read(pipe_ends[0], bytes, 1) == 1;
}

static bool write_interrupted(void)
{
    return write(pipe_ends[1], "!", 1) == 1;
}

/* A file that has no name any more. */
static int temporary_file(void)
{
    char path[] = "careless-XXXXXX";
    int file;

    SURELY(file = mkstemp(path));
    (void)unlink(path);
    return file;
}

static bool write_once(void)
{
    int file = temporary_file();
    ssize_t wrote;

    SURELY(wrote = write(file, bytes, 1000));
    (void)close(file);
    return wrote == 1000;
}

/* It is made again after EINTR, but not all of it was still to be written. */
static bool dprintf_again(void)
{
    int file = temporary_file(), wrote;
    struct stat about;

    SURELY(wrote = dprintf(file, "%1000s", ""));
    (void)fstat(file, &about);
    (void)close(file);
    return wrote == 1000 && about.st_size == 1000;
}

static bool pread_once(void)
{
    int file = temporary_file();
    ssize_t got;

    (void)posix_fallocate(file, 0, 1000);
    SURELY(ftruncate(file, 1000));
    SURELY(got = pread(file, bytes, 1000, 0));
    (void)close(file);
    return got == 1000;
}

static bool send_once(void)
{
    int ends[2];
    ssize_t sent;

    (void)socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    SURELY(sent = send(ends[0], bytes, 1000, 0));
    (void)close(ends[0]);
    (void)close(ends[1]);
    return sent == 1000;
}

static bool recv_once(void)
{
    int ends[2];
    ssize_t got = 0, sent;

    (void)socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    for (size_t all = 0; all < 1000; all += (size_t)sent)
        SURELY(sent = send(ends[0], bytes, 1000 - all, 0));
    SURELY(got = recv(ends[1], bytes, 1000, 0));
    (void)close(ends[0]);
    (void)close(ends[1]);
    return got == 1000;
}

static bool sleep_once(void)
{
    return nanosleep(&(struct timespec){0, 1000}, NULL) == 0;
}

static bool sem_wait_once(void)
{
    char name[32];
    sem_t *semaphore = SEM_FAILED;

    (void)snprintf(name, sizeof name, "/careless-%ld", (long)getpid());
    while (semaphore == SEM_FAILED)
        semaphore = sem_open(name, O_CREAT, 0600, 1);
    (void)sem_unlink(name);
    bool waited = sem_wait(semaphore) == 0;
    (void)sem_close(semaphore);
    return waited;
}

static bool poll_once(void)
{
    return poll(NULL, 0, 0) == 0;
}

static bool select_once(void)
{
    return select(0, NULL, NULL, NULL, &(struct timeval){0, 0}) == 0;
}

/* Something can be read, so no time passes. */
static bool select_long(void)
{
    fd_set inputs;
    int found;

    if (ready == false)
        SURELY(write(pipe_ends[1], "!", 1));
    ready = true;
    FD_ZERO(&inputs);
    FD_SET(pipe_ends[0], &inputs);
    SURELY(found = pselect(pipe_ends[0] + 1, &inputs, NULL, NULL,
               &(struct timespec){FORTY_DAYS, 0}, NULL));
    return found == 1;
}

static bool close_once(void)
{
    return close(dup(0)) == 0;
}

static bool open_once(void)
{
    int file = open("/dev/null", O_RDONLY);
    (void)close(file);
    return file != -1;
}

static bool fchmod_once(void)
{
    int file = temporary_file();
    int result = fchmod(file, 0600);

    (void)close(file);
    return result == 0;
}

static bool ftruncate_once(void)
{
    int file = temporary_file();
    int result = ftruncate(file, 10);

    (void)close(file);
    return result == 0;
}

static bool lock_once(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int file = temporary_file();
    int result = fcntl(file, F_SETLKW, &lock);

    (void)close(file);
    return result == 0;
}

/* Its parent has the lock. */
static bool lock_is_taken(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int file = temporary_file(), status;

    (void)fcntl(file, F_SETLK, &lock);
    pid_t pid = fork();
    if (pid == 0)
        _exit(fcntl(file, F_SETLK, &lock) == -1 && errno == EAGAIN ? 0 : 1);
    SURELY(waitpid(pid, &status, 0));
    (void)close(file);
    return status == 0;
}

#ifdef __GLIBC__ /* elsewhere the library cannot do that */
static bool getc_once(void)
{
    FILE *file = fopen("/dev/null", "r");
    bool is_end = getc(file) == EOF && feof(file);

    (void)fclose(file);
    return is_end;
}

static bool getline_once(void)
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

static int shm_object(const char *name)
{
    int file;

    SURELY(file = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600));
    (void)shm_unlink(name);
    return file;
}

static bool long_name(void)
{
    char name[64];

    (void)snprintf(name, sizeof name, "/careless-has-a-name-that-is-long-%ld",
        (long)getpid());
    int file = shm_object(name);
    (void)close(file);
    return file != -1;
}

static bool long_sem_name(void)
{
    char name[64];
    sem_t *semaphore;

    (void)snprintf(name, sizeof name, "/careless-has-a-name-that-is-long-%ld",
        (long)getpid());
    do
        semaphore = sem_open(name, O_CREAT, 0600, 1);
    while (semaphore == SEM_FAILED && errno == EINTR);
    (void)sem_unlink(name);
    return semaphore != SEM_FAILED;
}

static int own_object(void)
{
    char name[32];

    (void)snprintf(name, sizeof name, "/careless-%ld", (long)getpid());
    return shm_object(name);
}

static bool second_ftruncate(void)
{
    int file = own_object(), result;

    SURELY(ftruncate(file, 100));
    SURELY(result = ftruncate(file, 200));
    (void)close(file);
    return result == 0;
}

static bool size_of_memory(void)
{
    struct stat about = {0};
    int file = own_object();

    SURELY(ftruncate(file, 100));
    (void)fstat(file, &about);
    (void)close(file);
    return about.st_size == 100;
}

static bool write_to_memory(void)
{
    int file = own_object();
    ssize_t wrote;

    SURELY(wrote = write(file, "!", 1));
    (void)close(file);
    return wrote == 1;
}

static bool robust_mutex(void)
{
    pthread_mutexattr_t attributes;

    (void)pthread_mutexattr_init(&attributes);
    return pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0;
}

static bool bound_to_parent(void)
{
    return prctl(PR_SET_PDEATHSIG, 0) == 0;
}

static bool unnamed_semaphore(void)
{
    sem_t semaphore;

    return sem_init(&semaphore, 0, 1) == 0;
}

static bool posix_queue(void)
{
    char name[32];

    (void)snprintf(name, sizeof name, "/careless-%ld", (long)getpid());
    mqd_t queue = mq_open(name, O_RDWR | O_CREAT, 0600, NULL);
    (void)mq_unlink(name);
    if (queue != (mqd_t)-1)
        (void)mq_close(queue);
    return queue != (mqd_t)-1;
}

static bool big_queue(void)
{
    static struct {
        long type;
        char text[100];
    } message = {.type = 1};
    int queue = msgget(IPC_PRIVATE, 0600), result = 0;

    for (int i = 0; i < 50 && result == 0; i++)
        SURELY(result = msgsnd(queue, &message, 100, IPC_NOWAIT));
    (void)msgctl(queue, IPC_RMID, NULL);
    return result == 0;
}

static bool msgsnd_once(void)
{
    static struct {
        long type;
        char text[1];
    } message = {.type = 1};
    int queue = msgget(IPC_PRIVATE, 0600);
    int result = msgsnd(queue, &message, 1, 0);

    if (result == 0)
        result = (int)msgrcv(queue, &message, 1, 0, 0) - 1;
    (void)msgctl(queue, IPC_RMID, NULL);
    return result == 0;
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

static bool connect_once(void)
{
    int listener = listening_socket(), client = socket(AF_INET, SOCK_STREAM, 0);
    int result = connect(client, (struct sockaddr *)&address, address_size);

    (void)close(client);
    (void)close(listener);
    return result == 0;
}

/* What ACCEPTED has to be like is in the two rules below. */
static bool is_accepted(bool *is_nonblocking)
{
    int listener = listening_socket(), client = socket(AF_INET, SOCK_STREAM, 0);

    (void)fcntl(listener, F_SETFL, O_NONBLOCK);
    (void)connect(client, (struct sockaddr *)&address, address_size);
    (void)poll(&(struct pollfd){.fd = listener, .events = POLLIN}, 1, 10000);
    int accepted = accept(listener, NULL, NULL);
    bool done = accepted != -1;
    while (accepted == -1 && (errno == EINTR || errno == ECONNABORTED))
        accepted = accept(listener, NULL, NULL);
    if (accepted != -1)
        *is_nonblocking = fcntl(accepted, F_GETFL) & O_NONBLOCK;
    (void)close(accepted);
    (void)close(client);
    (void)close(listener);
    return done;
}

static bool accept_once(void)
{
    bool is_nonblocking;

    return is_accepted(&is_nonblocking);
}

static bool accepted_blocks(void)
{
    bool is_nonblocking = false;

    (void)is_accepted(&is_nonblocking);
    return !is_nonblocking;
}

static pid_t start_child(void)
{
    pid_t pid = fork();

    if (pid == 0)
        for (;;)
            (void)pause();
    return pid;
}

static bool killed_status(void)
{
    siginfo_t info = {0};
    pid_t pid = start_child();

    (void)kill(pid, SIGKILL);
    SURELY(waitid(P_PID, (id_t)pid, &info, WEXITED));
    return info.si_status == SIGKILL;
}

static bool nobody_has_ended(void)
{
    siginfo_t info = {.si_pid = 1};
    pid_t pid = start_child();

    (void)waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG);
    (void)kill(pid, SIGKILL);
    SURELY(waitpid(pid, NULL, 0));
    return info.si_pid == 0;
}

static bool waitpid_once(void)
{
    pid_t pid = start_child();

    (void)kill(pid, SIGKILL);
    pid_t ended = waitpid(pid, NULL, 0);
    if (ended == -1)
        SURELY(waitpid(pid, NULL, 0));
    return ended == pid;
}

static bool poll_device(void)
{
    struct pollfd device = {.events = POLLIN};

    SURELY(device.fd = open("/dev/null", O_RDONLY));
    SURELY(poll(&device, 1, 0));
    (void)close(device.fd);
    return !(device.revents & POLLNVAL);
}

static bool fine_clock(void)
{
    struct timespec now;

    for (int i = 0; i < 1000; i++) {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_nsec % 1000 != 0)
            return true;
    }
    return false;
}

static bool many_files(void)
{
    int files[300], count = 0;

    while (count < 300 && (files[count] = dup(0)) != -1)
        count++;
    for (int i = 0; i < count; i++)
        (void)close(files[i]);
    return count == 300;
}

static bool wide_pipe(void)
{
    int ends[2];
    ssize_t wrote = 1, all = 0;

    (void)pipe(ends);
    (void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
    for (; wrote > 0; all += wrote > 0 ? wrote : 0)
        SURELY(wrote = write(ends[1], bytes, 512));
    (void)close(ends[0]);
    (void)close(ends[1]);
    return all >= 16384;
}

static void *use_stack(void *context)
{
    volatile char room[200 * 1024];

    for (size_t i = 0; i < sizeof room; i += 1024)
        room[i] = 1;
    return context;
}

/* A signal ends it (SIGSEGV) where the stack is small. */
static bool big_stack(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        pthread_t thread;
        (void)pthread_create(&thread, NULL, use_stack, NULL);
        (void)pthread_join(thread, NULL);
        _exit(0);
    }
    SURELY(waitpid(pid, &status, 0));
    return status == 0;
}

static bool stack_of_any_size(void)
{
    pthread_attr_t attributes;

    (void)pthread_attr_init(&attributes);
    return pthread_attr_setstacksize(&attributes, 101 * 4096) == 0;
}

static bool reserve_space(void)
{
    int file = temporary_file();
    int error = posix_fallocate(file, 0, 10);

    (void)close(file);
    return error == 0;
}

#define RULE(name)                                                             \
    {                                                                          \
#name, name                                                            \
    }
static const struct {
    const char *name;
    bool (*is_kind)(void);
} rules[] = {RULE(cond_wait), RULE(cond_timedwait), RULE(cond_timedwait_long),
    RULE(read_once), RULE(read_interrupted), RULE(write_interrupted),
    RULE(write_once), RULE(dprintf_again), RULE(pread_once), RULE(send_once),
    RULE(recv_once), RULE(sleep_once), RULE(sem_wait_once), RULE(poll_once),
    RULE(select_once), RULE(select_long), RULE(close_once), RULE(open_once),
    RULE(fchmod_once), RULE(ftruncate_once), RULE(lock_once),
    RULE(lock_is_taken),
#ifdef __GLIBC__
    RULE(getc_once), RULE(getline_once),
#endif
    RULE(long_name), RULE(long_sem_name), RULE(second_ftruncate),
    RULE(size_of_memory), RULE(write_to_memory), RULE(robust_mutex),
    RULE(unnamed_semaphore), RULE(bound_to_parent), RULE(posix_queue),
    RULE(big_queue), RULE(msgsnd_once), RULE(connect_once), RULE(accept_once),
    RULE(accepted_blocks), RULE(killed_status), RULE(nobody_has_ended),
    RULE(waitpid_once), RULE(poll_device), RULE(fine_clock), RULE(many_files),
    RULE(wide_pipe), RULE(big_stack), RULE(stack_of_any_size),
    RULE(reserve_space)};
enum { RULES = sizeof rules / sizeof *rules };

int main(int argc, char **argv)
{
    if (argc < 2) {
        for (int i = 0; i < RULES; i++)
            (void)printf("%s\n", rules[i].name);
        return 0;
    }
    (void)pipe(pipe_ends);
    for (int i = 0; i < RULES; i++)
        if (strcmp(rules[i].name, argv[1]) == 0) {
            for (int try = 0; try < TRIES; try++)
                if (!rules[i].is_kind())
                    return 1;
            return 0;
        }
    return 2;
}
