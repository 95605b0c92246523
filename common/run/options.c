/* SPDX-License-Identifier: MIT */
#include "common/run/options.h"
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/run/output.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_VALUE = 256, MAX_VALUES = 128, MAX_OPTIONS = 64 };

static struct added {
    const struct option_spec *spec;
    double number;    /* its default, which only --help formats; below the minimum: none */
    const char *text; /* the same; NULL: none */
} added[MAX_OPTIONS];
static int option_count;

/* Returns the index of WORD among WORDS, or -1. */
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

/* Whether TEXT has a control character (C0, DEL, C1), which would end or change its line. */
static bool has_control(const char *text)
{
    for (const unsigned char *byte = (const unsigned char *)text; *byte; byte++)
        if (*byte < 0x20 || *byte == 0x7f ||
            (byte[0] == 0xc2 && byte[1] >= 0x80 && byte[1] < 0xa0)) /* C1 */
            return true;
    return false;
}

/* Takes plain digits, with a fraction where the option has one. strtod(3p) alone would take more:
 * nan, inf, exponents, hexadecimals, leading blanks. */
static bool set_number(const struct option_spec *spec, const char *text)
{
    const char *accepted = spec->number ? "0123456789." : "0123456789";
    char *end;
    double number = strtod(text, &end);
    bool is_plain = end != text && *end == '\0' && text[strspn(text, accepted)] == '\0';
    if (!is_plain || number < spec->min || number > spec->max)
        return false;
    if (spec->whole)
        *spec->whole = (int)number;
    else if (spec->seed)
        *spec->seed = (uint32_t)number;
    else
        *spec->number = number;
    return true;
}

/* Returns whether the option takes this value. */
static bool set_value(const struct option_spec *spec, const char *text)
{
    const char **string = spec->file ? spec->file : spec->text;

    if (string && has_control(text))
        usage_error("--%s=%s: must not have control characters", spec->name, escaped(text));
    if (string) {
        double length = (double)strlen(text);
        *string = text;
        return length >= spec->min && length <= spec->max;
    }
    if (spec->word) {
        *spec->word = find_word(spec->values + strlen(ONE_OF), text);
        return *spec->word >= 0;
    }
    if (!spec->flag)
        return set_number(spec, text);
    *spec->flag = true;
    return true;
}

void add_options(const struct option_spec *table)
{
    for (const struct option_spec *spec = table; spec->name; spec++) {
        if (option_count == MAX_OPTIONS)
            die("there are more than %d options", MAX_OPTIONS);
        const char *const *text = spec->file ? spec->file : spec->text;
        double number = spec->whole ? *spec->whole : spec->min - 1;
        added[option_count] = (struct added){.spec = spec,
            .number = spec->number ? *spec->number : number,
            .text = text ? *text : NULL};
        option_count++;
    }
}

bool parse_options(int argc, char **argv)
{
    struct option known[MAX_OPTIONS + 1] = {{0}};
    char values[MAX_VALUES];

    for (int i = 0; i < option_count; i++)
        known[i] = (struct option){.name = added[i].spec->name,
            .has_arg = added[i].spec->argument ? required_argument : no_argument,
            .val = FIRST_VALUE + i};
    opterr = 0; /* the messages are ours */
    for (;;) {
        int at = optind;
        int found = getopt_long(argc, argv, "+:", known, NULL);
        if (found == -1)
            return optind > at;
        if (found == ':')
            usage_error("%s needs a value; see --help", escaped(argv[at]));
        if (found < FIRST_VALUE)
            usage_error("%s %s; see --help", escaped(argv[at]),
                optopt >= FIRST_VALUE ? "takes no value" : "is an unknown or ambiguous option");
        const struct option_spec *spec = added[found - FIRST_VALUE].spec;
        if (set_value(spec, optarg))
            continue;
        (void)snprintf(values, sizeof values, spec->values, spec->min, spec->max);
        usage_error("--%s=%s: must be %s", spec->name, escaped(optarg), values);
    }
}

void print_options(const struct option_spec *table)
{
    char label[64];
    const struct added *option = added;

    while (option->spec != table)
        option++;
    for (const struct option_spec *spec = table; spec->name; spec++, option++) {
        char values[MAX_VALUES] = "", standard[MAX_VALUES] = "";
        (void)snprintf(
            label, sizeof label, spec->argument ? "--%s=%s" : "--%s", spec->name, spec->argument);
        say("  %-18s %s", label, spec->help);
        if (!spec->flag && !spec->file)
            (void)snprintf(values, sizeof values, spec->values, spec->min, spec->max);
        if (option->text)
            (void)snprintf(standard, sizeof standard, "default: %s", option->text);
        else if (option->number >= spec->min)
            (void)snprintf(standard, sizeof standard, "default: %.9g", option->number);
        if (*values || *standard)
            say("%20s (%s%s%s)", "", values, *values && *standard ? "; " : "", standard);
    }
}
