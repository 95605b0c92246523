/* SPDX-License-Identifier: MIT */
#include "common/demo.h"
#include "common/process.h"
#include "common/views/views.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

static const struct demo *about;
static bool want_help, want_version;

static const struct option_spec common_options[] = {
    OPTION_FLAG("broken", &run.broken, "leave the mechanism out and show the bug that it prevents"),
    OPTION_FLAG("window", &run.window,
        "pause as --broken does, for up to 20 ms, but with the\n"
        "                     mechanism in place: so the guarantee holds"),
    OPTION_ROW("seed", "N", seed, &run.seed, 0, 4294967295.0, WHOLE_NUMBER,
        "draw the same numbers as the run that showed seed N;\n"
        "                     the system still schedules as it likes"),
    OPTION_ROW("speed", "X", number, &run.speed, 0.1, 1000, "%g to %g",
        "divide all times of the run by X, also those that you give"),
    OPTION_ROW("timeout", "SECONDS", whole, &run.timeout, 1, 3600, WHOLE_NUMBER,
        "end a run that takes longer, with status 3; without\n"
        "                     it, 60 s more than the run should take"),
    OPTION_FLAG("help", &want_help, "show this text"),
    OPTION_FLAG("version", &want_version, "show the version"), {0}};

static void print_help(const struct option_spec *own)
{
    const char *operands = about->operands ? about->operands : "";

    say("Usage: %s [OPTION...]%s%s\n\n%s\n\nThe guarantee: %s\n\nIt does not guarantee %s\n\n"
        "With --broken %s\n\nOptions of this demo:",
        about->name, *operands ? " " : "", operands, about->shows, about->guarantee,
        about->no_guarantee, about->broken);
    print_options(own);
    say("\nOptions that all demos have:");
    print_options(common_options);
    print_options(view_options);
    say("\nExamples:");
    for (int i = 0; i < 3; i++)
        say("  %-40s %s", about->examples[i][0], about->examples[i][1]);
    say("\nExit status:\n"
        "  0  it ran, and the guarantee held");
    if (about->status_1)
        say("  1  %s", about->status_1);
    say("  2  wrong usage; nothing was started or changed\n"
        "  3  could not run, or could not tell: the system refused something, a process\n"
        "     died, the run took too long, or output could not be written");
    if (about->status_3)
        say("     %s", about->status_3);
    say("  4  the guarantee was violated\n\n"
        "From the report \"Synchronization and Communication\" (M. Saey, 2014),\n%s",
        about->source);
}

int read_command_line(
    const struct demo *demo, const struct option_spec *options, int argc, char **argv)
{
    about = demo;
    program_name = demo->name;
    if (demo->advice)
        advice_on = demo->advice;
    normalize_process();
    add_options(options);
    add_options(common_options);
    add_options(view_options);
    CHECK(getentropy(&run.seed, sizeof run.seed)); /* unless --seed gives another */
    run.seed = 1 + run.seed % 99999;               /* short enough to be typed again */
    bool has_end = parse_options(argc, argv);
    if (run.broken && run.window)
        usage_error(
            "--broken cannot be combined with --window, which is for runs with the mechanism");
    if (want_help)
        print_help(options);
    else if (want_version)
        say("%s %s", demo->name, VERSION);
    if (want_help || want_version) {
        close_output();
        exit(EXIT_HELD);
    }
    if (optind < argc && !demo->operands)
        usage_error("unexpected operand %s; see --help", escaped(argv[optind]));
    for (int i = optind; i < argc && !has_end; i++)
        if (strncmp(argv[i], "--", 2) == 0)
            usage_error("%s is among the words; options come before them", escaped(argv[i]));
    watchdog_set(0); /* until run_actors() knows more: even opening a file may wait */
    views_start();
    return optind;
}

void start_actors(double planned_seconds)
{
    if (recorder)
        recorder_start();
    watchdog_set(planned_seconds);
    launch_actors();
}

void run_actors(double planned_seconds)
{
    start_actors(planned_seconds);
    (void)wait_for_actors(FOREVER);
}

/* Writes the verdict as lines that a program can read. */
static void write_lines(bool held, const char *text)
{
    warn("guarantee %s: %s (seed %" PRIu32 ")", held ? "held" : "VIOLATED", text, run.seed);
    if (!held && run.broken)
        warn("bug: %s; left out: %s", about->bug, about->left_out);
}

/* Prints a row, or more, of the block: TEXT beside a LABEL that ends at the same column in each. */
static void write_row(FILE *out, const char *label, enum color color, const char *text)
{
    struct screen screen = views_screen(STDERR_FILENO);
    char padded[16];

    (void)snprintf(padded, sizeof padded, "%9s", label);
    (void)print_text(&screen, out, 11, padded, color, text, PLAIN);
}

/* Writes it as a block that can be read from the back row. */
static void write_block(bool held, const char *text)
{
    char *block = NULL, row[700];
    size_t size = 0;
    bool names_bug = !held && run.broken;
    FILE *out = CHECK_NOT(NULL, open_memstream(&block, &size));

    (void)fputc('\n', out);
    (void)snprintf(row, sizeof row, "%s (seed" NO_BREAK "%" PRIu32 ")", text, run.seed);
    write_row(out, held ? "HELD" : "VIOLATED", held ? GOOD : RED, names_bug ? text : row);
    if (names_bug) {
        (void)snprintf(row, sizeof row, "%s in demos/%s.c: %s, seed" NO_BREAK "%" PRIu32,
            about->wrong, about->name, about->bug, run.seed);
        write_row(out, "left out", PLAIN, about->left_out);
        write_row(out, "where", PLAIN, row);
    }
    if (fclose(out) == EOF)
        die_call("fclose", errno, __FILE__, __LINE__);
    (void)write_whole(STDERR_FILENO, block, size); /* if it fails, nobody is left to tell */
    free(block);
}

/* Whatever goes wrong when the run is over, its verdict is known: so that is written first. Returns
 * what went wrong, or NULL. */
static const char *finish_output(enum verdict verdict, const char *sentence)
{
    const struct title title = {.program = about->name,
        .broken = run.broken,
        .verdict = verdict,
        .sentence = sentence,
        .left_out = run.broken ? about->left_out : NULL,
        .seed = run.seed};
    const char *problem = views_finish(&title);

    if (close(STDOUT_FILENO) == -1 && errno != EINTR && !problem) /* see CHECK */
        problem = describe_output_error(STDOUT_FILENO);
    return problem;
}

int verdict(bool held, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *problem = finish_output(held ? VERDICT_HELD : VERDICT_VIOLATED, text);
    if (isatty(STDERR_FILENO))
        write_block(held, text);
    else
        write_lines(held, text);
    if (problem)
        die("%s", problem);
    return held ? EXIT_HELD : EXIT_VIOLATED;
}

int undecided(const char *reason)
{
    const char *problem = finish_output(VERDICT_UNKNOWN, reason);

    warn("cannot tell whether the guarantee held: %s", reason);
    if (problem)
        die("%s", problem);
    return EXIT_TROUBLE;
}
