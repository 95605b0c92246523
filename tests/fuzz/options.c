/* SPDX-License-Identifier: MIT */
/* fuzz options: each command line is taken or refused in one clean line, and
 * what is taken is in range
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

/* The parser ends the process and reports; here both come back to the target.
 * Its source is taken as it is, so that its table can be emptied again.
 */
#define end_process  come_back
#define exit         come_back
#define report       check_report
#define print_help   help_was_asked
#define say          nothing_said
#define close_output nothing_closed
#define views_check  nothing_checked
#define view_options no_views
#include "common/options.c"

static jmp_buf before;
static int status;

noreturn void come_back(int ended_with)
{
    status = ended_with;
    longjmp(before, 1);
}

void check_report(const char *format, ...)
{
    char text[4096];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    must(length > 0 && length < 1000);
    must(!has_control(text));
}

void nothing_said(const char *format, ...)
{
    (void)format;
}

void nothing_closed(void)
{
}

void nothing_checked(void)
{
}

const struct option_row no_views[] = {{0}};

void help_was_asked(
    const struct option_row *own_options, const struct option_row *all[2])
{
    char values[128];

    const struct option_row *common = all[0];

    (void)own_options;
    for (; common->name; common++)
        describe_values(common, values, sizeof values);
}

static bool flag;
static int whole, choice;
static double seconds, positive;
static const char *text;

static const struct option_row own[] = {
    {"flag", NULL, FLAG, &flag, 0, 0, NULL, "be other"},
    {"whole", "N", WHOLE, &whole, 1, 10000, "10", "so many"},
    {"hold", "S", SECONDS, &seconds, 0, 3600, "2.5", "so long"},
    {"deadline", "S", POSITIVE, &positive, 0, 3600, "2", "longer"},
    {"text", "TEXT", TEXT, &text, 1, 10, "mu", "say TEXT"},
    {"choice", "WORD", CHOICE, &choice, 0, 0, "red green blue", "the colour"},
    {0}};

static const struct demo with_operands = {
    .name = "demo_fuzz", .operands = "[WORD...]"};
static const struct demo without_operands = {.name = "demo_fuzz"};

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
    memset(table, 0, sizeof table);
    want_help = want_version = flag = run.broken = false;
    run.timeout = choice = 0;
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
        int operand = demo_start(
            size % 2 ? &with_operands : &without_operands, own, count, words);
        must(operand >= 1 && operand <= count);
        must(size % 2 || operand == count);
        must(whole >= 1 && whole <= 10000);
        must(seconds >= 0 && seconds <= 3600);
        must(positive > 0 && positive <= 3600);
        must(choice >= 0 && choice <= 2);
        must(*text && strlen(text) <= 10 && !has_control(text));
        must(run.speed >= 0.1 && run.speed <= 1000);
        must(run.timeout >= 0 && run.timeout <= 3600);
    } else
        must(status == WRONG_USAGE ||
             (status == HELD && (want_help || want_version)));
    free(bytes);
    return 0;
}
