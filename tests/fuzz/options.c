/* SPDX-License-Identifier: MIT */
/* fuzz options: each command line is taken or refused in one clean line, and
 * what is taken is in range
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

/* The parser ends the process with a message; here both come back to the
 * target. Its source is taken as it is, so that its table can be emptied again.
 */
#define exit_once come_back
#define warn      check_message
#include "common/run/options.c"

static jmp_buf before;
static int status;

noreturn void come_back(int ended_with)
{
    status = ended_with;
    longjmp(before, 1);
}

void check_message(const char *format, ...)
{
    char text[4096];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    must(length > 0 && length < 1000);
    must(!has_control(text));
}

static bool flag;
static int whole, choice;
static double seconds, positive;
static uint32_t seed;
static const char *text, *file;

static const struct option_spec own[] = {OPTION_FLAG("flag", &flag, "be other"),
    OPTION_INT("whole", &whole, 1, 10000, "so many"),
    OPTION_ROW(
        "seed", "N", KIND_SEED, uint32_t, &seed, 0, 4294967295.0, NULL, "draw"),
    OPTION_SECONDS("hold", &seconds, 3600, "so long"),
    OPTION_POSITIVE("deadline", &positive, 3600, "longer"),
    OPTION_TEXT("text", &text, 10, "say TEXT"),
    OPTION_FILE("svg", &file, "draw it"),
    OPTION_ENUM("choice", "WORD", &choice, "red green blue", "the color"), {0}};

/* getopt_long(3) keeps a place within a word, which is freed by now. */
static void forget(void)
{
    static const struct option none[] = {{0}};
    static char name[] = "demo_fuzz";
    char *const words[] = {name, NULL};

    optind = 0;
    (void)getopt_long(1, words, "+:", none, NULL);
    optind = 1;
    option_count = 0;
    flag = false;
    whole = 10;
    seconds = 2.5;
    positive = 2;
    text = "mu";
    file = NULL;
    choice = 0;
}

/* The input is the words, a NUL between two. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { MOST = 16 };
    static char name[] = "demo_fuzz";
    char *words[MOST + 2] = {name}, *bytes = malloc(size + 1);
    volatile int count = 1; /* longjmp() would give a register's old value */
    size_t start = 0;

    must(bytes != NULL);
    if (size > 0)
        memcpy(bytes, data, size);
    bytes[size] = '\0';
    while (start < size && count <= MOST) {
        words[count++] = bytes + start;
        start += strlen(bytes + start) + 1;
    }
    forget();
    status = -1;
    if (setjmp(before) == 0) {
        char values[MAX_VALUES];
        add_options(own);
        for (const struct option_spec *spec = own; spec->name; spec++)
            if (spec->kind != KIND_FLAG)
                describe_values(spec, values);
        parse_options(count, words);
        must(optind >= 1 && optind <= count);
        must(whole >= 1 && whole <= 10000);
        must(seconds >= 0 && seconds <= 3600);
        must(positive > 0 && positive <= 3600);
        must(choice >= 0 && choice <= 2);
        must(*text && strlen(text) <= 10 && !has_control(text));
        must(!file || (*file && strlen(file) <= 4095 && !has_control(file)));
    } else
        must(status == EXIT_USAGE);
    free(bytes);
    return 0;
}
