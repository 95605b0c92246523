#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - fuzzes what reads bytes from outside, with libFuzzer
#
# Usage: sh tests/fuzz/run.sh [SECONDS]
#
# It needs clang with its runtime libraries (Debian: libclang-rt-dev). An input
# that breaks something is left in build-fuzz/; once that is repaired, put it
# into tests/fuzz/corpus/, where ctest replays it.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
cd "$project"

compile()
{
    clang -std=c11 -g -O1 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -DLIBFUZZER \
        -DVERSION='"0"' -DHAVE_MQUEUE=1 -DHAVE_PRCTL=1 -DHAVE_ROBUST_MUTEX=1 \
        -DHAVE_POSIX_FALLOCATE=1 -I . -fsanitize=address,undefined \
        -fno-sanitize-recover=all "$@"
}

# Of these objects the linker takes what is needed.
rm -rf build-fuzz/objects build-fuzz/all.a
mkdir -p build-fuzz/objects build-fuzz/found
for source in common/*.c common/*/*.c demos/parts/*.c; do
    compile -fsanitize=fuzzer-no-link -c \
        -o "build-fuzz/objects/$(echo "$source" | tr / _).o" "$source"
done
ar -crs build-fuzz/all.a build-fuzz/objects/*.o
compile -fsanitize=fuzzer -o build-fuzz/fuzz tests/fuzz/fuzz.c build-fuzz/all.a

# Leaks: what ends a program with a message frees nothing first.
if ! build-fuzz/fuzz -max_total_time="${1-45}" -max_len=4096 -timeout=10 \
    -detect_leaks=0 -artifact_prefix=build-fuzz/broken- -print_final_stats=1 \
    -verbosity=0 build-fuzz/found tests/fuzz/corpus >build-fuzz/log 2>&1; then
    tail -n 40 build-fuzz/log
    exit 1
fi
grep number_of_executed_units build-fuzz/log
