/* signal.c - a child sends its parent a signal, and the parent's handler runs
 * Run: cc -Wall -Wextra -pthread signal.c -o signal && ./signal
 * Prints: The parent caught signal 15 and goes on. */
#include <sys/wait.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile sig_atomic_t caught; /* a type that a handler may write */

static void handler(int number)
{
    caught = number;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};

    if (sigemptyset(&action.sa_mask) == -1)
        err(3, "sigemptyset");
    if (sigaction(SIGTERM, &action, NULL) == -1)
        err(3, "sigaction");
    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child == 0) {
        if (kill(getppid(), SIGTERM) == -1)
            err(3, "kill");
        return 0;
    }
    if (waitpid(child, NULL, 0) == -1) /* the handler may interrupt it */
        err(3, "waitpid");
    printf("The parent caught signal %d and goes on.\n", (int)caught);
    return 0;
}
