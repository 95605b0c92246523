#!/bin/sh
# SPDX-License-Identifier: MIT
# render.sh - draws all pictures of the pages, by runs of the programs
#
# Usage: sh docs/render.sh [BUILD_FOLDER [FOLDER [PICTURE...]]]
#
# Writes into docs/pictures, or into FOLDER, and prints what it wrote; all
# pictures, or only those that are named.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
build=$(CDPATH='' cd -- "${1-$project/build}" && pwd -P)
folder=${2-$project/docs/pictures}
mkdir -p "$folder"
folder=$(CDPATH='' cd -- "$folder" && pwd -P)
if [ $# -gt 2 ]; then
    shift 2
else
    set --
fi

# shellcheck source=tests/support/runs.sh
. "$project/tests/support/runs.sh"

# own PICTURE: options of its own, and what must be seen there: if the scheduler
# has let things go past each other, the run is taken again
own()
{
    case $1 in
    mutex) echo '--seed=7 --writers=4 --lines=3 | long wait, all words' ;;
    mutex_broken) echo '--seed=7 --writers=4 | 3 red bars, marked beside' ;;
    semaphore_broken) echo '--seed=7 | marked beside' ;;
    condvar) echo '--seed=5 --consumers=2 | 2 messages, all words' ;;
    condvar_broken) echo '--seed=5 --consumers=2 | lost message, all words' ;;
    file) echo '--seed=7 | long wait, all words' ;;
    file_broken) echo '--seed=7 | 3 red bars' ;;
    signal | signal_broken) echo '--seed=7 | 2 messages, all words' ;;
    socket) echo '--seed=7 | 3 messages, 2 times accept, all words' ;;
    socket_broken) echo '--seed=7 | wrong message, all words' ;;
    mqueue) echo '--seed=7 --clients=3 | 6 messages, all words' ;;
    mqueue_broken) echo '--seed=7 | wrong message, all words' ;;
    pipe)
        echo '--seed=7' \
            '| 3 messages, 4 times end-of-file, all words'
        ;;
    pipe_broken) echo '--seed=7 | 3 messages, all words' ;;
    shm)
        echo '--seed=7 --duration=0.008 --update=0.001 --show=0.002' \
            '| a wait, all words'
        ;;
    shm_broken)
        echo '--seed=7 --duration=0.008 --update=0.001 --show=0.003' \
            '| marked beside, says 1 of, all words'
        ;;
    *_broken) echo --seed=7 ;;
    *) echo '--seed=7 | long wait, all words' ;;
    esac
}

# table: PICTURE | COMMAND | WHAT, two pictures of each demo, and the costs
table()
{
    plain_runs | while read -r demo _ _ _ _ _ options; do
        echo "$demo | demo_$demo $options $(own "$demo")"
        echo "${demo}_broken | demo_$demo --broken $options" \
            "$(own "${demo}_broken")"
    done
    echo 'cost | bench_mechanisms'
}

stop()
{
    printf 'render.sh: %s\n' "$1" >&2
    exit 1
}

# shows PICTURE WHAT
shows()
{
    case $2 in
    'long wait')
        grep -q "class='bar waiting' d='M[^h]*h[0-9][0-9][0-9]" "$1"
        ;;
    'a wait') grep -q "class='bar waiting'" "$1" ;;
    *' red bars')
        [ "$(grep -c "class='bar red' d='M[^h]*h[0-9][0-9][0-9]" "$1")" -ge \
            "${2%% *}" ]
        ;;
    *' messages') [ "$(grep -c "class='sent' d" "$1")" -ge "${2%% *}" ] ;;
    *' times '*)
        [ "$(grep -o ">${2#* times }<" "$1" | wc -l)" -ge "${2%% *}" ]
        ;;
    'lost message') grep -q "class='lost' d" "$1" ;;
    'wrong message') grep -q "class='bad' d" "$1" ;;
    'says '*) grep -q ">${2#says } " "$1" ;; # the verdict
    'marked beside') ! grep -q "class='number'\|l22 22m" "$1" ;;
    'all words') ! grep -q 'Words that have no space' "$1" ;;
    '') ;;
    *) stop "there is no rule for how to see a $2" ;;
    esac
}

# shows_all PICTURE WHAT, WHAT...
shows_all()
{
    list=$2
    while [ -n "$list" ]; do
        shows "$1" "${list%%, *}" || return 1
        case $list in
        *', '*) list=${list#*, } ;;
        *) list='' ;;
        esac
    done
}

# is_marked PICTURE: in a broken run, what went wrong is seen
is_marked()
{
    case $1 in
    *_broken.svg) grep -q "class='\(cross\|lost\|bad\|bar red\)'" "$1" ;;
    esac
}

# run PICTURE COMMAND: draws it, whatever is seen there
run()
{
    status=0
    # shellcheck disable=SC2086 # a list
    set -- "$1" $2
    picture=$1 program=$2
    shift 2
    "$build/$program" --svg="$scratch/$picture.svg" "$@" </dev/null \
        >said 2>&1 || status=$?
    case $picture:$status in
    *_broken:4 | signal:1) ;;
    *_broken:* | *:[1-9]*)
        stop "exit status $status of $program $*: $(cat said)"
        ;;
    esac
}

# draw PICTURE COMMAND WANTED
draw()
{
    mkdir "$scratch/$1"
    cd "$scratch/$1"
    runs=0
    until [ $runs -eq 100 ]; do
        runs=$((runs + 1))
        run "$1" "$2"
        if is_marked "$scratch/$1.svg" && shows_all "$scratch/$1.svg" "$3"; then
            return
        fi
    done
    echo "render.sh: in $runs runs there was no $3 to be seen: $2" >&2
}

# is_named PICTURE NAME...: is among them, or none is named
is_named()
{
    [ $# -gt 1 ] || return 0
    look_for=$1
    shift
    for name; do
        [ "$name" != "$look_for" ] || return 0
    done
    return 1
}

scratch=$(mktemp -d "${TMPDIR:-/tmp}/render.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# One at a time, so that they do not disturb each other, but for those of the
# listings that take seconds: most of that time they sleep.
ids='' failed=''
table | sed 's/ *| */|/g' >"$scratch/table"
while IFS='|' read -r picture command wanted; do
    if ! is_named "$picture" "$@"; then
        continue
    elif [ ! -x "$build/${command%% *}" ]; then
        echo "left out, there is no ${command%% *}: $picture.svg"
    else
        draw "$picture" "$command" "$wanted" &
        case $picture in
        semaphore* | signal*) ids="$ids $!" ;;
        *) wait $! || failed=yes ;;
        esac
    fi
done <"$scratch/table"
for id in $ids; do
    wait "$id" || failed=yes
done
[ -z "$failed" ] || exit 1
for picture in "$scratch"/*.svg; do
    cp "$picture" "$folder"
    echo "$folder/${picture##*/}"
done
