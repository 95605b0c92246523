/* SPDX-License-Identifier: MIT */
/* shm - what the files of demo_shm share */
#pragma once

#include "demos/parts/about.h"
#include "demos/parts/unique_name.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

enum { MAX_NUMBERS = 64 };

extern struct settings {
    int values;
    double duration, update, show; /* seconds */
} settings;

/* What the writer publishes. Each number has the update that it is from: 1 is
 * the first. The evidence: in an intact snapshot all are from the same one.
 */
struct number {
    int value;
    long publication;
};
struct update {
    struct number numbers[MAX_NUMBERS];
};

/* Before the actors start. */
void turns_init(void);

/* The name of the memory, like that of a file; and the function that makes it.
 * If the run ends before main has unlinked it, the cleanup process does that,
 * however the run ends.
 */
extern char memory_name[NAME_SIZE];
void name_memory(void);

/* Has the system set aside all memory of OBJECT now. Otherwise
 * the writer is killed (SIGBUS) when it first touches memory that the system
 * has promised, but does not have.
 */
void reserve(int object);

/* Makes a mutex that works between processes. */
void init_shared_mutex(pthread_mutex_t *mutex);

/* Waits until the writer is halfway in its first update. */
void wait_for_writer(void);

/* Sleeps until the next turn of this process, which is one of the two; the
 * first one begins at once. Returns false when the time of the run is up.
 */
enum side { WRITER, READER };
bool next_turn(enum side side);

/* Returns what is there before the first update: 0, 1, 2, ... */
struct update first_numbers(void);

/* Before number INDEX of an update. In the middle of the first one the writer
 * pauses until the reader's first turn has begun, and a moment longer: then the
 * reader waits for the mutex, or with --broken has shown what it sees. With
 * --window it pauses in each update.
 */
void pause_halfway(int index);

/* Returns what the writer publishes next. For the views it is inside from its
 * first number to its last one.
 */
struct number next_number(void);

/* Prints a snapshot and counts it; a | stands where another update begins. */
void show(const struct update *snapshot);

/* Waits until the reader has the memory, too. */
void wait_for_reader(void);

/* Waits until the time is up, then until the actors have ended. */
void end_in_time(void);

/* The verdict; returns the exit status. */
int check_snapshots(void);
