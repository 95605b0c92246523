/* SPDX-License-Identifier: MIT */
#include "common/views/viewer.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/run.h"
#include "common/run/actors.h"
#include "common/run/output.h"
#include "common/views/charts.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { MOMENT = 20000000, PATIENCE = 250 }; /* nanoseconds between two looks; how many looks */
enum { GOES_ON, OVER /* and the reader decides when to end */, SHOW_REST };

static const char was_stopped[] = "the live view was stopped, so nobody saw all of the run";
static char message[160]; /* which says that */

static pid_t owner, viewer;  /* the run's first process; the viewer's */
static atomic_int *progress; /* of the run, in memory that both share: one of those above */

/* In the viewer's own process: what was recorded, of which the first SHOWN items are shown. */
static struct chart chart;
static struct lanes lanes;
static long shown;

/* What a reader types acts at once, and is not shown; afterwards the terminal is as before. */
static int keys = -1; /* the terminal's descriptor, or -1; does not block */
static struct termios usual;

bool viewer_has_keys(void)
{
    keys = AGAIN(open("/dev/tty", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    return isatty(STDOUT_FILENO) && keys != -1 && tcgetpgrp(keys) == getpgrp() &&
           tcgetattr(keys, &usual) == 0;
}

/* From now on keys act at once. Ctrl-C still sends SIGINT; Ctrl-Z, after which a shell would find
 * the terminal so, does nothing. */
static void take_keys(void)
{
    struct termios own = usual;

    own.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    own.c_cc[VMIN] = 1;
    own.c_cc[VTIME] = 0;
    own.c_cc[VSUSP] = _POSIX_VDISABLE;
    (void)tcsetattr(keys, TCSANOW, &own);
}

/* Gives the terminal back as it was; not if somebody else, a shell, has changed it since. */
static void leave_keys(void)
{
    struct termios now;

    if (keys == -1 || tcgetattr(keys, &now) == -1)
        return;
    bool is_ours = (now.c_lflag & (ICANON | ECHO)) == 0 && now.c_iflag == usual.c_iflag;
    if (is_ours)
        (void)tcsetattr(keys, TCSANOW, &usual);
    keys = -1;
}

/* The handler of SIGALRM, which comes every second: ends the viewer when the run's first process
 * has gone, even if nobody reads what it writes. */
static void look_for_owner(int signal_number)
{
    static int ticks; /* since then: one is enough for the rest if it is read */

    ticks += getppid() != owner;
    (void)alarm(1);
    if (ticks < 2)
        return;
    leave_keys();
    _exit(EXIT_TROUBLE);
}

/* Waits a moment if there is no key, without poll(3p), which knows no terminals on macOS. Returns
 * the key; 0 if there was none; 'q' if there will be none any more, as in the background. */
static int next_key(void)
{
    unsigned char key = 0;
    ssize_t got = AGAIN(read(keys, &key, 1));

    if (got == 1)
        return key;
    if (got == 0 || errno != EAGAIN)
        return 'q';
    sleep_ns(MOMENT);
    return 0;
}

/* Takes what was recorded. Returns how far the run is; if its first process is gone, its end. */
static int follow(void)
{
    int now = *progress;

    if (getppid() != owner) {
        now = SHOW_REST;
        if (keys != -1) {
            leave_keys();
            (void)write_whole(STDOUT_FILENO, "\n", 1); /* after the status row */
            _exit(EXIT_TROUBLE);
        }
    }
    chart_follow(&chart, now != GOES_ON);
    return now;
}

/* What is written to standard output at once; and of the player's screen the rows of items. */
static struct text {
    FILE *out;
    char *bytes;
    size_t size;
} text, rows;

static void begin_text(struct text *stream)
{
    stream->out = CHECK_NOT(NULL, open_memstream(&stream->bytes, &stream->size));
}

static void close_text(const struct text *stream)
{
    if (fclose(stream->out) == EOF)
        die_call("fclose", errno, __FILE__, __LINE__);
}

static void end_text(void)
{
    close_text(&text);
    write_all(STDOUT_FILENO, text.bytes, text.size);
    free(text.bytes);
}

/* Shows all items until the run is over. */
static void show_rest(int color)
{
    int now = GOES_ON;

    while (now == GOES_ON) {
        now = follow();
        for (; shown < chart.count; shown++) {
            begin_text(&text);
            lanes.screen = screen_of(STDOUT_FILENO, color);
            lanes_print(&lanes, &chart.items[shown], text.out);
            end_text();
        }
        if (now == GOES_ON)
            sleep_ns(MOMENT);
    }
}

/* Writes where the player is: the number of the item, its lane, and the call that it is, or after
 * which it came. */
static void write_status(const char *note)
{
    static const char help[] =
        "Enter next   b back   n next in this lane   ! what is wrong   q the rest";
    const struct item *item = &chart.items[shown - 1];
    const struct call_place *place = item->event->place;
    int width = lanes.screen.width - 1;
    char at[200] = "", row[400];

    if (place) {
        const char *slash = strrchr(place->file, '/');
        int length = (int)strcspn(place->call, "(");
        bool is_wakeup = item->kind == SENT && strncmp(place->call, "pthread_cond_", 13) == 0;
        bool is_call = strncmp(item->text, place->call, (size_t)length) == 0;
        (void)snprintf(at, sizeof at, ": %s%.*s, %s:%d", is_call || is_wakeup ? "" : "after ",
            length, place->call, slash ? slash + 1 : place->file, place->line);
    }
    (void)snprintf(row, sizeof row, "%ld/%ld %s%s  %s", shown, chart.count,
        chart.lane[item->lane].name, at, note);
    (void)fprintf(text.out, "%.*s\n%.*s", width, row, width,
        width < (int)strlen(help) ? "Enter b n ! q" : help);
}

/* Draws the player's screen: the names, below them the last rows that fit, and the status. */
static void draw(const char *note)
{
    enum { STATUS = 2 /* rows */ };
    struct screen screen = lanes.screen;

    lanes = (struct lanes){.chart = &chart, .screen = screen};
    lanes.screen.height = 0; /* so that the names are printed once */
    chart_rewind(&chart);
    begin_text(&text);
    (void)fputs("\033[H\033[J", text.out);
    lanes_head(&lanes, text.out);
    int space = screen.height - STATUS - lanes.rows;
    if (space < 1)
        space = 1;
    lanes.rows = 0;
    begin_text(&rows);
    for (long i = 0; i < shown; i++)
        lanes_print(&lanes, &chart.items[i], i + space < shown ? NULL : rows.out);
    for (; lanes.rows < space; lanes.rows++)
        (void)fputc('\n', rows.out);
    close_text(&rows);
    const char *last = rows.bytes;
    for (; lanes.rows > space; lanes.rows--)
        last = strchr(last, '\n') + 1;
    (void)fputs(last, text.out);
    free(rows.bytes);
    write_status(note);
    end_text();
    lanes.screen = screen;
}

/* Returns how many items are shown after KEY; or 0 if what it asks for is not there yet. */
static long find(int key)
{
    int lane = chart.items[shown > 0 ? shown - 1 : 0].lane;

    if (key == 'b')
        return shown > 1 ? shown - 1 : shown;
    chart_rewind(&chart);
    for (long i = 0; i < chart.count; i++) {
        struct item *item = &chart.items[i];
        chart_go_to(&chart, item);
        bool is_wanted = i >= shown && (key != 'n' || item->lane == lane);
        if (key == '!')
            is_wanted = item->is_wrong || item->is_beyond;
        if (is_wanted)
            return i + 1;
    }
    return 0;
}

/* Shows what the reader's keys ask for, until that is the rest, or the run has failed. */
static void play(int color)
{
    /* 5 and 6: of Page Up and Page Down, which presenters' remotes send */
    static const char typed[] = "\n 6b5n!", meant[] = "\n\n\nbbn!";
    const char *note = "";
    int wanted = '\n', key = 0; /* WANTED: the key that is not done yet, or 0 */

    while (key != 'q') {
        const struct screen before = lanes.screen;
        const char *said = note;
        if (tcgetpgrp(keys) == getpgrp()) /* perhaps again, after a shell has had the terminal */
            take_keys();
        long count = chart.count, old = shown;
        int now = follow();
        long found = wanted ? find(wanted) : 0;
        if (now == SHOW_REST || (now == OVER && wanted == '\n' && found == 0))
            break;
        if (found > 0) {
            shown = found;
            note = "";
        } else if (now == GOES_ON && wanted)
            note = "waits for more";
        else if (wanted)
            note = wanted == '!' ? "nothing went wrong" : "no more in this lane";
        if (found > 0 || now == OVER)
            wanted = 0;
        lanes.screen = screen_of(STDOUT_FILENO, color);
        bool is_changed = shown != old || chart.count != count || note != said ||
                          before.width != lanes.screen.width ||
                          before.height != lanes.screen.height;
        for (int row = 0; old == 0 && shown > 0 && row < lanes.screen.height; row++)
            write_all(STDOUT_FILENO, "\n", 1); /* what was there before scrolls away */
        if (shown > 0 && is_changed)
            draw(note);
        key = next_key();
        const char *at = key != 0 ? strchr(typed, key) : NULL;
        if (at && shown > 0)
            wanted = (unsigned char)meant[at - typed];
    }
    leave_keys();
    if (shown > 0) /* what comes now is below the rows, over the status */
        (void)dprintf(STDOUT_FILENO, "\033[%d;1H\033[J", lanes.screen.height - 1);
}

static void view(bool step, int color)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTTIN, SIGTTOU};
    const struct sigaction action = {.sa_handler = look_for_owner, .sa_flags = SA_RESTART};

    CHECK(sigaction(SIGALRM, &action, NULL));
    (void)alarm(1);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        (void)signal(signals[i], SIG_IGN); /* it ends with the run */
    chart = chart_open(recorder);
    lanes.chart = &chart;
    recorder = NULL; /* what it prints is no event */
    call_watcher = NULL;
    output_is_hidden = false;
    if (step) {
        (void)atexit(leave_keys); /* die() calls it */
        play(color);
    }
    show_rest(color);
}

