/* fork.c - one process becomes two, and each has its own copy of a variable
 * Run: cc -Wall -Wextra -pthread fork.c -o fork && ./fork
 * Prints: The child has 6.
 *         The parent has 5; the child ended with status 7. */
#include <sys/wait.h>
#include <err.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    int number = 5;
    int status = 0;

    /* returns twice: 0 in the child, the child's id in the parent */
    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child == 0) {
        number = number + 1;
        printf("The child has %d.\n", number);
        return 7;
    }
    if (waitpid(child, &status, 0) == -1) /* sleeps until the child has ended */
        err(3, "waitpid");
    printf("The parent has %d; the child ended with status %d.\n", number,
        WEXITSTATUS(status));
    return 0;
}
