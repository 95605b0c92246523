/* SPDX-License-Identifier: MIT */
/* plain_pipe - listing 8 at its plainest: what demo_pipe is measured by */
#include <ctype.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each changes LENGTH bytes of TEXT in place and returns the new length. */
static size_t split(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == ' ')
            text[i] = '\n';
    return length;
}

static size_t capitalize(char *text, size_t length)
{
    bool in_word = false;

    for (size_t i = 0; i < length; i++) {
        text[i] = (char)(in_word ? tolower(text[i]) : toupper(text[i]));
        in_word = text[i] != '\n';
    }
    return length;
}

static size_t merge(char *text, size_t length)
{
    size_t used = 0;

    for (size_t i = 0; i < length; i++)
        if (text[i] != '\n')
            text[used++] = text[i];
    text[used++] = '\n';
    return used;
}

static size_t decapitalize(char *text, size_t length)
{
    text[0] = (char)tolower(text[0]);
    return length;
}

static void filter(int in, int out, size_t (*change)(char *, size_t))
{
    char text[1024];
    size_t length = 0;

    for (ssize_t more; (more = read(in, text + length, 64)) > 0;)
        length += (size_t)more;
    write(out, text, change(text, length));
    _exit(0);
}

int main(void)
{
    size_t (*filters[])(char *, size_t) = {
        split, capitalize, merge, decapitalize};
    int begin[2], next[2];

    pipe(begin);
    for (int i = 0, in = begin[0]; i < 4; i++) {
        if (i < 3)
            pipe(next);
        if (fork() == 0) {
            close(begin[1]);
            filter(in, i < 3 ? next[1] : STDOUT_FILENO, filters[i]);
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
