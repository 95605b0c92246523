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

# Each picture, what draws it, and what must be seen there: if the scheduler
# has let things go past each other, the run is taken again. Where the mechanism
# is left out, the name ends in _broken.
table()
{
    cat <<'END'
mutex            | demo_mutex --seed=7 --writers=4 --lines=5 | long wait
mutex_broken     | demo_mutex --seed=7 --writers=4 --broken
semaphore        | demo_semaphore --seed=7 | long wait
semaphore_broken | demo_semaphore --seed=7 --broken
condvar          | demo_condvar --seed=5 --consumers=2 | long wait, 2 messages
condvar_broken   | demo_condvar --seed=5 --broken | long wait, lost message
file             | demo_file --seed=7 | long wait
file_broken      | demo_file --seed=7 --broken
signal           | demo_signal --seed=7 | 2 messages
signal_broken    | demo_signal --seed=7 --broken | 2 messages
socket           | demo_socket --seed=7 --port=0 | message
socket_broken    | demo_socket --seed=7 --port=0 --broken | lost message
mqueue           | demo_mqueue --seed=7 --clients=3 | message
mqueue_broken    | demo_mqueue --seed=7 --broken | message
pipe             | demo_pipe --seed=7 | 3 messages
pipe_broken      | demo_pipe --seed=7 --broken | long wait
shm              | demo_shm --seed=7 --duration=0.01 --update=0.001 --show=0.002 | long wait
shm_broken       | demo_shm --seed=7 --duration=0.003 --update=0.001 --show=0.001 --broken
cost             | bench_mechanisms
END
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
        grep -q "'waiting' x='[^']*' y='[^']*' width='[0-9][0-9][0-9]" "$1"
        ;;
    *' messages')
        [ "$(grep -c "class='sent' x1" "$1")" -ge "${2% *}" ]
        ;;
    'message') grep -q '>message<' "$1" ;;
    'lost message') grep -q '>message that nobody received<' "$1" ;;
    '') ;;
    *) stop "there is no rule for how to see a $2" ;;
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
        if shows "$scratch/$1.svg" "${3%,*}" &&
            shows "$scratch/$1.svg" "${3#*, }"; then
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
