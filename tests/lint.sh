#!/bin/sh
# SPDX-License-Identifier: MIT
# lint.sh - what tools say about the sources, and about the programs in build
#
# Usage: sh tests/lint.sh CHECK
#
# CHECK is format, tidy, cppcheck, shellcheck, toplevel, or hardening.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$project"
# shellcheck source=demos/setup.sh
. demos/setup.sh

# files PATTERN...: the project's files, which are all but the ignored ones
files()
{
    if [ -e .git ] && git ls-files "$@" 2>/dev/null; then
        return
    fi
    for pattern; do # a copy without git
        find . -path './build*' -prune -o -type f -path "./$pattern" -print
    done | sed 's|^\./||'
}

case ${1-} in
format) files '*.[ch]' | xargs clang-format --dry-run -Werror ;;
tidy)
    # Not the tests: neither clang-tidy nor cppcheck knows that CMocka's assertions
    # do not return. One file at a time: with more, version 14 mistakes a va_list
    # for another.
    quietly cmake -S . -B build-lint -DCMAKE_C_COMPILER=clang \
        -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DBUILD_TESTING=OFF
    files 'common/*.c' 'demos/*.c' |
        quietly xargs -n 1 -P "$(getconf _NPROCESSORS_ONLN)" \
            clang-tidy --quiet -p build-lint
    ;;
cppcheck)
    cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
        --enable=warning,performance,portability -I . \
        -DHAVE_MQUEUE=1 -DHAVE_ROBUST_MUTEX=1 -DHAVE_PRCTL=1 \
        -DCPU_SET=1 -DSIGRTMIN=34 common demos
    ;;
shellcheck) files '*.sh' .ci/run | xargs shellcheck -x ;;
toplevel)
    found=$(files '*' | cut -d / -f 1 | sort -u | grep -v '^\.' | xargs)
    echo "found: $found"
    [ "$found" = 'CMakeLists.txt LICENSE README.md common demos docs tests' ]
    ;;
hardening) # what the release build has to have, where glibc is the C library
    result=0
    for program in build/demo_* build/bench_mechanisms; do
        about=$(readelf -hldsW "$program")
        for part in 'Type: *DYN' GNU_RELRO BIND_NOW __stack_chk_fail '_chk@GLIBC'; do
            printf '%s\n' "$about" | grep -q -e "$part" && continue
            echo "$program lacks $part"
            result=1
        done
    done
    exit $result
    ;;
*) stop "no such check: ${1-}" ;;
esac
