#!/bin/sh
# SPDX-License-Identifier: MIT
# lab.sh - hands out a demo without its mechanism, and checks what comes back
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# What it says has paths as seen from where it was started.
case $0 in
demos/lab.sh | */demos/lab.sh) seen=${0%demos/lab.sh} ;;
*) seen=$project/ ;;
esac
docs=${seen}docs
# shellcheck source=demos/setup.sh
. "$project/demos/setup.sh"

labs='mutex semaphore condvar file signal socket mqueue pipe shm'
labs="$labs monitor readers buffer"
mark='The mechanism ends here'
max_failures=6 # after so many, or two that did not end, more say nothing new
max_seconds=70 # for all runs
enough=10      # of them, where a machine is too slow for all in that time

show_help()
{
    cat <<'END'
Usage: sh demos/lab.sh list
       sh demos/lab.sh start NAME [FILE]
       sh demos/lab.sh run FILE [OPTION OF THE DEMO...]
       sh demos/lab.sh check FILE [OPTION...]

  list    says which labs there are
  start   writes the demo's source without its mechanism to FILE, by default
          lab_NAME.c; overwrites nothing
  run     takes the part of FILE above the line "The mechanism ends here", and
          all else from the demo; builds it, and runs it once, as in
          sh demos/lab.sh run lab_mutex.c --lanes
  check   builds it in the same way, runs it many times, and prints a table

Options of check:
  --runs=N     how many runs, 5 to 1000, by default 50; if these seem to wait
               busily, 25 at least
  --json=FILE  writes the table for an autograder, too
  --lab=NAME   which lab it is; without it, the comment "Lab NAME" says so

LAB_SANITIZER=no leaves out the run with the thread sanitizer, whose first build
takes a while. LAB_BUILT=yes says that the project is built: for many checks one
after the other. CC and BUILD are as for demos/tour.sh.

Exit status: 0 if every check has full points, 1 if not, 2 for wrong usage or a
FILE that cannot be read; of run, that of the demo, or 1 if it does not build.
END
}

wrong_usage()
{
    echo "lab.sh: $1" >&2
    exit 2
}

# know NAME: sets what the check needs to know of a lab
#   demo      of which demo it is a part
#   about     what it is about
#   options   of its runs; others: of some of them
#   status    of a run whose guarantee held
#   proof     words of a verdict that one run has to have at least
#   needed    names that its solution uses; forbidden: more that it must not
#   given     names that the file has at the start, and keeps
#   threads   yes: the thread sanitizer can tell something
#   rest      what is below the line: the demo's, or the lab's own
#   h_...     hints: for a violation, a run that does not end, what is left,
#             busy waiting
know()
{
    status=0 options='' others='' proof='' threads=no rest=demo
    demo=$1 forbidden=''
    page="$docs/demos/$demo.md, \"What to watch out for\""
    h_left='close and unlink what you have opened'
    h_wait="the thread or process must sleep in the mechanism's own call"
    in_cond_wait='sleep in pthread_cond_wait, not in a loop that locks, tests
        and unlocks'
    case $1 in
    mutex)
        about="one writer at a time, between processes"
        options='--writers=5'
        needed='pthread_mutex_lock pthread_mutex_unlock
            pthread_mutexattr_setpshared'
        given='write_text pause_a_moment'
        h_violated='"What belongs together must be in one critical section": is
            the mutex locked before the first write, and unlocked after the
            last?'
        h_late='"Unlock on every way out" and "Do not lock it twice": is each
            lock unlocked, are two mutexes always locked in the same order, and
            does the mutex work "Between processes"?'
        ;;
    semaphore)
        about="a few threads at a time"
        options='--workers=8 --slots=3 --speed=1000'
        needed='sem_wait sem_post'
        given='say_starting hold say_finished'
        threads=yes
        h_violated='"Post what you have waited for, once": does each worker wait
            before it goes in, and post after it has come out?'
        h_late='"Post what you have waited for, once": a slot is never given
            back'
        ;;
    condvar)
        about="sleeping until something has changed"
        h_wait=$in_cond_wait
        options='--lucky=5 --max=10 --consumers=3'
        others='--lucky=50 --max=10 --consumers=3' # it never comes
        needed='pthread_mutex_lock pthread_mutex_unlock pthread_cond_wait'
        given='next_number report'
        threads=yes
        h_violated='"Wait in a while, never in an if": a consumer that was woken
            must test again'
        h_late='"signal or broadcast?" and "Hold the mutex from the test to the
            sleep": a consumer sleeps, and no wakeup comes any more'
        ;;
    file)
        about="a lock on a file"
        needed='fcntl lseek'
        given='open pause_a_moment write_text read_names'
        h_violated='"The lock is advisory": is the file locked before its end is
            looked for, for writing, and until the name is written?'
        h_late='"Two kinds of lock": is each lock unlocked?'
        ;;
    signal)
        about="asking a process to stop, and ending it"
        options='--task=9 --deadline=1 --speed=10'
        status=1
        proof='SIGTERM had not stopped it'
        needed='sigaction kill'
        given='still_runs_at note_caught end_work'
        h_violated='"SIGTERM is a request, SIGKILL is an end": what does the
            guard send at the deadline?'
        h_late='"An ended child keeps its id": does the guard wait with a
            limit?'
        ;;
    socket)
        about="messages in a stream of bytes"
        options='--port=0'
        needed='recv send is_complete'
        given='send_in_two_parts accept connect shutdown'
        h_violated='"One recv is not one message": is there a loop, and does it
            add to what it has?'
        h_late='"Read the rest before you close": does the loop end at 0, the
            end-of-file?'
        ;;
    mqueue)
        about="whose answer is it?"
        options='--clients=3'
        needed='mq_send mq_receive'
        given='mq_unlink compute next_request show_answer'
        h_violated='"Give each request a tag": does each client have its own?'
        h_late='"mq_receive waits while the queue is empty": does the answer go
            to the queue where its client waits?'
        ;;
    pipe)
        about="the end of a stream"
        needed='close read'
        given='pipe apply_filter write_result write_words'
        h_violated='"After fork, close what you do not use": a process still has
            a write end of the first pipe'
        h_late='"After fork, close what you do not use": a process still has a
            write end of a later pipe'
        h_left='"After fork, close what you do not use": read ends, too'
        ;;
    shm)
        about="the same bytes in two processes"
        options='--speed=100'
        needed='pthread_mutex_lock pthread_mutex_unlock'
        given='shm_open mmap next_turn next_number show'
        h_violated='"Lock for the whole update" and "Both must lock"'
        h_late='"Lock for the whole update": is the mutex unlocked after it, in
            both processes?'
        ;;
    monitor)
        about="(harder) a semaphore of a mutex and a condition variable"
        h_wait=$in_cond_wait
        demo=semaphore rest=own
        page="$docs/demos/condvar.md, \"What to watch out for\""
        options='--workers=8 --slots=3 --speed=1000'
        needed='pthread_mutex_lock pthread_mutex_unlock pthread_cond_wait'
        given='say_starting hold say_finished'
        forbidden='sem_wait sem_post sem_trywait'
        threads=yes
        h_violated='"Change the data with the mutex locked" and "Wait in a
            while, never in an if"'
        h_late='"A condition variable remembers nothing" and "signal or
            broadcast?": a worker sleeps, and no wakeup comes any more'
        ;;
    readers)
        about="(harder) many readers at the same time, a writer alone"
        h_wait=$in_cond_wait
        demo=shm rest=own
        page="$docs/demos/condvar.md, \"What to watch out for\""
        options='--speed=100'
        needed='pthread_mutex_lock pthread_mutex_unlock pthread_cond_wait'
        given='look_at change rest_before_look rest_before_update'
        forbidden='pthread_rwlock_init pthread_rwlock_rdlock
            pthread_rwlock_wrlock'
        h_violated='does each process test again after it was woken ("Wait in a
            while, never in an if")? With the mutex locked, does it note in the
            struct, which all processes share, that it is inside, and take that
            back when it comes out?'
        h_late='is each mutex unlocked that was locked? If so, a process sleeps,
            and no wakeup comes any more: "A condition variable remembers
            nothing" and "signal or broadcast?"'
        ;;
    buffer)
        about="(harder) a buffer that can be full, and can be empty"
        h_wait=$in_cond_wait
        demo=condvar rest=own
        page="$docs/demos/condvar.md, \"What to watch out for\""
        options='--count=60 --consumers=3'
        needed='pthread_mutex_lock pthread_mutex_unlock pthread_cond_wait
            buffer_is_full buffer_is_empty'
        given='buffer_put buffer_take produce use_number'
        threads=yes
        h_violated='"Change the data with the mutex locked" and "Hold the mutex
            from the test to the sleep": whatever begins with buffer_ is for one
            thread at a time'
        h_late='"A condition variable remembers nothing", "signal or broadcast?"
            and "Tell the sleepers about the end": a thread sleeps, and no
            wakeup comes any more'
        ;;
    *) wrong_usage "unknown lab '$1'; there are $labs" ;;
    esac
}

