#!/bin/sh
# SPDX-License-Identifier: MIT
# coverage.sh - the lines of common/ and demos/ that no test reaches
#
# Usage: sh tests/coverage.sh [OPTION OF CTEST...]
#
# Builds with gcc --coverage in a folder of its own, build-coverage, or BUILD.
# There it runs the tests of the units and of the demos, and those in which the
# system fails. Then it prints how many lines of each file no run
# has reached, and these lines. Options choose other tests, as in -R semaphore;
# then nothing fails, and what was counted before is kept.
#
# It takes some minutes. Some tests fail in such a build, since it is slow and
# writes files of its own: what counts is what was reached. Reached lines can be
# missing: see tests/support/coverage.c.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
BUILD=${BUILD:-build-coverage} CC=gcc
# shellcheck source=demos/setup.sh
. "$project/demos/setup.sh"
# shellcheck source=tests/support/runs.sh
. "$project/tests/support/runs.sh"

# configured with what the environment has, since these have blanks in them
mkdir -p "$build"
gcc -fPIC -c -o "$build/coverage.o" "$project/tests/support/coverage.c"
export CFLAGS="-O0 --coverage -fprofile-update=atomic"
export LDFLAGS="\"$build/coverage.o\" -Wl,--wrap=_exit,--wrap=kill"
CMAKE_ARGS="-DCMAKE_BUILD_TYPE=Debug"
# shellcheck disable=SC2119 # all targets
build_project

# run COMMAND...: says if it fails
run()
{
    "$@" >"$build/said" 2>&1 || echo "not all was well: $*"
}

cd "$build"
if [ $# -gt 0 ]; then
    run ctest "$@"
else
    rm -rf counts
    find . -name '*.gcda' -exec rm {} +
    run ctest -L '^(unit|smoke|demo|fuzz)$' -j "$jobs"
    # What ends in the middle of writing its counts spoils them. So these have
    # places of their own, each beside copies of what gcov needs.
    for name in $(demos); do
        [ ! -x tests/matrix ] ||
            GCOV_PREFIX=$PWD/counts/$name run tests/matrix . "demo_$name"
    done
    find counts -name '*.gcda' | while read -r file; do
        notes=/${file#counts/*/}
        ln -s "${notes%.gcda}.gcno" "${file%.gcda}.gcno"
    done
fi

# What gcov prints of each object file: "COUNT:  LINE:TEXT", where COUNT is - for
# what is no code, and ##### for what was not reached. A file is in several
# objects, where a test has it within: one that reached a line is enough.
find . -name '*.gcno' -exec gcov -t {} + 2>/dev/null |
    awk -v project="$project/" '
    {
        split($0, part, ":")
        count = part[1]
        line = part[2] + 0
        gsub(/ /, "", count)
    }
    line == 0 && part[3] == "Source" {
        file = substr($0, index($0, "Source:") + 7)
        ours = index(file, project) == 1
        file = substr(file, length(project) + 1)
        ours = ours && file ~ /^(common|demos)\//
    }
    !ours || line == 0 || count == "-" { next }
    {
        text[file " " line] = substr($0, length(part[1]) + length(part[2]) + 3)
        if (count !~ /^[#=]/)
            reached[file " " line] = 1
    }
    END {
        for (key in text) {
            split(key, place, " ")
            lines[place[1]]++
            all++
            if (!(key in reached)) {
                missing[place[1]]++
                all_missing++
                print key, text[key]
            }
        }
        for (file in lines)
            printf "%s 0 %d of %d lines were not reached\n", file, missing[file],
                lines[file]
        printf "~ 0 %d of %d lines were not reached\n", all_missing, all
    }' | sort -k 1,1 -k 2,2n | sed -e 's/^~ 0 /in all: /' -e 's/ 0 /: /' -e t \
    -e 's/^[^ ]* \([0-9]*\) /  \1: /'
