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
group=

# stand_in FILE COMMAND
stand_in()
{
    # shellcheck disable=SC2016 # for that program to expand
    printf '#!/bin/sh\necho "${0##*/} $*" >>"$CALLS"\n%s\n' "$2" >"$1"
    chmod +x "$1"
}

for tool in cc cmake ctest make apt-get apk brew; do
    stand_in "tools/$tool" 'exit 0'
done
# A normal run ends with NORMAL, a broken one with BROKEN. With a SIGNAL, that
# comes first, to the whole process group, as by Ctrl-C.
plain_runs >table
while read -r name normal _; do
    # shellcheck disable=SC2016 # for that program to expand
    stand_in "build/demo_$name" 'case ${SIGNAL-}$* in
    *--help) printf "Usage: it\\n\\nIt shows\\nthis.\\n\\nWith --broken it fails.\\n\\n" ;;
    [A-Z]*) kill -s $SIGNAL 0; sleep 60 ;;
    *--broken*) exit ${BROKEN-4} ;;
    *) exit ${NORMAL-'"$normal"'} ;;
    esac'
done <table

# tour STATUS DEMOS TEXT [ARGUMENT...]: so it ends, these demos ran in this order,
# it says this, and nothing is left in the scratch folder
tour()
{
    expected=$1 demos=$2 text=$3 status=0
    shift 3
    : >calls
    # shellcheck disable=SC2086 # a command, or none
    $group sh "$project/demos/tour.sh" "$@" >said 2>&1 </dev/null || status=$?
    ran=$(sed -n -e '/ --help$/d' -e 's/^demo_\([a-z]*\) .*/\1/p' calls | xargs)
    if [ "$status $ran" != "$expected $demos" ] || [ -n "$(ls tmp)" ] ||
        ! grep -qF -e "$text" said; then
        wrong "tour.sh $*: status $status, $ran ran, left: $(ls tmp); it says:"
        cat said
    fi
}

# refuses TEXT [ARGUMENT...]: and nothing more; nothing was started
refuses()
{
    tour 2 '' "$@"
    [ ! -s calls ] || wrong "$*: it began all the same: $(cat calls)"
    [ "$(wc -l <said)" -eq 1 ] || wrong "$*: it says more"
}

# there_are COUNT PATTERN FILE
there_are()
{
    [ "$(grep -c -e "$2" "$3")" -eq "$1" ] || wrong "not $1 times in $3: $2"
}

tour 0 "$all" "All $count held."
there_are "$count" '^this\.$' said     # what they show
there_are 0 '^Now .*fails' said # goes wrong
there_are 0 ' --broken' calls
tour 0 "$all" "All $count broke, as they should." --broken
there_are "$count" '^Now it fails' said
there_are "$count" '^(exit status 4' said
there_are "$count" 'demo_.* --broken' calls

tour 0 'pipe mutex' 'Both held.' --only=pipe,mutex
there_are 1 '2 of 2: demo_mutex' said
there_are 1 '--target demo_pipe demo_mutex --parallel' calls
tour 0 'shm signal file' 'All 3 broke, as they should.' \
    --broken --only='shm, signal' --only=file
tour 0 socket 'It broke, as it should.' --only=socket --broken
there_are 1 'demo_socket --broken --speed=2 --port=0' calls

# what does not do what it should is told from what does
export NORMAL=3 BROKEN=0
tour 1 'mutex signal' 'these did not do what they should: demo_mutex demo_signal' \
    --only=mutex,signal
there_are 1 '(exit status 3 instead of 1)' said
there_are 0 held said
tour 1 shm '(exit status 0 instead of 4)' --only=shm --broken
there_are 0 'broke,' said
unset NORMAL BROKEN

refuses "unknown demo 'mutx'; there are $all" --only=pipe,mutx
refuses "unknown demo '*'" '--only=*'
refuses "unknown demo ''" --only=mutex,,pipe
refuses '--only needs names' --only=
refuses '--only needs names' '--only= '
refuses '--only needs names' --only mutex
refuses "unknown argument 'mutex'; try --help" --broken mutex
tour 0 '' '--only=NAME' --help
[ ! -s calls ] || wrong "--help begins the tour"

# A signal while a demo runs ends both. timeout of the GNU system makes the
# process group; what is ignored here cannot be tried.
group='timeout --preserve-status 60'
for SIGNAL in INT TERM HUP; do
    export SIGNAL
    status=0
    $group sh -c "kill -s $SIGNAL 0; sleep 60" 2>said || status=$?
    [ $status -le 128 ] || tour $status shm '' --only=shm,pipe
done
unset SIGNAL
[ $failures -eq 0 ]
