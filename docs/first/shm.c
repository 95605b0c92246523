/* shm.c - a child writes into shared memory, and its parent reads it there
 * Run: cc -Wall -Wextra -pthread shm.c -o shm && ./shm
 * Prints: own: 0, shared: 7 */
#include <sys/mman.h>
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    const int access = PROT_READ | PROT_WRITE;
    int own = 0;

    int file = shm_open("/first_shm", O_CREAT | O_EXCL | O_RDWR, 0600);
    if (file == -1)
        err(3, "shm_open");
    if (shm_unlink("/first_shm") == -1)
        err(3, "shm_unlink");
    if (ftruncate(file, sizeof(int)) == -1) /* it begins with no bytes at all */
        err(3, "ftruncate");
    int *shared = mmap(NULL, sizeof(int), access, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED)
        err(3, "mmap");
    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child == 0) {
        own = 7; /* the child's copy */
        *shared = 7;
        return own;
    }
    if (waitpid(child, NULL, 0) == -1) /* until the child has written */
        err(3, "waitpid");
    printf("own: %d, shared: %d\n", own, *shared);
    return 0;
}
