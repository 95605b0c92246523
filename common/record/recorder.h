/* SPDX-License-Identifier: MIT */
/* recorder - what the actors of a run do, and when: every view is drawn from it
 *
 * An actor, thread or process, has a lane. In its text stands one line for each thing that happens,
 * as record_state(WAITING, "waiting for a slot"). Leaving and sending are recorded before their
 * call, entering and receiving after it: so the recorded order is one that the run really had.
 * When no view is asked for, each line is one comparison. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum event_kind { STATE, NOTE, SENT, RECEIVED };
enum style { GONE, IDLE, RUNNING, WAITING, INSIDE }; /* rising */
enum { CAPACITY = 65536, MOST_ROLES = 16, ROLE_SIZE = 16, NAME_ROOM = 32, TEXT_SIZE = 44 };
enum { CUT_OFF = TEXT_SIZE + 1 }; /* in place of the length of a longer text */
enum { NO_LANE = 0xffff, OWN_LANE = -1, EACH = -1 /* for a number: all of that role */ };

struct event {
    int64_t time; /* clock_now() */
    uint16_t lane, other;
    uint8_t kind, style, length;
    bool each;            /* SENT: to all lanes of the other's role */
    atomic_uint ready;    /* 0 until all of it is there: for ever, if its actor was killed */
    char text[TEXT_SIZE]; /* LENGTH bytes */
};

/* In memory that all actors share; the lanes of a role follow one another. */
extern struct recorder {
    struct role {
        char name[ROLE_SIZE];
        int first;
        atomic_int count;
    } roles[MOST_ROLES];
    atomic_int role_count;
    atomic_ulong next; /* how many events there were; those beyond CAPACITY are dropped */
    struct event events[CAPACITY];
} * recorder; /* NULL: nothing is recorded */

/* Begins to record. Before the first actor is started; may end the run. */
void recorder_start(void);

/* Adds COUNT lanes for the actors "ROLE 0", "ROLE 1", ... in the order in which the views show
 * them. Only from the first thread, one role after the other; start_process() does it itself. */
void record_lanes(const char *role, int count);

/* From now on this thread (or process) is NUMBER of ROLE; the first one is "main" until then. */
void record_as(const char *role, int number);

/* The lane of NUMBER of ROLE (EACH: its last one), which may have just one; or NO_LANE. How many
 * lanes there are. How one is called: without a number if it is the only one of its role. */
int lane_of(const char *role, int number);
int lane_count(const struct recorder *from);
void lane_name(const struct recorder *from, int lane, char name[NAME_ROOM]);

/* From any thread or process, in any order; never fails, never waits. The text is a printf(3p)
 * format, of whose result TEXT_SIZE bytes are kept. */
#define RECORD(...) (recorder ? record_event(__VA_ARGS__) : (void)0)
#define record_state(style, ...)                                                                   \
    RECORD(OWN_LANE, STATE, style, NULL, 0, __VA_ARGS__) /* now ...                                \
                                                          */
#define record_note(...) RECORD(OWN_LANE, NOTE, IDLE, NULL, 0, __VA_ARGS__)
/* A message to or from NUMBER of ROLE, told from others by its text. */
#define record_sent(role, number, ...) RECORD(OWN_LANE, SENT, IDLE, role, number, __VA_ARGS__)
#define record_received(role, number, ...)                                                         \
    RECORD(OWN_LANE, RECEIVED, IDLE, role, number, __VA_ARGS__)
/* For one that cannot tell it any more: the signal NAME reached it and ended it. */
#define record_killed(role, number, name)                                                          \
    (RECORD(lane_of(role, number), RECEIVED, IDLE, NULL, 0, "%s", name),                           \
        RECORD(lane_of(role, number), STATE, GONE, NULL, 0, "killed"))
void record_event(int lane, enum event_kind kind, enum style style, const char *role, int number,
    const char *text, ...) __attribute__((format(printf, 6, 7)));
