/* SPDX-License-Identifier: MIT */
#include "common/views/viewer.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/memory.h"
#include "common/base/text.h"
#include "common/base/transfer.h"
#include "common/run/output.h"
#include "common/views/charts.h"
#include "common/views/keys.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFRESH = 20 /* milliseconds */, PATIENCE = 100000000 /* nanoseconds */ };
enum { SHOW_REST = 'r', VERDICT = '0' /* plus enum verdict: the reader decides when it ends */ };

static struct {
    pid_t owner, pid;  /* of the run's first process, and of the viewer */
    int pipe;          /* carries OVER when the run is over */
    char over;         /* 0 until then */
    atomic_bool *done; /* shared: the viewer has shown all */
    int color;
} viewer;

/* What has been shown: in the viewer's own process. */
static struct {
    struct recorder *from;
    struct lanes lanes;
    unsigned long next; /* the first event that was not looked at */
    long wrong;         /* the first after which the guarantee did not hold; or -1 */
    bool has_status;    /* there is a status row, in which the cursor is */
} shown = {.wrong = -1};

/* Waits a little, or until the run is over. */
static void await_over(void)
{
    struct pollfd over = {.fd = viewer.pipe, .events = POLLIN};

    if (CHECK(poll(&over, 1, REFRESH)) > 0 && AGAIN(read(viewer.pipe, &viewer.over, 1)) != 1) {
        viewer.over = SHOW_REST; /* the run's first process is gone */
        if (keys_terminal != -1) {
            keys_leave();
            (void)write_whole(keys_terminal, "\n", 1); /* after the status row */
            _exit(EXIT_TROUBLE);
        }
    }
}

static unsigned long count_recorded(void)
{
    unsigned long next = atomic_load(&shown.from->next);
    return next < CAPACITY ? next : CAPACITY;
}

/* Returns the next event, or NULL if there is none; IS_OVER tells whether there will be none. One
 * that does not get ready while others do belongs to a killed process and is skipped. */
static const struct event *next_event(bool *is_over)
{
    static int64_t late_since;

    *is_over = viewer.over; /* then all that was recorded is there: so look at it only now */
    unsigned long next = count_recorded();
    while (shown.next < next) {
        struct event *event = &shown.from->events[shown.next];
        unsigned ready = READY;
        if (atomic_compare_exchange_strong(&event->ready, &ready, SHOWN) || ready == SHOWN) {
            shown.next++;
            late_since = 0;
            return event;
        }
        if (late_since == 0)
            late_since = clock_now();
        if (ready == NOT_READY && !*is_over && clock_now() - late_since < PATIENCE)
            break;
        shown.next++;
        late_since = 0;
    }
    return NULL;
}

static void print_event(const struct event *event, FILE *out)
{
    long index = event - shown.from->events;

    screen_measure(&shown.lanes.screen, STDOUT_FILENO);
    lanes_print(&shown.lanes, event, out);
    if (shown.lanes.is_wrong && (shown.wrong < 0 || index < shown.wrong))
        shown.wrong = index;
}

/* What is written to standard output at once. */
struct text {
    FILE *out;
    char *bytes;
    size_t size;
};

static void begin_text(struct text *text)
{
    text->out = CHECK_NOT(NULL, open_memstream(&text->bytes, &text->size));
}

static void close_text(struct text *text)
{
    if (fclose(text->out) == EOF)
        die_call("fclose", errno, __FILE__, __LINE__);
}

static void end_text(struct text *text)
{
    close_text(text);
    write_all(STDOUT_FILENO, text->bytes, text->size);
    free(text->bytes);
}

/* Shows all events until the run is over, as many at once as there are. */
static void show_rest(void)
{
    enum { AT_ONCE = 1000 };
    const struct event *event;
    bool is_over = false;
    struct text text;

    while (!is_over) {
        int count = 0;
        begin_text(&text);
        while (count < AT_ONCE && (event = next_event(&is_over)) != NULL) {
            print_event(event, text.out);
            count++;
        }
        end_text(&text);
        is_over = is_over && count < AT_ONCE;
        if (!is_over && count < AT_ONCE)
            await_over();
    }
}

