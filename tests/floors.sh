#!/bin/sh
# SPDX-License-Identifier: MIT
# floors.sh - which file uses which, by the symbols of the object files
#
# Usage: sh tests/floors.sh [BUILD_FOLDER]
#
# A file may use those of lower floors only, and no files of one folder use each
# other in a circle. The floors, from above: demos, demos/parts, common/demo,
# common/views, common/run, common/base. And a demo needs only one header of
# ours, common/demo.h, but for its own parts.
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"

# arrows: a line "FILE USED-FILE SYMBOL" for each use of another one. Two demos may
# have symbols of the same name, but not a demo and a library.
arrows()
{
    cd "$build/CMakeFiles"
    find . -name '*.o' | grep -e '/nine_' -e '/demo_' | xargs nm -A -g -P | awk '
        {
            program = file = $1
            sub(/\.dir\/.*/, "", program)
            sub(/.*\.dir\//, "", file)
            sub(/^[A-Z][A-Za-z]*\//, "", file) # of a configuration
            sub(/\.o:$/, "", file)
            sub(/^_/, "", $2) # as macOS has it
        }
        $3 == "U" { uses[++count] = program " " file " " $2; next }
        program ~ /nine_/ { of_library[$2] = file; next }
        { of_program[program " " $2] = file }
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

# wrong_arrows: of those, what runs up; and circles
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
        { file[$1]; file[$2]; uses[$1, $2] }
        END {
            for (k in file) # by way of k
                for (i in file)
                    for (j in file)
                        if ((i, k) in uses && (k, j) in uses)
                            uses[i, j]
            for (i in file)
                if ((i, i) in uses)
                    print i " is in a circle"
        }' all
}

(arrows) >all
# so that it does not pass because it found nothing
for known in 'demos/demo_semaphore.c common/run/actors.c add_actor' \
    'common/demo.c common/views/views.c views_start' \
    'common/run/latch.c common/base/check.c die_call'; do
    grep -q -x "$known" all || wrong "an arrow was not found: $known"
done
found=$(wrong_arrows)
[ -z "$found" ] || wrong "$found"
# what includes more than it should
found=$(grep '#include "' "$project"/demos/demo_*.c |
    grep -v -e '"common/demo\.h"' -e '"demos/parts/') || true
[ -z "$found" ] || wrong "$found"
[ $failures -eq 0 ] || exit 1
echo "$(($(wc -l <all))) arrows, and all of them run down"
