#!/bin/sh
# SPDX-License-Identifier: MIT
# architectures.sh - the demos as programs of other processors: 32 and 64 bits, both byte orders
#
# Usage: sh tests/architectures.sh ARCHITECTURE
#
# ARCHITECTURE is i686, armhf, aarch64, or s390x, where numbers begin with their highest byte. It
# needs gcc for the architecture and, except for i686, an emulated processor: qemu-arm,
# qemu-aarch64, or qemu-s390x. Without them the exit status is 77, and so it is for i686 where the
# kernel runs no programs of 32 bits: in qemu-i386 a thread takes the place of another one after a
# signal. Warnings are errors. Each demo runs in both modes, and then the tests of those that need
# little time. (qemu's own processor time is not that of demo_signal, so its tests are left out.)
set -eu

build=unknown # until setup.sh has set it
# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
# shellcheck source=demos/setup.sh
. "$project/demos/setup.sh"
tests=$build # the native test programs

# The emulated processor reads the locales of this system, and can only if its byte order is the
# same: without them demo_pipe knows no case of letters but those of ASCII.
tested='condvar|file|shm|socket|pipe'
case ${1-} in
i686) CC=i686-linux-gnu-gcc processor=i686 emulator= ;;
armhf) CC=arm-linux-gnueabihf-gcc processor=armv7 emulator=qemu-arm ;;
aarch64) CC=aarch64-linux-gnu-gcc processor=aarch64 emulator=qemu-aarch64 ;;
s390x)
    CC=s390x-linux-gnu-gcc processor=s390x emulator=qemu-s390x
    tested=${tested%|pipe}
    ;;
*) stop "${1-}: must be i686, armhf, aarch64, or s390x" ;;
esac
export CC
# shellcheck disable=SC2086 # one or two
missing=$(find_missing $CC $emulator)
if [ -n "$missing" ]; then
    echo "there is no$missing"
    exit 77
fi
echo 'int main(void) { return 0; }' | "$CC" -static -o empty -x c -
[ -n "$emulator" ] || ./empty || exit 77

# A static program needs no foreign libraries here, and is at a fixed address.
CMAKE_ARGS="-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=$processor \
    -DCMAKE_EXE_LINKER_FLAGS=-static -DCMAKE_POSITION_INDEPENDENT_CODE=OFF \
    -DCMAKE_C_FLAGS=-Werror -DBUILD_TESTING=OFF"
build=$project/build-$1
build_project

start_by "$build" "$emulator" # which the system may not know to do
# The emulators know no robust mutexes, as the system of tests/unkind.
[ -z "$emulator" ] || export UNKIND_SEED=0
sh "$project/tests/stress.sh" "$build" 2
"$DEMOS/demo_signal" --task=0 --deadline=3600
"$DEMOS/bench_mechanisms" --only=pipe,mutex
# the offset of a file of more than 2 GB has more than 32 bits
truncate -s 3G large
"$DEMOS/demo_file" --file=large 2>err || [ $? -eq 3 ]
! grep 'too large for defined' err || exit 1

cd "$tests"
ctest --output-on-failure -R "^demo\.($tested)\$"
