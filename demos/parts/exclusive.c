/* SPDX-License-Identifier: MIT */
#include "demos/parts/exclusive.h"
#include "common/demo.h"
#include "common/views/view_files.h"
#include "common/views/views.h"
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int exclusive_file = -1; /* the latest of open_exclusive() */

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
        usage_error("standard input is the same file as %s; choose another one",
            output);
}

int open_exclusive(const char *path, int flags)
{
    struct flock lock = {.l_type = F_WRLCK,
        .l_whence = SEEK_SET,
        .l_start = RUN_LOCK_BYTE,
        .l_len = 1};
    struct stat about;

    flags |= O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int file = AGAIN(open(path, flags | O_EXCL, 0644));
    bool is_new = file != -1;
    if (!is_new && errno == EEXIST)
        file = AGAIN(open(path, flags, 0644));
    if (file == -1) {
        const char *advice = advice_on("open", errno);
        die("open %s: %s%s", escaped(path),
            errno == ELOOP ? "a symbolic link, which is not followed"
                           : strerror(errno),
            *advice ? advice : "; choose another with --file");
    }
    CHECK(fstat(file, &about));
    if (!S_ISREG(about.st_mode))
        die("%s is not a regular file; choose another with --file",
            escaped(path));
    const char *output = output_to(file);
    if (output && is_new)
        (void)unlink(path);
    if (output)
        usage_error("%s is the same file as %s; choose another with --file",
            escaped(path), output);
    for (; fcntl(file, F_SETLK, &lock) == -1; lock.l_type = F_WRLCK) {
        if (errno != EACCES && errno != EAGAIN)
            die("cannot lock %s: %s%s", escaped(path), strerror(errno),
                *advice_on("fcntl", errno)
                    ? "; its file system may have no locks, so choose a --file "
                      "on a local disk"
                    : "");
        CHECK(fcntl(file, F_GETLK, &lock));
        char owner[32] = "";
        if (lock.l_pid >
            0) /* not of another container: that has process ids of its own */
            (void)snprintf(
                owner, sizeof owner, ", process %ld", (long)lock.l_pid);
        if (lock.l_type != F_UNLCK) /* else it has just been given back */
            die("%s is in use by another run%s; wait for it, or choose another "
                "--file",
                escaped(path), owner);
    }
    exclusive_file = file;
    return file;
}

struct inside *inside_file;
static _Thread_local bool is_inside; /* this actor */

void go_inside(void)
{
    if (!is_inside)
        count_in(inside_file);
    is_inside = true;
}

void write_text(int file, const char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (file != exclusive_file && !is_same_file(file, exclusive_file))
        die("the file was replaced during the run; nothing was written into "
            "the "
            "other one");
    go_inside();
    record_note("writes \"%s\"", text);
    write_all(file, text, strlen(text));
    if (strchr(text, '\n')) {
        count_out(inside_file);
        is_inside = false;
    }
}