# choose_hint VERDICT: a violation that has a hint of its own
choose_hint()
{
    case $lab:$1 in
    readers:*'kept each other out'*)
        h_violated='does a reader keep the mutex while it looks, or wait for
            other readers? Does the writer wake all when it leaves ("signal or
            broadcast?")?'
        ;;
    buffer:*'the full buffer'* | buffer:*'the empty buffer'*)
        h_violated='"Wait in a while, never in an if": a thread that was woken
            must test again'
        ;;
    buffer:*'slept on'*)
        h_violated='"signal or broadcast?": each number that comes needs a
            wakeup, also when the buffer was not empty before'
        ;;
    buffer:*'arrived exactly once'*)
        h_violated='"Tell the sleepers about the end": a consumer ends when
            production is over and the buffer is empty, not before'
        ;;
    buffer:*'the producer waited'*)
        h_violated='"Wait in a while, never in an if": the producer sleeps while
            the buffer is full, and for no other reason'
        ;;
    esac
}

# No solution needs these, unless the demo itself uses them.
refused='exit _exit _Exit quick_exit begin_exit abort pthread_exit atexit sleep
    usleep nanosleep clock_nanosleep sleep_ns sched_yield alarm setitimer select
    pselect poll ppoll pthread_cond_timedwait pthread_mutex_timedlock
    sem_timedwait system popen fork vfork execl execlp execle execv execvp
    posix_spawn posix_spawnp forkpty daemon setsid setpgid kill killpg raise
    signal sigaction syscall dlsym dlopen warn verdict undecided asm __asm__
    __asm run'
# With one of these the program is not even run.
harmful='system popen fork vfork execl execlp execle execv execvp posix_spawn
    posix_spawnp forkpty daemon setsid setpgid kill killpg syscall dlsym dlopen
    asm __asm__ __asm'

list()
{
    for name in $labs; do
        know "$name"
        printf '%-10s %s\n' "$name" "$about"
    done
}

