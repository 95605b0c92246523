/* SPDX-License-Identifier: MIT */
/* demo_file - processes leave their names in one file, and lock it for that
 *
 * Every process that may open a file can read and write it. One process at a
 * time can have a lock on it for writing, or many have one for reading.
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
 * end, until all have: in every run they write to one place (lost update).
 */
#include <fcntl.h>
#include <unistd.h>

#include "common/demo.h" /* CHECK(call) ends the run if the call fails */
#include "demos/parts/file.h"

/* F_WRLCK: one process has the lock, alone. F_RDLCK: several, while none has
 * F_WRLCK. Neither keeps out a process that does not ask for a lock. */
static void lock_file(int file, short type)
{
    /* All members lock the first byte. By agreement, it stands for the file. */
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};

    CHECK(fcntl(file, F_SETLKW, &lock)); /* waits until the lock is free */
}

static void unlock_file(int file)
{
    struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_len = 1};

    CHECK(fcntl(file, F_SETLK, &lock)); /* never has to wait */
}

/* The critical section, in two steps: find the end, and write there. */
static void append_name(int file, int id)
{
    CHECK(lseek(file, 0, SEEK_END));
    pause_a_moment(); /* the others come: to the lock, or without it in here */
    write_name(file, id); /* by write(2): the number and a newline */
}

static void member(int id)
{
    int file = open_names(id); /* open(2), for reading and writing */

    lock_file(file, F_WRLCK);
    append_name(file, id);
    unlock_file(file);
    say("%d left name", id);
    wait_for_all_names(); /* only so that each finds all */
    lock_file(file, F_RDLCK);
    read_names(file, id);
    unlock_file(file);
    /* A trap, but not here: who has opened a file twice, and closes it once,
     * loses all locks on it. */
    CHECK(close(file));
}

/* WRONG: no lock. */
static void broken_member(int id)
{
    int file = open_names(id); /* open(2), for reading and writing */

    append_name(file, id);
    say("%d left name", id);
    wait_for_all_names(); /* only so that each finds all */
    read_names(file, id);
    CHECK(close(file));
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

    names_init();
    for (int i = 0; i < settings.members; i++)
        add_process("member", i, run.broken ? broken_member : member);
    run_actors(settings.late);
    return check_names();
}
