#!/bin/sh
# SPDX-License-Identifier: MIT
# labs.sh - demos/lab.sh tells right solutions from wrong ones, and says why
#
# Usage: sh tests/labs.sh [BUILD [NAME...]]
#
# For each lab: the starter fails, the demo's own text (or the solution below)
# passes, and typical mistakes fail, each for its own reason. Then files that are
# no solution at all, and the command line (bad_input), and what only the thread
# sanitizer sees (races). With NAMEs only these. LABS_TIMES=20 checks each one so
# many times; LABS_RUNS=N has the check run each program N times instead of 5.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
BUILD=$(CDPATH='' cd -- "${1-$project/build}" && pwd -P)
[ $# -eq 0 ] || shift
export BUILD
# shellcheck source=tests/support/environment.sh
. "$project/tests/support/environment.sh"
lab=$project/demos/lab.sh
# Most of the time goes into waiting for runs that do not end: so there are
# lanes. Only one of them may build, for the thread sanitizer.
lane_1='buffer'
lane_2='readers'
lane_3='bad_input'
lane_4='mutex shm'
lane_5='pipe condvar mqueue'
lane_6='races semaphore file signal socket monitor'
times=${LABS_TIMES:-1}
runs=${LABS_RUNS:-5}
export LAB_SANITIZER=no
scratch=$(mktemp -d "${TMPDIR:-/tmp}/nine-labs-XXXXXX")
trap 'cd /; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
cd "$scratch"
count=0
failures=0

fails()
{
    failures=$((failures + 1))
    echo "$1"
    sed 's/^/    /' said
}

# check FILE STATUS WORDS...: the check ends with STATUS, and says all WORDS
check()
{
    file=$1 expected=$2
    shift 2
    i=0
    while [ $i -lt "$times" ]; do
        i=$((i + 1))
        count=$((count + 1))
        status=0
        sh "$lab" check "$file" --runs="$runs" --json=json $more >said 2>&1 ||
            status=$?
        # a line for each paragraph, without the table's indentation
        tr -s ' \n' ' ' <said >line
        if [ $status -ne "$expected" ]; then
            fails "$file: status $status instead of $expected"
            continue
        fi
        for word; do
            grep -q -e "$word" line || fails "$file: does not say \"$word\""
        done
        grep -q '"score": [0-9]*, "max_score": 100, ' json ||
            fails "$file: the JSON is wrong: $(cat json)"
    done
}

# make NAME [SED-SCRIPT]: writes NAME.c from the demo of $current
make()
{
    {
        echo "/* Lab $current */"
        case $current in
        monitor) solution=$solution_monitor ;;
        readers) solution=$solution_readers ;;
        buffer) solution=$solution_buffer ;;
        *) solution='' ;;
        esac
        [ -z "$solution" ] || {
            sed "$solution" starter.c | sed "${2-}"
            return
        }
        # without the wrong twin, as a student hands it in
        sed '/^\/\* WRONG/,/^}/d; s/run.broken ? broken_filter : filter/filter/' \
            "$project/demos/demo_$current.c" >text
        grep '^#define broken_' starter.c >macro || true
        sed "/The mechanism ends here/{
            x
            s/.*/$(sed 's,/\*.*,,' macro)/
            p
            x
        }" text | sed "${2-}"
    } >"$1.c"
}

# begin LAB: from here on it is about this one
begin()
{
    current=$1
    rm -f starter.c
    sh "$lab" start "$current" starter.c >said 2>&1 ||
        fails "$current: no starter"
    make right
}

# wrong NAME REASON SED-SCRIPT: a mistake, made in the demo's text. With it the
# check must name REASON as the first thing to repair, and the demo's page.
wrong()
{
    make "$current-$1" "$3"
    if cmp -s "$current-$1.c" right.c; then
        : >said
        fails "$current-$1: changes nothing"
    fi
    check "$current-$1.c" 1 "First to repair: [^.]*$2" \
        "docs/\(demos/\($current\|condvar\|mutex\)\|labs/$current\).md"
}

has_thread_sanitizer()
{
    echo 'int main(void) { return 0; }' >plain.c
    "${CC:-cc}" -fsanitize=thread plain.c -o plain >said 2>&1 &&
        ./plain >>said 2>&1
}

