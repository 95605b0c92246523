/* SPDX-License-Identifier: MIT */
/* bench_mechanisms as a whole program; what is fast is not asked here */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/program.h"
#include "tests/support/queues.h"

static const char header[] = "mechanism,placement,size,rounds,median_ns,"
                             "p99_ns,min_ns,ratio_to_pipe\n";

/* In the order of the rows; the labels are those of the charts. */
static const struct mechanism {
    const char *name, *label;
    int size; /* at --size=64 */
} mechanisms[] = {{"pipe", "pipe", 64}, {"fifo", "FIFO", 64},
    {"unix", "Unix socket", 64}, {"tcp", "TCP on 127.0.0.1", 64},
    {"posix-queue", "POSIX queue", 64}, {"sysv-queue", "System V queue", 64},
    {"signal", "signal with an int", 4},
    {"shm-semaphore", "shared mem., semaphore", 64},
    {"shm-condition", "shared mem., condition", 64},
    {"file-lock", "file, fcntl lock", 64}, {"mutex", "mutex of threads", 0},
    {"mutex-contended", "mutex, contended", 0},
    {"shared-mutex", "process-shared mutex", 0},
    {"shared-mutex-contended", "shared, contended", 0},
    {"robust-mutex", "robust mutex", 0},
    {"robust-mutex-contended", "robust, contended", 0},
    {"semaphore", "semaphore", 0},
    {"semaphore-contended", "semaphore, contended", 0},
    {"fcntl-lock", "fcntl lock", 0},
    {"fcntl-lock-contended", "fcntl lock, contended", 0}};
enum { MECHANISMS = sizeof mechanisms / sizeof *mechanisms };

/* One row of --csv. Ends the test unless it is well-formed and plausible. */
static void assert_row(const char *line, const struct mechanism *mechanism,
    const char *placement, int size, int rounds)
{
    char begin[100];
    double median, p99, least, ratio;

    (void)snprintf(begin, sizeof begin, "%s,%s,%d,%d,", mechanism->name,
        placement, size, rounds);
    if (strncmp(line, begin, strlen(begin)) != 0)
        fail_msg("\"%.80s\" does not begin with \"%s\"", line, begin);
    assert_int_equal(sscanf(line + strlen(begin), "%lf,%lf,%lf,%lf", &median,
                         &p99, &least, &ratio),
        4);
    assert_true(least > 0 && least <= median && median <= p99);
    assert_true(median < 1e9);
    assert_true(ratio > 0);
    if (strcmp(mechanism->name, "pipe") == 0)
        assert_true(ratio == 1);
}

/* All of the rows, but for those that standard error says are left out. */
static void assert_rows(
    const struct result *result, const char *placement, int size, int rounds)
{
    const char *line = result->out + strlen(header);
    char left_out[100];

    assert_int_equal(result->status, 0);
    assert_memory_equal(result->out, header, strlen(header));
    for (int i = 0; i < MECHANISMS; i++) {
        int own_size = mechanisms[i].size == 64 ? size : mechanisms[i].size;
        (void)snprintf(left_out, sizeof left_out,
            "bench_mechanisms: %s is left out: ", mechanisms[i].name);
        if (strstr(result->err, left_out))
            continue;
        assert_row(line, &mechanisms[i], placement, own_size, rounds);
        line = strchr(line, '\n') + 1;
    }
    assert_string_equal(line, "");
    assert_matches(result->err, "bench_mechanisms: every message came as it "
                                "was sent: [0-9]+ round trips, [^\n]*\n$");
}

static void test_rows(void **state)
{
    struct result result =
        RUN("bench_mechanisms", "--csv", "--rounds=2", "--placement=free");

    (void)state;
    assert_rows(&result, "free", 64, 2);
    free_result(&result);
    assert_nothing_left();
}

static void test_sizes(void **state)
{
    static const struct {
        const char *option;
        int size;
    } cases[] = {{"--size=16", 16}, {"--size=17", 17}, {"--size=4096", 4096}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result result = RUN("bench_mechanisms", "--csv", "--rounds=1",
            "--placement=free", cases[i].option);
        assert_rows(&result, "free", cases[i].size, 1);
        free_result(&result);
    }
    assert_nothing_left();
}

/* In the order of the table, and without the yardstick. */
static void test_only(void **state)
{
    struct result result = RUN("bench_mechanisms", "--csv", "--rounds=1",
        "--placement=free", "--only=fcntl-lock,tcp");
    const char *line = result.out + strlen(header);

    (void)state;
    assert_int_equal(result.status, 0);
    assert_int_equal(count_lines(result.out), 3);
    assert_row(line, &mechanisms[3], "free", 64, 1);
    assert_row(strchr(line, '\n') + 1, &mechanisms[18], "free", 0, 1);
    assert_matches(result.err, "sent: 440 round trips"); /* pipe and TCP */
    free_result(&result);

    result = RUN("bench_mechanisms", "--rounds=1", "--placement=free",
        "--only=mutex-contended");
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.out, "\nThe pipe was measured, too"));
    assert_null(strstr(result.out, "\npipe "));
    free_result(&result);
}

