/* SPDX-License-Identifier: MIT */
/* demo_file - processes write their names into one file, under a lock
 *
 * Several processes can write to the same file at the same time. A lock on it
 * keeps them apart: one process has it for writing, or several for reading.
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
 * --broken leaves out the lock. Then each member pauses when it has found the
 * end, until all have found it: every run shows the bug (lost update).
 */
#include <fcntl.h>
#include <unistd.h>

#include "common/demo.h" /* CHECK(call) ends the run if the call fails */
#include "demos/parts/file.h"

/* F_WRLCK: only one process can have it. F_RDLCK: several can, while none has
 * F_WRLCK. Both are advisory: a process that asks for none is not kept out. */
static void lock_file(int file, short type)
{
    /* Byte 0 (l_start is left out): by agreement it stands for the file. */
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};

    CHECK(fcntl(file, F_SETLKW, &lock)); /* W: waits until the lock is free */
}

static void unlock_file(int file)
{
    struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_len = 1};

    CHECK(fcntl(file, F_SETLK, &lock)); /* never has to wait */
}

/* The critical section: find the end, and write there. (With O_APPEND the two
 * would be one step.) */
static void append_name(int file, int id)
{
    CHECK(lseek(file, 0, SEEK_END));
    pause_a_moment(); /* stands for slow work; others come meanwhile */
    write_text(file, "%d\n", id); /* like printf, by one write(2) */
}

static void member(int id)
{
    int file = CHECK(open(settings.path, O_RDWR | O_NOFOLLOW));

    lock_file(file, F_WRLCK);
    append_name(file, id);
    unlock_file(file);
    say("%d left name", id);
    wait_for_all_names(); /* sleeps until all members have left theirs */
    lock_file(file, F_RDLCK);
    read_names(file, id); /* from the beginning */
    unlock_file(file);
    CHECK(close(file));
}

/* WRONG: no lock. */
static void broken_member(int id)
{
    int file = CHECK(open(settings.path, O_RDWR | O_NOFOLLOW));

    append_name(file, id);
    say("%d left name", id);
    wait_for_all_names(); /* sleeps until all members have left theirs */
    read_names(file, id); /* from the beginning */
    CHECK(close(file));
}

/* ---- The mechanism ends here. Below: set-up, options. ---- */

static const struct option_spec options[] = {
    OPTION_INT("members", &settings.members, 1, MAX_MEMBERS,
        "processes that look for each other"),
    OPTION_FILE("file", &settings.path,
        "where they leave names; those of an earlier run are removed"),
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

    names_init();
    add_members(run.broken ? broken_member : member);
    run_actors(settings.late);
    return check_names();
}
