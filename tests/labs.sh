#!/bin/sh
# SPDX-License-Identifier: MIT
# labs.sh - demos/lab.sh tells right solutions from wrong ones, and says why
#
# Usage: sh tests/labs.sh [BUILD [NAME...]]
#
# For each lab: the starter fails, the demo's own text (or the solution in labs.txt) passes, and the
# typical mistakes there fail, each for its own reason. Then files that are no solution at all, and
# the command line (bad_input), and what only the thread sanitizer sees (races). With NAMEs only
# these. LABS_RUNS=N has the check run each program N times instead of 5, busy ones thrice that.
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
[ $# -eq 0 ] || shift
export BUILD="$build" LAB_SANITIZER=no
lab=$project/demos/lab.sh
table=$project/tests/labs.txt
runs=${LABS_RUNS:-5}

# fails TEXT
fails()
{
    wrong "$1"
    sed 's/^/    /' said
}

# says STATUS WORDS ARGUMENT...: lab.sh ends with STATUS, and says WORDS
says()
{
    expected=$1 words=$2 status=0
    shift 2
    sh "$lab" "$@" >said 2>&1 || status=$?
    # a line for each paragraph, without the table's indentation
    tr -s ' \n' ' ' <said >line
    [ $status -eq "$expected" ] || fails "lab.sh $*: status $status instead of $expected"
    grep -q -e "$words" line || fails "lab.sh $*: does not say \"$words\""
}

# check FILE STATUS WORDS [OPTION]: so its check ends; it leaves a JSON file
check()
{
    says "$2" "$3" check "$1" --runs="$runs" --json=json ${4+"$4"}
    grep -q '"score": [0-9]*, "max_score": 100, ' json ||
        fails "$1: the JSON is wrong: $(cat json)"
}

# solve LAB: writes right.c, the demo's own text, or the solution of a harder lab
solve()
{
    rm -f starter.c
    says 0 'is yours' start "$1" starter.c
    {
        echo "/* Lab $1 */"
        if grep -q "^$1 solution is right" "$table"; then
            change "$1 solution" starter.c
        else
            cat "$project/demos/demo_$1.c"
        fi
    } >right.c
}

# change ENTRY FILE: prints what labs.txt makes of it
change()
{
    awk -v entry="$1" -f "$project/tests/change.awk" "$table" "$2" 2>said || fails "$1" >&2
}

# mistakes GROUP: its entries, in right.c
mistakes()
{
    sed -n "/ solution is right/d; s/^$1 \([a-z-]*\)\(: \| is \)/\1 /p" "$table" |
        sed 's/ | .*//' >entries
    while read -r name reason; do
        change "$1 $name" right.c >"$name.c"
        option=--runs=$runs # on a machine with much to do, 5 say little of what a run costs
        case $reason in 'busy waiting'*) option=--runs=$((3 * runs)) ;; esac
        case $1:$reason in
        *:right) check "$name.c" 0 '100/100' ;;
        bad_input:*) check "$name.c" 1 "$reason" ;;
        *) check "$name.c" 1 "First to repair: [^.]*\($reason\).*docs/\(demos/\(\
$1\|condvar\|mutex\)\|labs/$1\).md" "$option" ;;
        esac
    done <entries
}

# What only the thread sanitizer sees, where there is one.
races()
{
    echo 'int main(void) { return 0; }' >plain.c
    "${CC:-cc}" -fsanitize=thread plain.c -o plain >said 2>&1 && ./plain >>said 2>&1 || return 0
    LAB_SANITIZER=yes
    for name in semaphore buffer; do
        solve "$name"
        change "races $name" right.c >race.c
        check race.c 1 'First to repair: [^.]*data race'
    done
    check right.c 0 'the thread sanitizer found none.*100/100'
    LAB_SANITIZER=no
}

