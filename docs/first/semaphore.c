/* semaphore.c - two spaces, three cars: "Car 3 has parked." is printed last
 * Run: cc -Wall -Wextra -pthread semaphore.c -o semaphore && ./semaphore */
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static void park(sem_t *spaces, int car)
{
    if (sem_wait(spaces) == -1) /* waits while it is 0; then subtracts 1 */
        err(3, "sem_wait");
    printf("Car %d has parked.\n", car);
}

int main(void)
{
    sem_t *spaces = sem_open("/first_semaphore", O_CREAT | O_EXCL, 0600, 2);
    if (spaces == SEM_FAILED)
        err(3, "sem_open");
    if (sem_unlink("/first_semaphore") == -1)
        err(3, "sem_unlink");
    setvbuf(stdout, NULL, _IOLBF, 0); /* each line goes out at once */
    park(spaces, 1);
    park(spaces, 2);
    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child == 0) {
        printf("Car 1 leaves.\n");
        if (sem_post(spaces) == -1) /* adds 1: a space is free */
            err(3, "sem_post");
        return 0;
    }
    park(spaces, 3);
    if (waitpid(child, NULL, 0) == -1)
        err(3, "waitpid");
    return 0;
}
