/* journal.c - three processes append a line to one file, in two pieces each
 * Run: cc -Wall -Wextra -pthread journal.c -o journal && ./journal
 * Prints: child 1 was here (and 2 and 3, in any order) */
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void append(int file, int child)
{
    if (lseek(file, 0, SEEK_SET) == -1) /* lockf locks from here to the end */
        err(3, "lseek");
    if (lockf(file, F_LOCK, 0) == -1)
        err(3, "lockf");
    if (lseek(file, 0, SEEK_END) == -1)
        err(3, "lseek");
    if (dprintf(file, "child %d ", child) < 0)
        err(3, "dprintf");
    if (dprintf(file, "was here\n") < 0)
        err(3, "dprintf");
    /* no F_ULOCK: the lock ends with this process */
}

int main(void)
{
    char text[256];
    int fresh = open("journal.tmp", O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fresh == -1)
        err(3, "open");
    for (int i = 1; i <= 3; i++) {
        pid_t child = fork();
        if (child == -1)
            err(3, "fork");
        if (child == 0) {
            int file = open("journal.tmp", O_RDWR); /* has its own offset */
            if (file == -1)
                err(3, "open");
            append(file, i);
            return 0;
        }
    }
    for (int i = 1; i <= 3; i++)
        if (wait(NULL) == -1)
            err(3, "wait");
    if (unlink("journal.tmp") == -1)
        err(3, "unlink");
    ssize_t length = pread(fresh, text, sizeof text, 0);
    if (length == -1)
        err(3, "pread");
    printf("%.*s", (int)length, text);
    return 0;
}
