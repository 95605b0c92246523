/* SPDX-License-Identifier: MIT */
/* plain_mutex - listing 1 at its plainest: what demo_mutex is measured by */
#include <pthread.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_message(int number, pthread_mutex_t *mutex)
{
    char line[64];
    int length = snprintf(line, sizeof line, "%d mu: writing to shared resource!\n", number);

    pthread_mutex_lock(mutex);
    int file = open("mutexfile.txt", O_WRONLY | O_CREAT | O_APPEND, 0644);
    write(file, line, (size_t)length);
    close(file);
    pthread_mutex_unlock(mutex);
}

int main(void)
{
    pthread_mutex_t *mutex =
        mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(mutex, &attributes);
    for (int i = 0; i < 10; i++)
        if (fork() == 0) {
            write_message(i, mutex);
            _exit(0);
        }
    while (wait(NULL) > 0)
        continue;
    return 0;
}
