/* SPDX-License-Identifier: MIT */
#include "common/files.h"
#include "common/check.h"
#include "common/names.h"
#include "common/text.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int open_for_run(const char *path, int flags)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = RUN_LOCK, .l_len = 1};
    struct stat about;
    int file;

    flags |= O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    while ((file = open(path, flags, 0644)) == -1 && errno == EINTR)
        continue;
    if (file == -1) {
        const char *advice = advice_on("open", errno);
        fail("open %s: %s%s", escaped(path),
            errno == ELOOP ? "a symbolic link, which is not followed" : strerror(errno),
            *advice ? advice : "; choose another with --file");
    }
    CHECK(fstat(file, &about));
    if (!S_ISREG(about.st_mode))
        fail("%s is not a regular file; choose another with --file", escaped(path));
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

bool replace_file(const char *path, const char *bytes, size_t size)
{
    const char *slash = strrchr(path, '/');
    char name[5000];
    mode_t mask = umask(0);

    (void)umask(mask);
    sigset_t before = hold_signals(); /* the name lives for a moment */
    int descriptor, folder = slash ? (int)(slash - path) + 1 : 0;
    do
        (void)snprintf(name, sizeof name, "%.*s.new-XXXXXX", folder, path);
    while ((descriptor = mkstemp(name)) == -1 && errno == EINTR);
    bool done = descriptor != -1 && fchmod(descriptor, 0666 & ~mask) == 0;
    for (ssize_t more; done && size > 0; bytes += more, size -= (size_t)more) {
        more = write(descriptor, bytes, size);
        done = more >= 0 || errno == EINTR;
        more = more > 0 ? more : 0;
    }
    done = done && close(descriptor) == 0 && (!bytes || rename(name, path) == 0);
    int error = errno;
    if (descriptor != -1 && (!done || !bytes) && unlink(name) == -1)
        (void)unlink(name); /* the second try */
    release_signals(before);
    errno = error;
    return done;
}
