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
seq 20 | sed 's/.*/mul & 4/' >many
runs=0

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
    if [ $got -ne "$status" ] ||
        grep -q -E 'ERROR SUMMARY: [1-9]|invalid file descriptor' logs/*; then
        wrong "status $got, not $status, or an error: $demo $*"
        grep -hv ' Open .*inherited' logs/* | head -n 100
        tail -n 5 err
    fi
    open=$(sed -n 's/.*FILE DESCRIPTORS: \([0-9]*\) open.*/\1/p' logs/$first)
}

# no_more_open FEW MANY LITTLE MUCH DEMO [OPTION...]: the second run has the input
# MANY and the option MUCH
no_more_open()
{
    few=$1 many=$2 little=$3 much=$4
    shift 4
    run 0 "$few" "$@" "$little"
    before=$open
    run 0 "$many" "$@" "$much"
    [ "$open" -le "$before" ] ||
        wrong "$before descriptors were open at the end, then $open: $* $much"
}

{
    runs
    echo 'condvar 0 4 - - - --consumers=3'
    echo 'signal 0 - - - - --task=0 --deadline=3600'
    echo 'mqueue 3 - - - - div 1 0'
} >table
while read -r demo normal broken _ _ _ options; do
    # shellcheck disable=SC2086 # a list
    run "$normal" nothing "$demo" $options
    # shellcheck disable=SC2086
    [ "$broken" = - ] || run "$broken" nothing "$demo" $options --broken
done <table

no_more_open nothing nothing --lines=1 --lines=20 mutex --writers=3
no_more_open nothing nothing --clients=1 --clients=10 socket --port=0
no_more_open nothing nothing --count=10 --count=1000 condvar --max=1000
no_more_open nothing nothing --duration=1 --duration=100 shm --values=5
no_more_open few many - - mqueue --api=posix
no_more_open few many - - mqueue --api=sysv
no_more_open few many - - pipe --seed=1
no_more_open few many - - pipe --named

echo "$runs runs under valgrind, $failures of them wrong"
[ $failures -eq 0 ]
