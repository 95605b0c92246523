/* SPDX-License-Identifier: MIT */
/* trace_file - reads what --trace has written, and holds it to the rules of the
 * format and of those who show it
 */
#pragma once

#include <stdint.h>

/* Times are in nanoseconds, and as in the file. */
struct trace_event {
    char phase; /* X slice, i note, s and f ends of an arrow, C counter */
    int lane;   /* -1: of none, as counters are */
    int64_t time, length; /* length: X */
    /* X s f: "state", "message"; i: "violation" or NULL */
    const char *name, *kind;
    const char *state; /* of a state: "running", "waiting", "inside" */
    const char *call,
        *where; /* X i: "sem_wait", "demos/demo_NAME.c:33"; or NULL */
    long id;    /* s f */
    long value; /* C */
};

struct trace {
    struct trace_event *events; /* without metadata, in the file's order */
    long count;
    int lanes;
    const char **names; /* of the lanes; NULL for one without events */

    /* what the title says */
    const char *process, *program, *mode, *verdict, *sentence;
    long seed, dropped;
};

/* Reads the file at PATH and fails the test unless it is right:
 *   - JSON as trace.c writes it: the title, by which the process is called,
 * then one event a line, in the order of time, with the fields that its phase
 *     wants;
 *   - each lane with an event has its name, once;
 *   - the states of a lane lie apart: none touches the next one;
 *   - each arrow has a beginning and an end, not before it, both at slices of
 *     its message, which have no length;
 *   - the counter "in flight" counts the arrows, "inside" the slices of that
 *     state at any time, and "limit" is always the same;
 *   - a violation goes through all lanes and has the sign, and there is none in
 *     a run whose guarantee held.
 */
struct trace trace_load(const char *path);
void trace_free(struct trace *trace);

/* How many violations are marked. */
int trace_violations(const struct trace *trace);

/* The largest value of the counter NAME; -1 if there is none. */
long trace_most_counted(const struct trace *trace, const char *name);
