/* SPDX-License-Identifier: MIT */
#include "common/options.h"
#include "common/output.h"
#include <stdio.h>

void print_options(const struct option_row *row)
{
    char label[64], values[128];

    for (; row->name; row++) {
        const char *standard = row->kind == CHOICE ? NULL : row->standard;
        (void)snprintf(
            label, sizeof label, row->argument ? "--%s=%s" : "--%s", row->name, row->argument);
        say("  %-18s %s", label, row->help);
        describe_values(row, values, sizeof values);
        if (row->argument)
            say("%20s (%s%s%s)", "", values, standard ? "; default: " : "",
                standard ? standard : "");
    }
}

void print_help(const struct option_row *own, const struct option_row *all[2])
{
    const struct demo *demo = run.demo;

    say("Usage: %s [OPTION...]%s%s\n\n%s\n\nThe guarantee: %s\n\nWith --broken %s\n\n"
        "Options of this demo:",
        demo->name, demo->operands ? " " : "", demo->operands ? demo->operands : "", demo->shows,
        demo->guarantee, demo->broken);
    print_options(own);
    say("\nOptions that all demos have:");
    print_options(all[0]);
    print_options(all[1]);
    say("\nExamples:");
    for (int i = 0; i < 3; i++)
        say("  %-40s %s", demo->examples[i][0], demo->examples[i][1]);
    say("\nExit status:\n"
        "  0  it ran, and the guarantee held\n"
        "  1  demo_signal only: the guard killed the task in time\n"
        "  2  wrong usage; nothing was started or changed\n"
        "  3  could not run: the system refused something, a process died, the run took\n"
        "     too long, output could not be written, or demo_mqueue answered a request\n"
        "     with an error\n"
        "  4  the guarantee was violated\n\n"
        "From the report \"Synchronization and Communication\" (M. Saey, 2014),\n%s",
        demo->source);
}
