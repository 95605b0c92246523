#!/bin/sh
# SPDX-License-Identifier: MIT
# load.sh - many runs at once, each in a folder of its own
#
# Usage: sh tests/faults/load.sh BUILD_FOLDER
# Twelve runs of each demo at once, then 100 of all kinds. Each has to end as if
# it were alone.
set -eu

build=$(cd "${1:?the build folder is missing}" && pwd -P)
# shellcheck source=tests/support/environment.sh
. "$(dirname -- "$0")/../support/environment.sh"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/nine-load-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM HUP
cd "$scratch"
runs=0
bad=0

# kind NUMBER: its demo, normal status and option
kind()
{
    case $1 in
    0) echo mutex 0 ;;
    1) echo mutex 0 --kill-writer ;;
    2) echo semaphore 0 ;;
    3) echo condvar 0 ;;
    4) echo file 0 ;;
    5) echo file 0 --mmap ;;
    6) echo signal 1 --deadline=50 --task=3600 ;;
    7) echo socket 0 --port=0 ;;
    8) echo mqueue 0 ;;
    9) echo mqueue 0 --api=sysv ;;
    10) echo pipe 0 ;;
    11) echo pipe 0 --named ;;
    12) echo shm 0 ;;
    esac
}
kinds=13

# begin FOLDER DEMO NORMAL-STATUS [OPTION...]: in the background
begin()
{
    mkdir "$1"
    (
        cd "$1"
        demo=$2 normal=$3 status=0
        shift 3
        timeout 60 "$build/demo_$demo" --speed=100 "$@" \
            </dev/null >out 2>err || status=$?
        [ $status -ne "$normal" ] || [ ! -s out ] || : >good
        echo "demo_$demo $*: status $status" >end
    ) &
}

# finish TITLE: waits for all
finish()
{
    wait
    for folder in run-*; do
        runs=$((runs + 1))
        [ ! -e "$folder/good" ] || continue
        bad=$((bad + 1))
        echo "$1:"
        cat "$folder/end" "$folder/err"
    done
    rm -rf run-*
}

number=0
while [ $number -lt $kinds ]; do
    for instance in 1 2 3 4 5 6 7 8 9 10 11 12; do
        # shellcheck disable=SC2046 # a list
        begin run-$instance $(kind $number)
    done
    finish "twelve at once"
    number=$((number + 1))
done

number=0
while [ $number -lt 100 ]; do
    # shellcheck disable=SC2046 # a list
    begin run-$number $(kind $((number % kinds)))
    number=$((number + 1))
done
finish "100 at once"

echo "$runs runs at once with others, $bad bad"
[ $bad -eq 0 ]
