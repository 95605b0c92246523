#!/bin/sh
# SPDX-License-Identifier: MIT
# labs.sh - demos/lab.sh tells right solutions from wrong ones, and says why
#
# Usage: sh tests/labs.sh [BUILD [NAME...]]
#
# For each lab (or those that are NAMEd, as bad_input can be): the starter fails, the demo's own text
# passes, and typical mistakes fail, each for its own reason. Then files that are
# no solution at all, and the command line. LABS_TIMES=20 checks each one so many
# times; LABS_RUNS=N has the check run each program N times instead of 5.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
BUILD=$(CDPATH='' cd -- "${1-$project/build}" && pwd -P)
[ $# -eq 0 ] || shift
export BUILD
# shellcheck source=tests/support/environment.sh
. "$project/tests/support/environment.sh"
lab=$project/demos/lab.sh
all='mutex semaphore condvar file signal socket mqueue pipe shm monitor'
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
        [ "$current" != monitor ] || {
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
        "docs/\(demos/\($current\|condvar\)\|labs/$current\).md"
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
    wrong busy 'busy waiting' 's/CHECK_PTHREAD(pthread_mutex_lock(.*/while (pthread_mutex_trylock(\&shared->mutex) != 0)\
            continue;/'
}

semaphore()
{
    wrong no-post 'deadlock' 's/CHECK(sem_post(free_slots));/if (id < 0)\
        CHECK(sem_post(free_slots));/'
    wrong too-many 'guarantee VIOLATED: 4 workers' 's/(unsigned)value/(unsigned)value + 1/'
    wrong post-first 'guarantee VIOLATED: ' '
        /^static void worker/,/^}/{
            s/CHECK(sem_wait(free_slots));.*/CHECK(sem_post(free_slots));/
            t
            s/CHECK(sem_post(free_slots));.*/CHECK(sem_wait(free_slots));/
        }'
    if has_thread_sanitizer; then
        LAB_SANITIZER=yes
        wrong race 'data race' 's/^    CHECK(sem_wait(free_slots));/    static int turns;\
\
    turns++;\
&/'
        LAB_SANITIZER=no
    fi
    wrong busy 'busy waiting' 's/CHECK(sem_wait(free_slots));/while (sem_trywait(free_slots) == -1)\
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
    wrong busy 'busy waiting' '
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
    wrong busy 'busy waiting' 's/    CHECK(fcntl(file, F_SETLKW.*/    while (fcntl(file, F_SETLK, \&lock) == -1)\
        continue;/'
}

signal()
{
    wrong only-asks 'guarantee VIOLATED: ' 's/CHECK(kill(pid, last_signal));/CHECK(kill(pid, SIGTERM));/'
}

socket()
{
    wrong no-loop 'guarantee VIOLATED: ' 's/while (received > 0 .*/while (received < 0);/'
    wrong overwrites 'guarantee VIOLATED: ' 's/recv(connection, message + length,/recv(connection, message,/'
}

mqueue()
{
    wrong same-tag 'guarantee VIOLATED: ' 's/message.tag = id + 1;/message.tag = 1;/'
    wrong other-queue 'deadlock' 's/mq_send(answers\[message.tag\]/mq_send(answers[1]/'
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
            /copy(/i\
        CHECK_PTHREAD(pthread_mutex_unlock(\&memory->mutex));
        }'
    wrong not-unlocked 'deadlock' '/^static void writer/,/^}/{
            s/CHECK_PTHREAD(pthread_mutex_unlock/if (id < 0)\
            CHECK_PTHREAD(pthread_mutex_unlock/
        }'
}

# What goes into the starter, which is not the demo's own text.
solution='
    s,^    /\* YOUR PART: sleep.*,    CHECK_PTHREAD(pthread_mutex_lock(\&own.mutex));\
    while (own.value == 0)\
        CHECK_PTHREAD(pthread_cond_wait(\&own.changed\, \&own.mutex));\
    own.value--;\
    CHECK_PTHREAD(pthread_mutex_unlock(\&own.mutex));,
    s,^    /\* YOUR PART: give.*,    CHECK_PTHREAD(pthread_mutex_lock(\&own.mutex));\
    own.value++;\
    CHECK_PTHREAD(pthread_cond_signal(\&own.changed));\
    CHECK_PTHREAD(pthread_mutex_unlock(\&own.mutex));,'

monitor()
{
    wrong no-signal 'deadlock' '/pthread_cond_signal(/d'
    wrong no-count 'guarantee VIOLATED: ' '/own.value--;/d'
    wrong real-one 'sem_wait is not allowed' 's/own.value--;/CHECK(sem_wait(free_slots));/'
    wrong busy 'busy waiting' 's/.*pthread_cond_wait(.*/        {\
            CHECK_PTHREAD(pthread_mutex_unlock(\&own.mutex));\
            CHECK_PTHREAD(pthread_mutex_lock(\&own.mutex));\
        }/'
}

# What is no solution at all: a clear line each, and no harm.
bad_input()
{
    current=mutex
    rm -f starter.c
    sh "$lab" start mutex starter.c >said
    : >empty.c
    head -c 3000 /bin/sh >binary.c
    mkdir folder.c
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
    awk 'BEGIN { for (i = 0; i < 9000; i++) print "/* long, long, long, long */" }' >large.c
    more=--lab=mutex
    check none.c 1 'there is no file .*none.c'
    check folder.c 1 'there is no file'
    check empty.c 1 "the line 'The mechanism ends here' is missing"
    check binary.c 1 'the file is no C source'
    check large.c 1 'the file is too large'
    more=
    check empty.c 1 'no comment .Lab NAME.'
    check no-line.c 1 "the line 'The mechanism ends here' is missing"
    check twice.c 1 "the line 'The mechanism ends here' is there 2 times"
    check no-c.c 1 'does not compile: no-c.c:[0-9]*'
    check open-comment.c 1 'does not compile'
    check includes.c 1 'does not compile'
    check exits.c 1 'exit ends the run before its verdict'
    check loops.c 1 'loops without end\|busy waiting'
    check forks.c 1 'fork is not allowed here' 'processes without end'
    check writes.c 1 'more than 16 MB'
    check floods.c 1 'more than 16 MB'
    check a-verdict.c 1 'redefines what the demo has: .*verdict'
    check a-main.c 1 'redefines what the demo has: .*main'
    check a-macro.c 1 'redefines check_log by a macro'
    check crashes.c 1 'First to repair: '
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
    usage 2 'must be 5 to 1000' check x.c --runs=0
    usage 2 'unknown option' check x.c --nonsense
    usage 2 'unknown command' grade x.c
}

more=
# shellcheck disable=SC2086 # a list
[ $# -gt 0 ] || set -- $all bad_input
for current; do
    echo "$current"
    if [ "$current" = bad_input ]; then
        bad_input
        command_line
        continue
    fi
    rm -f starter.c
    if ! sh "$lab" start "$current" starter.c >said 2>&1; then
        fails "$current: no starter"
        continue
    fi
    make right
    check starter.c 1 '0/35 the guarantee holds' 'First to repair: ' \
        'ok 10/10 builds' 'ok 5/5 no warnings'
    check right.c 0 '100/100'
    "$current"
done
echo "labs: $count checks, $failures failures"
[ $failures -eq 0 ]
