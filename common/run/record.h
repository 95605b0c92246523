/* SPDX-License-Identifier: MIT */
/* record - what the actors of a run do, and when: every view is drawn from it
 *
 * An actor, thread or process, has a lane. The checking macros record by a call's name that an
 * actor waits in it, or wakes others by it (record.c has the names). Leaving and sending are
 * recorded before their call, entering and receiving after it: so the recorded order is one that
 * the run really had. When no view is asked for, each is one comparison. */
#pragma once

#include "common/base/check.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum event_kind { STATE, NOTE, SENT, RECEIVED, FLAW /* a note of what went wrong */ };
enum state { GONE, IDLE, RUNNING, WAITING, INSIDE }; /* rising */
enum { CAPACITY = 65536, MAX_ROLES = 16, TEXT_SIZE = 51 };
enum { CUT_OFF = TEXT_SIZE + 1 }; /* instead of the length of a longer text */
enum { NO_LANE = 0xffff, OWN_LANE = -1, ALL = -1 /* instead of an id: a message to all lanes */ };

/* A wait that was none is canceled, unless the live view has shown it already. */
enum { NOT_READY, READY, SHOWN, CANCELED };

struct event {
    int64_t time;                   /* clock_now() */
    const struct call_place *place; /* of the actor's latest call, which this may be; or NULL */
    uint16_t lane, other;
    uint8_t kind, state, length;
    bool to_all;          /* SENT, instead of to another lane */
    atomic_uint ready;    /* not READY until all of it is there: never, if its actor was killed */
    atomic_bool is_wrong; /* here the guarantee was violated */
    char text[TEXT_SIZE]; /* LENGTH bytes */
};

/* In memory that all actors share; the lanes of a role follow one another. */
extern struct recorder {
    struct role {
        const char *name; /* in all processes at the same place, as constants are */
        int first;
        atomic_int count;
    } roles[MAX_ROLES];
    atomic_int role_count, lane_count;
    atomic_int limit;   /* how many may be inside at once, where the demo tells (count_in); or 0 */
    atomic_int wakeups; /* how many there were */
    atomic_ulong next;  /* how many events there were; those beyond CAPACITY are dropped */
    struct event events[CAPACITY];
} * recorder; /* NULL: nothing is recorded */

/* From now on the recorder is told of all calls. Other watchers stay. */
void recorder_start(void);

/* Adds COUNT lanes for the actors "ROLE 0", "ROLE 1", ... in the order in which the views show
 * them. Only from the first thread, one role after the other; launch_actors() calls it itself. */
void record_lanes(const char *role, int count);

/* From now on this thread (or process) is ID of ROLE; the first one is "main" until then. */
void record_as(const char *role, int id);

/* Returns the lane of ID of ROLE, which may have just one lane; or NO_LANE. */
int lane_of(const char *role, int id);

/* These may be called from any thread or process, in any order; they never fail and never wait. The
 * text is a printf(3p) format, of whose result TEXT_SIZE bytes are kept. */
#define RECORD(...)              (recorder ? record_event(__VA_ARGS__) : (void)0)
#define record_state(state, ...) RECORD(OWN_LANE, STATE, state, NULL, 0, __VA_ARGS__)
#define record_note(...)         RECORD(OWN_LANE, NOTE, IDLE, NULL, 0, __VA_ARGS__)
/* A message to or from ID of ROLE, told from others by its text. */
#define record_sent(role, id, ...)     RECORD(OWN_LANE, SENT, IDLE, role, id, __VA_ARGS__)
#define record_received(role, id, ...) RECORD(OWN_LANE, RECEIVED, IDLE, role, id, __VA_ARGS__)
/* For another actor, ID of ROLE: it is in STATE now; the signal NAME reached it and ended it. */
#define record_state_of(role, id, state, ...)                                                      \
    RECORD(lane_of(role, id), STATE, state, NULL, 0, __VA_ARGS__)
#define record_killed(role, id, name)                                                              \
    do {                                                                                           \
        RECORD(lane_of(role, id), RECEIVED, IDLE, NULL, 0, "%s", name);                            \
        record_state_of(role, id, GONE, "killed");                                                 \
    } while (0)
/* The guarantee was violated here: adds a FLAW that says how, and marks as wrong what this actor
 * recorded before; or the latest state of another one, ID of ROLE. Every view shows both. Only for
 * what the verdict counts: a run whose guarantee held has none. */
#define record_wrong(...)              RECORD(OWN_LANE, FLAW, IDLE, NULL, 0, __VA_ARGS__)
#define record_wrong_of(role, id, ...) RECORD(lane_of(role, id), FLAW, IDLE, NULL, 0, __VA_ARGS__)
void record_event(int lane, enum event_kind kind, enum state state, const char *role, int id,
    const char *format, ...) __attribute__((format(printf, 6, 7)));
