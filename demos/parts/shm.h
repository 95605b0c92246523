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

/* Numbers, each with the update that it is from; 1 is the first. The reader's
 * evidence: in an intact snapshot all numbers are from the same update.
 */
struct numbers {
    struct number {
        int value;
        long publication;
    } all[MAX_NUMBERS];
};

/* For the order in which writer and reader begin, and for the end of the run.
 */
extern struct stage {
    struct latch
        writer_is_halfway;       /* the writer is in the middle of an update */
    struct latch reader_is_here; /* the reader can be waiting by now */
    struct latch over;           /* the run's time is up */
    long shown, torn;            /* counted by the reader */
} * stage;
void stage_init(void);

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

/* Writes new numbers, one after the other. In the middle of the first update it
 * pauses until the reader is here, so that they meet in every run. With
 * --window it pauses there longer, and copy() in the middle of
 * a copy.
 */
void update(struct numbers *numbers, long publication);

/* Copies all of them; for the views, the reader is inside meanwhile. */
void copy(struct numbers *to, const struct numbers *from);

/* Waits until the writer is halfway; ends the run if it fails. */
void wait_for_halfway(void);

/* Prints a snapshot and counts it; a | stands where another update begins. */
void show(const struct numbers *snapshot);

/* Sleeps for SECONDS of the listing's time, but not before the first turn.
 * Returns false when the time of the run is up.
 */
bool rest(double seconds);

/* Waits until the time is up, then until the actors have ended. */
void end_in_time(void);

/* The verdict; returns the exit status. */
int check_snapshots(void);
