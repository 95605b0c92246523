/* shout.c - a child sends each word back in capitals, through a second pipe
 * Run: cc -Wall -Wextra -pthread shout.c -o shout && ./shout
 * Prints: The parent read: HELLO */
#include <sys/wait.h>
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <unistd.h>

static void close_end(int end)
{
    if (close(end) == -1)
        err(3, "close");
}

static void child(int in, int out)
{
    char text[16];
    ssize_t length;

    while ((length = read(in, text, sizeof text)) > 0) {
        for (ssize_t i = 0; i < length; i++)
            text[i] = (char)toupper((unsigned char)text[i]);
        if (write(out, text, (size_t)length) == -1)
            err(3, "write");
    }
    if (length == -1)
        err(3, "read");
}

int main(void)
{
    int there[2], back[2]; /* [0] is the read end, [1] the write end */
    char text[16];
    ssize_t length;

    if (pipe(there) == -1 || pipe(back) == -1)
        err(3, "pipe");
    pid_t id = fork(); /* now both processes have all four ends */
    if (id == -1)
        err(3, "fork");
    if (id == 0) {
        close_end(there[1]);
        close_end(back[0]);
        child(there[0], back[1]);
        return 0;
    }
    close_end(there[0]);
    close_end(back[1]); /* otherwise the loop below never ends */
    if (write(there[1], "hello", 5) == -1)
        err(3, "write");
    close_end(there[1]); /* end-of-file for the child */
    while ((length = read(back[0], text, sizeof text)) > 0)
        printf("The parent read: %.*s\n", (int)length, text);
    if (length == -1)
        err(3, "read");
    if (waitpid(id, NULL, 0) == -1)
        err(3, "waitpid");
    return 0;
}
