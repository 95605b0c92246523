#!/bin/sh
# SPDX-License-Identifier: MIT
# coverage.sh - the lines of common/ and demos/ that no test reaches
#
# Usage: sh tests/coverage.sh [OPTION OF CTEST...]
#
# Builds with gcc --coverage in a folder of its own, build-coverage, or BUILD.
# There it runs the tests of the units and of the demos, and those in which the
# system fails. Then gcovr prints of each file how many lines no run has reached,
# and which. Options choose other tests, as in -R semaphore; then nothing fails,
# and what was counted before is kept.
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
install_missing gcovr

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
            GCOV_PREFIX=$PWD/counts/$name run tests/matrix . "$name"
    done
    find counts -name '*.gcda' | while read -r file; do
        notes=/${file#counts/*/}
        ln -s "${notes%.gcda}.gcno" "${file%.gcda}.gcno"
    done
fi
gcovr --root "$project" --filter "$project/(common|demos)/" --sort-uncovered \
    --gcov-ignore-parse-errors . # of what a killed process has spoiled
