/* SPDX-License-Identifier: MIT */
#include "common/options.h"
#include "common/output.h"

#include <stdio.h>
#include <string.h>

/* LABEL, and beside it TEXT between COLUMN and the 79th column, broken between
 * words.
 */
static void print_beside(const char *label, int column, const char *text)
{
    if ((int)strlen(label) >= column) {
        say("%s", label);
        label = "";
    }
    do {
        int length = (int)strlen(text);
        if (length > 79 - column)
            for (length = 79 - column; text[length] != ' ' && length > 0;)
                length--;
        say("%-*s%.*s", column, label, length, text);
        text += length;
        text += strspn(text, " ");
        label = "";
    } while (*text != '\0');
}

static void print_paragraph(const char *heading, const char *text)
{
    char paragraph[512];

    (void)snprintf(paragraph, sizeof paragraph, "%s%s", heading, text);
    say("%s", "");
    print_beside("", 0, paragraph);
}

static void print_options(const struct option_row *row)
{
    char label[64], values[128], text[512];

    for (; row->name; row++) {
        (void)snprintf(label, sizeof label, "  --%s%s%s ", row->name,
                       row->argument ? "=" : "",
                       row->argument ? row->argument : "");
        describe_values(row, values, sizeof values);
        (void)snprintf(text, sizeof text, row->argument ? "%s (%s%s%s)" : "%s",
                       row->help, values, row->standard ? "; default: " : "",
                       row->standard ? row->standard : "");
        print_beside(label, 21, text);
    }
}

void print_help(const struct option_row *common)
{
    const struct demo *demo = run.demo;
    char text[128];

    (void)snprintf(text, sizeof text, "%s [OPTION...] %s", demo->name,
                   demo->operands);
    print_beside("Usage: ", 7, text);
    print_paragraph("", demo->shows);
    print_paragraph("The guarantee: ", demo->guarantee);
    print_paragraph("With --broken: ", demo->broken);
    print_paragraph("", "Options of this demo:");
    print_options(demo->options);
    print_paragraph("", "Options that all demos have:");
    print_options(common);
    print_paragraph("", "Examples:");
    for (int i = 0; i < 3; i++) {
        (void)snprintf(text, sizeof text, "  %s ", demo->examples[i][0]);
        print_beside(text, 42, demo->examples[i][1]);
    }
    print_paragraph("", "Exit status:");
    print_beside("  0", 5, "it ran, and the guarantee held");
    print_beside("  1", 5, "demo_signal only: the guard killed the task");
    print_beside("  2", 5, "wrong usage; nothing was started or changed");
    print_beside("  3", 5,
                 "could not run: the system refused something, a process "
                 "died, the run took too long, output could not be written, "
                 "or demo_mqueue answered a request with an error");
    print_beside("  4", 5, "the guarantee was violated");
    print_paragraph("From the report \"Synchronization and Communication\" "
                    "(M. Saey, 2014), ",
                    demo->source);
}
