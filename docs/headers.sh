#!/bin/sh
# SPDX-License-Identifier: MIT
# headers.sh - fills in the runs that the demos' sources show in their headers
#
# Usage: sh docs/headers.sh [--check] [BUILD_FOLDER [SOURCE...]]
#
# In the comment at the top of demos/*.c, a line "$ ./demo_X ..." is a command,
# and the lines below it are what it shows on a terminal without color, of 76
# columns: a verdict leaves the last one free, and the comment takes 5 more.
# (socket_serve.c shows two terminals, and is left out.) This script runs
# each command on a terminal, and replaces what is below where the run shows
# something else. With --check it only says so, and ends with status 1; with 77
# if it cannot make a terminal.
#
# Left out are empty lines, the rows "left out" and "where" of the verdict, and
# the port that is in use. What cannot be the same twice is not compared: the
# seed, times, and without --seed the order of the lines and their numbers.
set -eu

checking=
if [ "${1-}" = --check ]; then
    checking=yes
    shift
fi
# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/../tests/support/scratch.sh"
[ $# -eq 0 ] || shift
cd "$project"
[ $# -gt 0 ] || set -- demos/*.c
limit=''
! command -v timeout >/dev/null || limit='timeout 60' # no run takes longer
export LC_ALL=C.UTF-8 NO_COLOR=1

# on_terminal FOLDER COMMAND: the script(1) of Linux, or that of BSD and macOS
on_terminal()
{
    printf 'stty cols 76 rows 24\ncd "%s"\n%s\n' "$1" "$2" >"$scratch/script"
    # shellcheck disable=SC2086 # nothing, or a command
    if script --version >/dev/null 2>&1; then
        $limit script -q -e -c "sh '$scratch/script'" /dev/null
    else
        $limit script -q /dev/null sh "$scratch/script"
    fi </dev/null
}

if ! command -v script >/dev/null; then
    echo "headers.sh: there is no script, which makes a terminal" >&2
    exit 77
fi

# run COMMAND: what it shows, in a folder of its own
run()
{
    folder=$(mktemp -d "$scratch/run.XXXXXX")
    for program in "$build"/demo_*; do
        [ ! -x "$program" ] || ln -s "$program" "$folder"
    done
    command=$1
    program=${command#./demo_}
    # what its plain run needs, as any free port
    needed=$(plain_runs | awk -v name="${program%% *}" '$1 == name { print $7 }')
    on_terminal "$folder" "$command $needed" >"$scratch/shown" || true
    tr -d '\r' <"$scratch/shown" | awk '
        /^ left out  / || /^    where  / { in_row = 1; next }
        in_row && /^           / { next }
        { in_row = 0 }
        NF && !/^demo_socket: listening on /'
}

# shape COMMAND <LINES: what is compared
shape()
{
    seeded='' order='sort'
    case $1 in
    *--seed*) seeded=yes order='cat' ;;
    esac
    awk -v seeded="$seeded" '
        /^ *(HELD|VIOLATED)  / { is_verdict = 1 }
        {
            gsub(/seed [0-9]+/, "seed N")
            gsub(/[0-9]+\.[0-9][0-9][0-9] s/, "N s")
            if (!seeded && !is_verdict)
                gsub(/[0-9]+/, "N")
            print
        }' | $order
}

# shown_in SOURCE LINE: what the header shows below the command in this line
shown_in()
{
    awk -v line="$2" '
        NR > line && (!/^ \*   / || /^ \*   \$ /) { exit }
        NR > line { print substr($0, 6) }' "$1"
}

# fill_in SOURCE LINE <LINES: replaces that
fill_in()
{
    sed 's/^/ *   /' >"$scratch/new"
    awk -v line="$2" -v new="$scratch/new" '
        NR <= line { print; next }
        !done && /^ \*   / && !/^ \*   \$ / { next }
        !done {
            done = 1
            while ((getline text < new) > 0)
                print text
        }
        { print }' "$1" >"$scratch/source"
    cat "$scratch/source" >"$1"
}

# check SOURCE LINE COMMAND: returns 1 if the run shows something else
check()
{
    run "$3" >"$scratch/now"
    if grep -qE '^.{76}' "$scratch/now"; then
        echo "$1:$2: the run has lines of more than 75 columns"
        return 1
    fi
    shown_in "$1" "$2" >"$scratch/then"
    shape "$3" <"$scratch/then" >"$scratch/then.shape"
    shape "$3" <"$scratch/now" >"$scratch/now.shape"
    ! cmp -s "$scratch/then.shape" "$scratch/now.shape" || return 0
    if [ -z "$checking" ]; then
        fill_in "$1" "$2" <"$scratch/now"
        echo "$1:$2: filled in"
        return 0
    fi
    echo "$1:$2: the run shows something else; sh docs/headers.sh fills it in"
    diff -U 3 "$scratch/then.shape" "$scratch/now.shape" |
        sed -e 1,2d -e 's/^/    /'
    return 1
}

failed=
runs=0
for source; do
    case $source in
    *socket_serve.c) continue ;; # it shows two terminals
    esac
    # from the last one on: so the lines of the others stay where they are
    awk '/\*\/$/ && NR > 1 { exit }
        sub(/^ \*   \$ /, "") { print NR " " $0 }' "$source" |
        sort -rn >"$scratch/commands"
    while read -r line command; do
        runs=$((runs + 1))
        check "$source" "$line" "$command" || failed=yes
    done <"$scratch/commands"
done
echo "headers.sh: $runs runs in the headers of $# sources"
[ -z "$failed" ]