# patch_demo NAME: makes $scratch/source.c, the demo's source as the lab has it
patch_demo()
{
    has patch || stop "missing: patch; install it"
    patch=$project/docs/labs/$1.patch
    cp "$project/demos/demo_$demo.c" "$scratch/source.c"
    quietly patch "$scratch/source.c" "$patch" ||
        stop "$patch does not fit demos/demo_$demo.c any more"
}

# start NAME FILE
start()
{
    know "$1"
    file=$2
    if [ -e "$file" ] || [ -L "$file" ]; then
        wrong_usage "$file is there already; choose another name"
    fi
    make_scratch
    patch_demo "$1"
    case $file in
    *[!A-Za-z0-9_./-]*) shown=FILE ;;
    *) shown=$file ;;
    esac
    (
        set -C
        {
            echo '/* SPDX-License-Identifier: MIT */'
            echo "/* Lab $1: $about"
            echo ' *'
            sed -n '/^---/q; s/^/ * /; s/ *$//; p' "$patch" | sed '$d'
            cat <<END
 *
 * Write where it says YOUR PART. You may change all that is above the last line
 * of dashes; what is below it stays as it is. Watch it and check it, often:
 *
 *   sh ${seen}demos/lab.sh run $shown --lanes
 *   sh ${seen}demos/lab.sh check $shown
 *
 * The sheet for it is $docs/labs/$1.md.
 */
END
            # without the header, which shows the mechanism
            awk 'past { print } NR > 1 && /\*\/$/ { past = 1 }' \
                "$scratch/source.c"
        } >"$file"
    ) || stop "could not write $file"
    echo "$file is yours. Read $docs/labs/$1.md. Then: \
sh ${seen}demos/lab.sh check $shown"
}

make_scratch()
{
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/lab.XXXXXX")
    trap 'cd /; rm -rf "$scratch"' EXIT
    for signal in HUP INT TERM; do
        # shellcheck disable=SC2064 # the signal of this turn
        trap "cd /; rm -rf \"\$scratch\"; trap - EXIT $signal
            kill -$signal \$\$" $signal
    done
}

# Prints TEXT without line breaks, and without what moves a terminal's cursor.
one_line()
{
    printf '%s' "$1" | tr -s ' \n\t' ' ' | LC_ALL=C tr -d '\001-\037\177'
    echo
}

# award NAME POINTS MAXIMUM TEXT: one line of the table
award()
{
    number=$((number + 1))
    printf '%s\n%s\n%s\n' "$1" "$2" "$3" >"$scratch/results/$number"
    one_line "$4" >"$scratch/results/$number.text"
    score=$((score + $2))
    total=$((total + $3))
    [ "$command" = check ] || return 0
    if [ "$2" -eq "$3" ]; then
        sign=ok
    else
        sign='NOT OK'
    fi
    printf '%-6s  %3d/%-3d %-22s ' "$sign" "$2" "$3" "$1"
    fold -s -w 39 "$scratch/results/$number.text" |
        sed 's/ *$//; 2,$s/^/                                       /'
}

# is_in WORD LIST
is_in()
{
    case " $(one_line "$2") " in
    *" $1 "*) return 0 ;;
    esac
    return 1
}

# explain REASON HINT: what to do first; only the first one counts
explain()
{
    [ -n "$reason" ] || {
        reason=$(one_line "$1")
        hint=$(one_line "$2")
    }
}

# To JSON: a string's inside, from standard input, at most 2,000 characters.
json_text()
{
    LC_ALL=C tr -c '\n -~' '?' | LC_ALL=C awk '
        {
            gsub(/\\/, "\\\\")
            gsub(/"/, "\\\"")
            text = text sep $0
            sep = "\\n"
        }
        END { printf "%s", substr(text, 1, 2000) }' |
        sed 's/\\$//'
}

write_json()
{
    {
        printf '{"score": %d, "max_score": %d, "output": "' "$score" "$total"
        printf '%s' "${reason:+first to repair: $reason. $hint}" | json_text
        printf '", "tests": ['
        i=1
        while [ "$i" -le "$number" ]; do
            {
                read -r name
                read -r points
                read -r maximum
            } <"$scratch/results/$i"
            [ "$i" -eq 1 ] || printf ','
            printf '\n  {"name": "%s", "score": %d, "max_score": %d, ' \
                "$name" "$points" "$maximum"
            printf '"output": "'
            json_text <"$scratch/results/$i.text"
            printf '"}'
            i=$((i + 1))
        done
        printf '\n]}\n'
    } >"$scratch/json"
    cat "$scratch/json" >"$json" || stop "could not write $json"
}

# The end of each check.
finish()
{
    # what was not reached is worth nothing
    while [ "$number" -lt 8 ]; do
        case $number in
        0) award 'builds' 0 10 'not reached' ;;
        1) award 'no warnings' 0 5 'not reached' ;;
        2) award 'uses the mechanism' 0 15 'not reached' ;;
        3) award 'the guarantee holds' 0 35 'not reached' ;;
        4) award 'no deadlock' 0 15 'not reached' ;;
        5) award 'nothing left behind' 0 5 'not reached' ;;
        6) award 'no busy waiting' 0 10 'not reached' ;;
        7) award 'no data race' 0 5 'not reached' ;;
        esac
    done
    [ "$command" != check ] || printf '        %3d/%d\n' "$score" "$total"
    if [ -n "$reason" ]; then
        printf 'First to repair: %s\n' "$reason" | fold -s -w 79
        printf 'Hint: %s\n' "$hint" | fold -s -w 79
    fi
    [ -z "$json" ] || write_json
    [ "$score" -eq "$total" ] || exit 1
    exit 0
}

# refuse TEXT HINT: a file that cannot even be tried
refuse()
{
    explain "$1" "$2"
    award 'builds' 0 10 "$1"
    finish
}