/* Shows all up to an event again, as far as the screen has rows. */
static void show_again(const struct event *last)
{
    int height = shown.lanes.screen.height > 1 ? shown.lanes.screen.height : 2;
    int rows = 1; /* the status row, which comes after it */
    struct text text;

    begin_text(&text);
    free(shown.lanes.states);
    shown.lanes = (struct lanes){.from = shown.from, .screen = shown.lanes.screen};
    for (const struct event *event = shown.from->events; event <= last; event++)
        if (event->ready == SHOWN)
            print_event(event, text.out);
    close_text(&text);
    shown.next = (unsigned long)(last + 1 - shown.from->events);
    const char *end = text.bytes + text.size, *from = end;
    while (from > text.bytes && (from[-1] != '\n' || rows < height)) {
        rows += from[-1] == '\n';
        from--;
    }
    for (; rows < height && shown.lanes.screen.height > 0; rows++)
        write_all(STDOUT_FILENO, "\n", 1); /* what was there scrolls away */
    write_all(STDOUT_FILENO, from, (size_t)(end - from));
    free(text.bytes);
}

static long count_events(const struct event *end)
{
    long count = 0;

    for (const struct event *event = shown.from->events; event < end; event++)
        count += event->ready == READY || event->ready == SHOWN;
    return count;
}

/* Writes to TEXT the call that EVENT is, or after which it came. */
static void describe_place(const struct event *event, char *text, size_t size)
{
    const struct call_place *place = event->place;

    if (place == NULL)
        return;
    const char *slash = strrchr(place->file, '/');
    int length = (int)strcspn(place->call, "(");
    bool is_wakeup = event->kind == SENT && strncmp(place->call, "pthread_cond_", 13) == 0;
    bool is_call = event->length == length && memcmp(event->text, place->call, (size_t)length) == 0;
    (void)snprintf(text, size, ": %s%.*s, %s:%d", is_call || is_wakeup ? "" : "after ", length,
        place->call, slash ? slash + 1 : place->file, place->line);
}

/* The row below all others ends where the cursor is, so that it can be replaced. */
static void hide_status(void)
{
    struct screen screen = {.width = 80};
    char row[MAX_COLUMNS + 2];

    if (!shown.has_status)
        return;
    shown.has_status = false;
    screen_measure(&screen, keys_terminal);
    int length = snprintf(row, sizeof row, "\r%*s\r", screen.width - 1, "");
    (void)write_whole(keys_terminal, row, (size_t)length);
}

static void show_status(const struct event *event, const char *note)
{
    static const char keys[] = "Enter b n ! q";
    struct screen screen = {.width = 80};
    char name[LANE_NAME_SIZE], place[200] = "", row[MAX_COLUMNS + 400];

    hide_status();
    shown.has_status = true;
    screen_measure(&screen, keys_terminal);
    lane_name(shown.from, event->lane, name);
    describe_place(event, place, sizeof place);
    long here = count_events(event + 1);
    long all = count_events(shown.from->events + count_recorded());
    int used = snprintf(row, sizeof row, "%ld/%ld %s%s  %s", here, all, name, place, note);
    int space = screen.width - 1 - used;
    if (space > (int)strlen(keys))
        used += sprintf(row + used, "%*s", space, keys);
    (void)write_whole(keys_terminal, row, utf8_prefix(row, (size_t)screen.width - 1));
}

static const struct event *event_before(const struct event *event)
{
    const struct event *before = event;

    while (before > shown.from->events) {
        before--;
        if (before->ready == SHOWN)
            return before;
    }
    return event;
}

static void show_now(const struct event *event)
{
    struct text text;

    begin_text(&text);
    print_event(event, text.out);
    end_text(&text);
}

/* Whether what a key asked for in LANE is reached: the next event, the next one of this lane, or
 * the first after which the guarantee does not hold. */
static bool is_reached(int key, int lane, const struct event *event)
{
    if (key == 'n')
        return event->lane == lane;
    return key != '!' || shown.wrong >= 0;
}

/* Returns the event that is to be shown again, because it comes before the latest: for b the one
 * before CURRENT, for ! the first that is wrong, if it is known. */
static const struct event *find_back(int key, const struct event *current)
{
    if (key == 'b')
        return event_before(current);
    if (key == '!' && shown.wrong >= 0)
        return &shown.from->events[shown.wrong];
    return NULL;
}

