#!/bin/sh
# SPDX-License-Identifier: MIT
# first.sh - whether the first programs do what their pages say
#
# Usage: sh tests/first.sh [BUILD_FOLDER [NAME...]]
#
# Builds each docs/first/NAME.c with $CC (default: cc) as docs/first/README.md
# says, and compares what it prints. Then makes each change of
# docs/first/NAME.changes, and checks that what the page promises happens:
# docs/demos/NAME.md has to name each change, and what you see then that the
# program did not print before. (fork has no such page; its changes are in
# docs/first/README.md.) tests/docs/change.awk has the form of a change; besides,
# a change may have these lines:
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
readme=$first/README.md
compiler=${CC:-cc}
[ $# -eq 0 ] || shift
names=${*:-$(find "$first" -name '*.c' | sed 's|.*/||; s/\.c$//' | sort)}

# compile PROGRAM OPTION...: PROGRAM.c, which is here
compile()
{
    program=$1
    shift
    # shellcheck disable=SC2086 # a compiler may have options
    $compiler "$@" -pthread "$program.c" -o "$program" $libraries
}

# compiles TEXT: whether it is C
compiles()
{
    printf '%s\n' "$1" >piece.c
    # shellcheck disable=SC2086 # as above
    $compiler -c piece.c -o piece.o 2>errors
}

# part FILE HEADING: of a page
part()
{
    awk -v heading="## $2" '
        /^## / { inside = index($0, heading) == 1 }
        inside' "$1"
}

# shown <PAGE: what the program prints, by the page
shown()
{
    awk '
        /^```console$/ { inside = 1; next }
        /^```$/ && inside { exit }
        inside && !/^\$ /'
}

# promise <PAGE: what the page says about this change, on one line
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
    grep -qxFe "= $1" entry
}

# shape <TEXT: what is compared: not the order if that plays no role, and
# where the C library is not GNU's, not its own words
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
    if grep -qxFe '...' wanted; then # each of the lines is there
        grep -vxFe '...' wanted >lines
        if grep -qvxFf found lines; then
            return 1
        fi
    else
        cmp -s wanted found
    fi
}

# A program that ends takes a moment, but longer on a busy machine.
most_seconds=60

# For every other try: which of two processes comes first differs on one core.
one_core=
! taskset -c 0 true 2>/dev/null || one_core='taskset -c 0'

# happens NAME: whether the program does what the entry expects
happens()
{
    pinned=
    [ $((left % 2)) -eq 1 ] || pinned=$one_core
    seconds=$most_seconds
    ! has 'never ends' || seconds=5
    ! has 'second run' || ../limited "$seconds" "./$1" >said || true
    status=0
    # shellcheck disable=SC2086 # none or several words
    $pinned ../limited "$seconds" "./$1" >said || status=$?
    expected=$(sed -n 's/^= status //p' entry)
    if has 'never ends'; then
        [ $status -eq 124 ] || return 1
    elif [ $status -ge 124 ] || [ -n "$expected" ]; then
        [ $status -eq "${expected:-0}" ] || return 1
    fi
    prints_it
}

# check_promise PAGE: that it says what the entry expects; and README, which lines
# are taken out
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
        [ "$1" = taught ] || sed -n 's/^- *//p' entry
    } >words
    while read -r word; do
        grep -qiFe "$word" promised ||
            wrong "$name.c: the page does not say of \"$title\": $word"
    done <words
}

# make_unique <SOURCE: names that no other program has that runs now
make_unique()
{
    sed "s/first_/first$$_/"
}

# check_change NUMBER: of the program "name"; its title is "title"
check_change()
{
    check_promise taught
    [ "$title" != 'Take out' ] || check_promise page
    if ! awk -v number="$1" -f "$project/tests/docs/change.awk" \
        "$first/$name.changes" "$first/$name.c" >changed 2>errors ||
        ! make_unique <changed >"$name.c" || ! compile "$name" 2>errors; then
        wrong "$name.c: $title: $(cat errors)"
        return
    fi
    left=1
    ! grep -q -e '^= in [a-z]* runs$' -e '^= any order$' entry || left=200
    until happens "$name"; do
        left=$((left - 1))
        [ $left -gt 0 ] || {
            wrong "$name.c: $title: it ends with status $status and prints:
$(cat said)"
            return
        }
    done
}

