/* SPDX-License-Identifier: MIT */
#include "common/views/viewer.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/run/actors.h"
#include "common/run/output.h"
#include "common/views/charts.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { MOMENT = 20000000, PATIENCE = 250 }; /* nanoseconds between two looks; how many looks */

static struct chart live;
static struct lanes lanes; /* of that, or of the player's chart */
static long shown;         /* items of it */
static int when_colored;
static pid_t owner; /* the run's first process */
static pthread_t follower;
static atomic_bool is_followed, is_over, has_ended, has_failed;

/* Text that goes to standard output in one write. */
static char *bytes;
static size_t size;

static FILE *begin_text(void)
{
    lanes.screen = screen_of(STDOUT_FILENO, when_colored);
    return CHECK_NOT(NULL, open_memstream(&bytes, &size));
}

static void end_text(FILE *out)
{
    if (fclose(out) == EOF)
        die_call("fclose", errno, __FILE__, __LINE__);
    bool is_written = write_whole(STDOUT_FILENO, bytes, size);
    free(bytes);
    if (is_written || has_failed)
        return;
    has_ended = true;
    die("%s", describe_output_error(STDOUT_FILENO));
}

static void show_items(void)
{
    for (; shown < lanes.chart->count; shown++) {
        FILE *out = begin_text();
        lanes_print(&lanes, &lanes.chart->items[shown], out);
        end_text(out);
    }
}

static void *follow(void *unused)
{
    bool is_last = false;

    while (!is_last) {
        is_last = is_over; /* before it looks: so it sees all */
        chart_follow(&live, is_last);
        show_items();
        if (!is_last)
            sleep_ns(MOMENT);
    }
    has_ended = true;
    return NULL;
}

static void start_follower(void)
{
    CHECK_PTHREAD(pthread_create(&follower, NULL, follow, NULL));
    is_followed = true;
}

static void announce_player(void)
{
    warn("--step shows the run when it is over");
}

void viewer_end(void)
{
    is_over = true;
    if (is_followed)
        CHECK_PTHREAD(pthread_join(follower, NULL));
    else
        (void)follow(NULL);
}

/* At exit(3p): the run may have failed, in any thread. Nobody waits for a reader that does not
 * read. */
static void show_rest(void)
{
    bool is_follower = is_followed && pthread_equal(pthread_self(), follower);

    if (owner != getpid() || has_ended || is_follower)
        return;
    is_over = true;
    has_failed = true;
    if (!is_followed)
        (void)follow(NULL);
    for (int i = 0; i < PATIENCE && !has_ended; i++)
        sleep_ns(MOMENT);
}

void viewer_start(bool is_live, int color)
{
    live = chart_open(recorder);
    lanes.chart = &live;
    when_colored = color;
    owner = getpid();
    at_launch = is_live ? start_follower : announce_player;
    (void)atexit(show_rest);
}

/* What a reader types acts at once, and is not shown; afterwards the terminal is as before. */
static int keys; /* the terminal's descriptor; does not block */
static struct termios usual;

bool player_has_keys(void)
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
    if (tcgetpgrp(keys) == getpgrp()) /* perhaps again, after a shell has had the terminal */
        (void)tcsetattr(keys, TCSANOW, &own);
}

