/* SPDX-License-Identifier: MIT */
#include "common/files.h"
#include "common/check.h"
#include "common/text.h"
#include "common/transfer.h"
#include "common/views/views.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_again(const char *path, int flags, mode_t mode)
{
    int file;

    do
        file = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode);
    while (file == -1 && errno == EINTR);
    return file;
}

static bool is_same(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

bool is_same_file(int one, int other)
{
    struct stat about[2];

    return fstat(one, &about[0]) == 0 && fstat(other, &about[1]) == 0 &&
           S_ISREG(about[0].st_mode) && is_same(&about[0], &about[1]);
}

bool leads_to(const char *path, int file)
{
    struct stat about[2];

    return stat(path, &about[0]) == 0 && fstat(file, &about[1]) == 0 &&
           is_same(&about[0], &about[1]);
}

/* The output that goes to FILE, if that is a regular file; or NULL. */
static const char *output_to(int file)
{
    if (!is_same_file(file, file)) /* not regular */
        return NULL;
    if (is_same_file(file, STDOUT_FILENO))
        return "standard output";
    if (is_same_file(file, STDERR_FILENO))
        return "standard error";
    return view_to(file);
}

void check_input(void)
{
    const char *output = output_to(STDIN_FILENO);

    if (output)
        usage_error("standard input is the same file as %s; choose another one", output);
}

int open_for_run(const char *path, int flags)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = RUN_LOCK, .l_len = 1};
    struct stat about;

    flags |= O_RDWR | O_CREAT | O_NOFOLLOW;
    int file = open_again(path, flags | O_EXCL, 0644);
    bool is_new = file != -1;
    if (!is_new && errno == EEXIST)
        file = open_again(path, flags, 0644);
    if (file == -1) {
        const char *advice = advice_on("open", errno);
        fail("open %s: %s%s", escaped(path),
            errno == ELOOP ? "a symbolic link, which is not followed" : strerror(errno),
            *advice ? advice : "; choose another with --file");
    }
    CHECK(fstat(file, &about));
    if (!S_ISREG(about.st_mode))
        fail("%s is not a regular file; choose another with --file", escaped(path));
    const char *output = output_to(file);
    if (output && is_new)
        (void)unlink(path);
    if (output)
        usage_error("%s is the same file as %s; choose another with --file", escaped(path), output);
    for (; fcntl(file, F_SETLK, &lock) == -1; lock.l_type = F_WRLCK) {
        if (errno != EACCES && errno != EAGAIN)
            fail("cannot lock %s: %s%s", escaped(path), strerror(errno),
                *advice_on("fcntl", errno)
                    ? "; its file system may have no locks, so choose a --file on a local disk"
                    : "");
        CHECK(fcntl(file, F_GETLK, &lock));
        char owner[32] = "";
        if (lock.l_pid > 0) /* not of another container: that has process ids of its own */
            (void)snprintf(owner, sizeof owner, ", process %ld", (long)lock.l_pid);
        if (lock.l_type != F_UNLCK) /* else it has just been given back */
            fail("%s is in use by another run%s; wait for it, or choose another --file",
                escaped(path), owner);
    }
    return file;
}

ssize_t next_line(FILE *file, char **line, size_t *room)
{
    ssize_t size;

    do {
        clearerr(file);
        size = getline(line, room, file);
    } while (size == -1 && ferror(file) && errno == EINTR);
    if (size == -1 && ferror(file))
        fail_call("getline", errno, __FILE__, __LINE__);
    return size;
}

bool try_output(struct output *output)
{
    output->is_standard = false;
    output->is_new = false;
    for (int standard = STDOUT_FILENO; standard <= STDERR_FILENO; standard++)
        if (leads_to(output->path, standard) &&
            (fcntl(standard, F_GETFL) & O_ACCMODE) != O_RDONLY) {
            output->is_standard = true;
            output->file = dup(standard);
            return output->file != -1;
        }
    output->file = open_again(output->path, O_WRONLY, 0);
    if (output->file == -1 && errno == ENOENT) {
        output->file = open_again(output->path, O_WRONLY | O_CREAT | O_EXCL, 0666);
        output->is_new = output->file != -1;
        if (output->file == -1 && errno == EEXIST)
            errno = ENOENT; /* a symbolic link that leads nowhere */
    }
    return output->file != -1;
}

void leave_output(struct output *output)
{
    struct stat about;

    if (output->is_new && unlink(output->path) == -1)
        (void)unlink(output->path); /* the second try */
    if (output->is_standard || output->file == -1 ||
        (fstat(output->file, &about) == 0 && !S_ISREG(about.st_mode)))
        return; /* who reads a FIFO would take a close for the end */
    (void)close(output->file);
    output->file = -1;
}

bool write_output(struct output *output, const char *bytes, size_t size)
{
    struct stat about;

    if (output->file == -1)
        output->file = open_again(output->path, O_WRONLY | O_CREAT, 0666);
    if (output->file == -1 || fstat(output->file, &about) == -1)
        return false;
    if (S_ISREG(about.st_mode) && !output->is_standard)
        while (ftruncate(output->file, 0) == -1)
            if (errno != EINTR)
                return false;
    return write_whole(output->file, bytes, size) &&
           (close(output->file) == 0 || errno == EINTR); /* see CHECK_ONCE */
}