# What is no solution at all: a clear line each, and no harm.
bad_input()
{
    solve mutex
    mistakes bad_input
    : >empty.c
    head -c 3000 /bin/sh >binary.c
    mkfifo fifo.c
    echo '/* Lab mutex */' >no-line.c
    sed "s/^        append_line(id);/        $(printf '\033')[31mred;/" right.c >escapes.c
    # shellcheck disable=SC2016 # it is a name
    odd='odd "name" $x.c'
    sed "s/\$/$(printf '\r')/" right.c >"$odd"
    awk 'BEGIN { for (i = 0; i < 9000; i++) print "/* long, long, long, long */" }' >large.c
    check none.c 2 '^lab.sh: there is no file none.c'
    check fifo.c 2 'there is no file fifo.c' --lab=mutex
    check /dev/zero 2 'there is no file /dev/zero'
    check empty.c 1 'no comment .Lab NAME.'
    check no-line.c 1 "the line 'The mechanism ends here' is missing"
    check binary.c 1 'the file is no C source' --lab=mutex
    check large.c 1 'the file is too large' --lab=mutex
    check right.c 1 'does not compile' --lab=shm
    check "$odd" 0 '100/100'
    check escapes.c 1 'does not compile'
    ! grep -q "$(printf '\033')" said json || fails "escapes.c: its text is not escaped"
}

# What lab_run does with programs that the check would not even run, or that have no watchdog of
# their own.
limits()
{
    echo 'int fork(void); int main(void) { for (;;) fork(); }' >forks-on.c
    "${CC:-cc}" forks-on.c -o forks-on
    chmod 755 .
    "$BUILD/lab_run" -t 5 "$scratch/forks-on" 3>said
    grep -q '^crowd ' said || fails "lab_run lets a program fork without end"
    "$BUILD/lab_run" -t 1 sleep 60 3>said
    grep -q '^late ' said || fails "lab_run does not say that a program did not end"
}

command_line()
{
    says 0 'Usage:' --help
    says 2 'Usage:'
    says 0 'condvar' list
    says 2 'unknown lab' start nothing
    says 2 'start needs' start
    says 0 'lab_mutex.c is yours' start mutex
    says 2 'is there already' start mutex
    says 2 'needs a FILE' check
    says 2 'run needs a FILE' run
    says 2 'there is no file x.c' run x.c
    says 1 '^First to repair: it does not compile' run escapes.c
    says 0 'held: 2 of 2 lines' run right.c --writers=2
    says 2 'must be 5 to 1000' check x.c --runs=4
    says 2 'must be 5 to 1000' check x.c --runs=1001
    says 2 'unknown option' check x.c --nonsense
    says 2 'unknown command' grade x.c
    says 2 'unknown lab' check right.c --lab=nothing
    says 2 'must not be the file' check right.c --json=right.c
    says 1 'could not write' check right.c --runs=5 --json=none/x
    says 1 'could not write' start mutex none/x.c
    # A project that does not build: no points, but a JSON file.
    LAB_BUILT=no CC=false BUILD=$scratch/none says 1 '' check right.c --json=json
    grep -q '"score": 0, "max_score": 100, .*does not build' json ||
        fails "a project that does not build: $(cat json)"
    # what it says is right where the reader is
    (cd "$project" && sh demos/lab.sh start pipe "$scratch/seen.c" &&
        cd docs && sh ../demos/lab.sh start pipe "$scratch/seen-2.c") >said
    for seen in '' ../; do
        grep -q " Read ${seen}docs/labs/pipe.md. Then: sh ${seen}demos/lab.sh check " \
            said || fails "seen from the project's folder, and from docs"
    done
}

# Most of the time goes into waiting for runs that do not end: so there are lanes. Only one of them
# may build, for the thread sanitizer.
if [ $# -eq 0 ]; then
    for names in buffer readers bad_input 'mutex shm' 'pipe condvar mqueue' \
        'races semaphore file signal socket monitor'; do
        # shellcheck disable=SC2086 # a list
        sh "$project/tests/labs.sh" "$BUILD" $names >"lane.$names" 2>&1 &
        lanes="$lanes $!"
    done
    await_lanes
    cat lane.*
fi

export LAB_BUILT=yes # which lanes do not do at the same time
for name; do
    case $name in
    bad_input)
        bad_input
        limits
        command_line
        ;;
    races) races ;;
    *)
        solve "$name"
        check starter.c 1 "ok 10/10 builds .*ok 5/5 no warnings \
.*0/35 the guarantee holds.*First to repair: "
        check right.c 0 '100/100'
        mistakes "$name"
        ;;
    esac
done
[ $# -eq 0 ] || echo "labs $*: $failures things wrong"
[ $failures -eq 0 ]
