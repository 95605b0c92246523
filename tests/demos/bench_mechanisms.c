/* SPDX-License-Identifier: MIT */
/* bench_mechanisms as a whole program; what is fast is not asked here */
#include "tests/support/test.h"

#include <math.h>
#include <signal.h>
#include <sys/msg.h>
#include <unistd.h>

#include "tests/support/queues.h"

#define HEADER "mechanism,placement,size,rounds,median_ns,p99_ns,min_ns,ratio_to_pipe\n"
#define MEASURED                                                                                   \
    "bench_mechanisms: every message came as it was sent: %d round trips, "                        \
    "checked at both ends\n$"

/* In the order of the rows; the labels are those of the charts. */
static const struct mechanism {
    const char *name, *label;
    int size; /* at --size=64 */
} mechanisms[] = {{"pipe", "pipe", 64}, {"fifo", "FIFO", 64}, {"unix", "Unix socket", 64},
    {"tcp", "TCP on 127.0.0.1", 64}, {"posix-queue", "POSIX queue", 64},
    {"sysv-queue", "System V queue", 64}, {"signal", "signal with an int", 4},
    {"shm-semaphore", "shared mem., semaphore", 64},
    {"shm-condition", "shared mem., condition", 64}, {"file-lock", "file, fcntl lock", 64},
    {"mutex", "mutex of threads", 0}, {"mutex-contended", "mutex, contended", 0},
    {"shared-mutex", "process-shared mutex", 0}, {"shared-mutex-contended", "shared, contended", 0},
    {"robust-mutex", "robust mutex", 0}, {"robust-mutex-contended", "robust, contended", 0},
    {"semaphore", "semaphore", 0}, {"semaphore-contended", "semaphore, contended", 0},
    {"fcntl-lock", "fcntl lock", 0}, {"fcntl-lock-contended", "fcntl lock, contended", 0}};
static bool is_left_out(const char *err, const struct mechanism *mechanism)
{
    char text[100];

    (void)snprintf(text, sizeof text,
        "bench_mechanisms: %s is left out: this "
        "system has none",
        mechanism->name);
    return strstr(err, text) != NULL;
}

/* Asserts that LINE is a plausible row of --csv; returns its ratio. */
static double assert_row(const char *line, const struct mechanism *mechanism, int size, int rounds)
{
    char begin[100];
    double median, p99, least, ratio;

    (void)snprintf(begin, sizeof begin, "%s,free,%d,%d,", mechanism->name, size, rounds);
    if (strncmp(line, begin, strlen(begin)) != 0)
        fail_msg("\"%.80s\" does not begin with \"%s\"", line, begin);
    assert_int_equal(
        sscanf(line + strlen(begin), "%lf,%lf,%lf,%lf", &median, &p99, &least, &ratio), 4);
    assert_true(least > 0 && least <= median && median <= p99);
    assert_true(median < 1e9);
    assert_true(ratio > 0);
    assert_true(mechanism > mechanisms || ratio == 1);
    return ratio;
}

/* The place to the right of the dot of MECHANISM in PICTURE. */
static double place_of_dot(const char *picture, const struct mechanism *mechanism)
{
    char label[64], class[8];
    double x;

    (void)snprintf(label, sizeof label, ">%s</text>", mechanism->label);
    assert_int_equal(count_text(picture, label), 1);
    const char *dot = strstr(strstr(picture, label), "<path ");
    assert_int_equal(
        sscanf(dot, "<path class='bar %7[a-z]' transform='translate(%lf", class, &x), 2);
    assert_string_equal(class, mechanism->size > 0 ? "new" : "inside");
    return x;
}

/* All rows are there, but for those that it says are left out. A picture has
 * the dot of each: as far from the pipe's as is proportional to the logarithm
 * of the ratio to it, which on a busy machine may be beyond the axis.
 */
