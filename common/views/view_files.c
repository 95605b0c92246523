/* SPDX-License-Identifier: MIT */
#include "common/views/view_files.h"
#include "common/base/check.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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

static int open_file(const char *path, int flags)
{
    return AGAIN(open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags, 0666));
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
    output->file = open_file(output->path, 0);
    if (output->file == -1 && errno == ENOENT) {
        output->file = open_file(output->path, O_CREAT | O_EXCL);
        output->is_new = output->file != -1;
        if (output->file == -1 && errno == EEXIST)
            errno = ENOENT; /* a symbolic link that leads nowhere */
    }
    return output->file != -1;
}

void leave_output(struct output *output)
{
    if (!output->is_new)
        return; /* it stays open: the reader of a FIFO would take a close for the end */
    if (unlink(output->path) == -1)
        (void)unlink(output->path); /* the second try */
    (void)close(output->file);
    output->file = -1;
}

/* Returns false, with errno, if there is no room for SIZE bytes; then FILE is as before. */
static bool has_room(int file, off_t size, off_t old_size)
{
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
    int error = 0;

#if HAVE_POSIX_FALLOCATE
    error = posix_fallocate(file, 0, size);
#endif
    (void)getrlimit(RLIMIT_FSIZE, &limit);
    if (limit.rlim_cur < (rlim_t)size) /* of what is there already no system tells that */
        error = EFBIG;
    if (error != ENOSPC && error != EFBIG && error != EDQUOT) /* others: it cannot be asked */
        return true;
    (void)!ftruncate(file, old_size);
    errno = error;
    return false;
}

bool write_output(struct output *output, const char *bytes, size_t size)
{
    struct stat about;

    if (output->file != -1 && !leads_to(output->path, output->file)) {
        (void)close(output->file); /* removed or replaced during the run */
        output->file = -1;
    }
    if (output->file == -1)
        output->file = open_file(output->path, O_CREAT);
    if (output->file == -1 || fstat(output->file, &about) == -1)
        return false;
    bool is_file = S_ISREG(about.st_mode) && !output->is_standard;
    if (is_file && !has_room(output->file, (off_t)size, about.st_size)) {
        if (output->is_new)
            (void)unlink(output->path);
        return false;
    }
    return write_whole(output->file, bytes, size) &&
           (!is_file || AGAIN(ftruncate(output->file, (off_t)size)) == 0) &&
           (close(output->file) == 0 || errno == EINTR); /* see CHECK */
}
