/* count.c - a child sends three signals, and its parent counts all of them
 * Run: cc -Wall -Wextra -pthread count.c -o count && ./count
 * Prints: The parent counted 3. */
#include <sys/wait.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static sigset_t only_usr1;

static void wait_for_signal(void)
{
    int number;
    errno = sigwait(&only_usr1, &number); /* it returns its error */
    if (errno != 0)
        err(3, "sigwait");
}

static void send_signal(pid_t id)
{
    if (kill(id, SIGUSR1) == -1)
        err(3, "kill");
}

int main(void)
{
    int count = 0;

    if (sigemptyset(&only_usr1) == -1 || sigaddset(&only_usr1, SIGUSR1) == -1)
        err(3, "sigaddset");
    /* before fork: the child inherits it, and no signal can come too early */
    if (sigprocmask(SIG_BLOCK, &only_usr1, NULL) == -1)
        err(3, "sigprocmask");
    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child == 0) {
        for (int i = 0; i < 3; i++) {
            send_signal(getppid());
            wait_for_signal(); /* the answer: the parent has counted it */
        }
        return 0;
    }
    for (int i = 0; i < 3; i++) {
        wait_for_signal();
        count++;
        send_signal(child);
    }
    if (waitpid(child, NULL, 0) == -1)
        err(3, "waitpid");
    printf("The parent counted %d.\n", count);
    return 0;
}
