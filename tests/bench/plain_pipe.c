/* SPDX-License-Identifier: MIT */
/* plain_pipe - listing 8 at its plainest: what demo_pipe is measured by */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void split(FILE *in, FILE *out)
{
    for (int c; (c = getc(in)) != EOF;)
        putc(c == ' ' ? '\n' : c, out);
}

static void capitalize(FILE *in, FILE *out)
{
    bool in_word = false;

    for (int c; (c = getc(in)) != EOF; in_word = c != '\n')
        putc(in_word ? tolower(c) : toupper(c), out);
}

static void merge(FILE *in, FILE *out)
{
    for (int c; (c = getc(in)) != EOF;)
        if (c != '\n')
            putc(c, out);
}

static void decapitalize(FILE *in, FILE *out)
{
    putc(tolower(getc(in)), out);
    for (int c; (c = getc(in)) != EOF;)
        putc(c, out);
    putc('\n', out);
}

int main(void)
{
    void (*filters[])(FILE *, FILE *) = {
        split, capitalize, merge, decapitalize};
    int begin[2], in, next[2];

    pipe(begin);
    in = begin[0];
    for (int i = 0; i < 4; i++) {
        if (i < 3)
            pipe(next);
        if (fork() == 0) {
            close(begin[1]);
            filters[i](fdopen(in, "r"), i < 3 ? fdopen(next[1], "w") : stdout);
            return 0; /* the streams are flushed */
        }
        close(in);
        close(next[1]);
        in = next[0];
    }
    write(begin[1], "Make this sentence camelCase", 28);
    close(begin[1]);
    while (wait(NULL) > 0)
        continue;
    return 0;
}