# forget_name NAME: which the change without unlink has left; without O_EXCL the
# program opens what is there, and unlinks it
forget_name()
{
    sed 's/O_EXCL | //; s/O_CREAT | O_EXCL/O_CREAT/' "$first/$1.c" |
        make_unique >"$1.c"
    compile "$1"
    ../limited 1 "./$1" >said || true
}

# check_changes NAME
check_changes()
{
    count=$(grep -c '^## ' "$first/$1.changes")
    [ "$(grep -c '^| [A-Z]' taught)" -eq $((count - 1)) ] || # and one taken out
        wrong "$1.c: the table has not one row for each change"
    for number in $(seq "$count"); do
        awk -v number="$number" '/^## / { entry++ } entry == number' \
            "$first/$1.changes" >entry
        title=$(sed -n 's/^## //p' entry)
        check_change "$number"
        ! has 'second run' || forget_name "$1"
    done
}

# check_text NAME: that it can be typed
check_text()
{
    awk 'length > 80 { print "line " NR " has more than 80 columns" }
        /\*\/$/ && !header { header = NR }
        END {
            if (NR < 20 || NR > 40)
                print NR " lines, and not 20 to 40"
            if (header < 2 || header > 4)
                print "the header has " header " lines, and not 2 to 4"
        }' "$first/$1.c" >wrong
    [ ! -s wrong ] || wrong "$1.c: $(cat wrong)"
}

# check_prototypes NAME: the system's headers have the same
check_prototypes()
{
    awk '/^```$/ { inside = 0 }
        inside
        /^```c$/ { inside = note ~ /^<!-- not from the source: the prototypes/ }
        { note = $0 }' page taught >calls
    grep -q '(' calls || wrong "$1.c: the page has no prototypes"
    compiles "$(grep '^#include' "$first/$1.c")
$(cat calls)" || wrong "$1.c: the page has other prototypes: $(cat errors)"
}

# check_program NAME: it does what its page says, twice, and leaves nothing
check_program()
{
    make_unique <"$first/$1.c" >"$1.c"
    if ! compile "$1" -Wall -Wextra -Werror 2>errors; then
        wrong "$1.c: $compiler -Wall -Wextra -Werror says:"
        cat errors
        return
    fi
    for run in first second; do
        status=0
        ../limited $most_seconds "./$1" >said || status=$?
        { [ $status -eq 0 ] && cmp -s said printed; } ||
            wrong "$1.c: the $run run ends with status $status (as \
tests/support/limited.c has them), and the page shows something else:
$(diff printed said)"
    done
    # shellcheck disable=SC2012 # no strange names
    [ -z "$(ls -d first* 2>/dev/null)" ] || wrong "$1.c leaves a file behind"
}

# check NAME: prints what is wrong
check()
{
    mkdir "$1.d"
    cd "$1.d"
    part "$readme" "$1.c:" >page
    cp page taught # fork has no other one
    [ "$1" = fork ] ||
        part "$project/docs/demos/$1.md" 'A first program' >taught
    shown <page >printed
    check_text "$1"
    if [ "$1" = mqueue ] && ! compiles '#include <mqueue.h>'; then
        echo "mqueue.c: not built, there is no mqueue.h"
        return 0
    fi
    check_prototypes "$1"
    check_program "$1"
    if [ "$(uname -s)" = Linux ]; then
        check_changes "$1"
    else # other systems have other messages, and other ways to end
        echo "$1.c: its changes are not tried: they show what Linux does"
    fi
    [ $failures -eq 0 ]
}

# The runner; whether the C library is GNU's; and what programs are linked with.
ln -s "$build/tests/limited" .
gnu='' libraries=
! compiles '#include <errno.h>
int version = __GLIBC__;' || gnu=yes
cp "$first/shm.c" .
compile shm 2>/dev/null || libraries=-lrt # before glibc 2.34
for name in $names; do
    (check "$name") >"$name.answer" 2>&1 || echo "$name" >>failed &
    lanes="$lanes $!"
done
for lane in $lanes; do
    wait "$lane" || true
done
lanes=
cat ./*.answer
changes=$(for name in $names; do cat "$first/$name.changes"; done |
    grep -c '^## ')
echo "first programs: $(echo "$names" | wc -w | tr -d ' ') programs," \
    "$changes changes: $([ -e failed ] && echo failed || echo passed)"
[ ! -e failed ]
