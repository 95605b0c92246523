#!/bin/sh
# SPDX-License-Identifier: MIT
# arm.sh - the demos as 64-bit Arm programs, on an emulated processor
#
# Usage: sh tests/arm.sh
#
# It wants gcc for aarch64 and qemu-aarch64. Each demo runs in both modes, and
# then the tests of those that need little time. (qemu's own processor time is
# not that of demo_signal; so its tests are left out.)
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=demos/setup.sh
. "$project/demos/setup.sh"

tests=$build # the native test programs
build=$project/build-arm
# a static program needs no Arm libraries here, and is at a fixed address
CMAKE_ARGS="-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
    -DCMAKE_EXE_LINKER_FLAGS=-static -DCMAKE_POSITION_INDEPENDENT_CODE=OFF \
    -DBUILD_TESTING=OFF"
export CC=aarch64-linux-gnu-gcc
build_project

# The system may not know how to start them.
DEMOS=$build/emulated
export DEMOS
mkdir -p "$DEMOS"
for program in "$build"/demo_*; do
    name=${program##*/}
    printf '#!/bin/sh\nexec qemu-aarch64 -0 %s "%s" "$@"\n' \
        "$name" "$program" >"$DEMOS/$name"
    chmod +x "$DEMOS/$name"
done

# shellcheck source=tests/support/environment.sh
. "$project/tests/support/environment.sh"
scratch=$(mktemp -d)
trap 'cd /; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
cd "$scratch"
runs=0
failures=0

# run STATUS DEMO [OPTION...]
run()
{
    expected=$1 demo=$2 status=0
    shift 2
    runs=$((runs + 1))
    "$DEMOS/demo_$demo" --speed=100 --timeout=20 "$@" >out 2>err || status=$?
    # qemu has no robust mutexes: a demo finds that out by itself
    if [ $status -eq 3 ] && grep -q 'wants robust mutexes' err; then
        return
    fi
    [ $status -eq "$expected" ] && return
    failures=$((failures + 1))
    echo "status $status, not $expected: demo_$demo $*: $(tail -n 1 err)"
}

for demo in mutex semaphore condvar file 'file --mmap' 'socket --port=0' \
    mqueue 'mqueue --api=sysv' pipe shm; do
    # shellcheck disable=SC2086 # a list
    run 0 $demo
    # shellcheck disable=SC2086
    run 4 $demo --broken
done
run 1 signal
run 0 signal --task=1
run 4 signal --broken
run 0 pipe --named
run 0 mutex --kill-writer
echo "$runs runs on emulated Arm, $failures of them wrong"
[ $failures -eq 0 ]

cd "$tests"
ctest --output-on-failure -R '^demo\.(condvar|file|missing|pipe|shm|socket)$'
