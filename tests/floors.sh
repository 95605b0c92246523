#!/bin/sh
# SPDX-License-Identifier: MIT
# floors.sh - which file uses which, by the symbols of the object files
#
# Usage: sh tests/floors.sh [BUILD]
#
# A file may use those of lower floors only, and no files of one folder use each
# other in a circle. The floors, from above: demos, demos/parts, common/demo,
# common/views, common/run, common/base. And a demo needs only one header of
# ours, common/demo.h, but for its own parts.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
build=$(CDPATH='' cd -- "${1-$project/build}" && pwd -P)
cd "$project"
failed=

# symbols: a line "PROGRAM FILE SYMBOL KIND" for each
symbols()
{
    find "$build/CMakeFiles" -name '*.o' | sort |
        while read -r object; do
            program=${object#"$build/CMakeFiles/"}
            program=${program%%.dir/*}
            case $object in
            */nine_*.dir/* | */demo_*.dir/*) ;;
            *) continue ;;
            esac
            file=${object##*.dir/} # another folder may follow: of a configuration
            case $file in
            common/* | demos/*) ;;
            *) file=${file#*/} ;;
            esac
            file=${file%.o}
            nm -g -P "$object" | while read -r symbol kind _; do
                echo "$program $file $symbol $kind"
            done
        done
}

# arrows: from those a line "FILE USED-FILE SYMBOL" for each use of another one.
# Two demos may have symbols of the same name, but not a demo and a library.
arrows()
{
    awk '
        $4 == "U" { uses[++count] = $1 " " $2 " " $3; next }
        $1 ~ /^nine_/ { of_library[$3] = $2; next }
        { of_program[$1 " " $3] = $2 }
        END {
            for (i = 1; i <= count; i++) {
                split(uses[i], use)
                used = of_program[use[1] " " use[3]]
                if (used == "")
                    used = of_library[use[3]]
                if (used != "" && used != use[2])
                    print use[2], used, use[3]
            }
        }' | sort -u
}

# wrong_arrows: of those, what runs up, or in a circle within a folder
wrong_arrows()
{
    awk '
        function floor(file) {
            if (file ~ /^common\/base\//) return 1
            if (file ~ /^common\/run\//) return 2
            if (file ~ /^common\/views\//) return 3
            if (file ~ /^common\//) return 4
            if (file ~ /^demos\/parts\//) return 5
            return 6
        }
        floor($2) > floor($1) { print $1 " uses " $2 ", which is above it: " $3 }
        floor($2) == floor($1) { from[++count] = $1; to[count] = $2 }
        END {
            # takes away again and again what uses none of the rest, or is not
            # used by any: only circles stay
            do {
                changed = 0
                split("", has_use)
                split("", is_used)
                for (i = 1; i <= count; i++)
                    if (from[i] != "") {
                        has_use[from[i]] = 1
                        is_used[to[i]] = 1
                    }
                for (i = 1; i <= count; i++)
                    if (from[i] != "" &&
                        !((to[i] in has_use) && (from[i] in is_used))) {
                        from[i] = ""
                        changed = 1
                    }
            } while (changed)
            for (i = 1; i <= count; i++)
                if (from[i] != "")
                    circle[from[i] " and " to[i] " are in a circle"] = 1
            for (line in circle)
                print line
        }' | sort
}

# many_headers: the lines of demos that include more than they should
many_headers()
{
    grep -n '#include "' demos/demo_*.c |
        grep -v -e '"common/demo\.h"' -e '"demos/parts/' || true
}

all=$(mktemp)
trap 'rm -f "$all"' EXIT
symbols | arrows >"$all"
count=$(wc -l <"$all")
# so that it does not pass because it found nothing
for known in 'demos/demo_semaphore.c common/run/actors.c add_actor' \
    'common/demo.c common/views/views.c views_start' \
    'common/run/latch.c common/base/check.c die_call'; do
    if ! grep -q -x "$known" "$all"; then
        echo "an arrow was not found: $known"
        failed=1
    fi
done
wrong=$(wrong_arrows <"$all")
headers=$(many_headers)
if [ -n "$wrong$headers" ]; then
    printf '%s\n' "$wrong" "$headers" | sed '/^$/d'
    failed=1
fi
[ -z "$failed" ] || exit 1
echo "$((count)) arrows, and all of them run down"