TEST(rows)
{
    static const int cases[][2] = {{64, 2}, {16, 1}, {17, 1}, {4096, 1}};
    const double left = 400, right = 1440, decade = (right - left) / 6;

    for (size_t c = 0; c < COUNT(cases); c++) {
        int size = cases[c][0], rounds = cases[c][1], channels = 0;
        char said[200];
        struct result result =
            run_words("bench_mechanisms --csv --placement=free --size=%d --rounds=%d "
                      "--svg=costs.svg",
                size, rounds);
        const char *picture = load_file("costs.svg", NULL);
        double pipe = place_of_dot(picture, mechanisms);
        assert_memory_equal(result.out, HEADER, strlen(HEADER));
        const char *line = result.out + strlen(HEADER);
        for (size_t i = 0; i < COUNT(mechanisms); i++) {
            const struct mechanism *mechanism = &mechanisms[i];
            if (is_left_out(result.err, mechanism))
                continue;
            double ratio =
                assert_row(line, mechanism, mechanism->size == 64 ? size : mechanism->size, rounds);
            double x = place_of_dot(picture, mechanism);
            double place = pipe + decade * log10(ratio);
            place = fmin(fmax(place, left), right); /* the axis ends there */
            if (fabs(x - place) > 3)
                fail_msg("%s is at %f", mechanism->name, x);
            line = strchr(line, '\n') + 1;
            channels += mechanism->size > 0;
        }
        assert_string_equal(line, "");
        (void)snprintf(said, sizeof said, MEASURED, channels * rounds * 220);
        assert_result(&result, 0, said, "bench_mechanisms --csv");
        assert_matches(picture, "^<svg [^>]*><title>bench_mechanisms[^<]*"
                                "</title>\n.*>pipe = 1</text>.*</svg>\n$");
    }
    (void)expect_run(3, "^bench_mechanisms: cannot write missing/",
        "bench_mechanisms --rounds=1 --svg=missing/costs.svg");
    if (access("/dev/full", W_OK) == -1)
        return; /* not every system has it */
    (void)expect_run(3, "^bench_mechanisms: cannot write /dev/full: ",
        "bench_mechanisms --rounds=1 --only=pipe --svg=/dev/full");
    struct result result =
        run_script("exec '%s' --only=pipe >/dev/full", built("bench_mechanisms"));
    assert_result(
        &result, 3, "^bench_mechanisms: write to standard output: [^\n]+\n$", "/dev/full");
}

/* In the order of the table, and without the pipe, which is measured, too. */
TEST(only)
{
    struct result result = expect_run(0, "sent: 440 round trips",
        "bench_mechanisms --csv --rounds=1 --placement=free "
        "--only=fcntl-lock,tcp");
    const char *line = result.out + strlen(HEADER);

    assert_int_equal(count_lines(result.out), 3);
    (void)assert_row(line, &mechanisms[3], 64, 1);
    (void)assert_row(strchr(line, '\n') + 1, &mechanisms[18], 0, 1);
    result = expect_run(0, "sent: 220 round trips",
        "bench_mechanisms --rounds=1 --placement=free --only=mutex-contended");
    assert_non_null(strstr(result.out, "\nThe pipe was measured, too"));
    assert_null(strstr(result.out, "\npipe "));
}

TEST(chart)
{
    struct result result = RUN("bench_mechanisms", "--rounds=1", "--placement=free");
    char row[100];

    assert_int_equal(result.status, 0);
    for (size_t i = 0; i < COUNT(mechanisms); i++) {
        const struct mechanism *mechanism = &mechanisms[i];
        if (is_left_out(result.err, mechanism))
            continue;
        (void)snprintf(row, sizeof row, "\n%s +[0-9.]+ +[0-9.]+ +[0-9.e-]+ [ |]*%s",
            mechanism->label, mechanism->size > 0 ? "\\*" : "o");
        assert_matches(result.out, row);
    }
    assert_matches(result.out, "\npipe +[0-9.]+ +[0-9.]+ +1 +\\* *\n");
    assert_non_null(strstr(result.out, "not pinned: "));
    for (const char *line = result.out; *line; line = strchr(line, '\n') + 1)
        assert_int_in_range(strcspn(line, "\n"), 0, 80);
}

/* Starts a long run, and waits until both sides are there; with the process
 * that cleans up they are three.
 */
static struct program start_long(pid_t children[MAX_CHILDREN])
{
    struct program program = start_words("bench_mechanisms --csv --rounds=1000 "
                                         "--timeout=60 --placement=free");

    for (int tries = 0; find_children(program.pid, children) < 3; tries++) {
        assert_int_in_range(tries, 0, 1000);
        nap(0.01);
    }
    return program;
}

/* Each side pins itself to one core, the right one, as strace(1) sees it; also
 * of a program that may use one core only, and not the first one.
 */