static void test_chart(void **state)
{
    struct result result = RUN("bench_mechanisms", "--rounds=1",
        "--placement=free", "--svg=costs.svg", "--color=never");
    char text[64];

    (void)state;
    assert_int_equal(result.status, 0);
    for (int i = 0; i < MECHANISMS; i++) {
        (void)snprintf(text, sizeof text, "%s is left out", mechanisms[i].name);
        if (!strstr(result.err, text))
            assert_int_equal(
                count_text(result.out, mechanisms[i].label) > 0, 1);
    }
    assert_matches(result.out, "\npipe +[0-9.]+ [^ ]+ +[0-9.]+ [^ ]+ +1\\.00 ");
    assert_non_null(strstr(result.out, "not pinned: "));
    for (char *line = result.out, *next; *line; line = next + 1) {
        int columns = 0;
        next = strchr(line, '\n');
        for (const char *byte = line; byte < next; byte++)
            columns += (*byte & 0xc0) != 0x80;
        assert_int_in_range(columns, 0, 80);
    }
    free_result(&result);
}

/* The place to the right of the dot of MECHANISM in PICTURE. */
static double place_of_dot(
    const char *picture, const struct mechanism *mechanism)
{
    char title[64], class[8];
    double x;

    (void)snprintf(
        title, sizeof title, "<g><title>%s: median ", mechanism->label);
    assert_int_equal(count_text(picture, title), 1);
    const char *dot = strstr(strstr(picture, title), "<path ");
    assert_int_equal(
        sscanf(dot, "<path class='%4s' transform='translate(%lf", class, &x),
        2);
    assert_string_equal(class, mechanism->size > 0 ? "trip" : "lock");
    return x;
}

/* The dots of PICTURE lie in the order of what the rows of CSV say, and as far
 * from the pipe's as is proportional to the logarithm of the ratio to it.
 */
static void assert_dots(const char *picture, const char *csv)
{
    double least = 0, most = 0, x_least = 0, x_most = 0;
    double pipe = place_of_dot(picture, &mechanisms[0]);

    for (int pass = 0; pass < 2; pass++)
        for (int i = 1; i < MECHANISMS; i++) {
            char begin[40];
            double median, ratio;
            (void)snprintf(
                begin, sizeof begin, "\n%s,free,", mechanisms[i].name);
            const char *row = strstr(csv, begin);
            if (!row)
                continue; /* it is left out here */
            assert_int_equal(sscanf(row + strlen(begin),
                                 "%*d,%*d,%lf,%*f,%*f,%lf", &median, &ratio),
                2);
            double x = place_of_dot(picture, &mechanisms[i]);
            double power = log10(ratio);
            if (power < least) {
                least = power;
                x_least = x;
            }
            if (power > most) {
                most = power;
                x_most = x;
            }
            /* the second time the ends are known */
            double expected = pipe + (x_least - pipe) * power / least;
            if (pass == 1 && fabs(x - expected) > 3)
                fail_msg(
                    "%s is at %f, not %f", mechanisms[i].name, x, expected);
        }
    assert_true(x_least < pipe && pipe < x_most);
}

/* It has a title, a size of its own, each dot, and closes what it opens. */
static void test_picture(void **state)
{
    struct result result = RUN("bench_mechanisms", "--rounds=1", "--csv",
        "--placement=free", "--svg=costs.svg");
    static char picture[100000];
    FILE *file = fopen("costs.svg", "r");

    (void)state;
    assert_non_null(file);
    picture[fread(picture, 1, sizeof picture - 1, file)] = '\0';
    (void)fclose(file);
    assert_matches(picture, "^<svg xmlns='http://www.w3.org/2000/svg' "
                            "role='img' viewBox='0 0 [0-9]+ [0-9]+'><title>"
                            "bench_mechanisms[^<]*</title>\n");
    assert_matches(picture, "</svg>\n$");
    assert_non_null(strstr(picture, "prefers-color-scheme:dark"));
    assert_non_null(strstr(picture, ">pipe = 1</text>"));
    assert_int_equal(
        count_text(picture, "<text"), count_text(picture, "</text>"));
    assert_int_equal(count_text(picture, "<g>"), count_text(picture, "</g>"));
    assert_int_equal(
        count_text(picture, "<g><title>"), count_lines(result.out) - 1);
    assert_dots(picture, result.out);
    free_result(&result);

    result = RUN("bench_mechanisms", "--rounds=1", "--svg=missing/costs.svg");
    assert_int_equal(result.status, 3);
    assert_string_equal(result.out, "");
    assert_matches(result.err, "^bench_mechanisms: cannot write missing/");
    free_result(&result);
}