mutex()
{
    wrong too-late 'guarantee VIOLATED: .* torn' '
        /pthread_mutex_lock(/d
        /let_others_come(/i\
    CHECK_PTHREAD(pthread_mutex_lock(\&shared->mutex));'
    wrong too-early 'guarantee VIOLATED: .* torn' '
        /pthread_mutex_unlock(/d
        /let_others_come(/i\
    CHECK_PTHREAD(pthread_mutex_unlock(\&shared->mutex));'
    wrong not-unlocked 'deadlock' 's/CHECK_PTHREAD(pthread_mutex_unlock(.*/if (id < 0)\
            CHECK_PTHREAD(pthread_mutex_unlock(\&shared->mutex));/'
    wrong not-shared 'deadlock' 's/PTHREAD_PROCESS_SHARED/PTHREAD_PROCESS_PRIVATE/'
    wrong two-orders 'deadlock' '
        s/^    pthread_mutex_t mutex; .*/    pthread_mutex_t mutex, second;/
        s/CHECK_PTHREAD(pthread_mutex_lock(.*/CHECK_PTHREAD(pthread_mutex_lock(\
            id % 2 ? \&shared->mutex : \&shared->second));/
        /let_others_come(/a\
    CHECK_PTHREAD(pthread_mutex_lock(\
        id % 2 ? \&shared->second : \&shared->mutex));
        s/CHECK_PTHREAD(pthread_mutex_unlock(.*/CHECK_PTHREAD(pthread_mutex_unlock(\&shared->second));\
        CHECK_PTHREAD(pthread_mutex_unlock(\&shared->mutex));/
        s/CHECK_PTHREAD(pthread_mutex_init(.*/CHECK_PTHREAD(pthread_mutex_init(mutex, \&attributes));\
    CHECK_PTHREAD(pthread_mutex_init(\&shared->second, \&attributes));/'
    wrong sleeps 'sleep_ns for ordering' '
        s/CHECK_PTHREAD(pthread_mutex_lock(.*/sleep_ns(id * 40000000L);/
        /pthread_mutex_unlock(/d'
    wrong busy 'busy waiting\|it loops without end' 's/CHECK_PTHREAD(pthread_mutex_lock(.*/while (pthread_mutex_trylock(\&shared->mutex) != 0)\
            continue;/'
    wrong private 'each process has a mutex of its own: own in line' '
        s/^static void writer/static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;\
\
&/
        s/_lock(&shared->mutex)/_lock(\&own)/
        s/_unlock(&shared->mutex)/_unlock(\&own)/'
    wrong unchecked 'the result of pthread_mutex_lock in line [0-9]* is not checked' '
        s/CHECK_PTHREAD(pthread_mutex_lock(&shared->mutex))/pthread_mutex_lock(\&shared->mutex)/'
}

semaphore()
{
    wrong no-post 'deadlock' 's/CHECK(sem_post(&free_slots));/if (id < 0)\
        CHECK(sem_post(\&free_slots));/'
    wrong too-many 'guarantee VIOLATED: 4 workers' 's/(unsigned)settings.slots/(unsigned)settings.slots + 1/'
    wrong post-first 'guarantee VIOLATED: ' '
        /^static void worker/,/^}/{
            s/CHECK(sem_wait(&free_slots));.*/CHECK(sem_post(\&free_slots));/
            t
            s/CHECK(sem_post(&free_slots));.*/CHECK(sem_wait(\&free_slots));/
        }'
    wrong busy 'busy waiting\|it loops without end' 's/CHECK(sem_wait(&free_slots));/while (sem_trywait(\&free_slots) == -1)\
        continue;/'
}

condvar()
{
    wrong if 'guarantee VIOLATED: ' 's/while (!shared/if (!shared/'
    wrong signal 'deadlock' 's/pthread_cond_broadcast/pthread_cond_signal/'
    wrong unlocked 'deadlock' '
        /^static void consumer/,/^}/s/        note_sleep(.*/        CHECK_PTHREAD(pthread_mutex_unlock(\&shared.mutex));\
        note_sleep(id, shared.lucky_came);\
        CHECK_PTHREAD(pthread_mutex_lock(\&shared.mutex));/'
    wrong busy 'busy waiting\|it loops without end' '
        /^static void consumer/,/^}/{
            /note_sleep(/d
            s/.*pthread_cond_wait(.*/        CHECK_PTHREAD(pthread_mutex_unlock(\&shared.mutex));\
        CHECK_PTHREAD(pthread_mutex_lock(\&shared.mutex));/
        }'
    wrong no-end 'deadlock' '/production_over = true/{
            n
            d
        }'
}

file()
{
    wrong too-late 'guarantee VIOLATED: ' '
        /^    set_lock(file, F_WRLCK);/d
        /let_others_come(/i\
    set_lock(file, F_WRLCK);'
    wrong too-early 'guarantee VIOLATED: ' '
        s/^    append_name(file, id);/    set_lock(file, F_UNLCK);\
    append_name(file, id);/'
    wrong read-lock 'guarantee VIOLATED: ' 's/F_WRLCK);/F_RDLCK);/'
    wrong busy 'busy waiting\|it loops without end' 's/    CHECK(fcntl(file, F_SETLKW.*/    while (fcntl(file, F_SETLK, \&lock) == -1)\
        continue;/'
}

signal()
{
    wrong only-asks 'guarantee VIOLATED: ' 's/CHECK(kill(pid, last_signal));/CHECK(kill(pid, SIGTERM));/'
    wrong never-asks 'the task never caught' '/CHECK(kill(pid, SIGTERM));/d'
    wrong asks-too-late 'the task never caught' '
        /CHECK(kill(pid, SIGTERM));/d
        s/^\( *\)note_signal(last_signal);/&\
    CHECK(kill(pid, SIGTERM));/'
    wrong ignores 'the task never caught' 's/= catch_signal/= SIG_IGN/'
}

socket()
{
    wrong no-loop 'guarantee VIOLATED: ' 's/while (received > 0 .*/while (received < 0);/'
    wrong overwrites 'guarantee VIOLATED: ' 's/recv(connection, message + length,/recv(connection, message,/'
}

mqueue()
{
    wrong same-tag 'guarantee VIOLATED: ' '
        s/message.client = id;/message.client = 0;/
        s/answers\[id\]/answers[0]/'
    wrong other-queue 'deadlock' 's/answers\[message.client\]/answers[0]/'
}

pipe()
{
    wrong no-close 'guarantee VIOLATED: ' '/^    close_unused_ends(in, out);/d'
    wrong keeps-write-ends 'guarantee VIOLATED: ' '/if (pipes\[i\]\[1\] != out)/{
            N
            d
        }
        s/^    for (int i = 0; i < FILTERS; i++) {$/    (void)out;\
&/'
    wrong main-keeps 'guarantee VIOLATED: ' '/CHECK(close(pipes\[0\]\[1\]));/d'
    wrong in-use 'a call failed: read: Bad file descriptor' 's/if (pipes\[i\]\[0\] != in)/if (i >= 0)/'
    wrong only-write-ends 'still has 3 ends' '/if (pipes\[i\]\[0\] != in)/{
            N
            d
        }
        s/^    for (int i = 0; i < FILTERS; i++) {$/    (void)in;\
&/'
    wrong one-end 'deadlock' 's/if (pipes\[i\]\[1\] != out)/if (pipes[i][1] != out \&\& i != 2)/'
}

shm()
{
    wrong reader 'guarantee VIOLATED: ' '/^static void reader/,/^}/{
            /pthread_mutex_/d
        }'
    wrong writer 'guarantee VIOLATED: ' '/^static void writer/,/^}/{
            /pthread_mutex_/d
        }'
    wrong reader-early 'guarantee VIOLATED: ' '/^static void reader/,/^}/{
            /pthread_mutex_unlock/d
            /for (int i/i\
        CHECK_PTHREAD(pthread_mutex_unlock(\&memory->mutex));
        }'
    wrong not-unlocked 'deadlock' '/^static void writer/,/^}/{
            s/CHECK_PTHREAD(pthread_mutex_unlock/if (id < 0)\
            CHECK_PTHREAD(pthread_mutex_unlock/
        }'
    wrong private 'each process has a mutex of its own: own in line' '
        s/^static struct memory \*memory;/static struct {\
    pthread_mutex_t mutex;\
} own = {PTHREAD_MUTEX_INITIALIZER};\
&/
        s/_\(un\)\{0,1\}lock(&memory->mutex)/_\1lock(\&own.mutex)/'
}

# What goes into the starters of the harder labs, whose solution is not a demo's
# text.
solution_monitor='
    s,^    /\* YOUR PART: sleep.*,    CHECK_PTHREAD(pthread_mutex_lock(\&own.mutex));\
    while (own.value == 0)\
        CHECK_PTHREAD(pthread_cond_wait(\&own.changed\, \&own.mutex));\
    own.value--;\
    CHECK_PTHREAD(pthread_mutex_unlock(\&own.mutex));,
    s,^    /\* YOUR PART: give.*,    CHECK_PTHREAD(pthread_mutex_lock(\&own.mutex));\
    own.value++;\
    CHECK_PTHREAD(pthread_cond_signal(\&own.changed));\
    CHECK_PTHREAD(pthread_mutex_unlock(\&own.mutex));,'

solution_readers='
    s,^    /\* YOUR PART: what must.*,    int readers;\
    bool writer;,
    /^static void begin_/,/^}/{
        s,^    /\* YOUR PART.*,    CHECK_PTHREAD(pthread_mutex_lock(\&memory->mutex));\
    while (memory->writer)\
        CHECK_PTHREAD(pthread_cond_wait(\&memory->changed\, \&memory->mutex));\
    memory->readers++;\
    CHECK_PTHREAD(pthread_mutex_unlock(\&memory->mutex));,
    }
    /^static void begin_writing/,/^}/{
        s,while (memory->writer),while (memory->writer || memory->readers > 0),
        s,readers++,writer = true,
    }
    /^static void end_/,/^}/{
        s,^    /\* YOUR PART.*,    CHECK_PTHREAD(pthread_mutex_lock(\&memory->mutex));\
    memory->readers--;\
    CHECK_PTHREAD(pthread_cond_broadcast(\&memory->changed));\
    CHECK_PTHREAD(pthread_mutex_unlock(\&memory->mutex));,
    }
    /^static void end_writing/,/^}/s,readers--,writer = false,'

solution_buffer='
    s,^    /\* YOUR PART: no place.*,    CHECK_PTHREAD(pthread_mutex_lock(\&shared.mutex));\
    while (buffer_is_full())\
        CHECK_PTHREAD(pthread_cond_wait(\&shared.not_full\, \&shared.mutex));,
    s,^    buffer_put.*,&\
    CHECK_PTHREAD(pthread_cond_signal(\&shared.not_empty));\
    CHECK_PTHREAD(pthread_mutex_unlock(\&shared.mutex));,
    s,^    /\* YOUR PART: the buffer.*,    CHECK_PTHREAD(pthread_mutex_lock(\&shared.mutex));\
    while (buffer_is_empty() \&\& !shared.production_over)\
        CHECK_PTHREAD(pthread_cond_wait(\&shared.not_empty\, \&shared.mutex));\
    bool has_one = !buffer_is_empty();,
    s,^    \*number = buffer_take.*,    if (has_one)\
        *number = buffer_take();\
    CHECK_PTHREAD(pthread_cond_signal(\&shared.not_full));\
    CHECK_PTHREAD(pthread_mutex_unlock(\&shared.mutex));,
    s,^    return true;,    return has_one;,
    s,^    /\* YOUR PART: consumers.*,    CHECK_PTHREAD(pthread_mutex_lock(\&shared.mutex));,
    s,^    shared.production_over = true;,&\
    CHECK_PTHREAD(pthread_cond_broadcast(\&shared.not_empty));\
    CHECK_PTHREAD(pthread_mutex_unlock(\&shared.mutex));,'

monitor()
{
    wrong no-signal 'deadlock' '/pthread_cond_signal(/d'
    wrong no-count 'guarantee VIOLATED: ' '/own.value--;/d'
    wrong if 'guarantee VIOLATED: ' 's/while (own/if (own/'
    wrong real-one 'sem_wait is not allowed' 's/own.value--;/CHECK(sem_wait(\&free_slots));/'
    wrong busy 'busy waiting\|it loops without end' 's/.*pthread_cond_wait(.*/        {\
            CHECK_PTHREAD(pthread_mutex_unlock(\&own.mutex));\
            CHECK_PTHREAD(pthread_mutex_lock(\&own.mutex));\
        }/'
}

# another NAME SED-SCRIPT: a solution that is right, too
another()
{
    make "$current-$1" "$2"
    ! cmp -s "$current-$1.c" right.c || fails "$current-$1: changes nothing"
    check "$current-$1.c" 0 '100/100'
}

readers()
{
    another writer-first '
        s/^    bool writer;/&\
    int writers_waiting;/
        /^static void begin_reading/,/^}/s/while (memory->writer)/while (memory->writer || memory->writers_waiting > 0)/
        /^static void begin_writing/,/^}/{
            s/^    while/    memory->writers_waiting++;\
&/
            s/^    memory->writer = true;/    memory->writers_waiting--;\
&/
        }'
    another keeps-mutex '
        /^static void begin_writing/,/^}/{
            s/memory->writer || //
            /memory->writer = /d
            /unlock/d
        }
        /^static void end_writing/,/^}/{
            /_lock/d
            /memory->writer = /d
        }'
    wrong one-at-a-time 'guarantee VIOLATED: readers kept each other out' '
        /^static void begin_reading/,/^}/s/while (memory->writer)/while (memory->writer || memory->readers > 0)/'
    wrong signal 'guarantee VIOLATED: readers kept each other out\|deadlock' '
        /^static void end_writing/,/^}/s/broadcast/signal/'
    wrong readers-ignored 'guarantee VIOLATED: a reader and the writer' 's/ || memory->readers > 0//'
    wrong reader-if 'guarantee VIOLATED: a reader and the writer' '
        /^static void begin_reading/,/^}/s/while/if/'
    wrong writer-if 'guarantee VIOLATED: a reader and the writer' '
        /^static void begin_writing/,/^}/s/while/if/'
    wrong too-late 'guarantee VIOLATED: a reader and the writer' '
        /^static void reader/,/^}/{
            /begin_reading/d
            s/^        end_reading/        begin_reading();\
&/
        }'
    wrong too-early 'guarantee VIOLATED: a reader and the writer' '
        /^static void writer/,/^}/{
            s/^        begin_writing();/&\
        end_writing();/
            /^        end_writing();/d
        }'
    wrong no-wakeup 'deadlock' '/^static void end_reading/,/^}/{
            /broadcast/d
        }'
    wrong two-orders 'deadlock' '
        s/^    int readers;/&\
    pthread_mutex_t second;/
        s/^    init_shared_mutex(&memory->mutex);.*/&\
    init_shared_mutex(\&memory->second);/
        /^static void begin_reading/,/^}/{
            /mutex_lock/a\
    CHECK_PTHREAD(pthread_mutex_lock(\&memory->second));
            /mutex_unlock/i\
    CHECK_PTHREAD(pthread_mutex_unlock(\&memory->second));
        }
        /^static void end_writing/,/^}/{
            /mutex_lock/i\
    CHECK_PTHREAD(pthread_mutex_lock(\&memory->second));
            /mutex_unlock/a\
    CHECK_PTHREAD(pthread_mutex_unlock(\&memory->second));
        }'
    wrong private 'each process has a mutex of its own: own in line' '
        s/^static void begin_reading/static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;\
