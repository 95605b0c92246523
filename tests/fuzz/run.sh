#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - fuzzes what reads bytes from outside, with libFuzzer
#
# Usage: sh tests/fuzz/run.sh [SECONDS]
#
# It needs clang with its runtime libraries (Debian: libclang-rt-dev). An input that breaks
# something is left in build-fuzz/; once that is repaired, put it into tests/fuzz/corpus/, where
# ctest replays it.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
cd "$project"
BUILD=build-fuzz CC=clang CMAKE_ARGS=-DSANITIZE=address,undefined,fuzzer-no-link
export CC
# shellcheck source=demos/setup.sh
. demos/setup.sh
build_project fuzz
mkdir -p build-fuzz/found

# Leaks: what ends a program with a message frees nothing first.
if ! build-fuzz/tests/fuzz -max_total_time="${1-45}" -max_len=4096 -timeout=10 \
    -detect_leaks=0 -artifact_prefix=build-fuzz/broken- -print_final_stats=1 \
    -verbosity=0 build-fuzz/found tests/fuzz/corpus >build-fuzz/log 2>&1; then
    tail -n 40 build-fuzz/log
    exit 1
fi
grep number_of_executed_units build-fuzz/log
