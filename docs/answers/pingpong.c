/* pingpong.c - two processes print in turn, by two semaphores
 * Run: cc -Wall -Wextra -pthread pingpong.c -o pingpong && ./pingpong
 * Prints: ping, pong, ping, pong, and so on: ten lines of each */
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static sem_t *create(const char *name, unsigned value)
{
    sem_t *semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, value);
    if (semaphore == SEM_FAILED)
        err(3, "sem_open");
    if (sem_unlink(name) == -1)
        err(3, "sem_unlink");
    return semaphore;
}

static void play(const char *word, sem_t *mine, sem_t *yours)
{
    for (int i = 0; i < 10; i++) {
        if (sem_wait(mine) == -1)
            err(3, "sem_wait");
        printf("%s\n", word);
        if (sem_post(yours) == -1) /* now it is the other's turn */
            err(3, "sem_post");
    }
}

int main(void)
{
    sem_t *ping = create("/answer_ping", 1); /* ping begins */
    sem_t *pong = create("/answer_pong", 0);

    setvbuf(stdout, NULL, _IOLBF, 0); /* each line goes out at once */
    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child == 0) {
        play("pong", pong, ping);
        return 0;
    }
    play("ping", ping, pong);
    if (waitpid(child, NULL, 0) == -1)
        err(3, "waitpid");
    return 0;
}