\
&/
        s/(&memory->mutex)/(\&own)/
        s/&memory->mutex))/\&own))/
        s/init_shared_mutex(&own)/init_shared_mutex(\&memory->mutex)/'
    wrong busy 'busy waiting\|it loops without end' '
        /^static void begin_/,/^}/s/.*pthread_cond_wait(.*/        {\
            CHECK_PTHREAD(pthread_mutex_unlock(\&memory->mutex));\
            CHECK_PTHREAD(pthread_mutex_lock(\&memory->mutex));\
        }/'
    wrong rwlock 'pthread_rwlock_rdlock is not allowed' '
        s/^    int readers;/&\
    pthread_rwlock_t lock;/
        s/^    memory->readers++;/&\
    CHECK_PTHREAD(pthread_rwlock_rdlock(\&memory->lock));/'
}

buffer()
{
    another one-condition 's/(&shared.not_full/(\&shared.not_empty/
        s/pthread_cond_signal/pthread_cond_broadcast/'
    wrong put-too-early 'guarantee VIOLATED: two threads' '/^static void put/,/^}/{
            /unlock/d
            s/^    buffer_put/    CHECK_PTHREAD(pthread_mutex_unlock(\&shared.mutex));\
&/
        }'
    wrong test-too-early 'guarantee VIOLATED: two threads' '/^static void put/,/^}/{
            /mutex_lock/d
            s/^    while.*/&\
        {\
        CHECK_PTHREAD(pthread_mutex_lock(\&shared.mutex));/
            s/^        CHECK_PTHREAD(pthread_cond_wait.*/&\
        CHECK_PTHREAD(pthread_mutex_unlock(\&shared.mutex));\
        }/
            s/^    buffer_put/    CHECK_PTHREAD(pthread_mutex_lock(\&shared.mutex));\
&/
        }'
    wrong take-too-late 'guarantee VIOLATED: two threads' '/^static bool take/,/^}/{
            /mutex_lock/d
            s/^    bool has_one.*/    CHECK_PTHREAD(pthread_mutex_lock(\&shared.mutex));\
