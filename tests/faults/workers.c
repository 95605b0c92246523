/* SPDX-License-Identifier: MIT */
#include "tests/faults/workers.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool workers_begin(const char *build)
{
    char *path = build ? realpath(build, NULL) : NULL;

    if (!path)
        return false;
    (void)setenv("DEMOS", path, 1);
    free(path);
    add_run("semaphore", "--lanes");
    add_run("socket", "--port=0 --lanes");
    add_run("condvar", "--trace=view --timeline");
    add_run("pipe", "--svg=view --color=always --lanes");
    return true;
}

const char *title_of(const struct demo_run *run)
{
    static char title[96];

    (void)snprintf(title, sizeof title, "%s%s%s", run->program,
        *run->options ? " " : "", run->options);
    return title;
}

/* Whether there is nothing in the current folder but what a run may leave. */
static bool is_folder_clean(void)
{
    static const char expected[] = " . .. mutexfile.txt names.txt view ";
    DIR *folder = opendir(".");
    char word[300];
    bool clean = true;

    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        (void)snprintf(word, sizeof word, " %s ", entry->d_name);
        if (strstr(expected, word))
            continue;
        (void)printf("left:%s\n", word);
        clean = false;
    }
    if (folder)
        (void)closedir(folder);
    return clean;
}

static void be_worker(
    const struct demo_run *run, void (*work)(const struct demo_run *run))
{
    char *folder = scratch_enter();

    work(run);
    bool clean = is_folder_clean();
    scratch_leave(folder);
    exit(clean ? 0 : 1);
}

bool for_each_run(
    const char *only, int at_once, void (*work)(const struct demo_run *run))
{
    int running = 0, status;
    bool good = true;

    for (const struct demo_run *run = next_run(NULL); run || running > 0;) {
        if (run && only && !strstr(title_of(run), only)) {
            run = next_run(run);
        } else if (run && running < at_once) {
            (void)fflush(NULL); /* or the child would print it again */
            pid_t pid = fork();
            if (pid == 0)
                be_worker(run, work);
            running += pid > 0;
            good = good && pid > 0;
            run = next_run(run);
        } else if (wait(&status) > 0) {
            running--;
            good = good && status == 0;
        }
    }
    return good;
}

int count_leftovers(int *names)
{
    const char *left = await_leftovers();
    int count = 0;

    *names = 0;
    for (const char *line = left; *line; line = strchr(line, '\n') + 1) {
        count++;
        *names += strncmp(line, "process ", 8) != 0;
    }
    (void)printf("%s", left);
    if (count > 0)
        remove_leftovers();
    return count;
}