/* The process ids of the children of PARENT; returns how many, at most MOST. */
static int find_children(pid_t parent, pid_t *children, int most)
{
    char command[200];
    int count = 0;

    (void)snprintf(command, sizeof command,
        "cat /proc/[0-9]*/stat 2>/dev/null | sed -n "
        "'s/^\\([0-9]*\\) ([^)]*) [A-Y] %ld .*/\\1/p'",
        (long)parent);
    FILE *found = popen(command, "r");
    assert_non_null(found);
    for (int pid; count < most && fscanf(found, "%d", &pid) == 1; count++)
        children[count] = pid;
    (void)pclose(found);
    return count;
}

/* The cores that process PID may use, as in "0" or "0-1". */
static const char *cores_of(pid_t pid)
{
    static char cores[200];
    char path[64], line[300];

    (void)snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    FILE *status = fopen(path, "r");
    *cores = '\0';
    while (status && fgets(line, sizeof line, status))
        (void)sscanf(line, "Cpus_allowed_list: %199s", cores);
    if (status)
        (void)fclose(status);
    return cores;
}

static struct program start_long(const char *placement)
{
    return program_start((const char *const[]){built("bench_mechanisms"),
        "--csv", "--rounds=1000", "--timeout=60", placement, NULL});
}

/* Waits until both sides are there; with the keeper they are three. */
static int await_sides(const struct program *program, pid_t *children)
{
    int count = 0;

    for (int tries = 0; tries < 3000 && count < 3; tries++) {
        count = find_children(program->pid, children, 3);
        (void)usleep(10000);
    }
    return count;
}

/* Each side is allowed on one core, the right one, while the parent is free. */
static void test_pinning(void **state)
{
    struct result probe = RUN(
        "bench_mechanisms", "--rounds=1", "--only=pipe", "--placement=cross");
    char first[200];
    pid_t children[3];

    (void)state;
    if (probe.status == 3) { /* one core, or a system that cannot pin */
        assert_matches(probe.err, "cross wants two cores|cannot pin");
        free_result(&probe);
        skip();
    }
    assert_non_null(strstr(probe.out, "the sides pinned to cores "));
    free_result(&probe);
    for (int cross = 0; cross < 2; cross++) {
        struct program program =
            start_long(cross ? "--placement=cross" : "--placement=same");
        int pinned = 0, apart = 0;
        *first = '\0';
        assert_int_equal(await_sides(&program, children), 3);
        for (int tries = 0; tries < 3000 && pinned < 2; tries++) {
            (void)usleep(10000); /* they pin themselves */
            pinned = apart = 0;
            for (int i = 0; i < 3; i++) {
                const char *cores = cores_of(children[i]);
                if (cores[strspn(cores, "0123456789")] != '\0' || !*cores)
                    continue; /* the keeper, or not yet */
                apart += pinned > 0 && strcmp(first, cores) != 0;
                (void)snprintf(first, sizeof first, "%s", cores);
                pinned++;
            }
        }
        (void)kill(program.pid, SIGTERM);
        struct result result = program_finish(&program);
        assert_int_equal(result.status, 128 + SIGTERM);
        assert_int_equal(pinned, 2);
        assert_int_equal(apart, cross);
        free_result(&result);
    }
    assert_nothing_left();
}

/* A program that may use one core only, and not the first one. */
static void test_one_core(void **state)
{
    static const struct {
        const char *options;
        int status;
        const char *said;
    } cases[] = {{"--placement=cross", 3, "cross wants two cores"},
        {"--placement=same --only=pipe", 0, "every message came"}};
    char command[8192];

    (void)state;
    for (int i = 0; i < 2; i++) {
        (void)snprintf(command, sizeof command,
            "taskset -c 1 true 2>&- || exit 77\n"
            "exec taskset -c 1 '%s' --rounds=1 %s",
            built("bench_mechanisms"), cases[i].options);
        struct result result = run_program(
            (const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, 0);
        bool is_possible = result.status != 77;
        if (is_possible && (result.status != cases[i].status ||
                               !strstr(result.err, cases[i].said)))
            fail_msg("%s: status %d, %s", command, result.status, result.err);
        free_result(&result);
        if (!is_possible)
            skip();
    }
}

/* However it ends: the sides go with their parent, and so does the queue. */
static void test_killed(void **state)
{
    static const int signals[] = {SIGINT, SIGKILL};
    pid_t children[3];

    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct program program = start_long("--placement=free");
        (void)await_sides(&program, children);
        (void)kill(program.pid, signals[i]);
        struct result result = program_finish(&program);
        assert_int_equal(result.status, 128 + signals[i]);
        assert_string_equal(result.out, "");
        free_result(&result);
        assert_nothing_left();
    }
}