&/
            s/^    while.*/&\
        {\
        CHECK_PTHREAD(pthread_mutex_lock(\&shared.mutex));/
            s/^        CHECK_PTHREAD(pthread_cond_wait.*/&\
        CHECK_PTHREAD(pthread_mutex_unlock(\&shared.mutex));\
        }/
        }'
    wrong two-mutexes 'guarantee VIOLATED: two threads' '
        s/^    bool production_over;/    pthread_mutex_t second;\
&/
        s/^static void put/static void init_second(void)\
{\
    CHECK_PTHREAD(pthread_mutex_init(\&shared.second, NULL));\
}\
\
&/
        /^static bool take/,/^}/s/shared.mutex/shared.second/
        s/^    while (produce/    init_second();\
&/'
    wrong put-if 'guarantee VIOLATED: .* the full buffer' '/^static void put/,/^}/s/while/if/'
    wrong take-if 'guarantee VIOLATED: .* the empty buffer' '/^static bool take/,/^}/s/while/if/
        s/bool has_one = .*/bool has_one = !shared.production_over;/'
    wrong no-signal 'deadlock' '/pthread_cond_signal(&shared.not_full/d'
    wrong signal-if-empty 'guarantee VIOLATED: a consumer slept on' '
        s/^    buffer_put/    bool was_empty = buffer_is_empty();\
&/
        s/^    CHECK_PTHREAD(pthread_cond_signal(&shared.not_empty/    if (was_empty)\
    &/'
    wrong end-signal 'deadlock' 's/pthread_cond_broadcast/pthread_cond_signal/'
    wrong end-too-soon 'guarantee VIOLATED: .* arrived exactly once' 's/bool has_one = .*/bool has_one = !shared.production_over \&\& !buffer_is_empty();/'
    wrong one-place 'guarantee VIOLATED: the producer waited' 's/while (buffer_is_full())/while (buffer_is_full() || !buffer_is_empty())/'
    wrong two-orders 'deadlock' '
        s/^    bool production_over;/    pthread_mutex_t second;\
&/
        s/^    .not_full = PTH/    .second = PTHREAD_MUTEX_INITIALIZER,\
&/
        /^static void put/,/^}/{
            /mutex_lock/i\
    CHECK_PTHREAD(pthread_mutex_lock(\&shared.second));
            /mutex_unlock/a\
    CHECK_PTHREAD(pthread_mutex_unlock(\&shared.second));
        }
        /^static bool take/,/^}/{
            /mutex_lock/a\
    CHECK_PTHREAD(pthread_mutex_lock(\&shared.second));
            /mutex_unlock/i\
    CHECK_PTHREAD(pthread_mutex_unlock(\&shared.second));
        }'
    wrong own-counter 'not used: buffer_is_full buffer_is_empty' '
        s/^    bool production_over;/    int filled;\
&/
        s/buffer_is_full()/shared.filled == PLACES/
        s/buffer_is_empty()/(shared.filled == 0)/
        s/^    buffer_put(.*/&\
    shared.filled++;/
        s/^        \*number = buffer_take();/        shared.filled--, *number = buffer_take();/'
    wrong sleeps 'usleep for ordering' 's/CHECK_PTHREAD(pthread_cond_wait(.*/usleep(1000);/
        s/^#include <pthread.h>/&\
#include <unistd.h>/'
    wrong busy 'busy waiting\|it loops without end' 's/.*pthread_cond_wait(.*/        {\
            CHECK_PTHREAD(pthread_mutex_unlock(\&shared.mutex));\
            CHECK_PTHREAD(pthread_mutex_lock(\&shared.mutex));\
        }/'
}

# What only the thread sanitizer sees.
races()
{
    has_thread_sanitizer || return 0
    LAB_SANITIZER=yes
    begin semaphore
    wrong race 'data race' 's/^    CHECK(sem_wait(&free_slots));/    static int turns;\
\
    turns++;\
&/'
    begin buffer
    check right.c 0 '100/100' 'the thread sanitizer found none'
    wrong race 'data race' '/^static void end_production/,/^}/{
            /lock/d
        }'
    LAB_SANITIZER=no
}

