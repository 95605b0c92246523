/* SPDX-License-Identifier: MIT */
/* demo_file - processes find each other by leaving their names in a file
 *
 * A file can be read and written by every process that may open it. A lock on
 * the file is for one process that writes, or for many that read.
 *
 *   $ ./demo_file --members=2
 *   1 left name
 *   0 left name
 *   0 found: ['1', '0']
 *   1 found: ['1', '0']
 *        HELD  each of the 2 members found all 2 names (seed 94577)
 *
 *   $ ./demo_file --members=2 --broken
 *   1 left name
 *   0 left name
 *   1 found: ['0']
 *   0 found: ['0']
 *    VIOLATED  a member found only 1 of 2 names
 *
 * Guarantee: every member finds the names of all members.
 * --broken leaves out the lock. Each member pauses between its two steps until
 * all are there, so every run shows the bug (lost update).
 */
#include <fcntl.h>
#include <unistd.h>

#include "common/demo.h" /* CHECK(call) ends the run if the call fails */
#include "demos/parts/file.h"

struct shared {
    struct inside inside;       /* counts those that append, for the views */
    struct latch all_at_end;    /* for the window in append_name() */
    struct latch all_left_name; /* down when each member has left its name */
};
static struct shared *shared; /* in memory that all processes share */

/* F_WRLCK keeps out all other locks, F_RDLCK only write locks, F_UNLCK none. */
static void set_lock(int file, short type)
{
    /* By agreement, all processes lock the first byte before they use the file;
     * one that does not ask for the lock is not kept out. */
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};

    CHECK(fcntl(file, F_SETLKW, &lock)); /* waits until the lock is free */
}

/* The critical section, in two steps: find the end, and write there. */
static void append_name(int file, int id)
{
    count_in(&shared->inside);
    CHECK(lseek(file, 0, SEEK_END));
    let_others_come(&shared->all_at_end); /* window: they come here, or wait */
    write_text(file, "%d\n", id);         /* as printf, to a file */
    count_out(&shared->inside);
}

static void member(int id)
{
    int file = open_names(id); /* with an offset of its own */

    set_lock(file, F_WRLCK);
    append_name(file, id);
    set_lock(file, F_UNLCK);
    say("%d left name", id);
    latch_count_down(&shared->all_left_name);
    latch_wait(&shared->all_left_name); /* sleeps until all names are there */
    set_lock(file, F_RDLCK);
    read_names(file, id);
    set_lock(file, F_UNLCK);
}

/* WRONG: no lock. */
static void broken_member(int id)
{
    int file = open_names(id); /* with an offset of its own */

    append_name(file, id);
    say("%d left name", id);
    latch_count_down(&shared->all_left_name);
    latch_wait(&shared->all_left_name); /* sleeps until all names are there */
    read_names(file, id);
}

/* ---- The mechanism ends here. Below: set-up, options. ---- */

static const struct option_spec options[] = {
    OPTION_INT("members", &settings.members, 1, MAX_MEMBERS,
        "processes that look for each other"),
    OPTION_FILE("file", &settings.path,
        "where they leave names; those of an earlier run go"),
    OPTION_FLAG(
        "mmap", &settings.mmap, "read the names from a memory-mapped file"),
    OPTION_SECONDS("late", &settings.late, 3600,
        "how late the last member comes; the others wait asleep"),
    {0}};

int main(int argc, char **argv)
{
    read_command_line(&file_demo, options, argc, argv);
    if (run.broken && settings.members == 1)
        usage_error("--broken needs at least two members; use --members=2");

    empty_names();
    shared = shared_alloc(sizeof *shared);
    shared->inside.limit = 1; /* the views mark more */
    window_init(&shared->all_at_end, settings.members);
    latch_init(&shared->all_left_name, settings.members);
    for (int i = 0; i < settings.members; i++)
        add_process("member", i, run.broken ? broken_member : member);
    run_actors(settings.late);
    return check_names();
}
