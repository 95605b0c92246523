/* SPDX-License-Identifier: MIT */
/* what all demos have in common, from outside */
#include "tests/support/test.h"
#include "tests/support/runs.h"

#include "demos/parts/about.h"

#include <fcntl.h>
#include <unistd.h>

enum { LISTINGS = 9, TEXT = 8192 };

/* Runs DEMO quickly in a shell, with REST: options and redirections. A run that
 * cannot tell is repeated.
 */
static struct result run_in_shell(const struct demo_run *demo, const char *rest)
{
    struct result result;

    do
        result = run_script("exec '%s' %s %s", built(demo->program), demo->fast, rest);
    while (is_undecided(&result));
    return result;
}

/* --help and --version. */

static const char *help_of(const char *program)
{
    struct result result = expect_run(0, "^$", "%s --help", program);

    return result.out;
}

/* Each line is at most 80 columns wide; all of it is ASCII. */
static void assert_narrow(const char *name, const char *help)
{
    for (const char *line = help; *line;) {
        size_t width = strcspn(line, "\n");
        if (width > 80)
            fail_msg("%s: %zu columns: %.*s", name, width, (int)width, line);
        assert_int_equal(line[width], '\n');
        line += width + 1;
    }
    for (const char *at = help; *at; at++)
        assert_true(*at == '\n' || (*at >= ' ' && *at <= '~'));
}

TEST(help)
{
    int number = 0;

    FOR_DEMOS(demo)
    {
        char first[64], last[64];
        number++;
        (void)snprintf(first, sizeof first, "Usage: %s ", demo->program);
        (void)snprintf(last, sizeof last,
            number <= LISTINGS ? "section 3.%d, listing %d" : "no listing", number, number);
        /* status 1 belongs to demo_signal alone */
        bool has_status_1 = demo->normal == 1;
        const char *const parts[] = {first, "The guarantee: ", "It does not guarantee ",
            "With --broken ", "Options of this demo", "Options that all demos have",
            "\n  --broken ", "\n  --window ", "up to 20 ms",
            "\n  --seed=", "(a whole number from 0 to 4294967295",
            "\n  --speed=", "(0.1 to 1000; default: 1)",
            "\n  --timeout=", "(a whole number from 1 to 3600", "\n  --help ", "\n  --version ",
            "\n  --lanes ", "\n  --step ", "\n  --timeline ",
            "\n  --svg=", "\n  --trace=", "\n  --color=", "auto by default",
            "(one of auto always never", "Examples:", "Exit status:", "\n  0 ",
            has_status_1 ? "\n  1 " : "", "\n  2 ", "\n  3 ", "\n  4 ", last};
        const char *help = help_of(demo->program), *at = help;
        for (size_t i = 0; i < COUNT(parts); i++) {
            at = strstr(at, parts[i]); /* in this order */
            if (!at)
                fail_msg("%s --help lacks: %s", demo->program, parts[i]);
        }
        assert_true(has_status_1 || !strstr(help, "\n  1 "));
        assert_null(strstr(help, "(null)"));
        assert_narrow(demo->program, help);
        (void)snprintf(first, sizeof first, "^%s [0-9]+\\.[0-9]+[^\n]*\n$", demo->program);
        assert_matches(expect_run(0, "^$", "%s --version", demo->program).out, first);
    }
}

/* The three examples of --help run as they stand there, only faster; but for a
 * server, which waits for Ctrl-C: see socket.c.
 */
TEST(examples)
{
    save_file("FILE", "read this\n", 10); /* one of them reads it */
    FOR_DEMOS(demo)
    {
        struct result lines =
            run_script("'%s' --help | sed -n '/^Examples:/,/^$/s/^  %s\\(.*\\)/\\1  /p'",
                built(demo->program), demo->program);
        assert_int_equal(count_lines(lines.out), 3);
        for (char *rest; (rest = strtok_r(lines.out, "\n", &lines.out));) {
            *strstr(rest, "  ") = '\0'; /* then it says what it shows */
            if (strstr(rest, "--serve"))
                continue;
            struct result result = run_in_shell(demo, rest);
            bool right = strstr(rest, "--broken")
                             ? result.status == 4
                             : result.status == 0 || result.status == demo->normal;
            /* not every system has robust mutexes */
            if (!right && !strstr(result.err, "robust"))
                fail_msg("%s%s: status %d, %s%s", demo->program, rest, result.status, result.out,
                    result.err);
        }
    }
}

/* What the verdict of --broken says was left out is in the source below its
 * header: each word that is not one of these.
 */
TEST(what_is_left_out)
{
#define ADDRESS(name) &name##_demo,
    static const struct demo *const demos[] = {FOR_EACH_DEMO(ADDRESS)};
    static const char english[] = " and around between by called client's in "
                                  "loop own sleep test the with ";
    char path[4096], words[256], name[64];

    for (size_t i = 0; i < COUNT(demos); i++) {
        (void)snprintf(path, sizeof path, "%s/demos/%s.c", SOURCE_FOLDER, demos[i]->name);
        const char *code = strstr(load_file(path, NULL), "*/");
        (void)snprintf(words, sizeof words, "%s, %s", demos[i]->left_out, demos[i]->wrong);
        for (char *rest = words, *word; (word = strtok_r(rest, " ,", &rest));) {
            (void)snprintf(name, sizeof name, " %s ", word);
            if (strstr(english, name))
                continue;
            word[strcspn(word, ")")] = '\0'; /* "ask()" begins as "ask(" does */
            if (!strstr(code, word))
                fail_msg("%s has no %s", path, word);
        }
    }
}