# What is no solution at all: a clear line each, and no harm.
bad_input()
{
    begin mutex
    : >empty.c
    head -c 3000 /bin/sh >binary.c
    mkdir folder.c
    mkfifo fifo.c
    ln -s fifo.c link.c
    echo '/* Lab mutex */' >no-line.c
    make twice 's/^static struct shared .*/&\
\/* The mechanism ends here *\//'
    make no-c 's/^static void writer.*/this is no C/'
    make open-comment '/^static void init_mutex/i\
/* no end'
    make exits 's/^        append_line(id);/        exit(0);/'
    make loops 's/^        append_line(id);/        for (volatile int n = 0;; n++)\
            continue;/'
    make forks 's/^        append_line(id);/        for (;;)\
            (void)fork();/'
    make writes 's/^        append_line(id);/        for (;;)\
            write_text(log_file, "%2000d", id);/'
    make floods 's/^        append_line(id);/        for (;;)\
            say("%1000d", id);/'
    make a-verdict '/^static void init_mutex/i\
int verdict(bool held, const char *format, ...)\
{\
    return 0;\
}\
'
    make a-main '/^static void init_mutex/i\
int main(void)\
{\
    return 0;\
}\
'
    make a-macro '/^static void init_mutex/i\
#define check_log(file) verdict(true, "of course")\
'
    make crashes 's/^        append_line(id);/        *(volatile int *)8 = id;/'
    make includes '1a\
#include "/dev/zero"'
    make line '/^static void init_mutex/i\
#line 1 "hidden.c"'
    make kills 's/^        append_line(id);/        CHECK(kill(-1, 9));/
        1a\
#include <signal.h>'
    make large-data '/^static void init_mutex/i\
char large[1 << 30] = {1};'
    make escapes "s/^        append_line(id);/        $(printf '\033')[31mred;/"
    # shellcheck disable=SC2016 # it is a name
    make 'odd "name" $x'
    make plain
    sed "s/\$/$(printf '\r')/" plain.c >returns.c
    make eats-memory 's/^        append_line(id);/        for (long n = 0;; n++)\
            *(char *)CHECK_NOT(NULL, calloc(1, 1 << 20)) = (char)n;/
        1a\
#include <stdlib.h>'
    awk 'BEGIN { for (i = 0; i < 9000; i++) print "/* long, long, long, long */" }' >large.c
    more=--lab=mutex
    check none.c 1 'there is no file .*none.c'
    check folder.c 1 'there is no file'
    check fifo.c 1 'there is no file fifo.c'
    check link.c 1 'there is no file link.c'
    check empty.c 1 "the line 'The mechanism ends here' is missing"
    check binary.c 1 'the file is no C source'
    check large.c 1 'the file is too large'
    more=--lab=shm
    check plain.c 1 'does not compile'
    more=
    check none.c 1 'there is no file none.c'
    check fifo.c 1 'there is no file fifo.c'
    check /dev/zero 1 'there is no file /dev/zero'
    check returns.c 0 '100/100'
    # shellcheck disable=SC2016 # it is a name
    check 'odd "name" $x.c' 0 '100/100'
    check line.c 1 'it has #line'
    check kills.c 1 'kill is not allowed here' '0/35 the guarantee holds *not reached'
    check large-data.c 1 'does not compile'
    check eats-memory.c 1 'First to repair: a call failed: calloc: Cannot allocate memory'
    check escapes.c 1 'does not compile'
    ! grep -q "$(printf '\033')" said json || fails "escapes.c: its text is not escaped"
    check empty.c 1 'no comment .Lab NAME.'
    check no-line.c 1 "the line 'The mechanism ends here' is missing"
    check twice.c 1 "the line 'The mechanism ends here' is there 2 times"
    check no-c.c 1 'does not compile: no-c.c:[0-9]*'
    check open-comment.c 1 'does not compile'
    check includes.c 1 'does not compile'
    check exits.c 1 'exit ends the run before its verdict'
    check loops.c 1 'loops without end\|busy waiting'
    check forks.c 1 'fork is not allowed here' '0/35 the guarantee holds *not reached'
    check writes.c 1 'more than 16 MB'
    check floods.c 1 'more than 16 MB'
    check a-verdict.c 1 'redefines what the demo has: .*verdict'
    check a-main.c 1 'redefines what the demo has: .*main'
    check a-macro.c 1 'redefines check_log by a macro'
    check crashes.c 1 'First to repair: '
}

