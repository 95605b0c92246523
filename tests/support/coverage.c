/* SPDX-License-Identifier: MIT */
/* coverage - has a process write its counts where gcov would lose them
 *
 * gcov writes them in exit(3). tests/coverage.sh links this into each program, with the linker's
 * --wrap: so _exit() writes them too, and so does a process that kill() is about to end by SIGKILL.
 * What ends by another signal, or is killed from outside, or by the system when its parent dies, is
 * lost. */
#include <signal.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <sys/resource.h>
#include <time.h>

void __gcov_dump(void);
void __gcov_reset(void);
noreturn void __real__exit(int status);
int __real_kill(pid_t pid, int number);
noreturn void __wrap__exit(int status);
int __wrap_kill(pid_t pid, int number);

/* The next time only what came after this is written. */
static void write_counts(int number)
{
    (void)number;
    __gcov_dump();
    __gcov_reset();
}

/* Before main(). A signal that no demo uses asks for the counts. A process that may write little
 * would only write a part of them, and spoil those of others. */
static __attribute__((constructor)) void begin(void)
{
    struct sigaction action = {.sa_handler = write_counts, .sa_flags = SA_RESTART};
    struct rlimit limit;

    (void)sigaction(SIGUSR2, &action, NULL);
    (void)getrlimit(RLIMIT_FSIZE, &limit);
    if (limit.rlim_cur != RLIM_INFINITY) {
        (void)setenv("GCOV_PREFIX", "/dev/null", 1);
        (void)setenv("GCOV_ERROR_FILE", "/dev/null", 1);
    }
}

noreturn void __wrap__exit(int status)
{
    __gcov_dump();
    __real__exit(status);
}

int __wrap_kill(pid_t pid, int number)
{
    const struct timespec while_it_writes = {0, 50000000};

    if (number == SIGKILL && __real_kill(pid, SIGUSR2) == 0)
        (void)nanosleep(&while_it_writes, NULL);
    return __real_kill(pid, number);
}