/* Options. All that --help says of them holds: what an option takes is taken (a
 * following --help keeps the demo from running), and what it does not take is
 * refused in the same words.
 */

/* The option that is tried, from its lines in --help. */
static struct option {
    const char *program;
    char name[32];
    bool has_value;
    char takes[128]; /* "a whole number from 1 to 64"; "" if nothing is said */
} option;

/* Reads the option at LINE, "  --name...". */
static void read_option(const char *program, const char *line)
{
    const char *next = strstr(line + 1, "\n  --"), *end = strstr(line, "\n\n");
    char about[512] = ""; /* with single blanks */
    size_t used = 0;

    option = (struct option){.program = program};
    (void)sscanf(line, "  --%31[a-z-]", option.name);
    option.has_value = line[4 + strlen(option.name)] == '=';
    end = next && next < end ? next : end;
    for (const char *at = line; at < end && used < sizeof about - 1; at++) {
        char letter = *at == '\n' ? ' ' : *at;
        if (letter != ' ' || at[1] != ' ')
            about[used++] = letter;
    }
    const char *range = strrchr(about, '(');
    if (range)
        (void)sscanf(range, "(%127[^;)]", option.takes);
    if (strncmp(option.takes, "default", 7) == 0)
        *option.takes = '\0';
}

/* If VALUE is not taken, the message says what would be right: what --help
 * says.
 */
static void try_value(const char *value, bool is_taken)
{
    char word[TEXT], begin[64], end[160];

    (void)snprintf(word, sizeof word, "--%s=%s", option.name, value);
    if (is_taken) {
        struct result result = RUN(option.program, word, "--help");
        assert_result(&result, 0, "^$", word);
        return;
    }
    (void)snprintf(begin, sizeof begin, "%s: --%s=", option.program, option.name);
    (void)snprintf(
        end, sizeof end, ": must be %s\n", *option.takes ? option.takes : "1 to 4095 bytes");
    struct result result = assert_refused(option.program, word, NULL);
    const char *last = strstr(result.err, ": must ");
    if (strncmp(result.err, begin, strlen(begin)) != 0 || !last ||
        (strcmp(last, end) != 0 && !strstr(last, "control characters")))
        fail_msg("not \"%s...%s\", but \"%s\"", begin, end, result.err);
}

static void try_number(double number, bool is_taken)
{
    char value[64];

    (void)snprintf(value, sizeof value, "%.10g", number);
    try_value(value, is_taken);
}

/* Returns false if the option is no number. */
static bool try_numbers(void)
{
    static const char *const never[] = {"", " 1", "+1", "3x", "-1", "1e3", "nan", "inf", "0x10",
        "1,5", "1.5.5", ".", "99999999999999999999"};
    double min, max;
    int whole = 0, above = 0, end = 0;

    (void)sscanf(option.takes, "a whole number from %n", &whole);
    (void)sscanf(option.takes, "above %n", &above);
    const char *range = option.takes + whole + above;
    if (sscanf(range, above ? "%lf, up to %lf%n" : "%lf to %lf%n", &min, &max, &end) != 2 ||
        range[end] != '\0')
        return false;
    for (size_t i = 0; i < COUNT(never); i++)
        try_value(never[i], false);
    double step = whole ? 1 : 0.01;
    try_number(min, !above);
    try_number(min - step, false);
    try_number(max, true);
    try_number(max + step, false);
    try_number(min + 0.5, !whole);
    return true;
}

/* Returns false if the option has no words to choose from. */
static bool try_words(void)
{
    char words[128];

    if (sscanf(option.takes, "one of %127[^\n]", words) != 1)
        return false;
    try_value(words, false); /* not two at once */
    try_value("", false);
    for (char *rest = words, *word; (word = strtok_r(rest, " ", &rest));) {
        try_value(word, true);
        *word = (char)(*word ^ ' '); /* small or capital */
        try_value(word, false);
    }
    return true;
}

/* A text of so many bytes, or the name of a file. */
static void try_texts(void)
{
    static const char *const never[] = {"", "a\nb", "\x1b[1m", "\x7f", "\xc2\x85"};
    static char longest[TEXT];
    size_t min = 1, max = 4095;

    (void)sscanf(option.takes, "%zu to %zu bytes", &min, &max);
    assert_true(min == 1 && max < sizeof longest - 1);
    memset(longest, 'x', sizeof longest);
    longest[max] = '\0';
    if (strcmp(option.name, "only") != 0) /* they have to be mechanisms */
        try_value(longest, true);
    longest[max] = 'x';
    longest[max + 1] = '\0';
    try_value(longest, false);
    for (size_t i = 0; i < COUNT(never); i++)
        try_value(never[i], false);
}

