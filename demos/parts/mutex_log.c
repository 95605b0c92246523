/* SPDX-License-Identifier: MIT */
/* mutex_log - the log of demo_mutex, and what it says afterwards */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/demo.h"
#include "demos/parts/exclusive.h"
#include "demos/parts/input.h"
#include "demos/parts/mutex.h"
#include "demos/parts/window.h"

struct settings settings = {.writers = 10,
    .lines = 1,
    .message = "writing to shared resource!",
    .path = "mutexfile.txt"};

static off_t begin; /* where this run's lines begin */

static struct {
    struct inside inside;
    struct window all_halfway;
} * shared;

int open_log(void)
{
    int file = open_exclusive(settings.path, O_APPEND);
    char last = '\n';

    begin = CHECK(lseek(file, 0, SEEK_END));
    if (begin > 0)
        CHECK(pread(file, &last, 1, begin - 1));
    if (last != '\n') { /* somebody else's last line: ours begin after it */
        write_all(file, "\n", 1);
        begin++;
    }
    shared = shared_alloc(sizeof *shared);
    /* the views mark more; a writer that is killed inside is never counted out
     */
    shared->inside.limit = settings.kill_writer ? 0 : 1;
    inside_file = &shared->inside;
    window_init(&shared->all_halfway, settings.writers);
    return file;
}

void pause_a_moment(void)
{
    let_others_come(&shared->all_halfway);
}

/* Whether this is a whole line, of a writer that may still have one. */
static bool is_good(const char *line, int *lines_of)
{
    char expected[256];
    unsigned number = (unsigned)strtoul(line, NULL, 10);

    (void)snprintf(
        expected, sizeof expected, "%u mu: %s\n", number, settings.message);
    if (number >= (unsigned)settings.writers || strcmp(line, expected) != 0)
        return false;
    lines_of[number]++;
    return lines_of[number] <= settings.lines;
}

void cut_off_line(int file, int id, off_t end)
{
    char label[16];
    off_t torn = snprintf(label, sizeof label, "%d mu: ", id);

    if (CHECK(lseek(file, 0, SEEK_END)) != end + torn)
        die("%s: another program has written there, so nothing can be cut off; "
            "choose another with --file",
            escaped(settings.path));
    CHECK(ftruncate(file, end));
}

/* The next line of FILE, as getline(3p) has it, also when a signal handler
 * interrupts it; -1 at its end.
 */
static ssize_t next_line(FILE *file, char **line, size_t *room)
{
    ssize_t size;

    do {
        clearerr(file);
        size = getline(line, room, file);
    } while (size == -1 && ferror(file) && errno == EINTR);
    if (size == -1 && ferror(file))
        die_call("getline", errno, __FILE__, __LINE__);
    return size;
}

int check_log(int log_file)
{
    int all = (settings.writers - settings.kill_writer) * settings.lines;
    int lines = 0, good = 0;
    int lines_of[MAX_WRITERS] = {0};
    char *line = NULL;
    size_t room = 0;
    FILE *file = CHECK_NOT(NULL, fdopen(log_file, "r"));

    record_as("log", 0);
    CHECK(fseeko(file, begin, SEEK_SET));
    for (ssize_t size; (size = next_line(file, &line, &room)) > 0; lines++) {
        char *shown = escape_dup(line, (size_t)size - 1);
        say("%s", shown);
        free(shown);
        if (is_good(line, lines_of))
            good++;
        else
            record_wrong("torn");
    }
    free(line);
    if (good < all)
        return verdict(false, "%d of %d lines are torn", all - good, all);
    return verdict(good == lines, "%d of %d lines are intact%s", good, lines,
        settings.kill_writer ? ", and a killed writer's torn line is cut off"
                             : "");
}
