#!/bin/sh
# SPDX-License-Identifier: MIT
# valgrind.sh - each demo in both modes under valgrind's memcheck
#
# Usage: sh tests/valgrind.sh [BUILD_FOLDER]
#
# No process of a run may make an error, lose memory for good, or use a
# descriptor that is not open, and a run that does more may not end with more
# descriptors open than one that does little. (Some are open at the end of each:
# the pipes that all actors share end with the run, and so does memory that is
# still reachable.)
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
: >nothing
printf 'add 3 4\n' >few
for number in $(seq 20); do
    echo "mul $number 4"
done >many
runs=0

# objects TEXT
objects()
{
    wrong "$1"
    # what valgrind has to say, without its frame
    sed -n 's/^==[0-9]*== //p' logs/* | grep -A 8 -E \
        'Invalid|uninit|overlap|definitely lost in|Syscall|Process term' |
        head -n 40 || true
    tail -n 5 err
}

# run STATUS INPUT DEMO [OPTION...]: leaves in "open" how many descriptors the
# first process had at its end
run()
{
    status=$1 input=$2 demo=$3 got=0
    shift 3
    rm -rf logs
    mkdir logs
    runs=$((runs + 1))
    valgrind --track-fds=yes --leak-check=full --errors-for-leak-kinds=definite \
        --error-exitcode=99 --log-file=logs/%p "$build/demo_$demo" \
        --speed=1000 "$@" <"$input" >out 2>err &
    first=$!
    wait $first || got=$?
    [ $got -eq "$status" ] || objects "status $got, not $status: $demo $*"
    if grep -q -E 'ERROR SUMMARY: [1-9]|invalid file descriptor' logs/*; then
        objects "valgrind objects: $demo $*"
    fi
    open=$(sed -n 's/.*FILE DESCRIPTORS: \([0-9]*\) open.*/\1/p' logs/$first)
}

# no_more_open FEW MANY DEMO OPTION LITTLE MUCH: the second run has the input
# MANY and the option MUCH
no_more_open()
{
    run 0 "$1" "$3" "$4" "$5"
    before=$open
    run 0 "$2" "$3" "$4" "$6"
    [ "$open" -le "$before" ] ||
        wrong "$before descriptors were open at the end, then $open: $3 $6"
}

{
    runs
    echo 'condvar 0 4 - - - --consumers=3'
} >table
while read -r demo normal broken _ _ _ options; do
    # shellcheck disable=SC2086 # a list
    run "$normal" nothing "$demo" $options
    # shellcheck disable=SC2086
    [ "$broken" = - ] || run "$broken" nothing "$demo" $options --broken
done <table
run 0 nothing signal --task=0 --deadline=3600
run 3 nothing mqueue div 1 0

no_more_open nothing nothing mutex --writers=3 --lines=1 --lines=20
no_more_open nothing nothing socket --port=0 --clients=1 --clients=10
no_more_open nothing nothing condvar --max=1000 --count=10 --count=1000
no_more_open nothing nothing shm --values=5 --duration=1 --duration=100
no_more_open few many mqueue --api=posix - -
no_more_open few many mqueue --api=sysv - -
no_more_open few many pipe --seed=1 - -
no_more_open few many pipe --named - -

echo "$runs runs under valgrind, $failures of them wrong"
[ $failures -eq 0 ]