# limited LIMITS... COMMAND...: runs it within limits. Sets how, code, took and
# used (milliseconds), left, pid. The output goes to $scratch/out and err.
limited()
{
    "$build/lab_run" "$@" 3>"$scratch/report" >"$scratch/out" \
        2>"$scratch/err" || true
    how='' code=0 took=0 used=0 left=0 pid=0
    # shellcheck disable=SC2034 # took: for readers of the report
    read -r how code took used left pid <"$scratch/report" ||
        stop "lab_run failed; is $build whole?"
}

# compile FLAGS...: as CMake does it
compile()
{
    # shellcheck disable=SC2086 # lists
    limited -k -m 2000 -t 30 env LC_ALL=C $compiler -std=c11 $definitions \
        "-I$project" -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
        -Wno-unused-parameter -O2 -g "$@"
}

cached()
{
    sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"
}

# Prints the names in the lines of $1 that are of the part's own text, with
# macros expanded and without comments and strings.
names_in()
{
    LC_ALL=C awk -v own="\"$label\"" '
        /^# [0-9]+ "/ { mine = $3 == own; next }
        mine {
            gsub(/"([^"\\]|\\.)*"/, " ")
            n = split($0, words, /[^A-Za-z0-9_]+/)
            for (i = 1; i <= n; i++)
                if (words[i] ~ /^[A-Za-z_]/)
                    print words[i]
        }' "$1" | sort -u
}

# Prints what is wrong with the part's own text, a line each:
#   unchecked NAME LINE  a call whose result is not looked at
#   private NAME LINE    a mutex that is not in memory which processes share
faults_in()
{
    LC_ALL=C awk -v own="\"$label\"" '
        BEGIN {
            calls = "^(pthread_(mutex|cond|mutexattr|condattr)_[a-z]+|" \
                "sem_[a-z]+|mq_[a-z]+|sig[a-z]+set|sigaction|fcntl|lseek|" \
                "ftruncate|close|pipe|kill|send|shutdown)$"
        }
        function take(word) {
            if (word == "(" && call != "" &&
                (before == "" || before ~ /^([;{})]|else|do)$/))
                print "unchecked", call, line
            call = ""
            if (word ~ calls) {
                call = word
                before = last
            }
            if (last == "pthread_mutex_t" && word ~ /^[A-Za-z_]/) {
                if (kind[depth] == "struct")
                    has_mutex = 1
                else
                    print "private", word, line
            }
            if (closed && word ~ /^[A-Za-z_]/ && !is_type)
                print "private", word, line
            closed = 0
            if (word == "typedef")
                is_type = 1
            if (word == "struct" || word == "union")
                begins = "struct"
            if (word == "{")
                kind[++depth] = begins
            if (word == "}") {
                closed = kind[depth] == "struct" && has_mutex
                if (closed)
                    has_mutex = 0
                depth--
            }
            if (word ~ /^[;{}()=]$/)
                begins = "block"
            if (word == ";" && depth == 0)
                is_type = 0
            last = word
        }
        /^# [0-9]+ "/ { mine = $3 == own; line = $2 - 1; next }
        { line++ }
        mine {
            gsub(/"([^"\\]|\\.)*"/, " ")
            text = $0
            while (match(text, /[A-Za-z_][A-Za-z0-9_]*|[^ \t]/)) {
                word = substr(text, RSTART, RLENGTH)
                text = substr(text, RSTART + RLENGTH)
                take(word)
            }
        }' "$1"
}

# check_file: whether it can be tried at all; then makes $scratch/top.c of it
check_file()
{
    size=$(wc -c <"$file")
    [ "$size" -le 200000 ] ||
        refuse "the file is too large: $((size)) bytes" \
            "a solution has about 5,000 bytes"
    if [ "$(LC_ALL=C tr -d '\000' <"$file" | wc -c)" -ne "$size" ]; then
        refuse "the file is no C source" "hand in the .c file"
    fi
    marks=$(LC_ALL=C grep -c "$mark" "$file" || true)
    case $marks in
    1) ;;
    0) refuse "the line '$mark' is missing" \
        "it must be there as lab.sh start wrote it; start another file" ;;
    *) refuse "the line '$mark' is there $marks times" \
        "only the last line of dashes may say that" ;;
    esac
    # what would hide names from check_calls
    if LC_ALL=C grep -qE '^[[:space:]]*#[[:space:]]*(line|[0-9])' "$file"
    then
        refuse "it has #line" "no solution needs it"
    fi
    label=$(basename "$file" | LC_ALL=C tr -c 'A-Za-z0-9_.\n-' '_')
    original=$project/demos/demo_$demo.c
    if [ $rest = own ]; then
        patch_demo "$lab"
        original=$scratch/source.c
    fi
    alien=$(LC_ALL=C sed -n \
        's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' \
        "$file" | while read -r header; do
        grep -qF "#include \"$header\"" "$original" || echo "$header"
    done | head -n 1)
    [ -z "$alien" ] ||
        refuse "it does not compile here: it includes \"$alien\"" \
            "only one file is handed in"
    {
        printf '#line 1 "%s"\n' "$label"
        LC_ALL=C sed "/$mark/,\$d" "$file"
    } >"$scratch/top.c"
    {
        printf '#line 1 "%s"\n' "$label"
        sed "/$mark/,\$d" "$original"
    } >"$scratch/original.c"
    line=$(sed -n "/$mark/=" "$original")
    sed -n "$line,\$p" "$original" >"$scratch/rest.c"
    {
        # the lab pipe sees which ends each filter closes
        [ "$lab" != pipe ] || {
            echo '#define BEFORE'
            echo '#include "demos/labs/pipe_ends.h"'
        }
        cat "$scratch/top.c"
        printf '\n#line %d "demo_%s.c"\n' "$line" "$demo"
        cat "$scratch/rest.c"
        [ "$lab" != pipe ] || echo '#include "demos/labs/pipe_ends.h"'
    } >"$scratch/whole.c"
}

