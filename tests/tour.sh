#!/bin/sh
# SPDX-License-Identifier: MIT
# tour.sh - demos/tour.sh shows what it was asked for, and says what came of it
#
# Usage: sh tests/tour.sh
#
# The demos, cmake and the installation are stand-ins that write down how they
# were called: this is about the script. .ci/run takes the real tour.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=tests/support/environment.sh
. "$project/tests/support/environment.sh"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/nine-tour-XXXXXX")
trap 'cd /; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
cd "$scratch"
unset CC CMAKE_ARGS
export BUILD="$scratch/build" TMPDIR="$scratch/tmp" CALLS="$scratch/calls"
PATH=$scratch/tools:$PATH
mkdir build tmp tools
# shellcheck source=tests/support/runs.sh
. "$project/tests/support/runs.sh"
all=$(demos)
count=$(echo "$all" | wc -w | xargs)
runs=0
failures=0

# stand_in FILE COMMAND...
stand_in()
{
    file=$1
    shift
    # shellcheck disable=SC2016 # for that program to expand
    printf '#!/bin/sh\necho "${0##*/} $*" >>"$CALLS"\n%s\n' "$*" >"$file"
    chmod +x "$file"
}

for tool in cc cmake ctest make apt-get apk brew; do
    stand_in "tools/$tool" exit 0
done
# A normal run ends with NORMAL, a broken one with BROKEN. With a SIGNAL, that
# comes first, to the whole process group, as by Ctrl-C.
plain_runs >table
while read -r name normal _; do
    # shellcheck disable=SC2016 # for that program to expand
    stand_in "build/demo_$name" '[ "$*" != --help ] || {
        printf "Usage: it\\n\\nIt shows\\nthis.\\n\\nWith --broken it fails.\\n\\n"
        exit
    }
    [ -z "${SIGNAL-}" ] || { kill -s $SIGNAL 0; sleep 60; }
    case $* in
    *--broken*) exit ${BROKEN-4} ;;
    esac
    exit ${NORMAL-'"$normal"'}'
done <table

wrong()
{
    failures=$((failures + 1))
    printf '%s %s\n' "$shell" "$*"
    sed 's/^/    /' out err
}

# tour STATUS [ARGUMENT...]: runs it; nothing may be left in the scratch folder
tour()
{
    expected=$1 status=0
    shift
    runs=$((runs + 1))
    : >calls
    # shellcheck disable=SC2086 # busybox sh
    $shell "$project/demos/tour.sh" "$@" >out 2>err </dev/null || status=$?
    [ $status -eq "$expected" ] || wrong "$*: status $status, not $expected"
    [ -z "$(ls tmp)" ] || wrong "$*: left behind: $(ls tmp)"
}

# says FILE TEXT
says()
{
    grep -qF -e "$2" "$1" || wrong "$1 lacks: $2"
}

# demos_were NAME...: so and in this order
demos_were()
{
    ran=$(sed -n -e '/ --help$/d' -e 's/^demo_\([a-z]*\) .*/\1/p' calls |
        xargs)
    [ "$ran" = "$*" ] || wrong "not '$*' ran, but '$ran'"
}

# refuses TEXT [ARGUMENT...]: nothing was started
refuses()
{
    text=$1
    shift
    tour 2 "$@"
    says err "$text"
    [ ! -s calls ] || wrong "$*: it began all the same: $(cat calls)"
    [ ! -s out ] || wrong "$*: it prints something"
}

# ends_by SIGNAL STATUS: it comes while a demo runs. timeout of the GNU system
# makes the process group.
ends_by()
{
    status=0
    timeout --preserve-status 60 sh -c "kill -s $1 0; sleep 60" 2>err ||
        status=$?
    [ "$status" -eq "$2" ] || return 0 # no such program, or it is ignored here
    runs=$((runs + 1))
    : >calls
    status=0
    # shellcheck disable=SC2086 # busybox sh
    SIGNAL=$1 timeout --preserve-status 60 $shell "$project/demos/tour.sh" \
        --only=shm,pipe >out 2>err </dev/null || status=$?
    [ $status -eq "$2" ] || wrong "$1: status $status, not $2"
    [ -z "$(ls tmp)" ] || wrong "$1: left behind: $(ls tmp)"
    demos_were shm
}

tests()
{
    tour 0
    # shellcheck disable=SC2086 # a list
    demos_were $all
    says out "$count of $count"
    says out "All $count held."
    [ "$(grep -c -x this. out)" -eq "$count" ] || wrong "it does not say what they show"
    ! grep -q -e ' --broken' calls || wrong "a demo ran with --broken"
    ! grep -q '^Now ' out || wrong "it says what goes wrong"

    tour 0 --broken
    # shellcheck disable=SC2086 # a list
    demos_were $all
    says out "All $count broke, as they should."
    [ "$(grep -c '^Now it fails' out)" -eq "$count" ] || wrong "it does not say what goes wrong"
    [ "$(grep -c '^(exit status 4' out)" -eq "$count" ] || wrong "nor that it did"
    [ "$(grep -c 'demo_.* --broken' calls)" -eq "$count" ] || wrong "not all are broken"

    tour 0 --only=pipe,mutex
    demos_were pipe mutex
    says out '1 of 2: demo_pipe'
    says out '2 of 2: demo_mutex'
    says out 'Both held.'
    says calls '--target demo_pipe demo_mutex --parallel'
    tour 0 --only=signal
    demos_were signal
    says out 'It held.'
    tour 0 --broken --only='shm, signal' --only=file
    demos_were shm signal file
    says out 'All 3 broke, as they should.'
    tour 0 --only=socket --broken
    demos_were socket
    says out 'It broke, as it should.'
    says calls 'demo_socket --broken --speed=2 --port=0'

    # what does not do what it should is told from what does
    export NORMAL=3 BROKEN=0
    tour 1 --only=mutex,signal
    says out '(exit status 3 instead of 0)'
    says out '(exit status 3 instead of 1)'
    says err 'these did not do what they should: demo_mutex demo_signal'
    ! grep -q held out || wrong "and says that they held"
    tour 1 --only=shm --broken
    says out '(exit status 0 instead of 4)'
    ! grep -q 'broke,' out || wrong "and says that it broke"
    unset NORMAL BROKEN

    refuses "unknown demo 'mutx'; there are $all" --only=pipe,mutx
    refuses "unknown demo '*'" '--only=*'
    refuses "unknown demo ''" --only=mutex,,pipe
    refuses '--only needs names' --only=
    refuses '--only needs names' --only mutex
    refuses '--only needs names' '--only= '
    refuses "unknown argument '--brokn'; try --help" --brokn
    refuses "unknown argument 'mutex'" --broken mutex
    tour 0 --help
    says out '--only=NAME'
    says out '--broken'
    [ ! -s calls ] || wrong "--help begins the tour"

    ends_by INT 130
    ends_by TERM 143
    ends_by HUP 129
}

for shell in sh dash bash 'busybox sh'; do
    command -v "${shell%% *}" >/dev/null || continue
    tests
done
echo "$runs tours, $failures things wrong"
[ $failures -eq 0 ]
