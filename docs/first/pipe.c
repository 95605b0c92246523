/* pipe.c - a parent sends its child a word, and the child reads until the end
 * Run: cc -Wall -Wextra -pthread pipe.c -o pipe && ./pipe
 * Prints: The child read: hello
 *         The child saw end-of-file. */
#include <sys/wait.h>
#include <err.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    int ends[2]; /* [0] is the read end, [1] the write end */
    char text[16];
    ssize_t length;

    if (pipe(ends) == -1)
        err(3, "pipe");
    pid_t child = fork(); /* now both processes have both ends */
    if (child == -1)
        err(3, "fork");
    if (child == 0) {
        if (close(ends[1]) == -1) /* the child only reads */
            err(3, "close");
        while ((length = read(ends[0], text, sizeof text)) > 0)
            printf("The child read: %.*s\n", (int)length, text);
        if (length == -1)
            err(3, "read");
        printf("The child saw end-of-file.\n");
        return 0;
    }
    if (close(ends[0]) == -1) /* the parent only writes */
        err(3, "close");
    if (write(ends[1], "hello", 5) == -1)
        err(3, "write");
    if (close(ends[1]) == -1) /* that was all: end-of-file for the child */
        err(3, "close");
    if (waitpid(child, NULL, 0) == -1)
        err(3, "waitpid");
    return 0;
}