# What lab_run does with a program that the check would not even run.
limits()
{
    count=$((count + 1))
    cat >forks-on.c <<'END'
#include <unistd.h>
int main(void)
{
    for (;;)
        (void)fork();
}
END
    "${CC:-cc}" forks-on.c -o forks-on
    chmod 755 .
    "$BUILD/lab_run" -t 5 "$scratch/forks-on" 3>said
    grep -q '^crowd ' said || fails "lab_run lets a program fork without end"
}

# usage STATUS WORDS ARGUMENT...
usage()
{
    expected=$1 words=$2
    shift 2
    count=$((count + 1))
    status=0
    sh "$lab" "$@" >said 2>&1 || status=$?
    [ $status -eq "$expected" ] || fails "lab.sh $*: status $status instead of $expected"
    grep -q -e "$words" said || fails "lab.sh $*: does not say \"$words\""
}

command_line()
{
    usage 0 'Usage:' --help
    usage 2 'Usage:'
    usage 0 'condvar' list
    usage 2 'unknown lab' start nothing
    usage 2 'start needs' start
    usage 0 'lab_mutex.c is yours' start mutex
    usage 2 'is there already' start mutex
    usage 2 'needs a FILE' check
    usage 2 'must be 5 to 1000' check x.c --runs=4
    usage 2 'must be 5 to 1000' check x.c --runs=1001
    usage 2 'unknown option' check x.c --nonsense
    usage 2 'unknown command' grade x.c
    usage 2 'unknown lab' check plain.c --lab=nothing
    usage 2 'must not be the file' check plain.c --json=plain.c
    usage 1 'could not write' check plain.c --runs=5 --json=none/x
    usage 1 'could not write' start mutex none/x.c
    # what it says is right where the reader is
    (cd "$project" && sh demos/lab.sh start pipe "$scratch/seen.c") >said
    grep -q ' Read docs/labs/pipe.md. Then: sh demos/lab.sh check ' said ||
        fails "seen from the project's folder"
    (cd "$project/docs" && sh ../demos/lab.sh start pipe "$scratch/seen-2.c") >said
    grep -q ' Read ../docs/labs/pipe.md. Then: sh ../demos/lab.sh check ' said ||
        fails "seen from the folder docs"
}

