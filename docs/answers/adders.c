/* adders.c - two processes add 1 to a shared number, 10000 times each
 * Run: cc -Wall -Wextra -pthread adders.c -o adders && ./adders
 * Prints: The shared number is 20000. */
#include <sys/mman.h>
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static int *share_number(void)
{
    int file = shm_open("/answer_adders", O_CREAT | O_EXCL | O_RDWR, 0600);
    if (file == -1)
        err(3, "shm_open");
    if (shm_unlink("/answer_adders") == -1)
        err(3, "shm_unlink");
    if (ftruncate(file, sizeof(int)) == -1)
        err(3, "ftruncate");
    int *shared =
        mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED)
        err(3, "mmap");
    return shared;
}

static sem_t *create_semaphore(void)
{
    sem_t *free_slot = sem_open("/answer_slot", O_CREAT | O_EXCL, 0600, 1);
    if (free_slot == SEM_FAILED)
        err(3, "sem_open");
    if (sem_unlink("/answer_slot") == -1)
        err(3, "sem_unlink");
    return free_slot;
}

int main(void)
{
    int *shared = share_number();
    sem_t *free_slot = create_semaphore();

    pid_t child = fork(); /* now both have the number and the semaphore */
    if (child == -1)
        err(3, "fork");
    for (int i = 0; i < 10000; i++) {
        if (sem_wait(free_slot) == -1)
            err(3, "sem_wait");
        int seen = *shared;
        sched_yield(); /* the other process may run here: this lets it */
        *shared = seen + 1;
        if (sem_post(free_slot) == -1)
            err(3, "sem_post");
    }
    if (child == 0)
        return 0;
    if (waitpid(child, NULL, 0) == -1)
        err(3, "waitpid");
    printf("The shared number is %d.\n", *shared);
    return 0;
}