check_build()
{
    objects=$(find "$build/CMakeFiles/demo_$demo.dir" -name '*.o' \
        ! -name "demo_$demo.c.o")
    libraries="$build/libnine_labs.a $build/libnine_parts.a
        $build/libnine_common.a $realtime -lpthread"
    compile -c -o "$scratch/whole.o" "$scratch/whole.c"
    cp "$scratch/err" "$scratch/warnings"
    if [ "$how $code" = "exit 0" ]; then
        # shellcheck disable=SC2086 # lists
        compile -o "$scratch/demo" "$scratch/whole.o" $objects $libraries
    fi
    if [ "$how $code" != "exit 0" ]; then
        first=$(grep -m 1 -E 'error|multiple definition|undefined|duplicate' \
            "$scratch/err" | sed "s,$scratch/,,g")
        case $how:$first in
        late:*) first='the compiler took too long' ;;
        *"redefinition of"*main* | *"multiple definition"* | *duplicate* | \
            *"redefinition of"* | *follows\ non-static* | *conflicting\ types*)
            explain "it redefines what the demo has: $first" \
                "write only where it says YOUR PART" ;;
        esac
        refuse "it does not compile: ${first:-see the compiler}" \
            "the message begins with your file and line"
    fi
    award 'builds' 10 10 'it compiles and links'
    for part in original top; do
        compile -E -o "$scratch/$part.i" "$scratch/$part.c"
        names_in "$scratch/$part.i" >"$scratch/$part.names"
    done
    faults_in "$scratch/top.i" >"$scratch/faults"
    unchecked=$(sed -n 's/^unchecked \(.*\) \(.*\)/\1 in line \2/p' \
        "$scratch/faults" | head -n 1)
    if grep -q 'warning' "$scratch/warnings"; then
        first=$(grep -m 1 'warning' "$scratch/warnings" | sed "s,$scratch/,,g")
        award 'no warnings' 0 5 "$first"
        late_reason="the compiler warns: $first"
    elif [ -n "$unchecked" ]; then
        late_reason="the result of $unchecked is not checked"
        late_hint="write CHECK_PTHREAD(...) or CHECK(...) around each call; see
            the sheet $docs/labs/$lab.md"
        award 'no warnings' 0 5 "$late_reason"
    else
        award 'no warnings' 5 5 'none'
    fi
}

# The part's own text: which names it uses, and which macros it changes.
check_calls()
{
    bad=
    for part in original top; do
        compile -E -dM -o "$scratch/$part.macros" "$scratch/$part.c"
        sort "$scratch/$part.macros" >"$scratch/$part.sorted"
    done
    changed=$(comm -3 "$scratch/original.sorted" "$scratch/top.sorted" |
        sed -n 's/^	*#define \([A-Za-z0-9_]*\).*/\1/p' | sort -u)
    for name in $changed; do
        case $name in broken_*) continue ;; esac
        if grep -qw "$name" "$scratch/rest.c" "$project/common/demo.h" \
            "$project/common/base/check.h"; then
            bad="it redefines $name by a macro"
            explain "$bad" "write only where it says YOUR PART"
            break
        fi
    done
    private=$(sed -n 's/^private \(.*\) \(.*\)/\1 in line \2/p' \
        "$scratch/faults" | head -n 1)
    if [ -n "$private" ] && [ $threads = no ]; then
        bad="each process has a mutex of its own: $private"
        explain "$bad" "the others cannot see it. See $docs/demos/mutex.md, \
\"Between processes\""
    fi
    not_run=
    for name in $forbidden $refused; do
        if grep -qx "$name" "$scratch/top.names" &&
            { ! grep -qx "$name" "$scratch/original.names" ||
                is_in "$name" "$forbidden"; }; then
            bad="$name is not allowed here"
            ! is_in "$name" "$harmful" || not_run=yes
            case $name in
            *sleep* | *poll | *select | sched_yield | alarm | *timed*)
                explain "$name for ordering" "a pause only makes the bug rare; \
wait in the mechanism's own call. See $page, and the window in $docs/labs.md" ;;
            *exit | abort)
                explain "$name ends the run before its verdict" \
                    "let the function return; see $docs/labs/$lab.md" ;;
            *) explain "$bad" "no solution needs it; see $docs/labs/$lab.md" ;;
            esac
            break
        fi
    done
    missing=
    for name in $needed $given; do
        grep -qx "$name" "$scratch/top.names" || missing="$missing $name"
    done
    case $lab:$missing in
    buffer:*pthread_mutex_lock*) ;; # nothing is written yet
    buffer:*buffer_is_*) # without them the lab's evidence waits in vain
        explain "not used:$missing" "use what there is instead of a counter of \
your own; see $docs/labs/$lab.md" ;;
    esac
    if [ -n "$missing" ]; then
        late_reason="${late_reason:-not used:$missing}"
        bad=${bad:-not used:$missing}
    fi
    if [ -n "$bad" ]; then
        award 'uses the mechanism' 0 15 "$bad"
    else
        award 'uses the mechanism' 15 15 \
            "$(one_line "$needed"), and what was given"
    fi
    [ -z "$not_run" ] || finish
}