/* A side that is killed ends the run, and is named. */
static void test_side_is_killed(void **state)
{
    struct program program = start_long("--placement=free");
    pid_t children[3];

    (void)state;
    assert_int_equal(await_sides(&program, children), 3);
    for (int i = 0; i < 3; i++) /* the keeper has a session of its own */
        if (getsid(children[i]) != children[i]) {
            (void)kill(children[i], SIGKILL);
            break;
        }
    struct result result = program_finish(&program);
    assert_int_equal(result.status, 3);
    /* the other side may then have got the robust mutex of a dead owner */
    assert_matches(result.err,
        "p[io]ng [01] was killed by signal 9, so the run was "
        "stopped\n([^\n]*Owner died[^\n]*\n)?$");
    free_result(&result);
    assert_nothing_left();
}

/* Both sides compare each byte with what the other one has sent. This test,
 * too, can send to the System V queue: to PING, of type 1.
 */
static void test_wrong_message(void **state)
{
    const struct {
        long type;
        char bytes[64];
    } wrong = {1, "never sent by the other side"};
    char queue[100] = "";
    int id;

    (void)state;
    struct program program =
        program_start((const char *const[]){built("bench_mechanisms"),
            "--only=sysv-queue", "--placement=free", "--rounds=200", NULL});
    while (queues_left(queue, sizeof queue) == 0)
        if (program_ended(&program, 0.01))
            skip(); /* there are no such queues, or nobody tells of them */
    assert_int_equal(sscanf(queue, "System V queue %d", &id), 1);
    assert_int_equal(msgsnd(id, &wrong, sizeof wrong.bytes, 0), 0);
    struct result result = program_finish(&program);
    assert_result(&result, 4,
        "payload differed: sysv-queue, at the side of ping .64 bytes of 64.",
        "bench_mechanisms");
    assert_nothing_left();
}

static void test_help(void **state)
{
    struct result result = RUN("bench_mechanisms", "--help");
    int lines = 0;

    (void)state;
    assert_int_equal(result.status, 0);
    assert_string_equal(result.err, "");
    for (int i = 0; i < MECHANISMS; i++)
        assert_non_null(strstr(result.out, mechanisms[i].name));
    for (char *line = result.out, *next; *line; line = next + 1, lines++) {
        next = strchr(line, '\n');
        assert_int_in_range(next - line, 0, 80);
    }
    assert_true(lines > 40);
    free_result(&result);
    result = RUN("bench_mechanisms", "--version");
    assert_int_equal(result.status, 0);
    assert_matches(result.out, "^bench_mechanisms [0-9.]+\n$");
    free_result(&result);
}

static void test_wrong_usage(void **state)
{
    static const char *const refused[][2] = {{"--rounds=0"}, {"--rounds=1001"},
        {"--rounds=-1"}, {"--rounds=1.5"}, {"--rounds="}, {"--rounds"},
        {"--rounds=99999999999"}, {"--size=15"}, {"--size=4097"}, {"--size=x"},
        {"--placement=here"}, {"--placement="}, {"--only="}, {"--only=pip"},
        {"--only=pipe,"}, {"--only=,"}, {"--only=pipe tcp"}, {"--only=a\nb"},
        {"--csv=1"}, {"--svg="}, {"--color=red"}, {"--timeout=0"}, {"--broken"},
        {"--seed=1"}, {"operand"}, {"--csv", "operand"}};

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_refused("bench_mechanisms", refused[i][0], refused[i][1]);
    struct result result = RUN("bench_mechanisms", "--only=pipe,nothing");
    for (int i = 0; i < MECHANISMS; i++) /* it says what there is */
        assert_non_null(strstr(result.err, mechanisms[i].name));
    assert_non_null(strstr(result.err, "--only=nothing: "));
    free_result(&result);
    assert_nothing_left();
}

static void test_output_that_cannot_be_written(void **state)
{
    char command[5000];

    (void)state;
    if (access("/dev/full", W_OK) == -1)
        skip();
    (void)snprintf(command, sizeof command,
        "'%s' --rounds=1 --only=pipe >/dev/full", built("bench_mechanisms"));
    struct result result = run_program(
        (const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, 0);
    assert_int_equal(result.status, 3);
    assert_matches(
        result.err, "^bench_mechanisms: write to standard output: [^\n]+\n$");
    free_result(&result);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_rows), TEST(test_sizes),
        TEST(test_only), TEST(test_chart), TEST(test_picture),
        TEST(test_pinning), TEST(test_one_core), TEST(test_killed),
        TEST(test_side_is_killed), TEST(test_wrong_message), TEST(test_help),
        TEST(test_wrong_usage), TEST(test_output_that_cannot_be_written)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
