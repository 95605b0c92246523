/* SPDX-License-Identifier: MIT */
/* demo_file - processes find each other by leaving their names in a file
 *
 * Guarantee: every member finds the names of all members.
 * --broken leaves out the file lock: names overwrite each other, lost updates.
 * Read member() first, then leave_name().
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/files.h"
#include "common/gate.h"
#include "common/options.h"
#include "common/output.h"
#include "common/process.h"
#include "common/record/recorder.h"
#include "common/text.h"
#include "demos/about.h"
#include "demos/file_names.h"

enum { NAMES_SIZE = 4096 }; /* a hundred names take 290 bytes */

static struct {
    int members;
    const char *path;
    bool map;
    double late;
} settings;

struct meeting {
    struct gate start, all_at_end, all_left_name; /* open when all have ... */
    int found[MOST_MEMBERS]; /* the evidence: whom each of them found */
};

/* F_WRLCK takes the file, F_RDLCK shares it, F_UNLCK gives it back. Record
 * locks are advisory: they keep out only those who ask.
 */
static void lock_names(int file, short type)
{
    struct flock whole_file = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = RUN_LOCK};

    if (type == F_UNLCK)
        record_state(IDLE, "outside");
    else
        record_state(WAITING, "waiting for the lock");
    if (!run.broken)
        CHECK(fcntl(file, F_SETLKW, &whole_file)); /* blocks while it is held */
    if (type == F_WRLCK)
        record_state(INSIDE, "inside");
    else if (type == F_RDLCK)
        record_state(RUNNING, "reading"); /* and others, too */
}

/* Appends a name: finds the end and writes there. The lock makes one step of
 * these two; without it the window is open until all have found the same end.
 */
static void leave_name(int file, int number, const struct meeting *meeting)
{
    char name[16];
    int length = snprintf(name, sizeof name, "%d\n", number);

    lock_names(file, F_WRLCK);
    CHECK(lseek(file, 0, SEEK_END));
    if (run.broken)
        gate_pass(&meeting->all_at_end);
    write_all(file, name, (size_t)length);
    lock_names(file, F_UNLCK);
}

/* Copies what is in the file into NAMES, by reading it or from a mapping, and
 * returns how many bytes that are. If another program cuts the file off while
 * it is mapped, SIGBUS kills the process.
 */
static size_t get_names(int file, char names[NAMES_SIZE], bool map)
{
    struct stat about;

    memset(names, 0, NAMES_SIZE);
    lock_names(file, F_RDLCK);
    CHECK(fstat(file, &about));
    size_t size = NAMES_SIZE - 1, got = 0;
    if (about.st_size < (off_t)size)
        size = (size_t)about.st_size;
    if (map && size > 0) {
        char *mapped = CHECK_NOT(
            MAP_FAILED, mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0));
        memcpy(names, mapped, size);
        CHECK(munmap(mapped, size));
        got = size;
    } else {
        CHECK(lseek(file, 0, SEEK_SET));
        for (ssize_t more = 1; more > 0; got += (size_t)more)
            more = CHECK(read(file, names + got, size - got));
    }
    lock_names(file, F_UNLCK);
    return got;
}

/* Prints the names as a list, and returns how many members are among them. */
static int announce(int number, char *names)
{
    bool seen[MOST_MEMBERS] = {false};
    char *list, *rest;
    size_t size;
    int found = 0;
    FILE *line = CHECK_NOT(NULL, open_memstream(&list, &size));

    char *name = strtok_r(names, "\n", &rest);
    for (; name; name = strtok_r(NULL, "\n", &rest)) {
        const char *comma = name == names ? "" : ", ";
        (void)fprintf(line, "%s'%s'", comma, escaped(name));
        int other = number_of(name);
        if (other >= 0 && other < settings.members && !seen[other]) {
            seen[other] = true;
            found++;
        }
    }
    if (fclose(line) == EOF)
        fail_call("fclose", errno, __FILE__, __LINE__);
    say("%d found: [%s]", number, list);
    free(list);
    return found;
}

static void member(int number, void *context)
{
    struct meeting *meeting = context;
    char names[NAMES_SIZE];
    /* of its own: an inherited descriptor would share its offset */
    int file = CHECK(open(settings.path, O_RDWR | O_NOFOLLOW));

    gate_pass(&meeting->start);
    if (number == settings.members - 1)
        pause_for(clock_scaled(settings.late));
    leave_name(file, number, meeting);
    say("%d left name", number);

    record_state(WAITING, "waiting for the others");
    gate_pass(&meeting->all_left_name); /* asleep; the listing asks on and on */
    if (get_names(file, names, settings.map) == NAMES_SIZE - 1)
        fail("%s holds more than names, since another program wrote there; "
             "choose another with --file",
            escaped(settings.path));
    meeting->found[number] = announce(number, names);
}

/* The listing empties the file. Ours empties it only of names. */
static int open_names(void)
{
    char names[NAMES_SIZE];
    int file = open_for_run(settings.path, 0);

    if (!are_names(names, get_names(file, names, false)))
        fail("%s holds more than an earlier run's names, which would be lost; "
             "choose another with --file",
            escaped(settings.path));
    CHECK(ftruncate(file, 0));
    return file;
}

static const struct option_row options[] = {
    {"members", "N", WHOLE, &settings.members, 1, MOST_MEMBERS, "5",
        "processes that look for each other"},
    {"file", "FILE", TEXT, &settings.path, 1, 4095, "names.txt",
        "where they leave names; those of an earlier run go"},
    {"mmap", NULL, FLAG, &settings.map, 0, 0, NULL,
        "read the names from a memory-mapped file"},
    {"late", "SECONDS", SECONDS, &settings.late, 0, 3600, "0",
        "how late the last member comes; the others wait asleep"},
    {0}};

int main(int argc, char **argv)
{
    demo_start(&file_demo, options, argc, argv);
    if (run.broken && settings.members == 1)
        usage_error("one member overwrites nobody; use --members=2 or more");

    struct meeting *meeting = share_memory(sizeof *meeting);
    (void)open_names(); /* stays open: closing it would end the run's lock */
    watchdog_start(settings.late);
    meeting->start = gate_create();
    meeting->all_at_end = gate_create();
    meeting->all_left_name = gate_create();
    for (int number = 0; number < settings.members; number++)
        (void)start_process("member", number, member, meeting);
    gate_let_go(&meeting->start);
    gate_let_go(&meeting->all_at_end);
    gate_let_go(&meeting->all_left_name);
    join_processes(0);

    int fewest = settings.members;
    for (int i = 0; i < settings.members; i++)
        fewest = meeting->found[i] < fewest ? meeting->found[i] : fewest;
    if (fewest < settings.members)
        return verdict(
            false, "a member found %d of %d names", fewest, settings.members);
    return verdict(true, "each of the %d members found all %d names",
        settings.members, settings.members);
}