# one_run KIND: sets result to held, violated, late, crowd, or other
one_run()
{
    rm -rf "$scratch/run"
    mkdir "$scratch/run"
    chmod 777 "$scratch/run"
    cd "$scratch/run"
    case $1 in
    free) set -- -t 6 ;;
    core) set -- -p -t 6 -o ;;
    window) set -- -t 6 -w ;;
    window_core) set -- -p -t 6 -w ;;
    load) set -- -p -l 2 -t 6 -w -o ;;
    esac
    chosen=$options
    window=
    limits=
    for limit; do
        case $limit in
        -w) window=--window ;;
        -o) chosen=${others:-$options} ;;
        *) limits="$limits $limit" ;;
        esac
    done
    # shellcheck disable=SC2086 # lists
    limited -m 2000 $limits "$program" $chosen --timeout=4 $window
    cd "$scratch"
    last=$(tail -n 1 "$scratch/err" | cut -c 1-200)
    files=$(find run ! -name run ! -name mutexfile.txt ! -name names.txt |
        head -n 1)
    for name in /dev/shm/*demo-"$pid"-* /dev/mqueue/demo-"$pid"-*; do
        [ ! -e "$name" ] || files=$name
    done
    [ "$left" -eq 0 ] || leftover="$left processes outlived a run"
    [ -z "$files" ] || leftover="a run left ${files#run/}"
    kept=$(sed -n 's/^demo_pipe: \(.* still has .*\)/\1/p' "$scratch/err" |
        head -n 1)
    [ -z "$kept" ] || leftover=$kept
    result=other
    if [ "$how" = crowd ]; then
        result=crowd
    elif [ "$how" = late ] || grep -q 'still running after' "$scratch/err" ||
        { [ "$how:$code" = signal:9 ] && [ "$used" -gt 4000 ]; }; then
        result=late # or all processor time that it may use is used up
    elif [ "$how" = exit ] &&
        grep -q "^demo_$demo: guarantee VIOLATED" "$scratch/err"; then
        result=violated
        last=$(grep -m 1 'guarantee VIOLATED' "$scratch/err")
    elif [ "$how" = exit ] && [ "$code" -eq "$status" ] &&
        grep -q "^demo_$demo: guarantee held" "$scratch/err"; then
        result=held
    elif grep -q 'cannot tell' "$scratch/err"; then
        result=undecided
    fi
}

# run_demo KIND: adds up what runs of the demo cost, six at most. Each is just
# before a run of the file: on a machine with much to do both cost more.
run_demo()
{
    [ "$demo_runs" -lt 6 ] || return 0
    program=$build/demo_$demo
    one_run "$1"
    demo_used=$((demo_used + used))
    demo_runs=$((demo_runs + 1))
    program=$scratch/demo
}

# Sets mean, the processor time of a run with --window, and busy: is that much
# more than base, the time of one without? A run's start alone takes 2 ms on one
# machine, 30 ms on another; but what sleeps while the window is open uses no
# more for that.
judge_cost()
{
    busy=no
    mean=0
    [ "$open" -eq 0 ] || mean=$((open_used / open))
    # of a run without: no right solution takes more than 2.5 runs of the demo
    base=$((demo_used * 5 / (2 * demo_runs)))
    if [ "$plain" -gt 0 ] && [ $((plain_used / plain)) -lt "$base" ]; then
        base=$((plain_used / plain))
    fi
    [ "$mean" -lt $((base + 15)) ] || busy=yes
}

# Whether there are more runs to make. Where it looks busy, raises runs to 25:
# of a few, those with --window may have met more load than the others.
more_runs()
{
    [ "$done_runs" -eq "$runs" ] || return 0
    judge_cost
    [ $busy = yes ] && [ "$runs" -lt 25 ] || return 1
    runs=25
}

check_runs()
{
    held=0 plain_held=0 plain=0 open_held=0 open=0 late=0 violated=0 strange=0
    done_runs=0 undecided=0 open_used=0 plain_used=0 leftover='' example=''
    began=$(date +%s)
    stopped='' slow=no proven=no demo_used=0 demo_runs=0
    run_demo free
    [ "$runs" -ge "$enough" ] || enough=$runs
    while more_runs; do
        case $((done_runs % 5)) in
        0) kind=window ;;
        1) kind=window_core ;;
        2) kind=free ;;
        3) kind=core ;;
        4) kind=load ;;
        esac
        case $kind in free | core) run_demo "$kind" ;; esac
        one_run "$kind"
        if [ "$result" = undecided ] && [ "$undecided" -lt 20 ]; then
            undecided=$((undecided + 1))
            continue
        fi
        done_runs=$((done_runs + 1))
        [ "$result" != held ] || held=$((held + 1))
        case $kind in
        free | core)
            plain=$((plain + 1))
            plain_used=$((plain_used + used))
            [ "$result" != held ] || plain_held=$((plain_held + 1))
            ;;
        *)
            open=$((open + 1))
            open_used=$((open_used + used))
            [ "$result" != held ] || open_held=$((open_held + 1))
            ;;
        esac
        case $result in
        held) ! grep -q "$proof" "$scratch/err" || proven=yes ;;
        late)
            late=$((late + 1))
            ;;
        violated)
            violated=$((violated + 1))
            example=${example:-$last}
            ;;
        crowd)
            strange=$((strange + 1))
            crash='it starts processes without end'
            ;;
        *)
            strange=$((strange + 1))
            case $how:$code in
            signal:25) crash='it writes more than 16 MB into a file' ;;
            signal:*) crash="it ended by signal $code" ;;
            *)
                # as a failed call says it: "demo_X: CALL: REASON (FILE:LINE)"
                failed=$(sed -n \
                    's/^demo_[a-z]*: \([a-z_]*: .* (.*:[0-9]*)\)$/\1/p' \
                    "$scratch/err" | head -n 1)
                crash="status $code, no verdict${last:+: $last}"
                [ -z "$failed" ] || crash="a call failed: $failed"
                ;;
            esac
            ! grep -qi 'too large' "$scratch/err" ||
                crash='it writes more than 16 MB into a file'
            ;;
        esac
        failures=$((done_runs - held))
        if [ "$failures" -ge "$max_failures" ] || [ "$late" -ge 2 ]; then
            stopped="; stopped after $failures failures"
            break
        fi
        if [ $(($(date +%s) - began)) -ge "$max_seconds" ]; then
            [ "$done_runs" -eq "$runs" ] || {
                stopped="; stopped after $max_seconds s: this machine is slow"
                slow=yes
            }
            break
        fi
    done
    text="held in $held of $done_runs runs: $open_held of $open with --window,
        $plain_held of $plain without$stopped${example:+. $example}"
    [ "$(uname -s)" = Linux ] ||
        text="$text; none on one core, which this system cannot do"
    [ "$strange" -eq 0 ] || text="$text. $crash"
    if [ "$held" -eq "$done_runs" ] && [ "$done_runs" -lt "$enough" ]; then
        explain "only $done_runs runs in $max_seconds s: too few to tell" \
            "check it again when the machine has less to do"
        award 'the guarantee holds' 0 35 "$text"
    elif [ "$held" -eq "$done_runs" ] && [ $proven = no ]; then
        explain 'the task never caught SIGTERM' "does the guard send it at \
three quarters of the time, and does the task have a handler for it? See $page"
        award 'the guarantee holds' 0 35 "$text"
    elif [ "$held" -eq "$done_runs" ] && { [ -z "$stopped" ] || [ $slow = yes ]
    }; then
        award 'the guarantee holds' 35 35 "$text"
    else
        award 'the guarantee holds' 0 35 "$text"
    fi
    case $crash in
    '') ;;
    *'Bad file descriptor'*) explain "$crash" "it is closed already: an end \
that is still in use, or one that is closed twice; see $page" ;;
    'a call failed'*) explain "$crash" "the call's page in the manual has the \
reasons; see $page" ;;
    *) explain "$crash" \
        "let the functions return as those of the demo do; see $page" ;;
    esac
    judge_cost
    endless=no
    [ "$late" -eq 0 ] || [ "$mean" -le 1000 ] || endless=yes
    if [ $busy = yes ] && [ $violated -eq 0 ] && [ $endless = no ]; then
        explain "busy waiting: a run used $mean ms of processor time" \
            "$h_wait; see $page"
    fi
    if [ "$late" -gt 0 ]; then
        award 'no deadlock' 0 15 "$late of $done_runs runs did not end in time"
        if [ $endless = yes ]; then
            explain 'it loops without end' "$h_wait; see $page"
        fi
        [ "$violated" -ge "$late" ] ||
            explain "deadlock: a run does not end" "$h_late (see $page)"
    elif [ "$held" -eq 0 ] && [ "$violated" -eq 0 ]; then
        award 'no deadlock' 0 15 'no run came to its verdict'
    else
        award 'no deadlock' 15 15 "all $done_runs runs ended"
    fi
    choose_hint "$example"
    [ "$violated" -eq 0 ] || explain "${example#*: }" \
        "${missing:+not used yet:$missing. }$h_violated (see $page)"
    if [ -n "$leftover" ]; then
        award 'nothing left behind' 0 5 "$leftover"
        explain "$leftover" "$h_left; see $page"
    else
        award 'nothing left behind' 5 5 'no process, no file, no name'
    fi
    if [ "$busy" = yes ]; then
        award 'no busy waiting' 0 10 \
            "$mean ms of processor time a run"
    elif [ "$held" -eq 0 ]; then
        award 'no busy waiting' 0 10 'no run held, so there was no waiting'
    else
        award 'no busy waiting' 10 10 \
            "$mean ms of processor time a run"
    fi
}

# The thread sanitizer needs the library built with it; that stays for the next.
check_races()
{
    if [ "$threads" = no ]; then
        award 'no data race' 5 5 'its actors are processes: left out'
        return
    fi
    if [ "${LAB_SANITIZER:-yes}" = no ]; then
        award 'no data race' 5 5 'left out, as LAB_SANITIZER=no says'
        return
    fi
    plain_build=$build
    tsan=$build/labs-tsan
    if ! cmake -S "$project" -B "$tsan" -DSANITIZE=thread -DBUILD_TESTING=OFF \
        "-DCMAKE_C_COMPILER=$compiler" >"$scratch/tsan" 2>&1 ||
        ! cmake --build "$tsan" --parallel 2 --target "demo_$demo" \
            nine_labs >>"$scratch/tsan" 2>&1; then
        award 'no data race' 5 5 'there is no thread sanitizer: left out'
        return
    fi
    objects=$(find "$tsan/CMakeFiles/demo_$demo.dir" -name '*.o' \
        ! -name "demo_$demo.c.o")
    # shellcheck disable=SC2086 # lists
    compile -fsanitize=thread -o "$scratch/demo.tsan" "$scratch/whole.c" \
        $objects "$tsan/libnine_labs.a" "$tsan/libnine_parts.a" \
        "$tsan/libnine_common.a" $realtime -lpthread
    races=0
    started=no
    ended=yes
    for kind in free window free window; do
        window=
        [ $kind = free ] || window=--window
        cd "$scratch/run"
        # shellcheck disable=SC2086 # lists
        limited -t 12 "$scratch/demo.tsan" $options --timeout=10 $window
        cd "$scratch"
        ! grep -q 'guarantee' "$scratch/err" || started=yes
        if [ "$how" = late ] || grep -q 'still running' "$scratch/err"; then
            ended=no
        fi
        if grep -q 'WARNING: ThreadSanitizer: data race' "$scratch/err"; then
            races=$((races + 1))
            place=$(grep -m 1 -o '#[0-9] [a-z_]* .*' "$scratch/err" |
                sed "s,$scratch/,,; s, (.*,,")
        fi
    done
    build=$plain_build
    if [ "$races" -gt 0 ]; then
        award 'no data race' 0 5 "two threads use the same data: $place"
        explain 'a data race' \
            "hold the mutex wherever shared data are used; see $page"
    elif [ $started = no ] && [ $ended = no ]; then
        award 'no data race' 5 5 'its runs did not end: left out'
    elif [ $started = no ]; then
        award 'no data race' 5 5 'the thread sanitizer does not start: left out'
    else
        award 'no data race' 5 5 'the thread sanitizer found none'
    fi
}

# build_file: makes $scratch/demo of $file
build_file()
{
    number=0 score=0 total=0
    reason='' hint='' late_reason='' late_hint='' crash=''
    make_scratch
    mkdir "$scratch/results"
    chmod 755 "$scratch"
    if [ ! -f "$file" ] || [ ! -r "$file" ]; then
        problem="there is no file $(one_line "$given") that can be read"
        # an autograder gets its zero points
        [ -z "$json" ] || (refuse "$problem" 'hand in a C file') >/dev/null || :
        wrong_usage "$problem"
    fi
    if [ -z "$lab" ]; then
        lab=$(LC_ALL=C sed -n 's/^\/\* Lab \([a-z-]*\).*/\1/p' "$file" \
            2>/dev/null | head -n 1)
        case " $labs " in
        *" ${lab:-?} "*) ;;
        *) lab= ;;
        esac
    fi
    if [ -z "$lab" ]; then
        refuse "no comment 'Lab NAME' says which lab $given is" \
            "keep the first lines that lab.sh start wrote, or use --lab=NAME"
    fi
    know "$lab"
    if [ "$lab" = mqueue ] && [ -f "$build/CMakeCache.txt" ] &&
        [ "$(cached HAVE_MQUEUE)" = "" ]; then
        refuse "this system has no POSIX message queues, which the lab needs" \
            "check it on Linux"
    fi
    check_file
    if [ "${LAB_BUILT:-no}" != yes ] &&
        ! (build_project "demo_$demo" lab_run nine_labs) >"$scratch/said" 2>&1
    then
        cat "$scratch/said" >&2
        refuse "the project itself does not build: $(tail -n 20 \
            "$scratch/said" | cut -c 1-200)" "repair it; your file was not read"
    fi
    compiler=$(cached CMAKE_C_COMPILER)
    definitions='-D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -D_DARWIN_C_SOURCE
        -D_FILE_OFFSET_BITS=64'
    for feature in HAVE_MQUEUE HAVE_ROBUST_MUTEX HAVE_POSIX_FALLOCATE \
        HAVE_PRCTL; do
        value=$(cached $feature)
        definitions="$definitions -D$feature=${value:-0}"
    done
    realtime=$(cached REALTIME_LIBRARY)
    case $realtime in *NOTFOUND) realtime= ;; esac
    check_build
}

