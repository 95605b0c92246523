#!/bin/sh
# SPDX-License-Identifier: MIT
# stress.sh - runs each demo many times in both modes, free and on one core
#
# Usage: sh tests/stress.sh BUILD_FOLDER [crowd | RUNS [DEMO]]
#
# A normal run has to end with status 0 (demo_signal: 1, or 0 if the guard came so late that the
# task was done), a broken one with 4: of 1000 broken runs one may fail to show its bug, of normal
# runs none may report a violation; and in one of 100 at most nobody waits in the mechanism's own
# call. Prints a table, and above its line each run that went wrong with what it said: its seed and
# speed stand there to repeat it. The long soak is 5000 RUNS: 10,000 of each mode, half of them on
# one core. A crowd is 100 normal runs of all kinds at once.
set -u

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
folder=${DEMOS:-$build} # or those that another script starts in its own way
count=${2-200} only=${3-}

# Besides: more who wait for the same; and an open window, which does no harm where the mechanism is
# in place.
{
    runs
    plain_runs | sed -n 's/^condvar.*/& --consumers=5/p; s/^mqueue.*/& --clients=3/p'
    plain_runs | awk '/^(mutex|semaphore|condvar|file|shm) / { $3 = "-"; print $0, "--window" }'
} >table
one_core=
if taskset -c 0 true 2>/dev/null; then one_core='taskset -c 0'; fi

# try NUMBER: a run of what was read from the table, in the folder of its log and names; adds a line
# to the files of what it was. The speeds come in turn; seeds differ from run to run, and are the
# same when all is repeated. Some are watched: recording, and the live view's thread, change the
# times.
try()
{
    number=$1 view=
    IFS=,
    # shellcheck disable=SC2086 # a list
    set -- $speeds
    unset IFS
    shift $((number / 4 % $#))
    case $((number % 5)) in
    1) view=--lanes ;;
    2 | 4) view=--trace=view ;;
    esac
    seed=$(((number * 4 + ${#mode} + ${#core}) * 2654435761 % 4294967296))
    line="--speed=$1 --seed=$seed $options $mode $view"
    status=0 right=yes
    # shellcheck disable=SC2086 # lists
    $core "$folder/demo_$name" $line >out 2>err </dev/null || status=$?
    case $mode$status in
    "$normal" | 0 | "--broken$broken") ;;
    3) grep -Eq 'the machine was too busy|needs robust mutexes' err || right=no ;;
    *) right=no ;;
    esac
    if [ $right = no ]; then
        printf '%s\n' "status $status: demo_$name $line $core" "$(cat err)"
        echo >>../wrong
    elif [ -z "$mode" ] && [ "$view" = --trace=view ] && [ "$waits" != - ]; then
        echo >>../traced
        grep -Eq "\"name\":\"(${waits})\"" view || echo >>../never_waits
    fi
}

# lines FILE: how many it has
lines()
{
    if [ -e "$1" ]; then grep -c '' "$1"; else echo 0; fi
}

# all_of: COUNT runs of what was read, four at once; sets found
all_of()
{
    rm -f wrong
    for worker in 0 1 2 3; do
        (
            mkdir -p "$worker" && cd "$worker" || exit
            while [ "$worker" -lt "$count" ]; do
                try "$worker"
                worker=$((worker + 4))
            done
        ) &
    done
    wait
    found=$(lines wrong)
}

# try_all: each line of the table, in both modes
try_all()
{
    allowed=0
    for mode in '' --broken; do
        [ "$mode$broken" != --broken- ] || continue
        rm -f traced never_waits
        core=
        all_of
        free=$found core=$one_core
        all_of
        printf '%-14s %-24s %-9s %10d %12d\n' "demo_$name" "$options" "$mode" "$free" "$found"
        [ -z "$mode" ] || allowed=$((count / 1000))
        [ "$free" -le "$allowed" ] && [ "$found" -le "$allowed" ] || failures=$((failures + 1))
        traced=$(lines traced) without=$(lines never_waits)
        [ "$traced" -ge 100 ] || traced=100
        # on a system of tests/unkind a wait may end at once, which is none
        if [ "$without" -gt $((traced / 100)) ] && [ -z "${UNKIND_SEED-}" ]; then
            wrong "in $without runs nobody waits in $waits"
        fi
    done
}

# crowd: the lines of the table in turn
crowd()
{
    mode='' core='' number=0
    while [ $number -lt 100 ]; do
        while read -r name normal broken _ speeds waits options && [ $number -lt 100 ]; do
            mkdir $number
            (cd $number && try $number) &
            number=$((number + 1))
        done <table
    done
    wait
    failures=$(lines wrong)
}

if [ "$count" = crowd ]; then
    crowd
else
    echo "$count runs each                              wrong: free  on one core"
    while read -r name normal broken _ speeds waits options; do
        waits=$(echo "$waits" | tr , '|')
        case $name in *"$only"*) try_all ;; esac
    done <table
fi
[ "$failures" -eq 0 ]
