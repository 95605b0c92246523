/* SPDX-License-Identifier: MIT */
/* demo_file - processes write their names into one file, under a lock
 *
 * Several processes can write to the same file at the same time. A lock keeps
 * apart those that ask for it: one has it to write, or several have it to read.
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
 * Guarantee: every member finds the names of all. --broken leaves out the lock.
 * Then each finds the end of the file, waits until all have found it, and
 * writes (lost update).
 */
#include <fcntl.h>
#include <unistd.h>

#include "common/demo.h" /* CHECK(call): its value; a failure ends the run */
#include "demos/parts/file.h"

/* F_WRLCK: only one process can have it. F_RDLCK: several can, while none has
 * F_WRLCK. Both are advisory: a process that asks for none is not kept out. */
static void lock_file(int file, short type)
{
    /* A lock is on some bytes of a file. Here byte 0 stands for all of it. */
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};

    CHECK(fcntl(file, F_SETLKW, &lock)); /* W for wait: until it is free */
}

static void unlock_file(int file)
{
    struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_len = 1};

    CHECK(fcntl(file, F_SETLK, &lock)); /* no W: unlocking never waits */
}

/* The critical section: find the end, and write there. (With O_APPEND the two
 * would be one step.) */
static void append_name(int file, int id)
{
    CHECK(lseek(file, 0, SEEK_END));
    pause_a_moment(); /* slow work; others come here, unless they must wait */
    write_text(file, "%d\n", id); /* like printf, by one write(2) */
}

static void member(int id)
{
    int file = CHECK(open(settings.path, O_RDWR | O_NOFOLLOW)); /* no symlink */

    lock_file(file, F_WRLCK);
    append_name(file, id);
    unlock_file(file);
    say("%d left name", id); /* these lines come in any order */
    wait_for_all_names();    /* sleeps until all members have left theirs */
    lock_file(file, F_RDLCK);
    read_names(file, id); /* from the beginning */
    unlock_file(file);
    CHECK(close(file));
}

/* WRONG: no lock. */
static void broken_member(int id)
{
    int file = CHECK(open(settings.path, O_RDWR | O_NOFOLLOW)); /* no symlink */

    append_name(file, id);
    say("%d left name", id); /* these lines come in any order */
    wait_for_all_names();    /* sleeps until all members have left theirs */
    read_names(file, id);    /* from the beginning */
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
