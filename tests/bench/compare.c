/* SPDX-License-Identifier: MIT */
/* compare - runs two commands in turn and prints medians
 *
 * compare RUNS INPUT COMMAND [ARG...] [-- COMMAND [ARG...]]: each command runs RUNS times, with the
 * file INPUT as its standard input, and its output thrown away. Prints on one line
 *   RATIO WALL PROCESSOR PEAK WALL PROCESSOR PEAK
 * where RATIO is the median over the pairs of the first one's wall time by the second one's; then
 * for each command the medians of wall time and of processor time in milliseconds, and the highest
 * peak of memory in KB. Times and memory are those of all its processes that were waited for; the
 * memory is the largest process's. Without a second command the first one is run alone. */
#include <sys/resource.h>
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "median.h"

enum { MAX_RUNS = 1000 };

struct command {
    char **words; /* NULL: there is none */
    double wall[MAX_RUNS], processor[MAX_RUNS];
    long peak;
};

static double milliseconds(struct timeval time)
{
    return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

static void become(char **words, const char *input)
{
    int in = open(input, O_RDONLY), out = open("/dev/null", O_WRONLY);

    if (in == -1 || out == -1)
        err(3, "%s", input);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execvp(words[0], words);
    _exit(127);
}

static void measure(struct command *command, const char *input, int i)
{
    struct timespec start, end;
    struct rusage usage;
    int status;

    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t pid = fork();
    if (pid == 0)
        become(command->words, input);
    if (pid == -1 || wait4(pid, &status, 0, &usage) == -1)
        err(3, "%s", command->words[0]);
    clock_gettime(CLOCK_MONOTONIC, &end);
    /* 1 is what demo_signal ends with when its guard kills the task */
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
        errx(3, "%s failed with wait status %d", command->words[0], status);
#ifdef __APPLE__
    usage.ru_maxrss /= 1024; /* there it is in bytes */
#endif
    command->wall[i] =
        (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6;
    command->processor[i] = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
    if (usage.ru_maxrss > command->peak)
        command->peak = usage.ru_maxrss;
}

int main(int argc, char **argv)
{
    static struct command commands[2];
    static double ratios[MAX_RUNS];
    int runs = argc > 3 ? atoi(argv[1]) : 0;

    if (runs < 1 || runs > MAX_RUNS)
        errx(2, "usage: compare RUNS INPUT COMMAND [ARG...] [-- COMMAND [ARG...]]");
    commands[0].words = argv + 3;
    for (int i = 4; i < argc - 1 && !commands[1].words; i++)
        if (strcmp(argv[i], "--") == 0) {
            argv[i] = NULL;
            commands[1].words = argv + i + 1;
        }
    /* Every other pair is run the other way round. */
    for (int i = 0; i < 2 * runs; i++) {
        struct command *command = &commands[(i + i / 2) % 2];
        if (command->words)
            measure(command, argv[2], i / 2);
    }
    for (int i = 0; i < runs && commands[1].words; i++)
        ratios[i] = commands[0].wall[i] / commands[1].wall[i];
    printf("%.2f", median(ratios, runs));
    for (struct command *command = commands; command < commands + 2; command++)
        printf(" %.2f %.2f %ld", median(command->wall, runs), median(command->processor, runs),
            command->peak);
    printf("\n");
    return 0;
}
