#!/bin/sh
# SPDX-License-Identifier: MIT
# floors.sh - which file uses which, by the symbols of the object files
#
# Usage: sh tests/floors.sh [BUILD_FOLDER]
#
# A file may use those of lower floors only, and no files of one folder use each other in a circle.
# The floors, from above: demos, demos/parts, common/demo, common/views, common/run, common/base.
# And a demo needs only one header of ours, common/demo.h, but for its own parts.
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"

# Two demos may have symbols of the same name, but not a demo and a library.
cd "$build/CMakeFiles"
find . -name '*.o' | grep -e '/nine_' -e '/demo_' | xargs nm -A -g -P | awk '
    function floor(file) {
        if (file ~ /^common\/base\//) return 1
        if (file ~ /^common\/run\//) return 2
        if (file ~ /^common\/views\//) return 3
        if (file ~ /^common\//) return 4
        return file ~ /^demos\/parts\// ? 5 : 6
    }
    {
        program = file = $1
        sub(/\.dir\/.*/, "", program)
        sub(/.*\.dir\//, "", file)
        sub(/^[A-Z][A-Za-z]*\//, "", file) # of a configuration
        sub(/\.o:$/, "", file)
        sub(/^_/, "", $2) # as macOS has it
    }
    $3 == "U" { use[++count] = program " " file " " $2; next }
    program ~ /nine_/ { of_library[$2] = file; next }
    { of_program[program " " $2] = file }
    END {
        for (i = 1; i <= count; i++) {
            split(use[i], part)
            file = part[2]
            used = of_program[part[1] " " part[3]]
            if (used == "")
                used = of_library[part[3]]
            if (used == "" || used == file)
                continue
            arrows += !((file, used) in uses)
            uses[file, used]
            files[file]
            if (floor(used) > floor(file))
                print file " uses " used ", which is above it: " part[3]
        }
        for (k in files) # by way of k
            for (i in files)
                for (j in files)
                    if ((i, k) in uses && (k, j) in uses)
                        uses[i, j]
        for (i in files)
            if ((i, i) in uses)
                print i " is in a circle"
        if (arrows < 100)
            print "only " arrows + 0 " arrows were found"
    }' >"$scratch/found"
# what includes more than it should
grep '#include "' "$project"/demos/demo_*.c |
    grep -v -e '"common/demo\.h"' -e '"demos/parts/' >>"$scratch/found" || true
cat "$scratch/found"
[ ! -s "$scratch/found" ]
