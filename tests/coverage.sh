#!/bin/sh
# SPDX-License-Identifier: MIT
# coverage.sh - the lines of common/ and demos/ that no test reaches
#
# Usage: sh tests/coverage.sh [OPTION OF CTEST...]
#
# Builds with clang in a folder of its own, build-coverage, or BUILD. There it runs the tests of the
# units and of the demos, and those in which the system fails. Then it prints of each file how many
# lines no run has reached, and which. Options choose other tests, as in -R semaphore; then what was
# counted before is kept.
#
# It takes some minutes. Some tests fail in such a build, since it opens files of its own: what
# counts is what was reached. (llvm-cov warns of inline functions that a source has no use for. What
# the labs run is tested by labs.sh alone.)
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
BUILD=${BUILD:-build-coverage}
export CC=clang
# shellcheck source=demos/setup.sh
. "$project/demos/setup.sh"
install_missing C-compiler llvm-cov
# The counts are in files that are mapped: so what is killed loses none (%c).
export LLVM_PROFILE_FILE="$build/counts/%c%m.profraw"
export CFLAGS="-O0 -fprofile-instr-generate -fcoverage-mapping \
-mllvm -runtime-counter-relocation -Wno-unused-command-line-argument"
CMAKE_ARGS=-DCMAKE_BUILD_TYPE=Debug
# shellcheck disable=SC2119 # all targets
build_project

cd "$build"
if [ $# -gt 0 ]; then
    ctest "$@" || true
else
    rm -rf counts
    ctest -L '^(unit|smoke|demo)$' -j "$jobs" || true
    ctest -R '^matrix' -j "$jobs" || true
fi
llvm-profdata merge -o counts/all counts/*.profraw
set --
for program in demo_* bench_mechanisms; do
    [ ! -f "$program" ] || set -- "$@" -object "$program"
done
llvm-cov export -format=lcov -instr-profile counts/all "$@" | awk -F '[:,]' -v root="$project/" '
    /^SF:/ { file = substr($2, length(root) + 1) }
    /^DA:/ && $3 == 0 { count[file]++; lines[file] = lines[file] " " $2 }
    END {
        for (file in count)
            printf "%4d  %s:%s\n", count[file], file, lines[file]
    }' | sort -rn
