#!/bin/sh
# SPDX-License-Identifier: MIT
# toolchains.sh - builds and tests with the compilers, CMake and CMocka of other
# releases of Debian
#
# Usage: sh tests/toolchains.sh [SUITE...]
#
# SUITE is a release, as in "trixie"; without one it does bullseye, bookworm,
# trixie and sid. For each it makes a root folder with debootstrap and copies
# the project into it. There it builds with gcc and with clang, warnings being
# errors, and runs the tests; then it builds as GNU C23, with -O3 -flto, and by
# Ninja Multi-Config. It needs root and the network, and takes an hour: so
# continuous integration leaves it out. These variables may be set:
#   ROOTS   where the root folders are made, and stay (default: a scratch
#           folder, which is removed)
#   MIRROR  where debootstrap takes packages from (default: its own choice)
#   TESTS   what ctest is to run (default: -LE stress|labs)
set -eu

build=unknown # none is needed
# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
tests=${TESTS:--LE stress|labs}
roots=${ROOTS:-$scratch}
[ $# -gt 0 ] || set -- bullseye bookworm trixie sid
failed=

# make_root SUITE
make_root()
{
    [ ! -e "$roots/$1/made" ] || return 0
    mkdir -p "$roots"
    # shellcheck disable=SC2086 # one more argument, or none
    debootstrap --variant=minbase "$1" "$roots/$1" ${MIRROR:-} \
        >"$roots/$1.log" 2>&1 &&
        inside "$1" sh -c 'export DEBIAN_FRONTEND=noninteractive
            apt-get -q update && apt-get -q -y install \
                --no-install-recommends gcc clang libc6-dev cmake make \
                ninja-build libcmocka-dev patch procps' \
            >>"$roots/$1.log" 2>&1 &&
        : >"$roots/$1/made"
}

# inside SUITE COMMAND...: with mounts, processes and IPC objects of its own,
# which go with it
inside()
{
    suite=$1
    shift
    # shellcheck disable=SC2016 # for the shell inside
    unshare --mount --pid --ipc --fork sh -c '
        cd "$1"
        shift
        mount -t proc none proc
        mount --rbind /sys sys
        mount --rbind /dev dev
        mount -t tmpfs none dev/shm
        mkdir -p dev/mqueue
        mount -t mqueue none dev/mqueue
        chroot . env LC_ALL=C.UTF-8 "$@"' sh "$roots/$suite" "$@"
}

# Runs in the root, in the project's copy; prints a line of a table.
cat >"$scratch/build.sh" <<'END'
# build.sh COMPILER TESTS OPTION-OF-CMAKE...: the table's line, and what failed
compiler=$1 tests=$2
shift 2
cd /project
rm -rf build
said=$(CC=$compiler cmake -B build "$@" 2>&1 &&
    cmake --build build --parallel 2 2>&1) || failed=build
case $said in
*'CMake Warning'* | *'CMake Deprecation'*) failed=warnings ;;
esac
version=$($compiler -dumpfullversion 2>/dev/null || $compiler -dumpversion)
if [ -z "${failed-}" ]; then
    cd build
    # shellcheck disable=SC2086 # a list
    said=$(ctest -C RelWithDebInfo --output-on-failure $tests 2>&1) ||
        failed=tests
fi
[ -z "${failed-}" ] || printf '%s\n' "$said" | tail -n 100
printf '%-8s %-8s %-6s %-8s %s: %s\n' "$SUITE" "$compiler" "$version" \
    "$(cmake --version | sed -n 's/cmake version //p')" "$*" \
    "${failed:-passed}"
[ -z "${failed-}" ]
END

# passes SUITE COMPILER TESTS OPTION-OF-CMAKE...
passes()
{
    suite=$1
    shift
    inside "$suite" env SUITE="$suite" sh /build.sh "$@" ||
        failed="$failed $suite:$1"
}

for suite; do
    if ! make_root "$suite"; then
        tail "$roots/$suite.log"
        failed="$failed $suite:root"
        continue
    fi
    rm -rf "$roots/$suite/project"
    mkdir "$roots/$suite/project"
    (cd "$project" && tar cf - --exclude='./build*' --exclude=./.git .) |
        tar xf - -C "$roots/$suite/project"
    cp "$scratch/build.sh" "$roots/$suite"
    case $suite in
    bullseye) standard=11 ;; # CMake before 3.21 knows no newer one
    *) standard=23 ;;
    esac
    for compiler in gcc clang; do
        passes "$suite" $compiler "$tests" -DCMAKE_C_FLAGS=-Werror
        passes "$suite" $compiler '-L smoke' -DCMAKE_C_STANDARD=$standard \
            -DCMAKE_C_EXTENSIONS=ON -DCMAKE_C_FLAGS=-Werror
    done
    # When a test program never sets a pointer, gcc warns of what would happen
    # if code that the program does not reach used it: so without that warning.
    passes "$suite" gcc '-L unit|smoke' -DCMAKE_BUILD_TYPE=Release \
        '-DCMAKE_C_FLAGS=-Werror -O3 -flto -Wno-stringop-overflow'
    passes "$suite" gcc '-L unit|smoke' -G 'Ninja Multi-Config' \
        -DCMAKE_UNITY_BUILD=ON -DCMAKE_C_FLAGS=-Werror
done
[ -z "$failed" ] || echo "FAILED:$failed"
[ -z "$failed" ]
