/* SPDX-License-Identifier: MIT */
/* check - every call that can fail is checked where it stands */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>

/* Makes a call that returns -1 and sets errno when it fails, and yields its value. If it failed,
 * the run ends with a message that names call, reason, and place (die_call). What a signal handler
 * interrupted is made again, but not close(): its descriptor is closed, or another file's now.
 * CHECK_NOT is for calls with another failure value: CHECK_NOT(MAP_FAILED, mmap(...)). */
#define CHECK(call)              CHECK_CALL(-1, call, #call)
#define CHECK_NOT(failure, call) CHECK_CALL(failure, call, #call)

/* For a call whose failure is not the program's: yields its value, -1 when it failed, but not
 * because a signal handler interrupted it. */
#define AGAIN(call) MAKE_CALL(call, #call, made_ == -1 && errno == EINTR)

#define MAKE_CALL(call, name, is_to_be_repeated)                                                   \
    __extension__({                                                                                \
        static const struct call_place place_ = {name, __FILE__, __LINE__};                        \
        __typeof__(call) made_;                                                                    \
        for (const struct call_watcher *told_ = call_watcher; told_; told_ = told_->next)          \
            told_->begins(&place_);                                                                \
        do                                                                                         \
            made_ = (call);                                                                        \
        while (is_to_be_repeated);                                                                 \
        for (const struct call_watcher *told_ = call_watcher; told_; told_ = told_->next)          \
            told_->ends(&place_);                                                                  \
        made_;                                                                                     \
    })

#define IS_CLOSE(name) (strncmp(name, "close(", 6) == 0)
#define CHECK_CALL(failure, call, name)                                                            \
    __extension__({                                                                                \
        __typeof__(call) value_ =                                                                  \
            MAKE_CALL(call, name, made_ == (failure) && is_worth_repeating(name, errno));          \
        if (value_ == (failure) && !(errno == EINTR && IS_CLOSE(name)))                            \
            die_call(name, errno, __FILE__, __LINE__);                                             \
        value_;                                                                                    \
    })

/* The same for calls that return an error number, or 0, as all pthread_...() do. */
#define CHECK_PTHREAD(call)                                                                        \
    __extension__({                                                                                \
        int error_ = MAKE_CALL(call, #call, false);                                                \
        if (error_ != 0)                                                                           \
            die_call(#call, error_, __FILE__, __LINE__);                                           \
    })

/* Returns whether a CALL that failed with ERROR may succeed when it is made again: a signal handler
 * interrupted it, or the client that accept() would have returned has gone before its turn. Calls
 * ON_INTERRUPT before such a call is made again, unless that is NULL. */
bool is_worth_repeating(const char *call, int error);
extern void (*on_interrupt)(void);

/* Where such a call stands, and its text: "sem_wait(slots)". */
struct call_place {
    const char *call, *file;
    int line;
};

/* Are told of each such call before it is made and after it has returned; NULL: one comparison. */
extern const struct call_watcher {
    void (*begins)(const struct call_place *place), (*ends)(const struct call_place *place);
    const struct call_watcher *next;
} * call_watcher;

/* The exit statuses, the same for all demos; 1 is demo_signal's alone. */
enum { EXIT_HELD = 0, EXIT_KILLED = 1, EXIT_USAGE = 2, EXIT_TROUBLE = 3, EXIT_VIOLATED = 4 };

/* Writes all SIZE bytes, or returns false, with errno. Waits where DESCRIPTOR is non-blocking. */
bool write_whole(int descriptor, const void *bytes, size_t size);

/* Writes "NAME: TEXT" to standard error, one line in one write(2), cut off beyond 1 KB. Keeps
 * errno. From any thread or process, not from signal handlers. */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern const char *program_name; /* NAME */

/* From any thread, of several only the first: warns, and ends the process with status 3, or 2 for
 * wrong usage; the run's first one also ends all others, and removes what is left (atexit(3p)). */
#define die(...)         (begin_exit(), warn(__VA_ARGS__), exit(EXIT_TROUBLE))
#define usage_error(...) (begin_exit(), warn(__VA_ARGS__), exit(EXIT_USAGE))
void begin_exit(void);

/* Dies of a failed CALL: names it, the reason, what to do about it, and the place. */
noreturn void die_call(const char *call, int error, const char *file, int line);

/* Returns what to do about ERROR of CALL, "; raise ...", or "". A program with advice sets it. */
extern const char *(*advice_on)(const char *call, int error);
