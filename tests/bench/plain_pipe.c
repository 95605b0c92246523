/* SPDX-License-Identifier: MIT */
/* plain_pipe - listing 8 at its plainest: what demo_pipe is measured by */
#include <ctype.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SPLIT, CAPITALIZE, MERGE, DECAPITALIZE, FILTERS };

static size_t change(int filter, char *text, size_t length)
{
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        int c = text[i];
        if (filter == SPLIT && c == ' ')
            c = '\n';
        if (filter == CAPITALIZE)
            c = i == 0 || text[i - 1] == '\n' ? toupper(c) : tolower(c);
        if (filter == DECAPITALIZE && i == 0)
            c = tolower(c);
        if (filter != MERGE || c != '\n')
            text[used++] = (char)c;
    }
    if (filter == DECAPITALIZE)
        text[used++] = '\n';
    return used;
}

static void run_filter(int filter, int in, int out)
{
    char text[1024];
    size_t length = 0;

    for (ssize_t more; (more = read(in, text + length, 100)) > 0;)
        length += (size_t)more;
    write(out, text, change(filter, text, length));
    _exit(0);
}

int main(void)
{
    int begin[2], next[2];

    pipe(begin);
    for (int i = 0, in = begin[0]; i < FILTERS; i++) {
        if (i + 1 < FILTERS)
            pipe(next);
        if (fork() == 0) {
            close(begin[1]);
            run_filter(i, in, i + 1 < FILTERS ? next[1] : STDOUT_FILENO);
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