/* Gives the terminal back as it was; not if somebody else, a shell, has changed it since. */
static void leave_keys(void)
{
    struct termios now;

    if (tcgetattr(keys, &now) == 0 && (now.c_lflag & (ICANON | ECHO)) == 0 &&
        now.c_iflag == usual.c_iflag)
        (void)tcsetattr(keys, TCSANOW, &usual);
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

/* Writes where the player is: the number of the item, its lane, and a NOTE, or else the call that
 * it is, or after which it came. */
static void put_status(FILE *out, const char *note)
{
    static const char help[] =
        "Enter next   b back   n next in this lane   ! first that is wrong   q finish";
    const struct item *item = &lanes.chart->items[shown - 1];
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
    (void)snprintf(row, sizeof row, "%ld/%ld %s%s%s", shown, lanes.chart->count,
        lanes.chart->lane[item->lane].name, *note ? ": " : at, note);
    (void)fprintf(
        out, "%.*s\n%.*s", width, row, width, width < (int)strlen(help) ? "Enter b n ! q" : help);
}

/* Draws the player's screen: the names, below them the rows, of which the last ones stay in a
 * region that scrolls, and the status. */
static void draw(const char *note)
{
    FILE *out = begin_text();
    struct chart *chart = lanes.chart;
    int height = lanes.screen.height;

    lanes = (struct lanes){.chart = chart, .screen = lanes.screen};
    lanes.screen.height = 0; /* so that the names are printed once */
    chart_rewind(chart);
    (void)fputs("\033[2H\033[J\033[H\033[K", out); /* so that tmux keeps no old screen */
    lanes_head(&lanes, out);
    (void)fprintf(out, "\033[%d;%dr\033[%d;1H", lanes.rows + 1, height - 2, lanes.rows + 1);
    for (long i = 0; i < shown; i++)
        lanes_print(&lanes, &chart->items[i], i + height < shown ? NULL : out);
    (void)fprintf(out, "\033[r\033[%d;1H", height - 1);
    put_status(out, note);
    end_text(out);
    lanes.screen.height = height;
}

/* Returns how many items are shown after KEY; or 0 if there are none for it. */
static long find(int key)
{
    const struct item *items = lanes.chart->items;
    int lane = shown > 0 ? items[shown - 1].lane : 0;

    if (key == 'b')
        return shown > 1 ? shown - 1 : 1;
    for (long i = key == '!' ? 0 : shown; i < lanes.chart->count; i++) {
        bool is_wanted = key != 'n' || items[i].lane == lane;
        if (key == '!')
            is_wanted = items[i].is_wrong || items[i].is_beyond;
        if (is_wanted)
            return i + 1;
    }
    return 0;
}

/* Shows what the reader's keys ask for, until that is the rest, or the owner has gone. */
static void play(void)
{
    /* 5 and 6: of Page Up and Page Down, which presenters' remotes send; A to D: of arrows */
    static const char typed[] = "\n 6BCb5ADn!", meant[] = "\n\n\n\n\nbbbbn!";
    static const char *const none[] = {['\n'] = "that was the last one",
        ['n'] = "no more in this lane",
        ['!'] = "nothing went wrong"};
    const char *note = "";
    int key = '\n';

    lanes.screen = screen_of(STDOUT_FILENO, when_colored);
    for (int row = 0; row < lanes.screen.height; row++)
        write_all(STDOUT_FILENO, "\n", 1); /* what was there before scrolls away */
    while (key != 'q' && getppid() == owner) {
        const struct screen before = lanes.screen;
        const char *at = key != 0 ? strchr(typed, key) : NULL;
        int wanted = at ? meant[at - typed] : 0;
        long found = wanted ? find(wanted) : 0;
        if (found > 0)
            shown = found;
        take_keys();
        if (wanted)
            note = found > 0 ? "" : none[wanted];
        lanes.screen = screen_of(STDOUT_FILENO, when_colored);
        if (wanted || before.width != lanes.screen.width || before.height != lanes.screen.height)
            draw(note);
        key = next_key();
    }
    leave_keys();
    if (getppid() != owner) {
        (void)write_whole(STDOUT_FILENO, "\n", 1); /* after the status */
        _exit(EXIT_TROUBLE);
    }
    int last = lanes.screen.height - 1, end = lanes.rows < last ? lanes.rows + 1 : last;
    (void)dprintf(STDOUT_FILENO, "\033[%d;1H\033[J", end); /* below the rows, over the status */
}

void player_run(struct chart *chart)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTTIN, SIGTTOU};

    has_ended = true;
    if (chart->count == 0)
        return;
    lanes = (struct lanes){.chart = chart};
    (void)alarm(0);                         /* no bound for a reader who decides by keys, */
    if (signal(SIGINT, SIG_DFL) == SIG_IGN) /* and may end it all */
        (void)signal(SIGINT, SIG_IGN);      /* unless its caller wanted otherwise */
    pid_t player = CHECK(fork());
    if (player == 0) {
        for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
            (void)signal(signals[i], SIG_IGN); /* it ends with its owner */
        play();
        show_items();
        _exit(EXIT_HELD);
    }
    CHECK(waitpid(player, NULL, 0));
    leave_keys(); /* if it was killed */
    (void)alarm(1);
}
