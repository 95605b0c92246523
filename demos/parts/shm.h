/* SPDX-License-Identifier: MIT */
/* shm - what the files of demo_shm share */
#pragma once

#include "demos/parts/about.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

enum { MAX_NUMBERS = 64 };

extern struct settings {
    int values;
    double duration, update, show; /* seconds */
} settings;

/* A number, with the update that it is from: 1 is the first. The evidence: in
 * an intact snapshot all numbers are from the same update.
 */
struct number {
    int value;
    long publication;
};

/* Before the actors start. */
void turns_init(void);

/* The name of the memory, like that of a file; and the function that makes it.
 * The reader unlinks it. If the run ends before that, the cleanup process does,
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

/* Returns what the writer publishes next. */
struct number next_number(void);

/* After number I of an update or a copy. For the views, the process is inside
 * from its first number to its last one. Halfway in its first update the writer
 * pauses until the reader's first turn has begun, and a moment longer: then the
 * reader waits for the mutex, or with --broken has shown what it sees. With
 * --window that takes longer, and the reader pauses halfway in each copy.
 */
void pause_halfway(int i);

/* Prints a snapshot and counts it; a | stands where another update begins. */
void show(const struct number *snapshot);

/* Waits until the time is up, then until the actors have ended. */
void end_in_time(void);

/* The verdict; returns the exit status. */
int check_snapshots(void);