/* Tells the viewer that the run is over, or failed, and waits for its end; in the second case not
 * for a reader that does not read. Returns whether it has shown all. */
static bool end_viewer(int now)
{
    pid_t ended = 0;
    int status = 0;

    if (owner != getpid())
        return true;
    owner = 0;
    *progress = now;
    for (int i = 0; ended == 0; i++) {
        if (now == SHOW_REST && i == PATIENCE)
            (void)kill(viewer, SIGKILL);
        ended = AGAIN(waitpid(viewer, &status, WNOHANG));
        if (ended == 0)
            (void)poll(NULL, 0, MOMENT / 1000000); /* it cannot end the run once more */
    }
    leave_keys(); /* if it was killed */
    return ended == viewer && status == 0;
}

/* Each second: if the viewer has ended, as when its reader has gone, so has the run. Before that
 * the terminal is given back. */
static const char *look_for_viewer(const char *reason)
{
    siginfo_t info = {0};

    if (owner != getpid())
        return reason;
    int waited = waitid(P_PID, (id_t)viewer, &info, WEXITED | WNOHANG | WNOWAIT);
    if (waited == -1 || info.si_pid != 0) /* in the first case it has been reaped already */
        reason = message;
    if (reason && keys != -1) {
        (void)kill(viewer, SIGKILL);
        leave_keys();
    }
    return reason;
}

static void end_at_once(void)
{
    (void)end_viewer(SHOW_REST);
}

void viewer_start(bool step, int color)
{
    progress = shared_alloc(sizeof *progress);
    owner = getpid();
    viewer = CHECK(fork());
    if (viewer == 0) {
        view(step, color);
        _exit(EXIT_HELD);
    }
    (void)snprintf(message, sizeof message, "%s: %s\n", program_name, was_stopped);
    on_tick = look_for_viewer;
    (void)atexit(end_at_once);
}

const char *viewer_end(void)
{
    unsigned left = keys != -1 ? alarm(0) : 0; /* no bound for a reader who decides by keys, */
    if (signal(SIGINT, SIG_DFL) == SIG_IGN)    /* and may end it all */
        (void)signal(SIGINT, SIG_IGN);         /* unless its caller wanted otherwise */
    bool has_shown = end_viewer(OVER);
    if (left > 0)
        (void)alarm(left);
    return has_shown ? NULL : was_stopped;
}
