/* SPDX-License-Identifier: MIT */
#include "common/options.h"
#include "common/check.h"
#include "common/output.h"
#include "common/process.h"
#include "common/text.h"
#include "common/views/views.h"
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { MOST_OPTIONS = 32, FIRST_VALUE = 256 };

struct run run;
static bool want_help, want_version;

static const struct option_row common_options[] = {
    {"broken", NULL, FLAG, &run.broken, 0, 0, NULL,
        "leave the mechanism out and show the bug that it prevents"},
    {"seed", "N", SEED, &run.seed, 0, 4294967295.0, NULL,
        "draw the same numbers as the run that showed seed N;\n"
        "                     the system still schedules as it likes"},
    {"speed", "X", SECONDS, &run.speed, 0.1, 1000, "1", "divide the listing's own times by X"},
    {"timeout", "SECONDS", WHOLE, &run.timeout, 1, 3600, NULL,
        "end a run that takes longer, with status 3; without\n"
        "                     it, 60 s more than the run should take"},
    {"help", NULL, FLAG, &want_help, 0, 0, NULL, "show this text"},
    {"version", NULL, FLAG, &want_version, 0, 0, NULL, "show the version"}, {0}};

static struct option table[MOST_OPTIONS + 1]; /* what getopt_long(3) wants to see of them */
static const struct option_row *rows[MOST_OPTIONS];
static int option_count;

void describe_values(const struct option_row *row, char *text, int room)
{
    const char *format = row->kind == CHOICE     ? "one of %s"
                         : row->kind == POSITIVE ? "above %g, up to %g"
                         : row->kind == SECONDS  ? "%g to %g"
                         : row->kind == TEXT     ? "%.0f to %.0f bytes"
                                                 : "a whole number from %.0f to %.0f";

    (void)(row->kind == CHOICE ? snprintf(text, (size_t)room, format, row->standard)
                               : snprintf(text, (size_t)room, format, row->least, row->most));
}

/* Plain digits, with a fraction where ROW takes one. strtod(3p) alone would take more: nan, inf,
 * exponents, hexadecimals, leading blanks. */
static bool parse_number(const struct option_row *row, const char *text, double *number)
{
    bool whole = row->kind == WHOLE || row->kind == SEED;
    char *end;

    if (text[strspn(text, whole ? "0123456789" : "0123456789.")] != '\0')
        return false;
    *number = strtod(text, &end);
    return end != text && *end == '\0' && *number >= row->least && *number <= row->most &&
           (row->kind != POSITIVE || *number > 0);
}

/* The index of WORD among WORDS, or -1. */
static int find_word(const char *words, const char *word)
{
    size_t length = strlen(word);

    for (int index = 0; *words; index++) {
        size_t next = strcspn(words, " ");
        if (next == length && strncmp(words, word, length) == 0)
            return index;
        words += next + strspn(words + next, " ");
    }
    return -1;
}

static bool set_value(const struct option_row *row, const char *text)
{
    void *value = row->value;
    double number = 0;

    if (row->kind == FLAG)
        return *(bool *)value = true;
    if (row->kind == CHOICE)
        return (*(int *)value = find_word(row->standard, text)) >= 0;
    if (row->kind == TEXT) {
        *(const char **)value = text;
        number = (double)strlen(text);
        return number >= row->least && number <= row->most && !has_control(text);
    }
    if (!parse_number(row, text, &number))
        return false;
    if (row->kind == WHOLE)
        *(int *)value = (int)number;
    else if (row->kind == SEED)
        *(uint32_t *)value = (uint32_t)number;
    else
        *(double *)value = number;
    return true;
}

void add_options(const struct option_row *row)
{
    for (; row->name; row++, option_count++) {
        if (option_count == MOST_OPTIONS)
            fail("--%s is one option too many: a program has at most %d; raise MOST_OPTIONS",
                row->name, MOST_OPTIONS);
        rows[option_count] = row;
        table[option_count].name = row->name;
        table[option_count].has_arg = row->kind == FLAG ? no_argument : required_argument;
        table[option_count].val = FIRST_VALUE + option_count;
        if (row->standard && row->kind != CHOICE)
            (void)set_value(row, row->standard);
    }
}

void parse_options(int argc, char **argv)
{
    char values[128];
    int found, at;

    opterr = 0;
    while (at = optind, (found = getopt_long(argc, argv, "+:", table, NULL)) >= FIRST_VALUE) {
        const struct option_row *row = rows[found - FIRST_VALUE];
        describe_values(row, values, sizeof values);
        if (!set_value(row, optarg))
            usage_error("--%s=%s: wants %s", row->name, escaped(optarg),
                row->kind == TEXT && has_control(optarg) ? "no control characters" : values);
    }
    if (found != -1)
        usage_error("%s %s; see --help",
            found == ':'            ? "a value is missing after"
            : optopt >= FIRST_VALUE ? "no value belongs to"
                                    : "unknown or ambiguous option",
            escaped(argv[at]));
}

/* Writing to a descriptor that was closed at the start must fail, not land in a file that the demo
 * opens. A signal that the caller has blocked would end nothing, nor wake a wait; one that he
 * ignores (nohup) stays ignored, but SIGCHLD tells of a child's end. Writing to nobody, or beyond a
 * limit, must report EPIPE or EFBIG. */
void settle_process(void)
{
    sigset_t none;

    for (int descriptor = 0; descriptor <= 2; descriptor++)
        if (fcntl(descriptor, F_GETFD) == -1)
            CHECK(open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY));
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)sigemptyset(&none);
    CHECK(sigprocmask(SIG_SETMASK, &none, NULL));
    if (getpid() == 1)
        leave_first_process();
}

int demo_start(const struct demo *demo, const struct option_row *options, int argc, char **argv)
{
    run.demo = demo;
    settle_process();
    CHECK(getentropy(&run.seed, sizeof run.seed)); /* unless --seed says another */
    add_options(options);
    add_options(common_options);
    add_options(view_options);
    parse_options(argc, argv);
    if (want_help)
        print_help(options, (const struct option_row *[]){common_options, view_options});
    else if (want_version)
        say("%s %s", demo->name, VERSION);
    if (want_help || want_version) {
        close_output();
        exit(HELD);
    }
    if (optind < argc && !demo->operands)
        usage_error("there is no operand %s; see --help", escaped(argv[optind]));
    watchdog_set(0); /* until watchdog_start() knows more: even opening a file may wait */
    views_check();
    return optind;
}