TEST(pinning)
{
    int first, second;
    struct result probe = RUN("bench_mechanisms", "--rounds=1", "--only=pipe", "--placement=cross");

    if (!has_strace())
        skip();
    if (probe.status == 3) { /* one core, or a system that cannot pin */
        assert_matches(probe.err, "cross wants two cores|cannot pin");
        skip();
    }
    assert_matches(probe.out, "\nping is pinned to core [0-9]+, pong to core ");
    for (int i = 0; i < 3; i++) {
        const char *taskset = i == 2 ? "taskset -c 1" : "";
        if (run_script("%s true", taskset).status != 0)
            continue;
        (void)run_script("exec %s strace -f -o log -e trace=sched_setaffinity "
                         "'%s' --rounds=1 --only=pipe --placement=%s",
            taskset, built("bench_mechanisms"), i == 0 ? "cross" : "same");
        struct result cores =
            run_script("sed -n 's/.*, \\[\\([0-9]*\\)\\].*/\\1/p' log | tail -n 2");
        assert_int_equal(sscanf(cores.out, "%d %d", &first, &second), 2);
        assert_int_equal(first != second, i == 0);
        if (*taskset)
            assert_int_equal(first, 1);
    }
    if (run_script("taskset -c 1 true").status != 0)
        return;
    struct result result =
        run_script("exec taskset -c 1 '%s' --placement=cross", built("bench_mechanisms"));
    assert_result(&result, 3, "cross wants two cores", "cross");
}

/* However it ends, the sides go with their parent, and so does the queue. A
 * side that is killed ends the run, and is named; the other one may then have
 * got the robust mutex of a dead owner.
 */
TEST(killed)
{
    static const struct {
        int signal;
        bool is_side;
        int status;
        const char *said;
    } cases[] = {{SIGINT, false, 128 + SIGINT, "^$"}, {SIGKILL, false, 128 + SIGKILL, "^$"},
        {SIGKILL, true, 3,
            "p[io]ng [01] was killed by signal 9, so the run was stopped\n"
            "([^\n]*Owner died[^\n]*\n)?$"}};
    pid_t children[MAX_CHILDREN];

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct program program = start_long(children);
        int side = 0;
        while (getsid(children[side]) == children[side])
            side++; /* what cleans up has a session of its own */
        (void)kill(cases[i].is_side ? children[side] : program.pid, cases[i].signal);
        struct result result = program_finish(&program);
        assert_result(&result, cases[i].status, cases[i].said, "a long run");
        assert_string_equal(result.out, "");
        assert_nothing_left();
    }
}

/* Both sides compare each byte with what the other one has sent. This test,
 * too, can send to the System V queue: to PING, of type 1.
 */
TEST(wrong_message)
{
    const struct {
        long type;
        char bytes[64];
    } wrong = {1, "never sent by the other side"};
    char queue[100] = "";
    int id;

    struct program program = program_start((const char *const[]){
        built("bench_mechanisms"), "--only=sysv-queue", "--placement=free", "--rounds=200", NULL});
    while (queues_left(queue, sizeof queue) == 0)
        if (program_ended(&program, 0.01))
            skip(); /* there are no such queues, or nobody tells of them */
    assert_int_equal(sscanf(queue, "System V queue %d", &id), 1);
    assert_int_equal(msgsnd(id, &wrong, sizeof wrong.bytes, 0), 0);
    struct result result = program_finish(&program);
    assert_result(&result, 4,
        "^bench_mechanisms: payload differed: sysv-queue, at the side of ping "
        "\\(64 bytes of 64\\)\n$",
        "bench_mechanisms");
}

/* What --help does not tell of the values. */
TEST(wrong_usage)
{
    REFUSED("bench_mechanisms", "--only=pip", "--only=pipe,", "--only=,", "--broken", "--seed=1",
        "operand", "--csv operand");
    (void)assert_refused("bench_mechanisms", "--only=pipe tcp", NULL);
    (void)assert_refused("bench_mechanisms", "--only=a\nb", NULL);
    struct result result = assert_refused("bench_mechanisms", "--only=pipe,nothing", NULL);
    for (size_t i = 0; i < COUNT(mechanisms); i++) /* it says what there is */
        assert_non_null(strstr(result.err, mechanisms[i].name));
    assert_non_null(strstr(result.err, "--only=nothing: "));
}
