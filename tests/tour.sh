#!/bin/sh
# SPDX-License-Identifier: MIT
# tour.sh - demos/tour.sh shows what it was asked for, and says what came of it
#
# Usage: sh tests/tour.sh [BUILD_FOLDER]
#
# The demos, cmake and the installation are stand-ins that write down how they
# were called: this is about the script. .ci/run takes the real tour.
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
unset CC CMAKE_ARGS
export BUILD="$scratch/build" TMPDIR="$scratch/tmp" CALLS="$scratch/calls"
PATH=$scratch/tools:$PATH
mkdir build tmp tools
all=$(demos)
count=$(echo "$all" | wc -w | xargs)
runs=0 group=

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
    sed 's/^/    /' said
}

# says TEXT...
says()
{
    for text; do
        grep -qF -e "$text" said || wrong "it does not say: $text"
    done
}

# tour STATUS DEMOS TEXT [ARGUMENT...]: so it ends, these demos ran in this order,
# it says this, and nothing is left in the scratch folder
tour()
{
    expected=$1 demos=$2 text=$3 status=0
    shift 3
    runs=$((runs + 1))
    : >calls
    # shellcheck disable=SC2086 # commands
    $group $shell "$project/demos/tour.sh" "$@" >said 2>&1 </dev/null || status=$?
    [ $status -eq "$expected" ] || wrong "$*: status $status, not $expected"
    [ -z "$(ls tmp)" ] || wrong "$*: left behind: $(ls tmp)"
    ran=$(sed -n -e '/ --help$/d' -e 's/^demo_\([a-z]*\) .*/\1/p' calls | xargs)
    [ "$ran" = "$demos" ] || wrong "$*: not '$demos' ran, but '$ran'"
    says "$text"
}

# refuses TEXT [ARGUMENT...]: and nothing more; nothing was started
refuses()
{
    tour 2 '' "$@"
    [ ! -s calls ] || wrong "$*: it began all the same: $(cat calls)"
    [ "$(wc -l <said)" -eq 1 ] || wrong "$*: it says more"
}

# ends_by SIGNAL STATUS: it comes while a demo runs. timeout of the GNU system
# makes the process group.
ends_by()
{
    group='timeout --preserve-status 60'
    status=0
    $group sh -c "kill -s $1 0; sleep 60" 2>said || status=$?
    # otherwise there is no such program, or it is ignored here
    [ "$status" -ne "$2" ] || SIGNAL=$1 tour "$2" shm '' --only=shm,pipe
    group=
}

# there_are COUNT PATTERN FILE
there_are()
{
    [ "$(grep -c -e "$2" "$3")" -eq "$1" ] || wrong "not $1 times in $3: $2"
}

tests()
{
    tour 0 "$all" "All $count held."
    says "$count of $count"
    there_are "$count" '^this\.$' said # what they show
    there_are 0 ' --broken' calls
    there_are 0 '^Now ' said # goes wrong

    tour 0 "$all" "All $count broke, as they should." --broken
    there_are "$count" '^Now it fails' said
    there_are "$count" '^(exit status 4' said
    there_are "$count" 'demo_.* --broken' calls

    tour 0 'pipe mutex' 'Both held.' --only=pipe,mutex
    says '1 of 2: demo_pipe' '2 of 2: demo_mutex'
    there_are 1 '--target demo_pipe demo_mutex --parallel' calls
    tour 0 signal 'It held.' --only=signal
    tour 0 'shm signal file' 'All 3 broke, as they should.' \
        --broken --only='shm, signal' --only=file
    tour 0 socket 'It broke, as it should.' --only=socket --broken
    there_are 1 'demo_socket --broken --speed=2 --port=0' calls

    # what does not do what it should is told from what does
    export NORMAL=3 BROKEN=0
    tour 1 'mutex signal' '(exit status 3 instead of 0)' --only=mutex,signal
    says '(exit status 3 instead of 1)' \
        'these did not do what they should: demo_mutex demo_signal'
    there_are 0 held said
    tour 1 shm '(exit status 0 instead of 4)' --only=shm --broken
    there_are 0 'broke,' said
    unset NORMAL BROKEN

    refuses "unknown demo 'mutx'; there are $all" --only=pipe,mutx
    refuses "unknown demo '*'" '--only=*'
    refuses "unknown demo ''" --only=mutex,,pipe
    refuses '--only needs names' --only=
    refuses '--only needs names' --only mutex
    refuses '--only needs names' '--only= '
    refuses "unknown argument '--brokn'; try --help" --brokn
    refuses "unknown argument 'mutex'" --broken mutex
    tour 0 '' '--only=NAME' --help
    says '--broken'
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