# run_file OPTION...: with the options of a check, and then these
run_file()
{
    build_file
    # shellcheck disable=SC2086 # a list
    "$scratch/demo" $options "$@"
}

check()
{
    build_file
    check_calls
    check_runs
    check_races
    [ -z "$late_reason" ] ||
        explain "$late_reason" "${late_hint:-see the sheet $docs/labs/$lab.md}"
    finish
}

[ $# -gt 0 ] || {
    show_help >&2
    exit 2
}
command=$1
shift
case $command in
--help | help)
    show_help
    exit
    ;;
list)
    [ $# -eq 0 ] || wrong_usage "list needs nothing more"
    list
    exit
    ;;
start)
    case $# in
    1) start "$1" "lab_$1.c" ;;
    2) start "$1" "$2" ;;
    *) wrong_usage "start needs a NAME, and may have a FILE" ;;
    esac
    ;;
run)
    [ $# -gt 0 ] || wrong_usage "run needs a FILE"
    file=$1 given=$1 json='' lab=''
    shift
    run_file "$@"
    ;;
check)
    file='' runs=50 json='' lab=''
    for argument; do
        case $argument in
        --runs=*) runs=${argument#*=} ;;
        --json=?*) json=${argument#*=} ;;
        --lab=?*) lab=${argument#*=} ;;
        -*) wrong_usage "unknown option '$argument'; try --help" ;;
        *)
            [ -z "$file" ] || wrong_usage "check needs one FILE"
            file=$argument
            ;;
        esac
    done
    [ -n "$file" ] || wrong_usage "check needs a FILE"
    case $runs in
    '' | *[!0-9]* | ?????*) runs_wrong=yes ;;
    *) runs_wrong=no ;;
    esac
    if [ $runs_wrong = yes ] || [ "$runs" -lt 5 ] || [ "$runs" -gt 1000 ]; then
        wrong_usage "--runs=$runs: must be 5 to 1000"
    fi
    case $json in /* | '') ;; *) json=$PWD/$json ;; esac
    given=$file # so messages name it
    case $file in /*) ;; *) file=$PWD/$file ;; esac
    [ "$json" != "$file" ] ||
        wrong_usage "--json=FILE must not be the file that is checked"
    check
    ;;
*) wrong_usage "unknown command '$command'; try --help" ;;
esac
