/* SPDX-License-Identifier: MIT */
#include "common/options.h"
#include "common/check.h"
#include "common/output.h"
#include "common/random.h"
#include "common/text.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 32, FIRST_VALUE = 256 };

struct run run;

static bool want_help, want_version;

static const struct option_row common_options[] = {
    {"broken", NULL, FLAG, &run.broken, 0, 0, NULL,
     "leave the mechanism out and show the bug that it prevents"},
    {"seed", "N", SEED, &run.seed, 0, 4294967295.0, NULL,
     "draw the same random numbers as the run that showed seed N; the system "
     "still schedules as it likes"},
    {"speed", "X", SECONDS, &run.speed, 0.1, 1000, "1",
     "divide the listing's own times by X"},
    {"timeout", "SECONDS", WHOLE, &run.timeout, 1, 3600, NULL,
     "end a run that takes longer, with status 3; without it, 60 s more than "
     "the run should take"},
    {"help", NULL, FLAG, &want_help, 0, 0, NULL, "show this text"},
    {"version", NULL, FLAG, &want_version, 0, 0, NULL, "show the version"},
    {0}};

static struct {
    const struct option_row *row;
    bool given;
} options[MOST_OPTIONS];
static int option_count;

void describe_values(const struct option_row *row, char *text, int room)
{
    static const char *const formats[] = {
        [FLAG] = "no value",
        [WHOLE] = "a whole number from %.0f to %.0f",
        [SEED] = "a whole number from %.0f to %.0f",
        [SECONDS] = "%g to %g, fractions too",
        [POSITIVE] = "above %g, up to %g, fractions too",
        [TEXT] = "%.0f to %.0f bytes without control characters"};

    if (row->kind == CHOICE)
        (void)snprintf(text, (size_t)room, "one of %s", row->standard);
    else
        (void)snprintf(text, (size_t)room, formats[row->kind], row->least,
                       row->most);
}

/* Plain decimal digits, with a fraction where ROW takes one: strtod(3p) alone
 * would also take nan, inf, exponents, hexadecimals and leading blanks.
 */
static bool parse_number(const struct option_row *row, const char *text,
                         double *number)
{
    bool whole = row->kind == WHOLE || row->kind == SEED;
    char *end;

    if (text[strspn(text, whole ? "0123456789" : "0123456789.")] != '\0')
        return false;
    *number = strtod(text, &end);
    return end != text && *end == '\0' && *number >= row->least &&
           *number <= row->most && (row->kind != POSITIVE || *number > 0);
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
    double number = 0;

    if (row->kind == FLAG) {
        *(bool *)row->value = true;
        return true;
    }
    if (row->kind == CHOICE) {
        *(int *)row->value = find_word(row->standard, text);
        return *(int *)row->value >= 0;
    }
    if (row->kind == TEXT) {
        double length = (double)strlen(text);
        *(const char **)row->value = text;
        return length >= row->least && length <= row->most &&
               !has_control(text);
    }
    if (!parse_number(row, text, &number))
        return false;
    if (row->kind == WHOLE)
        *(int *)row->value = (int)number;
    else if (row->kind == SEED)
        *(uint32_t *)row->value = (uint32_t)number;
    else
        *(double *)row->value = number;
    return true;
}

static void parse(int argc, char **argv)
{
    struct option table[MOST_OPTIONS + 1] = {{0}};
    char values[128];

    for (int i = 0; i < option_count; i++) {
        const struct option_row *row = options[i].row;
        table[i].name = row->name;
        table[i].has_arg = row->kind == FLAG ? no_argument : required_argument;
        table[i].val = FIRST_VALUE + i;
    }
    opterr = 0;
    for (int found; (found = getopt_long(argc, argv, "+:", table, NULL)) != -1;)
        if (found >= FIRST_VALUE) {
            const struct option_row *row = options[found - FIRST_VALUE].row;
            options[found - FIRST_VALUE].given = true;
            if (set_value(row, optarg))
                continue;
            describe_values(row, values, sizeof values);
            usage_error("--%s=%.80s: wants %s", row->name,
                        escaped(optarg, strlen(optarg)), values);
        } else {
            const char *word = argv[optind - 1];
            usage_error("%s %.80s; see --help",
                        found == ':'            ? "a value is missing after"
                        : optopt >= FIRST_VALUE ? "no value belongs to"
                                                : "there is no option",
                        escaped(word, strlen(word)));
        }
}

/* Writing to a descriptor that was closed at the start must fail, and must not
 * land in a file that the demo opens: each gets one that cannot be used.
 * An ignored SIGCHLD would make waitpid(2) fail, a blocked SIGALRM would
 * silence the watchdog; and writing to nobody shall report EPIPE.
 */
static void settle_process(void)
{
    sigset_t alarm_signal;

    for (int descriptor = 0; descriptor <= 2; descriptor++)
        if (fcntl(descriptor, F_GETFD) == -1)
            CHECK(open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY));
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)sigemptyset(&alarm_signal);
    (void)sigaddset(&alarm_signal, SIGALRM);
    CHECK(sigprocmask(SIG_UNBLOCK, &alarm_signal, NULL));
}

static void add_options(const struct option_row *row)
{
    for (; row->name; row++) {
        options[option_count++].row = row;
        if (row->standard && row->kind != CHOICE)
            (void)set_value(row, row->standard);
    }
}

int demo_start(const struct demo *demo, int argc, char **argv)
{
    run.demo = demo;
    settle_process();
    add_options(demo->options);
    add_options(common_options);
    parse(argc, argv);
    if (want_help)
        print_help(common_options);
    else if (want_version)
        say("%s %s", demo->name, VERSION);
    if (want_help || want_version) {
        close_output();
        exit(HELD);
    }
    if (!option_given("seed"))
        run.seed = (uint32_t)random_bits();
    return optind;
}

void demo_start_plain(const struct demo *demo, int argc, char **argv)
{
    int first = demo_start(demo, argc, argv);

    if (first < argc)
        usage_error("there is no operand %.80s; see --help",
                    escaped(argv[first], strlen(argv[first])));
}

bool option_given(const char *name)
{
    for (int i = 0; i < option_count; i++)
        if (strcmp(options[i].row->name, name) == 0)
            return options[i].given;
    return false;
}