static void try_options(const char *program)
{
    char word[64], said[128];

    for (const char *line = help_of(program); (line = strstr(line + 1, "\n  --"));) {
        read_option(program, line + 1);
        (void)snprintf(word, sizeof word, "--%s%s", option.name, option.has_value ? "" : "=1");
        (void)snprintf(said, sizeof said, "^%s: %s %s; see --help\n$", program, word,
            option.has_value ? "needs a value" : "takes no value");
        (void)expect_run(2, said, "%s %s", program, word);
        if (option.has_value && !try_numbers() && !try_words())
            try_texts();
    }
}

TEST(each_option)
{
    FOR_DEMOS(demo)
    try_options(demo->program);
}

TEST(options_of_benchmark)
{
    if (access(built("bench_mechanisms"), X_OK) == -1)
        skip(); /* tests/unkind runs the demos only */
    assert_narrow("bench_mechanisms", help_of("bench_mechanisms"));
    try_options("bench_mechanisms");
}

TEST(command_line)
{
    FOR_DEMOS(demo)
    {
        REFUSED(
            demo->program, "--nonsense", "--nonsense=1", "-x", "-h", "--s=1" /* seed or speed? */);
        (void)expect_run(0, "^$", "%s --see=0 --speed 1000 --he", demo->program);
        /* the usage ends with "[OPTION...]" if there are no operands */
        if (strstr(help_of(demo->program), " [OPTION...]\n"))
            REFUSED(demo->program, "surplus", "-- --help");
    }
}

/* An open window does no harm where the mechanism is in place; and the verdict,
 * the last line, ends with the seed.
 */
TEST(window)
{
    FOR_DEMOS(demo)
    {
        struct result result = run_in_shell(demo, "--window --seed=42");
        assert_result(
            &result, demo->normal, ": guarantee held: [^\n]*seed 42\\)\n$", demo->program);
        (void)expect_run(
            2, "cannot be combined with --window", "%s --window --broken", demo->program);
    }
}

/* Output that cannot be written. */

TEST(no_output)
{
    static const char *const ways[] = {"", "--help", "--version"};
    bool has_full = access("/dev/full", W_OK) == 0; /* not every system */
    char rest[64];

    FOR_DEMOS(demo)
    for (int i = 0; i < (has_full ? 6 : 3); i++) {
        (void)snprintf(rest, sizeof rest, "%s %s", ways[i % 3], i < 3 ? ">&-" : ">/dev/full");
        struct result result = run_in_shell(demo, rest);
        assert_result(&result, 3, "standard output: ", rest);
        assert_null(strstr(result.err, "guarantee held"));
    }
}

/* The demo starts when its output's reader has gone for sure. */
TEST(reader_goes_away)
{
    assert_int_equal(run_script("mkfifo output").status, 0);
    FOR_DEMOS(demo)
    {
        struct result result = run_script(
            ": <output & exec >output; wait; exec '%s' %s", built(demo->program), demo->fast);
        assert_result(&result, 3, "the reader went away", demo->program);
    }
}

/* Pipes that another program has made non-blocking, and filled: in the new
 * process. It is given a while to find that out before they are emptied.
 */
static int fill_outputs(const void *context)
{
    char bytes[4096];

    (void)context;
    memset(bytes, '\1', sizeof bytes);
    for (int i = 0; i < 3; i++)
        (void)fcntl(i, F_SETFL, O_NONBLOCK);
    for (int i = 1; i < 3; i++)
        while (write(i, bytes, sizeof bytes) > 0)
            continue;
    return 0;
}

static const char *after_filling(const char *text)
{
    assert_int_equal(*text, '\1');
    return text + strspn(text, "\1");
}

/* Each demo waits for room in them, whatever it writes there. */
TEST(full_outputs)
{
    static const char *const options[] = {
        "--seed=1", "--lanes", "--timeline", "--svg=/dev/stdout", "--trace=/dev/stderr"};
    struct result result;

    FOR_DEMOS(demo)
    for (size_t i = 0; i < COUNT(options); i++) {
        do {
            struct program program =
                start_with(fill_outputs, NULL, "%s %s %s", demo->program, demo->fast, options[i]);
            nap(0.2);
            result = program_finish(&program);
        } while (is_undecided(&result));
        assert_result(&result, demo->normal, "guarantee held: ", demo->program);
        assert_true(*after_filling(result.out) != '\0');
    }
}

/* ... and for input, also in the middle of a line. */
TEST(input_that_does_not_block)
{
    static const struct {
        const char *name, *input, *out;
    } cases[] = {{"demo_pipe", "Make this\nsentence", "makeThis\nsentence\n"},
        {"demo_mqueue", "add 3 4\nmul 6 7", "7\n42\n"}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct program program = start_with(fill_outputs, NULL, "%s -", cases[i].name);
        program_write(&program, cases[i].input, 5);
        nap(0.1); /* it tries */
        program_write(&program, cases[i].input + 5, strlen(cases[i].input) - 5);
        struct result result = program_finish(&program);
        assert_int_equal(result.status, 0);
        assert_string_equal(after_filling(result.out), cases[i].out);
    }
}