# A project that does not build: no points, but a JSON file.
no_build()
{
    count=$((count + 1))
    status=0
    LAB_BUILT=no CC=false BUILD=$scratch/none sh "$lab" check plain.c --json=json >said 2>&1 ||
        status=$?
    [ $status -eq 1 ] || fails "a project that does not build: status $status"
    grep -q '"score": 0, "max_score": 100, .*does not build' json ||
        fails "a project that does not build: $(cat json)"
}

# lane NAME...: as a process of its own; what it says is in lane.NUMBER
lane()
{
    number=$((number + 1))
    sh "$project/tests/labs.sh" "$BUILD" "$@" >"lane.$number" 2>&1 &
    lanes="$lanes $!"
}

if [ $# -eq 0 ]; then
    lanes='' number=0 failed=''
    trap 'kill $lanes 2>/dev/null; exit 1' HUP INT TERM
    # shellcheck disable=SC2086 # lists
    {
        lane $lane_1
        lane $lane_2
        lane $lane_3
        lane $lane_4
        lane $lane_5
        lane $lane_6
    }
    for process in $lanes; do
        wait "$process" || failed=yes
    done
    cat lane.*
    [ -z "$failed" ] || exit 1
    exit 0
fi

began=$(date +%s)
export LAB_BUILT=yes # which lanes do not do at the same time
more=
for name; do
    echo "$name"
    case $name in
    bad_input)
        bad_input
        limits
        command_line
        no_build
        ;;
    races) races ;;
    *)
        begin "$name"
        check starter.c 1 '0/35 the guarantee holds' 'First to repair: ' \
            'ok 10/10 builds' 'ok 5/5 no warnings'
        check right.c 0 '100/100'
        "$name"
        ;;
    esac
done
echo "labs: $count checks, $failures failures, $(($(date +%s) - began)) seconds"
[ $failures -eq 0 ]
