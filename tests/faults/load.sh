#!/bin/sh
# SPDX-License-Identifier: MIT
# load.sh - many runs at once, each in a folder of its own
#
# Usage: sh tests/faults/load.sh BUILD_FOLDER
# Twelve runs of each demo at once, then 100 of all kinds. Each has to end as if
# it were alone.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
build=$(cd "${1:?the build folder is missing}" && pwd -P)
# shellcheck source=tests/support/environment.sh
. "$project/tests/support/environment.sh"
# shellcheck source=tests/support/runs.sh
. "$project/tests/support/runs.sh"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/nine-load-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM HUP
cd "$scratch"
runs=0
bad=0

# kind NUMBER: its demo, normal status and options. Among so many the guard of
# demo_signal may come late, so its task takes an hour.
kind()
{
    runs | awk -v number="$1" 'NR == number + 1 {
        line = $1 " " $2 ($1 == "signal" ? " --deadline=50 --task=3600" : "")
        for (i = 7; i <= NF; i++)
            line = line " " $i
        print line
    }'
}
kinds=$(($(runs | wc -l)))

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
