/* SPDX-License-Identifier: MIT */
/* file_names - the names in the file of demo_file, and what they say afterwards
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/demo.h"
#include "demos/parts/exclusive.h"
#include "demos/parts/file.h"
#include "demos/parts/speed.h"
#include "demos/parts/window.h"

struct settings settings = {.members = 5, .path = "names.txt"};

enum { NAMES_SIZE = 4096 }; /* a hundred names take 290 bytes */

static struct {
    struct inside inside;       /* counts those that append, for the views */
    struct window all_at_end;   /* of the file, where they are about to write */
    struct latch all_left_name; /* down when each member has left its name */
    int found[MAX_MEMBERS];     /* how many members each member found */
} * shared;                     /* in memory that all processes share */

static int number_of(const char *name)
{
    size_t digits = strspn(name, "0123456789");

    if (name[digits] != '\0' || digits < 1 || digits > 2)
        return -1;
    return digits == 2 && name[0] == '0' ? -1 : atoi(name);
}

/* A killed run may have left out the last newline. In a broken run "5" may have
 * overwritten "12", whose own newline is then an empty line.
 */
static bool are_names(const char *names, size_t size)
{
    bool seen[100] = {false}, after_digit = false;
    char line[4];

    if (strlen(names) != size)
        return false;
    for (size_t at = 0, length; at < size; at += length + 1) {
        length = strcspn(names + at, "\n");
        if (length == 0 && after_digit) {
            after_digit = false;
            continue;
        }
        /* of a longer line it takes enough to see that it is no name */
        (void)snprintf(line, sizeof line, "%.3s", names + at);
        line[strcspn(line, "\n")] = '\0';
        int number = number_of(line);
        if (number < 0 || seen[number])
            return false;
        seen[number] = true;
        after_digit = length == 1;
    }
    return true;
}

/* Returns how many bytes of the file are in NAMES now; the last one is a NUL.
 */
static size_t copy_names(int file, char names[NAMES_SIZE])
{
    struct stat about;
    size_t size = NAMES_SIZE - 1;

    memset(names, 0, NAMES_SIZE);
    CHECK(fstat(file, &about));
    if (about.st_size < (off_t)size)
        size = (size_t)about.st_size;
    if (settings.mmap && size > 0) {
        char *mapped = CHECK_NOT(
            MAP_FAILED, mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0));
        memcpy(names, mapped, size);
        CHECK(munmap(mapped, size));
        return size;
    }
    size_t length = 0;
    for (ssize_t more = 1; more > 0; length += (size_t)more)
        more = CHECK(pread(file, names + length, size - length, (off_t)length));
    return length;
}

void names_init(void)
{
    char names[NAMES_SIZE];
    /* stays open: closing it would end this run's lock */
    int file = open_exclusive(settings.path, 0);

    size_t size = copy_names(file, names);

    if (!are_names(names, size))
        die("%s holds more than an earlier run's names, which would be lost; "
            "choose another with --file",
            escaped(settings.path));
    CHECK(ftruncate(file, 0));
    shared = shared_alloc(sizeof *shared);
    shared->inside.limit = 1; /* the views mark more */
    inside_file = &shared->inside;
    window_init(&shared->all_at_end, settings.members);
    latch_init(&shared->all_left_name, settings.members);
}

static void (*member_function)(int id);

static void come_late(int id)
{
    sleep_ns(scaled_ns(settings.late));
    member_function(id);
}

void add_members(void (*member)(int id))
{
    int last = settings.members - 1;

    member_function = member;
    for (int i = 0; i <= last; i++)
        add_process("member", i, i == last ? come_late : member);
}

void pause_a_moment(void)
{
    go_inside();
    let_others_come(&shared->all_at_end);
}

void wait_for_all_names(void)
{
    latch_count_down(&shared->all_left_name);
    record_state(IDLE, "resting");
    latch_wait(&shared->all_left_name);
    record_state(RUNNING, "running");
}

void read_names(int file, int id)
{
    bool seen[MAX_MEMBERS] = {false};
    char names[NAMES_SIZE], *list, *rest;
    size_t size;
    FILE *line = CHECK_NOT(NULL, open_memstream(&list, &size));

    if (copy_names(file, names) == NAMES_SIZE - 1)
        die("%s holds more than names, since another program wrote there; "
            "choose another with --file",
            escaped(settings.path));
    char *name = strtok_r(names, "\n", &rest);
    for (; name; name = strtok_r(NULL, "\n", &rest)) {
        (void)fprintf(line, "%s'%s'", name == names ? "" : ", ", escaped(name));
        int other = number_of(name);
        if (other >= 0 && other < settings.members && !seen[other]) {
            seen[other] = true;
            shared->found[id]++;
        }
    }
    if (fclose(line) == EOF)
        die_call("fclose", errno, __FILE__, __LINE__);
    say("%d found: [%s]", id, list);
    if (shared->found[id] < settings.members)
        record_wrong("found %d of %d", shared->found[id], settings.members);
    free(list);
}

int check_names(void)
{
    int fewest = settings.members;

    for (int i = 0; i < settings.members; i++)
        if (shared->found[i] < fewest)
            fewest = shared->found[i];
    if (fewest < settings.members)
        return verdict(false, "a member found only %d of %d names", fewest,
            settings.members);
    return verdict(true, "each of the %d members found all %d names",
        settings.members, settings.members);
}
