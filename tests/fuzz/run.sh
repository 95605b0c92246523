#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - fuzzes what reads bytes from outside, with libFuzzer
#
# Usage: sh tests/fuzz/run.sh [SECONDS-FOR-EACH-TARGET [TARGET...]]
#
# It needs clang with its runtime libraries (Debian: libclang-rt-dev). An input
# that breaks a target is left in build-fuzz/; once that is repaired, put it into
# tests/fuzz/corpus/TARGET, where ctest replays it.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
cd "$project"
seconds=${1-15}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- text requests sentences
failed=

compile()
{
    clang -std=c11 -g -O1 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE \
        -DVERSION='"0"' -DHAVE_MQUEUE=1 -DHAVE_PRCTL=1 -DHAVE_ROBUST_MUTEX=1 \
        -DHAVE_POSIX_FALLOCATE=1 -I . -fsanitize=address,undefined \
        -fno-sanitize-recover=all "$@"
}

# Of these objects the linker takes what a target needs and has not within it.
rm -rf build-fuzz/objects build-fuzz/all.a
mkdir -p build-fuzz/objects
for source in common/*.c common/*/*.c demos/parts/*.c; do
    compile -fsanitize=fuzzer-no-link -c \
        -o "build-fuzz/objects/$(echo "$source" | tr / _).o" "$source"
done
ar -crs build-fuzz/all.a build-fuzz/objects/*.o

for target; do
    compile -fsanitize=fuzzer -o "build-fuzz/$target" \
        "tests/fuzz/$target.c" build-fuzz/all.a
    mkdir -p "build-fuzz/found-$target"
    echo "$target:"
    # Leaks: what ends a program with a message frees nothing first.
    if "build-fuzz/$target" -max_total_time="$seconds" -max_len=4096 \
        -timeout=10 -detect_leaks=0 -artifact_prefix="build-fuzz/$target-" \
        -print_final_stats=1 -verbosity=0 "build-fuzz/found-$target" \
        "tests/fuzz/corpus/$target" >"build-fuzz/$target.log" 2>&1; then
        grep -E 'number_of_executed_units' "build-fuzz/$target.log"
    else
        tail -n 40 "build-fuzz/$target.log"
        failed="$failed $target"
    fi
done
[ -z "$failed" ] || echo "broken:$failed"
[ -z "$failed" ]
