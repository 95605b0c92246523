#!/bin/sh
# SPDX-License-Identifier: MIT
# render.sh - draws all pictures of the pages, by runs of the programs
#
# Usage: sh docs/render.sh [BUILD_FOLDER [FOLDER]]
#
# Writes into docs/pictures, or into FOLDER, and prints what it wrote.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
build=$(CDPATH='' cd -- "${1-$project/build}" && pwd -P)
mkdir -p "${2-$project/docs/pictures}"
folder=$(CDPATH='' cd -- "${2-$project/docs/pictures}" && pwd -P)

# Each picture and the command that draws it. Where the mechanism is left out,
# the name ends in _broken.
pictures()
{
    cat <<'END'
semaphore           demo_semaphore --seed=7
semaphore_broken    demo_semaphore --seed=7 --broken
END
}

# draw PICTURE PROGRAM OPTION...
draw()
{
    picture=$1 program=$2
    shift 2
    mkdir "$scratch/$picture"
    cd "$scratch/$picture"
    status=0
    "$build/$program" "$@" --svg="$scratch/$picture.svg" </dev/null \
        >said 2>&1 || status=$?
    case $picture:$status in
    *_broken:4) ;;
    *_broken:*) failed=yes ;;
    *:0 | signal:1) ;;
    *) failed=yes ;;
    esac
    [ -z "${failed-}" ] ||
        stop "exit status $status of $program $*: $(cat said)"
}

stop()
{
    printf 'render.sh: %s\n' "$1" >&2
    exit 1
}

scratch=$(mktemp -d "${TMPDIR:-/tmp}/render.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# All at once: most of their time they wait.
ids=
pictures >"$scratch/table"
while read -r picture program options; do
    if [ ! -x "$build/$program" ]; then
        echo "left out, there is no $program: $picture.svg"
        continue
    fi
    # shellcheck disable=SC2086 # a list
    draw "$picture" "$program" $options &
    ids="$ids $!"
done <"$scratch/table"
for id in $ids; do
    wait "$id"
done
for picture in "$scratch"/*.svg; do
    cp "$picture" "$folder"
    echo "$folder/${picture##*/}"
done
