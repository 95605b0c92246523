/* SPDX-License-Identifier: MIT */
/* check - every call that can fail is checked where it stands */
#pragma once

#include <errno.h>
#include <stdnoreturn.h>

/* For calls that set errno: yields the value of CALL, which is made again when a signal handler has
 * interrupted it (EINTR). FAILURE is what it yields then. */
#define AGAIN_NOT(failure, call)                                                                   \
    __extension__({                                                                                \
        __typeof__(call) again_;                                                                   \
        do                                                                                         \
            again_ = (call);                                                                       \
        while (again_ == (failure) && errno == EINTR);                                             \
        again_;                                                                                    \
    })
#define AGAIN(call) AGAIN_NOT(-1, call)

/* The same, and if it yields FAILURE, the run ends: see fail_call(). */
#define CHECK_NOT(failure, call)                                                                   \
    __extension__({                                                                                \
        __typeof__(call) checked_ = AGAIN_NOT(failure, call);                                      \
        if (checked_ == (failure))                                                                 \
            fail_call(#call, errno, __FILE__, __LINE__);                                           \
        checked_;                                                                                  \
    })
#define CHECK(call) CHECK_NOT(-1, call)

/* For close(3p), which is never called again: after EINTR the descriptor is closed, on Linux and on
 * macOS, and its number may be another file's already. */
#define CHECK_ONCE(call)                                                                           \
    ((call) == -1 && errno != EINTR ? fail_call(#call, errno, __FILE__, __LINE__) : (void)0)

/* For calls that return the error number themselves, as pthread_create(3). */
#define CHECK_RETURNED(call)                                                                       \
    for (int error_ = (call); error_ != 0; error_ = 0)                                             \
    fail_call(#call, error_, __FILE__, __LINE__)

/* The exit statuses, the same for all demos; 1 is demo_signal's alone. */
enum { HELD, KILLED_IN_TIME, WRONG_USAGE, COULD_NOT_RUN, VIOLATED };

/* Writes "NAME: TEXT" to standard error, one line in one write(2), cut off beyond 1 KB. Keeps
 * errno. From any thread or process, not from signal handlers. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reports, and ends the process with status 3; in the run's first process that also ends all others
 * and removes what they would leave (atexit(3p)). From any thread. */
#define fail(...) (report(__VA_ARGS__), end_process(COULD_NOT_RUN))
noreturn void end_process(int status);

/* The same for a failed CALL: names it, the reason, what to do about it, and the place. */
noreturn void fail_call(const char *call, int error, const char *file, int line);

/* What to do about ERROR of CALL, "; raise ...", or "" if that depends on what it was made for. */
const char *advice_on(const char *call, int error);

/* For wrong usage, before anything is started: status 2. */
#define usage_error(...) (report(__VA_ARGS__), end_process(WRONG_USAGE))
