#!/bin/sh
# SPDX-License-Identifier: MIT
# first.sh - whether the first programs do what their pages say
#
# Usage: sh tests/first.sh [BUILD_FOLDER [NAME...]]
#
# Builds each docs/first/NAME.c with $CC (default: cc) as docs/first/README.md says, and compares
# what it prints. Then makes each change of docs/first/NAME.changes, and checks that what the page
# promises happens: docs/demos/NAME.md has to name each change, and what you see then that the
# program did not print before. (fork has no such page; its changes are in docs/first/README.md.) A
# change begins with a line "## TITLE". Below it is what change.awk changes, once in the program,
# and what is expected:
#
#   > TEXT          it prints this line, and no other ones ("> ..." allows more)
#   = any order     of these lines; one may come into the middle of another one,
#                   so this is tried again, too
#   = other numbers it prints its line, but not with the right number
#   = status N      it ends with this exit status (128 and the signal's number)
#   = never ends    5 seconds later it still runs
#   = second run    all this is true of the second run of two
#   = in most runs, = in some runs
#                   all this is true of one run of 200 at least: how many there
#                   are is up to the scheduler, and to what else is running
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
first=$project/docs/first
compiler=${CC:-cc}
most_seconds=60 # a program that ends takes a moment, but longer on a busy machine
[ $# -eq 0 ] || shift
names=${*:-$(find "$first" -name '*.c' | sed 's|.*/||; s/\.c$//' | sort)}

# compiles NAME OPTION...: the NAME.c that is here, to the program NAME
compiles()
{
    program=$1
    shift
    # shellcheck disable=SC2086 # a compiler and libraries may be several words
    $compiler "$program.c" -o "$program" -pthread "$@" $libraries 2>errors
}

# knows TEXT: whether that is C
knows()
{
    printf '%s\n' "$1" >piece.c
    compiles piece -c
}

# section FILE HEADING: of a page
section()
{
    awk -v heading="## $2" '
        /^## / { inside = index($0, heading) == 1 }
        inside' "$1"
}

# promise <PAGE: what it says about the change with the title, on one line
promise()
{
    awk -v title="$title" '
        /^\|/ { row = 1 }
        /^\*\*/ || /^## / { inside = 0 }
        title == "Take out" && /^\*\*Take (this )?out/ { inside = 1 }
        inside && !row
        row && index($0, "| " title " |") == 1
    ' | tr '\n' ' '
}

# has TEXT: whether the file "entry" has a line "= TEXT"
has()
{
    grep -qxe "= $1" entry
}

# shape <TEXT: what is compared: not the order if that plays no role, and where the C library is not
# GNU's, not its own words
shape()
{
    order='cat' words=
    ! has 'any order' || order='sort'
    [ -n "$gnu" ] || words='s/^\([a-z]*: [a-z_]*\): .*/\1/'
    sed "$words" | $order
}

# prints_it: whether what was said is what the entry expects
prints_it()
{
    if has 'other numbers'; then
        sed 's/[0-9][0-9]*/N/g' said >found
        sed 's/[0-9][0-9]*/N/g' printed >wanted
        ! cmp -s said printed && cmp -s found wanted
        return
    fi
    sed -n 's/^> //p' entry | shape >wanted
    shape <said >found
    if grep -qxFe '...' wanted; then # each of the other lines is there
        grep -vxFe '...' wanted >lines
        if grep -qvxFf found lines; then
            return 1
        fi
    else
        cmp -s wanted found
    fi
}

# happens: whether the program does what the entry expects. Which of two processes comes first
# differs on one core: so every other try is there.
happens()
{
    pinned='' seconds=$most_seconds status=0
    [ $((left % 2)) -eq 1 ] || ! taskset -c 0 true 2>/dev/null || pinned='taskset -c 0'
    ! has 'never ends' || seconds=5
    ! has 'second run' || ../limited "$seconds" "./$name" >said || true
    # shellcheck disable=SC2086 # none or several words
    $pinned ../limited "$seconds" "./$name" >said || status=$?
    expected=$(sed -n 's/^= status //p; s/^= never ends/124/p' entry)
    if [ $status -ge 124 ] || [ -n "$expected" ]; then
        [ $status -eq "${expected:-0}" ] || return 1
    fi
    prints_it
}

# check_promise PAGE: that it says what the entry expects; and README, which lines are taken out
check_promise()
{
    promise <"$1" >promised
    [ -s promised ] || wrong "$name.c: the page has no such change: $title"
    {
        sed -n 's/^> //p' entry | grep -vxFe '...' | grep -vxFf printed || true
        sed -n -e 's/^= \(never ends\|second run\|in most runs\|in some runs\)$/\1/p' \
            -e 's/^= other numbers$/less than/p' -e 's/^= status 135$/SIGBUS/p' \
            -e 's/^= status 137$/SIGKILL/p' -e 's/^= status 141$/SIGPIPE/p' \
            -e 's/^= status 143$/SIGTERM/p' entry
        [ "$1" = taught ] || sed -n '/^    /{ s/^ *//; s/ =>$//; p; }' entry
    } >words
    while read -r word; do
        grep -qiFe "$word" promised ||
            wrong "$name.c: the page does not say of \"$title\": $word"
    done <words
}

# try NUMBER OPTION...: the program with this change, and with names that no other program has that
# runs now, does what the entry expects
try()
{
    awk -v entry="$1" -v once=1 -f "$project/tests/change.awk" \
        "$first/$name.changes" "$first/$name.c" 2>errors | sed "s/first_/first$$_/" >"$name.c"
    shift
    if [ -s errors ] || ! compiles "$name" "$@"; then
        wrong "$name.c: $title: $(cat errors)"
        return
    fi
    left=1
    ! grep -q -e '^= in [a-z]* runs$' -e '^= any order$' entry || left=200
    until happens; do
        left=$((left - 1))
        [ $left -gt 0 ] || {
            wrong "$name.c: $title: it ends with status $status and prints:
$(cat said)"
            return
        }
    done
}

check_changes()
{
    count=$(grep -c '^## ' "$first/$name.changes")
    [ "$(grep -c '^| [A-Z]' taught)" -eq $((count - 1)) ] || # and one taken out
        wrong "$name.c: the table has not one row for each change"
    for number in $(seq "$count"); do
        awk -v number="$number" '/^## / { entry++ } entry == number' \
            "$first/$name.changes" >entry
        title=$(sed -n 's/^## //p' entry)
        check_promise taught
        [ "$title" != 'Take out' ] || check_promise page
        try "$number"
        # what the two runs have left
        rm -f "first$$_$name"* /dev/shm/*"first$$_$name"
        if [ "$name" = mqueue ]; then # a queue need not be seen as a file
            echo "int main(void) { mq_unlink(\"/first$$_mqueue\"); }" >drop.c
            compiles drop -include mqueue.h || wrong "the queue stays: $(cat errors)"
            ./drop
        fi
    done
}

# check: the program "name"; prints what is wrong
check()
{
    mkdir "$name.d"
    cd "$name.d"
    section "$first/README.md" "$name.c:" >page
    cp page taught # fork has no other one
    [ "$name" = fork ] || section "$project/docs/demos/$name.md" 'A first program' >taught
    # what it prints, by the page
    awk '/^```$/ && inside { exit }
        inside && !/^\$ /
        /^```console$/ { inside = 1 }' page >printed
    awk 'length > 80 || NR > 40' "$first/$name.c" >wrong
    [ ! -s wrong ] || wrong "$name.c fits on no screen of 80 columns: $(cat wrong)"
    if [ "$name" = mqueue ] && ! knows '#include <mqueue.h>'; then
        echo "mqueue.c: not built, there is no mqueue.h"
        return 0
    fi

    # The prototypes of both pages are those of the system's headers.
    awk '/^```$/ { inside = 0 }
        inside
        /^```c$/ { inside = note ~ /^<!-- not from the source: the prototypes/ }
        { note = $0 }' page taught >calls
    { grep -q '(' calls && knows "$(grep '^#include' "$first/$name.c" && cat calls)"; } ||
        wrong "$name.c: the pages have no prototypes, or other ones: $(cat errors)"

    # It does what the page says, twice, and leaves nothing.
    title='no change'
    { sed 's/^/> /' printed && printf '= status 0\n= second run\n'; } >entry
    try 0 -Wall -Wextra -Werror
    [ -z "$(find . -name 'first*')" ] || wrong "$name.c leaves a file behind"
    if [ "$(uname -s)" = Linux ]; then
        check_changes
    else # other systems have other messages, and other ways to end
        echo "$name.c: its changes are not tried: they show what Linux does"
    fi
    [ $failures -eq 0 ]
}

ln -s "$build/tests/limited" .
gnu='' libraries=
! knows '#include <errno.h>
int version = __GLIBC__;' || gnu=yes libraries=-lrt # before glibc 2.34
for name in $names; do
    check >"$name.answer" 2>&1 &
    lanes="$lanes $!"
done
await_lanes
cat ./*.answer
echo "first programs: $(echo "$names" | wc -w) programs, $(cd "$first" &&
    cat ./*.changes | grep -c '^## ') changes"
[ $failures -eq 0 ]
