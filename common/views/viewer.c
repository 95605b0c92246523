/* SPDX-License-Identifier: MIT */
#include "common/views/viewer.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/memory.h"
#include "common/base/text.h"
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

enum { REFRESH = 20 /* milliseconds */ };
enum { SETTLED = 20000000, PATIENCE = 100000000 }; /* nanoseconds */
#define ERASE "\033[H\033[J"
enum { STATUS = 2 /* rows, below the others */ };
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
} shown;

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
 * that does not get ready while others do belongs to a killed process and is skipped. A new one may
 * still be canceled, or marked as wrong, by its actor. */
static const struct event *next_event(bool *is_over)
{
    static int64_t late_since;

    *is_over = viewer.over; /* then all that was recorded is there: so look at it only now */
    unsigned long next = count_recorded();
    while (shown.next < next) {
        struct event *event = &shown.from->events[shown.next];
        unsigned ready = event->ready;
        if (ready == READY && !*is_over && clock_now() - event->time < SETTLED)
            break;
        ready = READY;
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
            screen_measure(&shown.lanes.screen, STDOUT_FILENO);
            lanes_print(&shown.lanes, event, text.out);
            count++;
        }
        is_over = is_over && count < AT_ONCE;
        if (is_over)
            lanes_flush(&shown.lanes, text.out);
        end_text(&text);
        if (!is_over && count < AT_ONCE)
            await_over();
    }
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

/* Writes what the reader sees: the names, and below them the last rows up to CURRENT, as many as
 * fit in SPACE. Returns how many rows these are. */
static int write_rows(const struct event *current, int space, FILE *out)
{
    struct lanes *lanes = &shown.lanes;
    const struct event *event = shown.from->events;
    struct text text;

    begin_text(&text);
    free(lanes->lane);
    *lanes = (struct lanes){.from = shown.from, .screen = lanes->screen};
    lanes->screen.height = 0; /* so that the names are printed once */
    lanes_head(lanes, text.out);
    int head = lanes->rows;
    (void)fflush(text.out);
    size_t head_size = text.size;
    for (; event <= current; event++) {
        if (event->ready != SHOWN)
            continue;
        if (event < current - space)
            (void)lanes_note(lanes, event);
        else
            lanes_print(lanes, event, text.out);
    }
    lanes_flush(lanes, text.out);
    close_text(&text);
    const char *from = text.bytes + head_size;
    int rows = lanes->rows - head;
    head = head < space ? head : 0;
    for (; rows > space - head; rows--)
        from = strchr(from, '\n') + 1;
    (void)fprintf(out, "%.*s%s", head > 0 ? (int)head_size : 0, text.bytes, from);
    free(text.bytes);
    lanes->rows = head + rows;
    return lanes->rows;
}

static void write_status(const struct event *event, const char *note, FILE *out)
{
    static const char long_help[] =
        "Enter next   b back   n next in this lane   ! what is wrong   q the rest";
    int width = shown.lanes.screen.width - 1;
    char name[LANE_NAME_SIZE], place[200] = "", row[400];

    lane_name(shown.from, event->lane, name);
    describe_place(event, place, sizeof place);
    (void)snprintf(row, sizeof row, "%ld/%ld %s%s  %s", count_events(event + 1),
        count_events(shown.from->events + count_recorded()), name, place, note);
    (void)fprintf(out, "%.*s\n%.*s", width, row, width,
        width < (int)strlen(long_help) ? "Enter b n ! q" : long_help);
}

/* Draws all that the reader sees, if it is not there: also when the window has another size, or
 * more was recorded, which may mark what is shown as wrong. */
static void draw(const struct event *current, const char *note)
{
    static struct {
        const struct event *current;
        const char *note;
        unsigned long recorded;
        int width, height;
    } drawn;
    struct screen *screen = &shown.lanes.screen;
    unsigned long recorded = count_recorded();
    struct text text;

    screen_measure(screen, STDOUT_FILENO);
    bool is_fresh = keys_were_left() || drawn.current == NULL;
    if (!is_fresh && current == drawn.current && note == drawn.note && recorded == drawn.recorded &&
        screen->width == drawn.width && screen->height == drawn.height)
        return;
    drawn.current = current;
    drawn.note = note;
    drawn.recorded = recorded;
    drawn.width = screen->width;
    drawn.height = screen->height;
    begin_text(&text);
    for (int row = 0; is_fresh && row < drawn.height; row++)
        (void)fputc('\n', text.out); /* what was there before scrolls away */
    (void)fputs(ERASE, text.out);
    int space = drawn.height > STATUS + 1 ? drawn.height - STATUS : 1;
    for (int rows = write_rows(current, space, text.out); rows < space; rows++)
        (void)fputc('\n', text.out);
    write_status(current, note, text.out);
    end_text(&text);
}

/* Returns the first event that violates the guarantee, as far as is known now; or NULL. */
static const struct event *first_wrong(void)
{
    const struct event *event = shown.from->events, *end = event + count_recorded();
    struct lanes lanes = {.from = shown.from};
    bool is_wrong = false;

    for (; event < end && !is_wrong; event++)
        if (event->ready == READY || event->ready == SHOWN)
            is_wrong = lanes_note(&lanes, event);
    free(lanes.lane);
    return is_wrong ? event - 1 : NULL;
}

/* Returns the event that the KEY which was typed at CURRENT, or NULL, asks for. NULL if there is
 * none yet; IS_OVER tells whether there will be none. */
static const struct event *find(int key, const struct event *current, bool *is_over)
{
    const struct event *event = current;

    *is_over = viewer.over;
    if (key == 'b') {
        while (event > shown.from->events) {
            event--;
            if (event->ready == SHOWN)
                return event;
        }
        return current;
    }
    const struct event *wrong = key == '!' ? first_wrong() : NULL;
    if (key == '!' && wrong == NULL)
        return NULL;
    if (wrong && wrong <= current)
        return wrong;
    do
        event = next_event(is_over);
    while (event && ((wrong && event < wrong) || (key == 'n' && event->lane != current->lane)));
    return event;
}

/* Shows what the reader's keys ask for, until that is the rest, or the run has failed. */
static void play(void)
{
    const struct event *current = NULL;
    const char *note = "";
    int wanted = '\n'; /* the key that is not done yet, or 0 */

    while (viewer.over != SHOW_REST) {
        bool is_over = false;
        const struct event *found = wanted ? find(wanted, current, &is_over) : NULL;
        if (found)
            current = found;
        else if (is_over && (wanted == '\n' || current == NULL))
            break;
        else if (is_over)
            note = wanted == '!' ? "nothing went wrong" : "no more in this lane";
        else if (wanted)
            note = "waits for more";
        if (found)
            note = "";
        if (found || is_over)
            wanted = 0;
        if (current)
            draw(current, note);
        int key = keys_next();
        if (key == 'q' || key < 0)
            break;
        if (key == 0)
            await_over();
        else if (current && strchr("\n bn!", key)) {
            wanted = key == ' ' ? '\n' : key;
            shown.next = (unsigned long)(current + 1 - shown.from->events);
        }
    }
    if (current) { /* the rows stay, and what comes now is below them */
        char below[32];
        int length = snprintf(below, sizeof below, "\033[%d;1H\033[J", shown.lanes.rows + 1);
        write_all(STDOUT_FILENO, below, (size_t)length);
        shown.next = (unsigned long)(current + 1 - shown.from->events);
    }
    keys_leave();
}

/* Lists what went wrong, when the run's first process has told that something did. */
static void show_wrongs(void)
{
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
    if (step)
        play();
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
