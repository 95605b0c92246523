/* SPDX-License-Identifier: MIT */
#include "common/views/viewer.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/run/output.h"
#include "common/views/charts.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { SHOW_REST = 'r', OVER = 'o' /* and the reader decides when to end */ };

static struct {
    pid_t owner, pid; /* of the run's first process, and of the viewer */
    int link;         /* to the other of the two: each writes a byte when it begins or has ended */
    char over;        /* what the run's first process wrote when the run was over; 0 until then */
} viewer;

/* In the viewer's own process. */
static struct {
    struct recorder *from;
    const struct event *events[CAPACITY]; /* all that can be shown */
    long count;
    unsigned long looked_at; /* so many recorded events */
    long next;               /* the first of EVENTS that was not shown */
    struct lanes lanes;
    FILE *out; /* what is written to standard output at once */
    char *bytes;
    size_t size;
} shown;

/* What a reader types acts at once, and is not shown; afterwards the terminal is as before. */
static int keys_terminal = -1; /* its descriptor, or -1; does not block */
static struct termios usual;
static volatile sig_atomic_t was_stopped;

bool viewer_has_keys(void)
{
    keys_terminal = AGAIN(open("/dev/tty", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    return isatty(STDOUT_FILENO) && keys_terminal != -1 && tcgetpgrp(keys_terminal) == getpgrp() &&
           tcgetattr(keys_terminal, &usual) == 0;
}

static void set_keys(void)
{
    struct termios keys = usual;

    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    if (tcgetpgrp(keys_terminal) == getpgrp()) /* in the background it is somebody else's */
        (void)tcsetattr(keys_terminal, TCSANOW, &keys);
}

/* Gives the terminal back as it was; not if somebody else, a shell, has changed it since. */
static void keys_leave(void)
{
    struct termios now;

    if (keys_terminal == -1 || tcgetattr(keys_terminal, &now) == -1)
        return;
    bool is_ours = (now.c_lflag & (ICANON | ECHO)) == 0 && now.c_iflag == usual.c_iflag;
    if (is_ours)
        (void)tcsetattr(keys_terminal, TCSANOW, &usual);
}

/* The handler of SIGTSTP: all that it calls is safe there. */
static void stop(int signal_number)
{
    struct sigaction standard = {.sa_handler = SIG_DFL}, own;
    int error = errno;

    keys_leave();
    (void)sigaction(SIGTSTP, &standard, &own);
    (void)raise(signal_number); /* stops here (SA_NODEFER) */
    (void)sigaction(SIGTSTP, &own, NULL);
    set_keys();
    was_stopped = true;
    errno = error;
}

/* From now on keys act at once. Ctrl-Z gives the terminal back and stops this process, which takes
 * it again when it goes on in the foreground. Ctrl-C still sends SIGINT. */
static void keys_take(void)
{
    const struct sigaction action = {.sa_handler = stop, .sa_flags = SA_NODEFER | SA_RESTART};

    (void)signal(SIGTTIN, SIG_IGN);
    (void)signal(SIGTTOU, SIG_IGN); /* so that it can be given back from the background */
    CHECK(sigaction(SIGTSTP, &action, NULL));
    set_keys();
}

/* Returns the next key without waiting; 0 if there is none; KEYS_LEFT if this process was stopped
 * since the last call; KEYS_END when there will be none any more, or if it is in the background. */
enum { KEYS_LEFT = -1, KEYS_END = -2 };
static int keys_next(void)
{
    unsigned char key = 0;

    if (was_stopped) {
        was_stopped = false;
        return KEYS_LEFT;
    }
    ssize_t got = AGAIN(read(keys_terminal, &key, 1));
    if (got == 1)
        return key;
    return got == -1 && errno == EAGAIN ? 0 : KEYS_END;
}

/* Waits a little, or until the run is over. */
static void await_over(void)
{
    enum { REFRESH = 20 /* milliseconds */ };
    struct pollfd over = {.fd = viewer.link, .events = POLLIN};

    if (CHECK(poll(&over, 1, REFRESH)) > 0 && AGAIN(read(viewer.link, &viewer.over, 1)) != 1) {
        viewer.over = SHOW_REST; /* the run's first process is gone */
        if (keys_terminal != -1) {
            keys_leave();
            (void)write_whole(keys_terminal, "\n", 1); /* after the status row */
            _exit(EXIT_TROUBLE);
        }
    }
}

/* Takes the events that can be shown: a new one may still be canceled, or marked as wrong, by its
 * actor. One that does not get ready while the next one did belongs to a killed process, and is
 * skipped. When the run IS_OVER, all are as they will be. */
static void take_events(bool is_over)
{
    enum { SETTLED = 20000000, PATIENCE = 100000000 }; /* nanoseconds */
    unsigned long next = shown.from->next, recorded = next < CAPACITY ? next : CAPACITY;

    for (; shown.looked_at < recorded; shown.looked_at++) {
        struct event *event = &shown.from->events[shown.looked_at];
        unsigned ready = event->ready;
        bool is_late = is_over || (shown.looked_at + 1 < recorded && event[1].ready != NOT_READY &&
                                      clock_now() - event[1].time > PATIENCE);
        if (ready == NOT_READY && !is_late)
            return;
        if (ready == READY && !is_over && clock_now() - event->time < SETTLED)
            return;
        ready = READY;
        if (atomic_compare_exchange_strong(&event->ready, &ready, SHOWN)) {
            shown.events[shown.count] = event;
            shown.count++;
        }
    }
}

static void begin_text(void)
{
    shown.out = CHECK_NOT(NULL, open_memstream(&shown.bytes, &shown.size));
}

static void close_text(void)
{
    if (fclose(shown.out) == EOF)
        die_call("fclose", errno, __FILE__, __LINE__);
}

static void end_text(void)
{
    close_text();
    write_all(STDOUT_FILENO, shown.bytes, shown.size);
    free(shown.bytes);
}

/* Shows all events until the run is over. */
static void show_rest(void)
{
    bool is_over = false;

    while (!is_over) {
        is_over = viewer.over; /* then all was recorded: so look only now */
        take_events(is_over);
        for (; shown.next < shown.count; shown.next++) {
            begin_text();
            screen_measure(&shown.lanes.screen, STDOUT_FILENO);
            (void)lanes_print(&shown.lanes, shown.events[shown.next], shown.out);
            end_text();
        }
        if (!is_over)
            await_over();
    }
}

/* Writes where the player is: the number of the event, its lane, and the call that it is, or after
 * which it came. */
static void write_status(const char *note)
{
    static const char help[] =
        "Enter next   b back   n next in this lane   ! what is wrong   q the rest";
    const struct event *event = shown.events[shown.next - 1];
    const struct call_place *place = event->place;
    int width = shown.lanes.screen.width - 1;
    char name[LANE_NAME_SIZE], at[200] = "", row[400];

    if (place) {
        const char *slash = strrchr(place->file, '/');
        int length = (int)strcspn(place->call, "(");
        bool is_wakeup = event->kind == SENT && strncmp(place->call, "pthread_cond_", 13) == 0;
        bool is_call =
            event->length == length && memcmp(event->text, place->call, (size_t)length) == 0;
        (void)snprintf(at, sizeof at, ": %s%.*s, %s:%d", is_call || is_wakeup ? "" : "after ",
            length, place->call, slash ? slash + 1 : place->file, place->line);
    }
    lane_name(shown.from, event->lane, name);
    (void)snprintf(row, sizeof row, "%ld/%ld %s%s  %s", shown.next, shown.count, name, at, note);
    (void)fprintf(shown.out, "%.*s\n%.*s", width, row, width,
        width < (int)strlen(help) ? "Enter b n ! q" : help);
}

/* Draws the player's screen: the names, below them the last rows that fit, and the status. */
static void draw(const char *note, bool is_fresh)
{
    enum { STATUS = 2 /* rows */ };
    struct lanes *lanes = &shown.lanes;
    int height = lanes->screen.height, space = height > STATUS + 1 ? height - STATUS : 1;

    free(lanes->lane);
    *lanes = (struct lanes){.from = shown.from, .screen = lanes->screen};
    lanes->screen.height = 0; /* so that the names are printed once */
    begin_text();
    for (int row = 0; is_fresh && row < height; row++)
        (void)fputc('\n', shown.out); /* what was there before scrolls away */
    (void)fputs("\033[H\033[J", shown.out);
    (void)fflush(shown.out);
    size_t head = shown.size;
    lanes_head(lanes, shown.out);
    (void)fflush(shown.out);
    const size_t from = shown.size;
    if (lanes->rows < space)
        head = from;
    else
        lanes->rows = 0; /* there is no space for the names */
    for (long i = 0; i < shown.next; i++)
        (void)lanes_print(lanes, shown.events[i], i + space < shown.next ? NULL : shown.out);
    for (int row = lanes->rows; row < space; row++)
        (void)fputc('\n', shown.out);
    write_status(note);
    close_text();
    const char *rows = shown.bytes + from;
    for (; lanes->rows > space; lanes->rows--)
        rows = strchr(rows, '\n') + 1;
    write_all(STDOUT_FILENO, shown.bytes, head);
    write_all(STDOUT_FILENO, rows, strlen(rows));
    free(shown.bytes);
    lanes->screen.height = height;
}

/* Returns how many events are shown up to the first that violates the guarantee, as far as is known
 * now; or 0. */
static long find_wrong(void)
{
    struct lanes lanes = {.from = shown.from};
    bool is_wrong = false;
    long count = 0;

    for (; count < shown.count && !is_wrong; count++)
        is_wrong = lanes_print(&lanes, shown.events[count], NULL);
    free(lanes.lane);
    return is_wrong ? count : 0;
}

/* Returns how many events are shown after KEY; or 0 if what it asks for is not there yet. */
static long find(int key)
{
    long count = shown.next;

    if (key == 'b')
        return count > 1 ? count - 1 : count;
    if (key == '!')
        return find_wrong();
    while (count < shown.count) {
        count++;
        if (key != 'n' || shown.events[count - 1]->lane == shown.events[shown.next - 1]->lane)
            return count;
    }
    return 0;
}

/* Shows what the reader's keys ask for, until that is the rest, or the run has failed. */
static void play(void)
{
    struct screen *screen = &shown.lanes.screen;
    const char *note = "";
    int wanted = '\n'; /* the key that is not done yet, or 0 */
    bool is_fresh = true;

    while (viewer.over != SHOW_REST) {
        const struct screen before = *screen;
        const char *said = note;
        bool is_over = viewer.over;
        long count = shown.count;
        take_events(is_over);
        screen_measure(screen, STDOUT_FILENO);
        long found = wanted ? find(wanted) : 0;
        if (found > 0) {
            shown.next = found;
            note = "";
        } else if (wanted && !is_over)
            note = "waits for more";
        else if (wanted == '\n')
            break;
        else if (wanted)
            note = wanted == '!' ? "nothing went wrong" : "no more in this lane";
        if (found > 0 || is_over)
            wanted = 0;
        bool is_changed = found > 0 || note != said || count != shown.count ||
                          before.width != screen->width || before.height != screen->height;
        if (shown.next > 0 && (is_fresh || is_changed))
            draw(note, is_fresh);
        int key = keys_next();
        if (key == 'q' || key == KEYS_END)
            break;
        is_fresh = key == KEYS_LEFT || shown.next == 0;
        if (key == 0)
            await_over();
        else if (shown.next > 0 && strchr("\n bn!", key))
            wanted = key == ' ' ? '\n' : key;
    }
    if (shown.next > 0) { /* the rows stay, and what comes now is below them */
        char below[32];
        int length = snprintf(below, sizeof below, "\033[%d;1H\033[J", shown.lanes.rows + 1);
        write_all(STDOUT_FILENO, below, (size_t)length);
    }
    keys_leave();
}

/* The viewer is forked after the set-up. An end of a pipe that it kept would keep a reader
 * waiting. */
static void close_other_files(void)
{
    long limit = sysconf(_SC_OPEN_MAX);

    if (limit < 0 || limit > 65536)
        limit = 65536;
    for (int file = STDERR_FILENO + 1; file < limit; file++)
        if (file != viewer.link && file != keys_terminal)
            (void)close(file);
}

static void view(bool step, int color)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        (void)signal(signals[i], SIG_IGN); /* it ends with the run */
    shown.from = recorder;
    shown.lanes = (struct lanes){.from = recorder, .screen = screen_of(STDOUT_FILENO, color)};
    recorder = NULL; /* what it prints is no event */
    call_watcher = NULL;
    output_is_hidden = false;
    if (step) {
        (void)atexit(keys_leave); /* die() calls it */
        keys_take();
    }
    close_other_files();
    write_all(viewer.link, "", 1); /* it has begun */
    if (step)
        play();
    show_rest();
    if (!write_whole(viewer.link, "", 1) && errno != EPIPE) /* it has shown all */
        die_call("write", errno, __FILE__, __LINE__);
}

/* Tells the viewer OVER, and waits for its end. Returns whether it has shown all. */
static bool end_viewer(char over)
{
    bool is_ours = viewer.owner == getpid();
    ssize_t got = 0;
    char byte;

    viewer.owner = 0;
    if (is_ours) {
        got = write_whole(viewer.link, &over, 1) ? AGAIN(read(viewer.link, &byte, 1)) : -1;
        if (got == -1 && errno != EPIPE && errno != ECONNRESET) /* those two: it is gone */
            warn("write to the live view, or read from it: %s", strerror(errno));
        (void)close(viewer.link);                  /* so it ends in any case */
        (void)AGAIN(waitpid(viewer.pid, NULL, 0)); /* ECHILD: reaped with the others */
    }
    return got == 1;
}

static void end_at_once(void)
{
    (void)end_viewer(SHOW_REST);
}

void viewer_start(bool step, int color)
{
    int ends[2];
    char byte;

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    viewer.owner = getpid();
    viewer.pid = CHECK(fork());
    viewer.link = ends[viewer.pid > 0];
    CHECK(close(ends[viewer.pid == 0]));
    if (viewer.pid == 0) {
        view(step, color);
        _exit(EXIT_HELD);
    }
    CHECK(read(viewer.link, &byte, 1)); /* until the viewer has begun */
    (void)atexit(end_at_once);
}

bool viewer_end(void)
{
    (void)alarm(0);                         /* the watchdog counts the run, not the reader, */
    if (signal(SIGINT, SIG_DFL) == SIG_IGN) /* who may end it all */
        (void)signal(SIGINT, SIG_IGN);      /* unless its caller wanted otherwise */
    return end_viewer(OVER);
}
