/* file.c - two processes add 1 to a number in a file, 10000 times each
 * Run: cc -Wall -Wextra -pthread file.c -o file && ./file
 * Prints: The number in the file is 20000. */
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    int number = 0; /* stays 0 when the empty file is read */
    int file = open("first_file.tmp", O_CREAT | O_EXCL | O_RDWR, 0600);
    if (file == -1)
        err(3, "open");
    if (unlink("first_file.tmp") == -1)
        err(3, "unlink");
    pid_t child = fork(); /* now both processes have the file open */
    if (child == -1)
        err(3, "fork");
    for (int i = 0; i < 10000; i++) {
        if (lockf(file, F_LOCK, 0) == -1) /* waits while the other has it */
            err(3, "lockf");
        if (pread(file, &number, sizeof number, 0) == -1)
            err(3, "pread");
        number = number + 1;
        if (pwrite(file, &number, sizeof number, 0) == -1)
            err(3, "pwrite");
        if (lockf(file, F_ULOCK, 0) == -1)
            err(3, "lockf");
    }
    if (child == 0)
        return 0;
    if (waitpid(child, NULL, 0) == -1)
        err(3, "waitpid");
    if (pread(file, &number, sizeof number, 0) == -1)
        err(3, "pread");
    printf("The number in the file is %d.\n", number);
    return 0;
}