/* Shows what the reader's keys ask for, until that is the rest, or the run has failed. */
static void play(void)
{
    const struct event *current = NULL, *back;
    int wanted = '\n', lane = NO_LANE; /* the key that is not done yet, or 0; where it was typed */

    while (viewer.over != SHOW_REST) {
        bool is_over = false;
        const struct event *event = wanted ? next_event(&is_over) : NULL;
        if (event) {
            hide_status();
            show_now(event);
            current = event;
            if (is_reached(wanted, lane, event))
                wanted = 0;
            continue;
        }
        if (is_over && (wanted == '\n' || current == NULL))
            break;
        if (is_over)
            show_status(current, wanted == '!' ? "nothing went wrong" : "no more in this lane");
        else if (current && !shown.has_status)
            show_status(current, wanted ? "waits for more" : "");
        if (is_over)
            wanted = 0;
        int key = keys_next();
        if (key == 0) {
            await_over();
            shown.has_status = shown.has_status && !keys_were_left();
            continue;
        }
        hide_status();
        if (key == 'q' || key < 0)
            break;
        back = current ? find_back(key, current) : NULL;
        if (back) {
            show_again(back);
            current = back;
            wanted = 0;
        } else if (current && strchr("\n n!", key)) {
            wanted = key == ' ' ? '\n' : key;
            lane = current->lane;
        }
    }
    hide_status();
    keys_leave();
}

/* Lists what went wrong, when the run's first process has told that something did. */
static void show_wrongs(void)
{
    enum { MAX_WRONGS = 5 };
    const struct title title = {.verdict = (enum verdict)(viewer.over - VERDICT)};
    struct text text;

    if (viewer.over == SHOW_REST || title.verdict == VERDICT_HELD)
        return;
    struct chart chart = chart_take(shown.from, &title);
    begin_text(&text);
    wrongs_write(&chart, &shown.lanes.screen, MAX_WRONGS, text.out);
    end_text(&text);
    chart_free(&chart);
}

/* The viewer is forked after the set-up. An end of a pipe that it kept would keep a reader waiting.
 * BEGUN is closed last: it tells the run's first process, which begins only then. */
static void close_other_files(int begun)
{
    long limit = sysconf(_SC_OPEN_MAX);

    if (limit < 0 || limit > 65536)
        limit = 65536;
    for (int file = STDERR_FILENO + 1; file < limit; file++)
        if (file != viewer.pipe && file != keys_terminal && file != begun)
            (void)close(file);
    (void)close(begun);
}

static void view(bool step, int begun)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        (void)signal(signals[i], SIG_IGN); /* it ends with the run */
    shown.from = recorder;
    shown.lanes =
        (struct lanes){.from = recorder, .screen = screen_of(STDOUT_FILENO, viewer.color)};
    recorder = NULL; /* what it prints is no event */
    call_watcher = NULL;
    output_is_hidden = false;
    if (step) {
        (void)atexit(keys_leave); /* die() calls it */
        keys_take();
    }
    close_other_files(begun);
    if (step) {
        say("Enter: next; b: back; n: next in this lane; !: first that is wrong; q: the rest");
        play();
    }
    show_rest();
    show_wrongs();
    if (shown.from->next > CAPACITY)
        say("(%lu more events are not shown: the recorder was full)", shown.from->next - CAPACITY);
}

/* Tells the viewer OVER, and waits for its end. */
static void end_viewer(char over)
{
    bool is_ours = viewer.owner == getpid();

    viewer.owner = 0;
    if (is_ours && AGAIN(write(viewer.pipe, &over, 1)) == -1)
        (void)close(viewer.pipe); /* which tells it the same */
    if (is_ours)
        (void)AGAIN(waitpid(viewer.pid, NULL, 0)); /* ECHILD: reaped with the others */
}

static void end_at_once(void)
{
    end_viewer(SHOW_REST);
}

void viewer_start(bool step, int color)
{
    int ends[2], begun[2];

    viewer.color = color;
    viewer.done = shared_alloc(sizeof *viewer.done);
    CHECK(pipe(ends));
    CHECK(pipe(begun));
    viewer.owner = getpid();
    viewer.pid = CHECK(fork());
    viewer.pipe = ends[viewer.pid > 0];
    CHECK(close(ends[viewer.pid == 0]));
    if (viewer.pid == 0) {
        view(step, begun[1]);
        *viewer.done = true;
        _exit(EXIT_HELD);
    }
    CHECK(close(begun[1]));
    CHECK(read(begun[0], (char[1]){0}, 1)); /* returns 0 when the viewer has closed its end */
    CHECK(close(begun[0]));
    (void)atexit(end_at_once);
}

bool viewer_end(enum verdict verdict)
{
    (void)alarm(0);                         /* the watchdog counts the run, not the reader, */
    if (signal(SIGINT, SIG_DFL) == SIG_IGN) /* who may end it all */
        (void)signal(SIGINT, SIG_IGN);      /* unless its caller wanted otherwise */
    end_viewer((char)(VERDICT + verdict));
    return *viewer.done;
}
